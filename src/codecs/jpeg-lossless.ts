import type { ImagePixel } from '../dicom/image-pixel.ts';
import type { Codec } from './codec.ts';
import { frameOfCodestream } from './encapsulated-samples.ts';
import { decodeLosslessJpeg } from './jpeg-lossless-decoder.ts';
import { decodeNativeJpeg, encodeJpegLossless } from './native-jpeg.ts';
import type { PixelFrame } from './pixel-frame.ts';

/** JPEG Lossless, Process 14: any prediction to read, first-order to write (PS3.5 8.2.1, A.4.1). */
export const jpegLosslessCodec: Codec = {
  transferSyntaxes: ['1.2.840.10008.1.2.4.57', '1.2.840.10008.1.2.4.70'],
  decode,
  encode: encodeJpegLossless,
};

/** What is of an unusual make, or damaged, is left to the library. */
async function decode(encoded: Uint8Array, image: ImagePixel): Promise<PixelFrame> {
  const decoded = decodeLosslessJpeg(encoded, image);
  if (decoded === undefined) return decodeNativeJpeg(encoded, image);
  const { samples, ...codestream } = decoded;
  const octets = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  return frameOfCodestream(octets, { ...codestream, isSigned: false }, image);
}
