import type { ImagePixel } from '../dicom/image-pixel.ts';
import type { Codec } from './codec.ts';
import { decodeJpegBaseline, readJpegHeader } from './jpeg-baseline.ts';
import { encodeJpegBaseline } from './jpeg-baseline-encoder.ts';
import { decodeNativeJpeg } from './native-jpeg.ts';
import type { PixelFrame } from './pixel-frame.ts';

/**
 * JPEG Extended, Process 2 and 4: eight or twelve bits to read; eight to write, as Process 2 allows a baseline stream
 * (PS3.5 8.2.1, A.4.1). No library of this runtime writes twelve.
 */
export const jpegExtendedCodec: Codec = {
  transferSyntaxes: ['1.2.840.10008.1.2.4.51'],
  decode,
  encode: encodeJpegBaseline,
};

/** The retired processes of twelve bits, spectral selection and full progression (PS3.5-2004 A.4.1): read only. */
export const jpegRetiredCodec: Codec = {
  transferSyntaxes: ['1.2.840.10008.1.2.4.53', '1.2.840.10008.1.2.4.55'],
  decode,
};

async function decode(encoded: Uint8Array, image: ImagePixel): Promise<PixelFrame> {
  return readJpegHeader(encoded)?.precision === 8
    ? decodeJpegBaseline(encoded, image)
    : decodeNativeJpeg(encoded, image);
}
