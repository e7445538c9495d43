import { Tag, type VR } from '../../generated/dictionary.ts';
import type { DataSet } from '../dicom/data-set.ts';
import { frameCount } from '../dicom/frame-index.ts';
import type { ReplacedElement } from '../dicom/native-encoding.ts';
import { transferSyntaxOf } from '../dicom/transfer-syntax.ts';
import { encodeValue } from '../dicom/value.ts';
import { originServerError } from '../errors/origin-server-error.ts';
import type { InstanceRecord } from '../storage/catalog.ts';
import { frameIndexOf, frameReader, type PixelDataNeeds } from './frames.ts';
import { nativeIconImages } from './icon-image.ts';
import { joinedFrames } from './joined-frames.ts';
import { type Conversion, isNative } from './transcode.ts';

/** Frames encoded before the first one is written: their lengths make the offset table, and the ratio of lossy compression. */
const aheadBytes = 32 * 1024 * 1024;

/** Frames under way in the pool at a time. */
const underWay = 4;

/**
 * The elements of an image that change with the encoding of its frames: Pixel Data, and what the Image Pixel Module and
 * the attributes of lossy compression say of it. PS3.3 C.7.6.1.1.5, C.7.6.3; PS3.5 8.2.
 *
 * @throws OriginServerError 406 if a frame is missing or cannot be decoded; nothing has been written then
 */
export async function transcodedElements(
  needs: Omit<PixelDataNeeds, 'serviceRoot'>,
  record: InstanceRecord,
  dataSet: DataSet,
  { image, pixels }: Extract<Conversion, { kind: 'frames' }>,
  to: string,
): Promise<ReadonlyMap<number, ReplacedElement>> {
  const frames = await frameIndexOf(needs.instanceStore, record, []);
  if (frameCount(frames) < image.NumberOfFrames) {
    const detail = `The attributes of the instance say ${image.NumberOfFrames} frames; its pixel data has ${frameCount(frames)} whole ones.`;
    throw originServerError('transfer-syntax-not-acceptable', detail);
  }
  const encoded = inOrder(image.NumberOfFrames, frameReader(needs, record, frames, to));
  const leading = await take(encoded, aheadBytes);
  const frameBits = image.Rows * image.Columns * image.SamplesPerPixel * image.BitsAllocated;

  const elements = new Map<number, ReplacedElement>();
  const replace = (tag: number, vr: VR, ...values: readonly (string | number)[]): void => {
    elements.set(tag, { kind: 'value', vr, value: encodeValue(vr, values) });
  };
  replace(Tag.PhotometricInterpretation, 'CS', pixels.PhotometricInterpretation);
  if (pixels.BitsAllocated !== image.BitsAllocated) replace(Tag.BitsAllocated, 'US', pixels.BitsAllocated);
  replace(Tag.HighBit, 'US', pixels.HighBit);
  if (image.SamplesPerPixel > 1) replace(Tag.PlanarConfiguration, 'US', pixels.PlanarConfiguration);
  if (pixels.lossyMethod !== undefined) {
    const ratio = ((frameBits * leading.frames.length) / 8 / leading.bytes).toFixed(2);
    replace(Tag.LossyImageCompression, 'CS', '01');
    replace(Tag.LossyImageCompressionRatio, 'DS', ...dataSet.texts(Tag.LossyImageCompressionRatio), ratio);
    replace(
      Tag.LossyImageCompressionMethod,
      'CS',
      ...dataSet.texts(Tag.LossyImageCompressionMethod),
      pixels.lossyMethod,
    );
  } else if (transferSyntaxOf(record.index.TransferSyntaxUID)?.family === 'jpeg') {
    // Decoding does not bring back what compression lost.
    replace(Tag.LossyImageCompression, 'CS', '01');
  }
  const icons = await nativeIconImages(needs, record, dataSet);
  if (icons !== undefined) elements.set(Tag.IconImageSequence, icons);
  const chunks = following(leading.frames, encoded);
  elements.set(
    Tag.PixelData,
    isNative(to)
      ? {
          kind: 'stream',
          vr: image.BitsAllocated > 8 ? 'OW' : 'OB',
          length: Math.ceil((frameBits * image.NumberOfFrames) / 8),
          chunks: joinedFrames(chunks, frameBits),
        }
      : { kind: 'frames', frames: chunks, ...(leading.isAll ? { lengths: leading.frames.map(lengthOf) } : {}) },
  );
  return elements;
}

function lengthOf({ length }: Uint8Array): number {
  return length;
}

/** Frames 1 to `count` in their order, a few of them made at the same time. */
async function* inOrder(
  count: number,
  frameOf: (frameNumber: number) => Promise<Uint8Array>,
): AsyncGenerator<Uint8Array, undefined> {
  const started: Promise<Uint8Array>[] = [];
  for (let next = 1; next <= count || started.length > 0; ) {
    while (next <= count && started.length < underWay) {
      const frame = frameOf(next++);
      // It is waited for in its turn; until then nobody is there to see it fail.
      frame.catch(() => undefined);
      started.push(frame);
    }
    yield await started.shift()!;
  }
}

async function take(
  frames: AsyncGenerator<Uint8Array, undefined>,
  most: number,
): Promise<{ readonly frames: readonly Uint8Array[]; readonly bytes: number; readonly isAll: boolean }> {
  const taken: Uint8Array[] = [];
  let bytes = 0;
  while (bytes < most) {
    const { done, value } = await frames.next();
    if (done) return { frames: taken, bytes, isAll: true };
    taken.push(value);
    bytes += value.length;
  }
  return { frames: taken, bytes, isAll: false };
}

async function* following(
  leading: readonly Uint8Array[],
  rest: AsyncGenerator<Uint8Array, undefined>,
): AsyncGenerator<Uint8Array> {
  yield* leading;
  yield* rest;
}
