import { Tag } from '../../generated/dictionary.ts';
import { formatTag } from '../dicom/bulk-data-path.ts';
import { frameCount } from '../dicom/frame-index.ts';
import { nativeBitsPerFrame } from '../dicom/image-pixel.ts';
import { TransferSyntaxUID } from '../dicom/transfer-syntax.ts';
import { bulkDataMediaTypeOf, uncompressedMediaType } from '../negotiation/bulk-data-media-types.ts';
import { mediaTypeName } from '../negotiation/media-type-name.ts';
import type { Representation } from '../packaging/representation.ts';
import type { InstanceRecord } from '../storage/catalog.ts';
import { type BulkDataValue, bulkDataRepresentation, bulkDataValues } from './bulk-data.ts';
import { dicomInstance } from './dicom-instance.ts';
import { fileExtensionOf } from './file-extension.ts';
import { joinedFragments } from './fragments.ts';
import { frameIndexOf, frameRepresentations, type PixelDataNeeds } from './frames.ts';
import { dicomMediaType, type SelectedInstance } from './instance-representations.ts';
import { joinedFrames } from './joined-frames.ts';
import { instanceURI } from './resource-uri.ts';
import { isNative } from './transcode.ts';

/**
 * The message parts of one instance: itself as a PS3.10 file, or its bulk data in the selected media type.
 * PS3.18 Sup174 6.5.
 *
 * @returns nothing if the instance holds no such bulk data
 * @requirement R-001-242
 */
export async function instanceParts(
  needs: PixelDataNeeds,
  instance: SelectedInstance,
): Promise<readonly Representation[]> {
  const { record, selected } = instance;
  const { content, transferSyntax } = selected.supported;
  if (content === dicomMediaType) {
    const location = instanceURI(needs.serviceRoot, record);
    return [{ ...dicomInstance(needs, record, transferSyntax.uid), location }];
  }
  if (content !== uncompressedMediaType && record.index.image !== undefined)
    return await pixelDataParts(needs, instance);
  const others = await valueParts(needs, instance);
  return record.index.pixelData?.encapsulated === true
    ? [...others, ...(await pixelDataParts(needs, instance))]
    : others;
}

/**
 * Pixel data in a media type: a part for each frame; for the one stream of a video, and for uncompressed pixel data, one
 * part. Part 10 objects keep frames in fragments only where they are compressed (PS3.5 A.4).
 */
export async function pixelDataParts(
  needs: PixelDataNeeds,
  { record, selected }: SelectedInstance,
): Promise<readonly Representation[]> {
  const { uid } = selected.supported.transferSyntax;
  const form = { mediaType: partMediaType(selected), extension: fileExtensionOf(selected.supported.content) };
  const location = `${instanceURI(needs.serviceRoot, record)}/bulkdata/${pixelDataPath}`;
  const whole = { mediaType: form.mediaType, location, fileName: `${pixelDataPath}${form.extension}` };
  if (isOneStream(record)) return [{ ...whole, ...(await joinedFragments(needs.instanceStore, record)) }];
  const frames = await frameIndexOf(needs.instanceStore, record, []);
  // Real objects hold fewer frames than they say: those that are there are the value.
  const count = Math.min(record.index.image?.NumberOfFrames ?? 1, frameCount(frames));
  const frameNumbers = Array.from({ length: count }, (_, place) => place + 1);
  const parts = frameRepresentations(needs, record, frames, frameNumbers, uid, form);
  if (!isNative(uid)) return parts;
  const { image } = record.index;
  const frameBits = image === undefined ? 0 : nativeBitsPerFrame(image);
  return [{ ...whole, open: () => joinedFrames(following(parts), frameBits) }];
}

async function* following(parts: readonly Representation[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield* part.open();
}

/** Bulk data path of Pixel Data. */
export const pixelDataPath = formatTag(Tag.PixelData);

/** Whether the frames of an instance are not apart from each other, but in one video stream. */
export function isOneStream({ index }: InstanceRecord): boolean {
  return bulkDataMediaTypeOf(index.TransferSyntaxUID)?.content === 'video';
}

/** Bulk data values that are not in fragments: all of them uncompressed, or the one that is a document. */
async function valueParts(
  needs: PixelDataNeeds,
  { record, selected }: SelectedInstance,
): Promise<readonly Representation[]> {
  const { content } = selected.supported;
  const fits = (value: BulkDataValue): boolean =>
    !value.encapsulated && (content === uncompressedMediaType || value.documentMediaType === content);
  const values = (await bulkDataValues(needs.instanceStore, record)).filter(fits);
  const { uid } = content === uncompressedMediaType ? nativeSyntax : selected.supported.transferSyntax;
  const form = { mediaType: partMediaType(selected, uid), extension: fileExtensionOf(content) };
  return values.map((value) => bulkDataRepresentation(needs, record, value, form));
}

const nativeSyntax = { uid: TransferSyntaxUID.ExplicitVRLittleEndian };

/** Content-Type of a part: the type as the user agent spells it, and the transfer syntax where the type leaves it open. */
export function partMediaType(
  { supported, mediaType }: SelectedInstance['selected'],
  uid: string = supported.transferSyntax.uid,
): string {
  const { content } = supported;
  const name =
    mediaType.parameters.get('type') ?? (mediaType.type === 'application' ? content : mediaTypeName(mediaType));
  const encodesPixels = content === uncompressedMediaType || bulkDataMediaTypeOf(uid)?.mediaType === content;
  return encodesPixels ? `${name}; transfer-syntax=${uid}` : name;
}
