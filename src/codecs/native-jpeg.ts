import type { ImagePixel } from '../dicom/image-pixel.ts';
import { originServerError } from '../errors/origin-server-error.ts';
import {
  frameOfCodestream,
  octetsOf,
  octetsPerSample,
  precisionNeeded,
  unsignedSamples,
} from './encapsulated-samples.ts';
import { readJpegHeader } from './jpeg-baseline.ts';
import { contextOf, decodedOctets, encodedOctets } from './native-codecs.ts';
import type { PixelFrame } from './pixel-frame.ts';

/**
 * Decodes a JPEG interchange stream of any process, colours as they are in the stream.
 *
 * The library takes a truncated lossless stream without a word, so the end of the stream is looked for here.
 *
 * @throws OriginServerError `not-renderable` if the stream is damaged, ends early or is not of this image's size
 */
export async function decodeNativeJpeg(encoded: Uint8Array, image: ImagePixel): Promise<PixelFrame> {
  const header = readJpegHeader(encoded);
  if (header === undefined) throw originServerError('not-renderable', 'The frame is no JPEG stream.');
  if (!endsWhole(encoded))
    throw originServerError('not-renderable', 'The JPEG stream of the frame ends before its end of image marker.');
  const codestream = {
    Rows: header.height,
    Columns: header.width,
    SamplesPerPixel: header.components,
    precision: header.precision,
    isSigned: false,
  };
  const octets = await decodedOctets(({ NativeCodecs, Context }) => {
    const context = new Context({ ...contextOf(codestream, image.PhotometricInterpretation), encodedBuffer: encoded });
    return NativeCodecs.decodeJpeg(context, { convertColorspaceToRgb: false }).getDecodedBuffer();
  });
  return frameOfCodestream(octets, codestream, image);
}

/** Whether the end of image marker stands at the end, but for padding (ISO/IEC 10918-1 B.1.1.3). */
function endsWhole(encoded: Uint8Array): boolean {
  return encoded.lastIndexOf(0xd9) > 0 && encoded[encoded.lastIndexOf(0xd9) - 1] === 0xff;
}

/**
 * Encodes a frame losslessly with first-order prediction (Process 14, Selection Value 1).
 *
 * @throws OriginServerError `transfer-syntax-not-acceptable` if the samples have more than 16 bits
 */
export async function encodeJpegLossless(frame: PixelFrame): Promise<Uint8Array> {
  const needed = precisionNeeded(frame);
  // The library has one build each for samples of 8, 12 and 16 bits.
  const precision = [8, 12, 16].find((bits) => bits >= needed);
  if (precision === undefined) {
    throw originServerError(
      'transfer-syntax-not-acceptable',
      `JPEG Lossless holds samples of 2 to 16 bits; the image has ${needed}.`,
    );
  }
  const octets = octetsOf(unsignedSamples(frame, precision), octetsPerSample(precision));
  const codestream = { ...frame, precision, isSigned: false };
  return encodedOctets(({ NativeCodecs, Context }) => {
    const context = new Context({ ...contextOf(codestream, frame.PhotometricInterpretation), decodedBuffer: octets });
    return NativeCodecs.encodeJpeg(context, { lossy: false, predictor: 1, pointTransform: 0 }).getEncodedBuffer();
  });
}
