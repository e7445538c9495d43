import { bulkDataMediaTypeOf, uncompressedMediaType } from '../negotiation/bulk-data-media-types.ts';
import { mediaTypeName } from '../negotiation/media-type-name.ts';
import type { Representation } from '../packaging/representation.ts';
import type { InstanceRecord } from '../storage/catalog.ts';
import type { InstanceStore } from '../storage/instance-store.ts';
import { type BulkDataValue, bulkDataRepresentation, bulkDataValues } from './bulk-data.ts';
import { dicomInstance } from './dicom-instance.ts';
import { fileExtensionOf } from './file-extension.ts';
import { joinedFragments } from './fragments.ts';
import { storedFrames } from './frames.ts';
import { dicomMediaType, type SelectedInstance } from './instance-representations.ts';
import { instanceURI } from './resource-uri.ts';

interface Needs {
  readonly instanceStore: InstanceStore;
  readonly serviceRoot: string;
}

/**
 * The message parts of one instance: itself as a PS3.10 file, or its bulk data that has the selected media type.
 * PS3.18 Sup174 6.5.
 *
 * @returns nothing if the instance holds no such bulk data
 * @requirement R-001-242
 */
export async function instanceParts(needs: Needs, instance: SelectedInstance): Promise<readonly Representation[]> {
  const { record, selected } = instance;
  const { content, transferSyntax } = selected.supported;
  if (content === dicomMediaType) {
    const location = instanceURI(needs.serviceRoot, record);
    return [{ ...dicomInstance(needs.instanceStore, record, transferSyntax.uid), location }];
  }
  return record.index.pixelData?.encapsulated === true
    ? await encapsulatedPixelData(needs, instance)
    : await nativeBulkData(needs, instance);
}

/** Encapsulated pixel data as it is stored: a part for each frame, or for the one stream of a video. */
export async function encapsulatedPixelData(
  needs: Needs,
  { record, selected }: SelectedInstance,
): Promise<readonly Representation[]> {
  const mediaType = partMediaType(selected);
  const extension = fileExtensionOf(selected.supported.content);
  if (isOneStream(record)) {
    const location = `${instanceURI(needs.serviceRoot, record)}/bulkdata/7FE00010`;
    const open = (): AsyncIterable<Uint8Array> => joinedFragments(needs.instanceStore, record);
    return [{ mediaType, location, fileName: `7FE00010${extension}`, open }];
  }
  const frames = await needs.instanceStore.frameIndex(record);
  if (frames === undefined) return [];
  const frameNumbers = Array.from({ length: record.index.image?.NumberOfFrames ?? 1 }, (_, place) => place + 1);
  return storedFrames(needs, record, frames, frameNumbers, { mediaType, extension });
}

/** Whether the frames of an instance are not apart from each other, but in one video stream. */
export function isOneStream({ index }: InstanceRecord): boolean {
  return bulkDataMediaTypeOf(index.TransferSyntaxUID)?.content === 'video';
}

async function nativeBulkData(
  needs: Needs,
  { record, selected }: SelectedInstance,
): Promise<readonly Representation[]> {
  const { content } = selected.supported;
  const fits = (value: BulkDataValue): boolean =>
    content === uncompressedMediaType || value.documentMediaType === content;
  const values = (await bulkDataValues(needs.instanceStore, record)).filter(fits);
  const form = { mediaType: partMediaType(selected), extension: fileExtensionOf(content) };
  return values.map((value) => bulkDataRepresentation(needs, record, value, form));
}

/** Content-Type of a part: the type as the user agent spells it, and the transfer syntax where the type leaves it open. */
export function partMediaType({ supported, mediaType }: SelectedInstance['selected']): string {
  const { content, transferSyntax } = supported;
  const name =
    mediaType.parameters.get('type') ?? (mediaType.type === 'application' ? content : mediaTypeName(mediaType));
  const encodesPixels =
    content === uncompressedMediaType || bulkDataMediaTypeOf(transferSyntax.uid)?.mediaType === content;
  return encodesPixels ? `${name}; transfer-syntax=${transferSyntax.uid}` : name;
}
