import { Tag, type VR } from '../../generated/dictionary.ts';
import { transcodingOf } from '../codecs/transcoding.ts';
import type { DataSet } from '../dicom/data-set.ts';
import { indexFrames } from '../dicom/frame-indexing.ts';
import { imagePixelOf } from '../dicom/image-pixel.ts';
import type { ReplacedElement } from '../dicom/native-encoding.ts';
import { TransferSyntaxUID, transferSyntaxOf } from '../dicom/transfer-syntax.ts';
import { encodeValue } from '../dicom/value.ts';
import { OriginServerError } from '../errors/origin-server-error.ts';
import type { InstanceRecord } from '../storage/catalog.ts';
import { frameReader, type PixelDataNeeds } from './frames.ts';

/** Pixels that an icon has at the most: the standard's have 128 x 128 (PS3.3 C.7.6.1.1.6), those of the world a few more. */
const mostPixels = 1024 * 1024;

const native = TransferSyntaxUID.ExplicitVRLittleEndian;

/**
 * The Icon Image Sequence of an instance whose frames are encoded anew. A compressed icon would not be in the transfer
 * syntax of the object any more; native it may stand in any (PS3.5 A.4). One that cannot be decoded is left out: nobody has to
 * have one (PS3.3 C.7.6.1.1.6).
 *
 * @returns undefined where no icon is compressed
 */
export async function nativeIconImages(
  needs: Omit<PixelDataNeeds, 'serviceRoot'>,
  record: InstanceRecord,
  dataSet: DataSet,
): Promise<ReplacedElement | undefined> {
  const icons = dataSet.sequence(Tag.IconImageSequence);
  if (!icons.some(isCompressed)) return undefined;
  const items: { dataSet: DataSet; replace: ReadonlyMap<number, ReplacedElement> }[] = [];
  for (const icon of icons) {
    const replace = isCompressed(icon) ? await nativePixels(needs, record, icon) : new Map<number, ReplacedElement>();
    if (replace !== undefined) items.push({ dataSet: icon, replace });
  }
  return items.length === 0 ? { kind: 'removed' } : { kind: 'items', items };
}

function isCompressed(icon: DataSet): boolean {
  return icon.get(Tag.PixelData)?.encapsulated === true;
}

async function nativePixels(
  needs: Omit<PixelDataNeeds, 'serviceRoot'>,
  record: InstanceRecord,
  icon: DataSet,
): Promise<ReadonlyMap<number, ReplacedElement> | undefined> {
  const stored = record.index.TransferSyntaxUID;
  const image = imagePixelOf(icon);
  if (image === undefined || image.Rows * image.Columns > mostPixels) return undefined;
  const transcoding = transcodingOf(image, stored, native);
  const frames = indexFrames(icon, icon.get(Tag.PixelData)!, image, transferSyntaxOf(stored)!);
  if (transcoding.kind === 'impossible' || frames === undefined) return undefined;
  try {
    const reader = frameReader(needs, { ...record, index: { ...record.index, image } }, frames, native);
    const pixels = await reader(1);
    const { PhotometricInterpretation, PlanarConfiguration, HighBit } = transcoding.pixels;
    const replace = new Map<number, ReplacedElement>();
    const set = (tag: number, vr: VR, value: Uint8Array): void => {
      replace.set(tag, { kind: 'value', vr, value });
    };
    set(Tag.PhotometricInterpretation, 'CS', encodeValue('CS', [PhotometricInterpretation]));
    if (image.SamplesPerPixel > 1) set(Tag.PlanarConfiguration, 'US', encodeValue('US', [PlanarConfiguration]));
    set(Tag.HighBit, 'US', encodeValue('US', [HighBit]));
    const padding = new Uint8Array(pixels.length % 2);
    set(Tag.PixelData, image.BitsAllocated > 8 ? 'OW' : 'OB', Buffer.concat([pixels, padding]));
    return replace;
  } catch (cause) {
    if (cause instanceof OriginServerError && cause.status < 500) return undefined;
    throw cause;
  }
}
