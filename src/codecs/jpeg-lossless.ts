import type { Codec } from './codec.ts';
import { decodeNativeJpeg, encodeJpegLossless } from './native-jpeg.ts';

/** JPEG Lossless, Process 14: any prediction to read, first-order to write (PS3.5 8.2.1, A.4.1). */
export const jpegLosslessCodec: Codec = {
  transferSyntaxes: ['1.2.840.10008.1.2.4.57', '1.2.840.10008.1.2.4.70'],
  decode: decodeNativeJpeg,
  encode: encodeJpegLossless,
};
