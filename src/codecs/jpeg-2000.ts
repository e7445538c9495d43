import type { CodecModule } from '@cornerstonejs/codec-openjpeg';
import type { ImagePixel } from '../dicom/image-pixel.ts';
import type { Codec, FrameEncoding } from './codec.ts';
import { decodeReversible } from './jpeg-2000/reversible-decoder.ts';
import { contextOf, encodedOctets } from './native-codecs.ts';
import type { PixelFrame } from './pixel-frame.ts';
import { wasmCodec } from './wasm-codec.ts';
import {
  componentsOf,
  type DecodedWavelets,
  decompositionLevels,
  frameOfWavelets,
  hasItsSigns,
  waveletPrecision,
  waveletsBy,
  waveletsOf,
} from './wavelet-codestream.ts';

const losslessUID = '1.2.840.10008.1.2.4.90';
const lossyUID = '1.2.840.10008.1.2.4.91';

/** JPEG 2000, reversible and irreversible (PS3.5 8.2.4, A.4.4). */
export const jpeg2000Codec: Codec = {
  transferSyntaxes: [losslessUID, lossyUID],
  decode,
  encode,
};

/** JPEG 2000 Part 2 (PS3.5 8.2.4): read as far as the codestream is one of Part 1. */
export const jpeg2000Part2Codec: Codec = {
  transferSyntaxes: ['1.2.840.10008.1.2.4.92', '1.2.840.10008.1.2.4.93'],
  decode,
};

const openjpeg = wasmCodec<CodecModule>(() => import('@cornerstonejs/codec-openjpeg/wasmjs'));

async function decode(encoded: Uint8Array, image: ImagePixel, { halvings = 0 }: FrameEncoding): Promise<PixelFrame> {
  return frameOfWavelets(
    encoded,
    image,
    async (codestream) =>
      reversibleWavelets(codestream, image, halvings) ??
      openjpeg(({ J2KDecoder }) => waveletsBy(new J2KDecoder(), codestream, image, halvings)),
  );
}

/** Reversible codestreams of the usual kind are decoded here: in less time than the library takes, and by several threads. */
function reversibleWavelets(codestream: Uint8Array, image: ImagePixel, wanted: number): DecodedWavelets | undefined {
  return decodeReversible(codestream, (info) => (hasItsSigns(info, image) ? wanted : 0));
}

/** Size of the frame over size of the irreversible codestream. */
const compressionRatio = 10;

async function encode(frame: PixelFrame, _image: ImagePixel, encoding: FrameEncoding): Promise<Uint8Array> {
  return encoding.transferSyntaxUID === lossyUID ? encodeIrreversibly(frame, compressionRatio) : encodeJpeg2000(frame);
}

/**
 * Encodes a frame as a reversible JPEG 2000 codestream.
 *
 * @throws OriginServerError `transfer-syntax-not-acceptable` if the samples have more than 16 bits
 */
export async function encodeJpeg2000(frame: PixelFrame): Promise<Uint8Array> {
  const precision = waveletPrecision(frame, 'JPEG 2000');
  return openjpeg(({ J2KEncoder }) => {
    const encoder = new J2KEncoder();
    encoder.setQuality(true, 0);
    encoder.setDecompositions(decompositionLevels(frame));
    return waveletsOf(encoder, frame, precision);
  });
}

/**
 * Encodes a frame as an irreversible JPEG 2000 codestream. The library that decodes has no rate control; another one writes what
 * is to be small.
 *
 * @param ratio size of the frame over size of the codestream
 * @throws OriginServerError `transfer-syntax-not-acceptable` if the samples have more than 16 bits
 */
export async function encodeIrreversibly(frame: PixelFrame, ratio: number): Promise<Uint8Array> {
  const precision = waveletPrecision(frame, 'JPEG 2000');
  const { octets: decodedBuffer, isSigned, whole } = componentsOf(frame, precision);
  const encoded = await encodedOctets(({ NativeCodecs, Context }) => {
    const codestream = { ...frame, precision, isSigned };
    const context = new Context({ ...contextOf(codestream, frame.PhotometricInterpretation), decodedBuffer });
    return NativeCodecs.encodeJpeg2000(context, { lossy: true, rate: ratio }).getEncodedBuffer();
  });
  return whole(encoded);
}
