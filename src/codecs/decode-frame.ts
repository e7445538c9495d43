import type { ImagePixel } from '../dicom/image-pixel.ts';
import { transferSyntaxOf } from '../dicom/transfer-syntax.ts';
import { originServerError } from '../errors/origin-server-error.ts';
import type { Codec, FrameEncoding } from './codec.ts';
import { deflatedImageFrameCodec } from './deflated-image-frame.ts';
import { withoutUnusedBits } from './encapsulated-samples.ts';
import { highThroughputJpeg2000Codec } from './high-throughput-jpeg-2000.ts';
import { jpeg2000Codec, jpeg2000Part2Codec } from './jpeg-2000.ts';
import { jpegBaselineCodec } from './jpeg-baseline.ts';
import { jpegExtendedCodec, jpegRetiredCodec } from './jpeg-extended.ts';
import { jpegLosslessCodec } from './jpeg-lossless.ts';
import { jpegLsCodec } from './jpeg-ls.ts';
import { jpegXlCodec, jpegXlLosslessCodec } from './jpeg-xl.ts';
import { nativeCodec } from './native.ts';
import type { PixelFrame } from './pixel-frame.ts';
import { rleLosslessCodec } from './rle-lossless.ts';

/** Every codec of this origin server; a transfer syntax is decoded by the codec that names it. */
const codecs: readonly Codec[] = [
  nativeCodec,
  rleLosslessCodec,
  jpegBaselineCodec,
  jpegExtendedCodec,
  jpegRetiredCodec,
  jpegLosslessCodec,
  jpegLsCodec,
  jpeg2000Codec,
  jpeg2000Part2Codec,
  highThroughputJpeg2000Codec,
  jpegXlLosslessCodec,
  jpegXlCodec,
  deflatedImageFrameCodec,
];

const codecOf: ReadonlyMap<string, Codec> = new Map(
  codecs.flatMap((codec) => codec.transferSyntaxes.map((uid) => [uid, codec] as const)),
);

/** Whether frames of the transfer syntax can be decoded. */
export function canDecode(transferSyntaxUID: string): boolean {
  return codecOf.has(transferSyntaxUID);
}

/** Whether frames can be encoded in the transfer syntax. */
export function canEncode(transferSyntaxUID: string): boolean {
  return codecOf.get(transferSyntaxUID)?.encode !== undefined;
}

/**
 * Decodes one frame of an image.
 *
 * @throws OriginServerError `not-renderable` if there is no codec, or if the octets are no frame of this image
 */
export async function decodeFrame(
  encoded: Uint8Array,
  image: ImagePixel,
  encoding: FrameEncoding,
): Promise<PixelFrame> {
  const codec = codecOf.get(encoding.transferSyntaxUID);
  if (codec === undefined) {
    throw originServerError(
      'not-renderable',
      `Frames of transfer syntax ${encoding.transferSyntaxUID} cannot be decoded.`,
    );
  }
  return codec.decode(encoded, image, encoding);
}

/**
 * Encodes one frame.
 *
 * @throws OriginServerError `transfer-syntax-not-acceptable` if no codec writes the transfer syntax, or one with loss would
 *   change what stands beside the pixels
 */
export async function encodeFrame(frame: PixelFrame, image: ImagePixel, encoding: FrameEncoding): Promise<Uint8Array> {
  const encode = codecOf.get(encoding.transferSyntaxUID)?.encode;
  if (encode === undefined) {
    throw originServerError(
      'transfer-syntax-not-acceptable',
      `Frames cannot be encoded in transfer syntax ${encoding.transferSyntaxUID}.`,
    );
  }
  const isLossless = transferSyntaxOf(encoding.transferSyntaxUID)?.lossless === true;
  return encode(isLossless ? frame : withoutUnusedBits(frame), image, encoding);
}
