import type { AcceptableMediaTypes } from '../negotiation/acceptable-media-types.ts';
import { mediaTypeName } from '../negotiation/media-type-name.ts';
import type { NotAcceptable } from '../negotiation/selected-media-type.ts';
import type { Representation } from '../packaging/representation.ts';
import type { PixelPool } from '../pool/pixel-pool.ts';
import type { Target } from '../storage/catalog.ts';
import type { InstanceStore } from '../storage/instance-store.ts';
import { notAcceptableError, queryParametersOf } from './acceptable.ts';
import { archiveNames } from './archive-names.ts';
import { dicomdirOf } from './dicomdir-parameter.ts';
import { entityTagOf } from './entity-tag.ts';
import { fileSet } from './file-set.ts';
import type { PixelDataNeeds } from './frames.ts';
import { instanceParts } from './instance-parts.ts';
import {
  dicomMediaType,
  type SelectedInstance,
  type SelectedInstances,
  selectPerInstance,
} from './instance-representations.ts';
import { packaged } from './packaged.ts';
import { closing, type InstancePart, provenParts } from './proven-parts.ts';
import { notModified, payload, type RetrieveRequest, type RetrieveResponse, type Validators } from './response.ts';
import { targetInstances } from './target-instances.ts';
import { admittedTranscoding } from './transcoding-admission.ts';

/**
 * Retrieves a study, a series or an instance as DICOM or as bulk data: each instance in its own Selected Media Type and
 * transfer syntax. Some that have no acceptable representation are left out with 206; if all are, it is 406 (D-28).
 * PS3.18 Sup174 6.5.
 *
 * @throws OriginServerError 400, 404, 406
 */
export async function retrieveDicom(
  needs: { readonly instanceStore: InstanceStore; readonly pixelPool: PixelPool },
  request: RetrieveRequest,
  target: Target,
  acceptable: AcceptableMediaTypes,
): Promise<RetrieveResponse> {
  const isFileSet = dicomdirOf(queryParametersOf(request));
  const records = await targetInstances(needs.instanceStore, target);
  const { instances, leftOut } = selectPerInstance(records, acceptable);
  const validators = {
    entityTag: entityTagOf(
      instances.map(({ record }) => record),
      [request.serviceRoot, ...describe(instances), ...(isFileSet ? ['dicomdir'] : [])],
    ),
    vary: 'Accept',
    growing: target.SOPInstanceUID === undefined,
  };
  const unchanged = instances.length > 0 ? notModified(request, validators) : undefined;
  if (unchanged !== undefined) return unchanged;

  const sent = instances.map(({ record, selected }) => ({
    record,
    transferSyntaxUID: selected.supported.transferSyntax.uid,
  }));
  return admittedTranscoding(needs.pixelPool, request, sent, () =>
    represented(needs, request, { instances, leftOut }, validators, isFileSet),
  );
}

/** The instances in their representations, those that cannot be made left out. */
async function represented(
  needs: { readonly instanceStore: InstanceStore; readonly pixelPool: PixelPool },
  request: RetrieveRequest,
  { instances, leftOut }: Pick<SelectedInstances, 'instances'> & { readonly leftOut: NotAcceptable | undefined },
  validators: Validators,
  isFileSet: boolean,
): Promise<RetrieveResponse> {
  const { parts: planned, empty } = await partsOf(
    { ...needs, serviceRoot: request.serviceRoot, signal: request.signal },
    instances,
  );
  // One instance as DICOM shows with its first octets whether it can be decoded.
  const isProven = request.method !== 'HEAD' && !(planned.length === 1 && isDicom(planned[0]!));
  const proven = isProven ? await provenParts(planned) : undefined;
  const parts = proven?.parts ?? planned;
  const [first] = parts;
  if (first === undefined) {
    if (proven?.failure !== undefined) throw proven.failure;
    throw notAcceptableError(
      leftOut ?? { kind: 'not-acceptable', reason: 'media type', why: 'The target has no bulk data.' },
    );
  }
  const isWhole = leftOut === undefined && !empty && parts.length === planned.length;
  const { selected } = first.instance;
  const { files, archive } =
    selected.supported.packaging === 'zip'
      ? await archived(needs.instanceStore, parts, isFileSet, validators.entityTag)
      : { files: parts.map(({ part }) => part) };
  const body = packaged(selected, files, validators.entityTag, archive);
  return payload(request, isWhole ? 200 : 206, proven === undefined ? body : closing(body, proven), validators);
}

function isDicom({ instance }: InstancePart): boolean {
  return instance.selected.supported.content === dicomMediaType;
}

/** Parts as the files of an archive, each instance one file. */
async function archived(
  instanceStore: InstanceStore,
  parts: readonly InstancePart[],
  isFileSet: boolean,
  entityTag: string,
): Promise<{ readonly files: readonly Representation[]; readonly archive: string }> {
  const { archive, nameOf } = await archiveNames(
    instanceStore,
    parts.map(({ instance }) => instance.record),
  );
  if (!isFileSet) {
    return { files: parts.map(({ instance, part }) => ({ ...part, fileName: nameOf(instance.record) })), archive };
  }
  const members = parts.map(({ instance: { record, selected }, part }) => ({
    record,
    TransferSyntaxUID: selected.supported.transferSyntax.uid,
    part,
  }));
  return { files: fileSet(instanceStore, members, entityTag), archive };
}

/** What the bytes of the answer depend on besides the instances, each way of representing them once. */
function describe(instances: readonly SelectedInstance[]): readonly string[] {
  return [
    ...new Set(
      instances.map(({ selected: { supported, mediaType } }) =>
        [mediaTypeName(mediaType), mediaType.parameters.get('type'), supported.transferSyntax.uid].join(' '),
      ),
    ),
  ];
}

async function partsOf(
  needs: PixelDataNeeds,
  instances: readonly SelectedInstance[],
): Promise<{ readonly parts: readonly InstancePart[]; readonly empty: boolean }> {
  const parts: InstancePart[] = [];
  let empty = false;
  for (const instance of instances) {
    const ofInstance = await instanceParts(needs, instance);
    if (ofInstance.length === 0) empty = true;
    for (const part of ofInstance) parts.push({ instance, part });
  }
  return { parts, empty };
}
