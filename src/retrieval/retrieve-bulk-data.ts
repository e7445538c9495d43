import { originServerError } from '../errors/origin-server-error.ts';
import { uncompressedMediaType } from '../negotiation/bulk-data-media-types.ts';
import { requestedRange } from '../negotiation/byte-range.ts';
import { type Selected, selectMediaType } from '../negotiation/selected-media-type.ts';
import type { Representation } from '../packaging/representation.ts';
import type { PixelPool } from '../pool/pixel-pool.ts';
import type { InstanceRecord, Target } from '../storage/catalog.ts';
import type { InstanceStore } from '../storage/instance-store.ts';
import { acceptableMediaTypesOf, notAcceptableError } from './acceptable.ts';
import {
  type BulkDataValue,
  bulkDataRepresentation,
  bulkDataValue,
  nestedPixelDataRepresentation,
} from './bulk-data.ts';
import { entityTagOf } from './entity-tag.ts';
import { fileExtensionOf } from './file-extension.ts';
import type { PixelDataNeeds } from './frames.ts';
import { isOneStream, partMediaType, pixelDataParts, pixelDataPath } from './instance-parts.ts';
import {
  type InstanceRepresentation,
  pixelDataRepresentations,
  valueRepresentations,
} from './instance-representations.ts';
import { madeAhead } from './made-ahead.ts';
import { packaged } from './packaged.ts';
import { notModified, payload, type RetrieveRequest, type RetrieveResponse, type Validators } from './response.ts';
import { targetInstances } from './target-instances.ts';
import { admittedTranscoding } from './transcoding-admission.ts';

type SelectedRepresentation = Selected<InstanceRepresentation>;

/**
 * Retrieves one bulk data value: what a BulkDataURI of the metadata names, in sequence items too. As a single part it can
 * be asked for in ranges of bytes. PS3.18 Sup174 6.5, RetrieveBulkdata.
 *
 * @throws OriginServerError 400, 404, 406, 416
 */
export async function retrieveBulkDataValue(
  needs: { readonly instanceStore: InstanceStore; readonly pixelPool: PixelPool },
  request: RetrieveRequest,
  target: Target,
  path: string,
): Promise<RetrieveResponse> {
  const acceptable = acceptableMediaTypesOf(request, 'dicom');
  const [record] = await targetInstances(needs.instanceStore, target);
  const value = await bulkDataValue(needs.instanceStore, record, path);
  if (value === undefined) throw originServerError('resource-unknown', `The instance has no bulk data at ${path}.`);
  const selected = selectMediaType(acceptable, representationsOf(record, value));
  if (selected.kind === 'not-acceptable') throw notAcceptableError(selected);

  const partType = partMediaType(selected);
  const validators = {
    entityTag: entityTagOf([record], ['bulkdata', request.serviceRoot, path, selected.supported.packaging, partType]),
    vary: 'Accept',
    growing: false,
  };
  const unchanged = notModified(request, validators);
  if (unchanged !== undefined) return unchanged;
  const isOfFrames = value.encapsulated || path === pixelDataPath;
  const sent = isOfFrames ? [{ record, transferSyntaxUID: selected.supported.transferSyntax.uid }] : [];
  return admittedTranscoding(needs.pixelPool, request, sent, async () => {
    const pixelNeeds = { ...needs, serviceRoot: request.serviceRoot, signal: request.signal };
    const planned = await partsOf(pixelNeeds, record, value, selected);
    const parts = request.method === 'HEAD' ? planned : await madeAhead(planned);
    const [part] = parts;
    return part?.openRange !== undefined && selected.supported.packaging === 'single part'
      ? inRanges(request, part, validators)
      : payload(request, 200, packaged(selected, parts, validators.entityTag, `${path}.zip`), validators);
  });
}

function representationsOf(record: InstanceRecord, value: BulkDataValue): readonly InstanceRepresentation[] {
  const { nested } = value;
  if (nested !== undefined) return pixelDataRepresentations({ ...record.index, image: nested.image }, true);
  const alone = isOneStream(record) || record.index.image?.NumberOfFrames === 1;
  if (value.encapsulated) return pixelDataRepresentations(record.index, alone);
  const itself = valueRepresentations(value.documentMediaType);
  return value.path === pixelDataPath
    ? [...itself, ...pixelDataRepresentations(record.index, alone).filter(isCompressed)]
    : itself;
}

/** Whether native pixel data has to be encoded for it; in an archive it is as it is stored. */
function isCompressed({ content, packaging }: InstanceRepresentation): boolean {
  return content !== uncompressedMediaType && packaging !== 'zip';
}

async function partsOf(
  needs: PixelDataNeeds,
  record: InstanceRecord,
  value: BulkDataValue,
  selected: SelectedRepresentation,
): Promise<readonly Representation[]> {
  const { supported } = selected;
  const isOfFrames = value.encapsulated || (value.path === pixelDataPath && isCompressed(supported));
  const form = { mediaType: partMediaType(selected), extension: fileExtensionOf(supported.content) };
  const { nested } = value;
  if (nested !== undefined) {
    const { uid } = supported.transferSyntax;
    return [nestedPixelDataRepresentation(needs, record, { ...value, nested }, uid, form)];
  }
  if (isOfFrames) return await pixelDataParts(needs, { record, selected });
  return [bulkDataRepresentation(needs, record, value, form)];
}

/** A single part, or the range of it that is asked for. RFC 9110 14. */
function inRanges(request: RetrieveRequest, part: Representation, validators: Validators): RetrieveResponse {
  const length = part.length ?? 0;
  // If-Range: another version of the bytes has to come whole (RFC 9110 13.1.5).
  const condition = request.headers['if-range'];
  const field = condition === undefined || condition === validators.entityTag ? request.headers.range : undefined;
  const range = request.method === 'GET' ? requestedRange(field, length) : undefined;
  if (range === 'unsatisfiable') {
    throw originServerError('range-not-satisfiable', `The value has ${length} bytes.`, {
      headers: { 'Content-Range': `bytes */${length}` },
    });
  }
  const location = part.location === undefined ? {} : { contentLocation: part.location };
  const whole = { contentType: part.mediaType, contentLength: length, ...location, open: () => part.open() };
  if (range === undefined) return payload(request, 200, whole, validators, { 'Accept-Ranges': 'bytes' });
  const partial = {
    ...whole,
    contentLength: range.end - range.start,
    open: () => part.openRange!(range),
  };
  return payload(request, 206, partial, validators, {
    'Accept-Ranges': 'bytes',
    'Content-Range': `bytes ${range.start}-${range.end - 1}/${length}`,
  });
}
