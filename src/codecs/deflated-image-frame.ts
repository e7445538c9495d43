import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';
import type { ImagePixel } from '../dicom/image-pixel.ts';
import { originServerError } from '../errors/origin-server-error.ts';
import type { Codec } from './codec.ts';
import { decodeNative, nativeFrameLength } from './native.ts';
import type { PixelFrame } from './pixel-frame.ts';

const deflatedImageFrameUID = '1.2.840.10008.1.2.8.1';

/** Deflated Image Frame Compression: a native frame, deflated (PS3.5 8.2.16, A.4.13). */
export const deflatedImageFrameCodec: Codec = {
  transferSyntaxes: [deflatedImageFrameUID],
  decode,
};

/** @throws OriginServerError `not-renderable` if the octets do not inflate to a frame of this image */
async function decode(encoded: Uint8Array, image: ImagePixel): Promise<PixelFrame> {
  const maxOutputLength = nativeFrameLength(image) + 1; // a pad octet
  let octets: Uint8Array;
  try {
    octets = await promisify(inflateRaw)(encoded, { maxOutputLength });
  } catch (cause) {
    throw originServerError('not-renderable', 'The deflated frame is damaged, or longer than the image.', { cause });
  }
  return decodeNative(octets, image);
}
