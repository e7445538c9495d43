import { originServerError } from '../errors/origin-server-error.ts';
import type { AcceptableMediaTypes } from '../negotiation/acceptable-media-types.ts';
import type { PixelPool } from '../pool/pixel-pool.ts';
import type { InstanceRecord, Target } from '../storage/catalog.ts';
import type { InstanceStore } from '../storage/instance-store.ts';
import { notAcceptableError } from './acceptable.ts';
import { entityTagOf } from './entity-tag.ts';
import { fileExtensionOf } from './file-extension.ts';
import { frameIndexOf, frameRepresentations } from './frames.ts';
import { isOneStream, partMediaType } from './instance-parts.ts';
import { selectPixelData } from './instance-representations.ts';
import { madeAhead } from './made-ahead.ts';
import { packaged } from './packaged.ts';
import { notModified, payload, type RetrieveRequest, type RetrieveResponse } from './response.ts';
import { targetInstances } from './target-instances.ts';
import { admittedTranscoding } from './transcoding-admission.ts';

/**
 * Retrieves frames of an instance as bulk data, one part each. PS3.18 Sup174 6.5, RetrieveFrames.
 *
 * @throws OriginServerError 404, 406
 */
export async function retrieveFramesAsBulkData(
  needs: { readonly instanceStore: InstanceStore; readonly pixelPool: PixelPool },
  request: RetrieveRequest,
  target: Target,
  frameNumbers: readonly number[],
  acceptable: AcceptableMediaTypes,
): Promise<RetrieveResponse<200 | 304>> {
  const [record] = await targetInstances(needs.instanceStore, target);
  if (!hasFrames(record)) {
    const { NumberOfFrames } = record.index.image ?? { NumberOfFrames: Number.POSITIVE_INFINITY };
    const absent = frameNumbers.find((frameNumber) => frameNumber > NumberOfFrames);
    throw absent === undefined
      ? originServerError('media-type-not-acceptable', 'No frame can be cut out of the instance.')
      : originServerError('frame-unknown', `Frame ${absent} was asked for; the instance has ${NumberOfFrames}.`);
  }
  const frames = await frameIndexOf(needs.instanceStore, record, frameNumbers);
  const selected = selectPixelData(record.index, acceptable, frameNumbers.length === 1);
  if (selected.kind === 'not-acceptable') throw notAcceptableError(selected);

  const mediaType = partMediaType(selected);
  const list = frameNumbers.join(',');
  const validators = {
    entityTag: entityTagOf([record], ['frames', request.serviceRoot, list, selected.supported.packaging, mediaType]),
    vary: 'Accept',
    growing: false,
  };
  const unchanged = notModified(request, validators);
  if (unchanged !== undefined) return unchanged;
  const { serviceRoot, signal } = request;
  const { content, transferSyntax } = selected.supported;
  const form = { mediaType, extension: fileExtensionOf(content) };
  const pixelNeeds = { ...needs, serviceRoot, signal };
  const parts = frameRepresentations(pixelNeeds, record, frames, frameNumbers, transferSyntax.uid, form);
  const sent = [{ record, transferSyntaxUID: transferSyntax.uid }];
  return admittedTranscoding(needs.pixelPool, request, sent, async () => {
    const made = request.method === 'HEAD' ? parts : await madeAhead(parts);
    return payload(request, 200, packaged(selected, made, validators.entityTag, 'frames.zip'), validators);
  });
}

/**
 * A document has no frames, and those of a video are not apart from each other in its stream.
 *
 * @requirement R-000-044
 * @requirement R-000-050
 * @requirement R-000-051
 * @requirement R-000-052
 */
function hasFrames(record: InstanceRecord): boolean {
  return record.index.content !== 'encapsulated-document' && !isOneStream(record);
}
