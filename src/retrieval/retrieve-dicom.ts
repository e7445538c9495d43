import type { AcceptableMediaTypes } from '../negotiation/acceptable-media-types.ts';
import { mediaTypeName } from '../negotiation/media-type-name.ts';
import type { Representation } from '../packaging/representation.ts';
import type { PixelPool } from '../pool/pixel-pool.ts';
import type { Target } from '../storage/catalog.ts';
import type { InstanceStore } from '../storage/instance-store.ts';
import { notAcceptableError, queryParametersOf } from './acceptable.ts';
import { archiveNames } from './archive-names.ts';
import { dicomdirOf } from './dicomdir-parameter.ts';
import { entityTagOf } from './entity-tag.ts';
import { type FileSetMember, fileSet } from './file-set.ts';
import type { PixelDataNeeds } from './frames.ts';
import { instanceParts } from './instance-parts.ts';
import { type SelectedInstance, selectPerInstance } from './instance-representations.ts';
import { packaged } from './packaged.ts';
import { notModified, payload, type RetrieveRequest, type RetrieveResponse } from './response.ts';
import { targetInstances } from './target-instances.ts';

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

  const { parts, empty } = await partsOf(
    { ...needs, serviceRoot: request.serviceRoot, signal: request.signal },
    instances,
  );
  if (parts.length === 0) {
    throw notAcceptableError(
      leftOut ?? { kind: 'not-acceptable', reason: 'media type', why: 'The target has no bulk data.' },
    );
  }
  const status = leftOut === undefined && !empty ? 200 : 206;
  const { selected } = instances[0]!;
  if (selected.supported.packaging !== 'zip') {
    return payload(request, status, packaged(selected, parts, validators.entityTag), validators);
  }
  const names = await archiveNames(
    needs.instanceStore,
    instances.map(({ record }) => record),
  );
  const files = isFileSet
    ? fileSet(needs.instanceStore, membersOf(instances, parts), validators.entityTag)
    : parts.map((part, place) => ({ ...part, fileName: names.nameOf(instances[place]!.record) }));
  return payload(request, status, packaged(selected, files, validators.entityTag, names.archive), validators);
}

/** In an archive every instance is one part. */
function membersOf(instances: readonly SelectedInstance[], parts: readonly Representation[]): readonly FileSetMember[] {
  return instances.map(({ record, selected: { supported } }, place) => ({
    record,
    TransferSyntaxUID: supported.transferSyntax.uid,
    part: parts[place]!,
  }));
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
): Promise<{ readonly parts: readonly Representation[]; readonly empty: boolean }> {
  const parts: Representation[] = [];
  let empty = false;
  for (const instance of instances) {
    const ofInstance = await instanceParts(needs, instance);
    if (ofInstance.length === 0) empty = true;
    parts.push(...ofInstance);
  }
  return { parts, empty };
}
