import type { CodecModule } from '@cornerstonejs/codec-openjph';
import type { ImagePixel } from '../dicom/image-pixel.ts';
import type { Codec, FrameEncoding } from './codec.ts';
import type { PixelFrame } from './pixel-frame.ts';
import { wasmCodec } from './wasm-codec.ts';
import {
  decompositionLevels,
  frameOfWavelets,
  waveletPrecision,
  waveletsBy,
  waveletsOf,
} from './wavelet-codestream.ts';

const rpclUID = '1.2.840.10008.1.2.4.202';
const lossyUID = '1.2.840.10008.1.2.4.203';

/** High-Throughput JPEG 2000: reversible, reversible with RPCL progression, irreversible (PS3.5 8.2.14, A.4.4). */
export const highThroughputJpeg2000Codec: Codec = {
  transferSyntaxes: ['1.2.840.10008.1.2.4.201', rpclUID, lossyUID],
  decode,
  encode,
};

const progression = { LRCP: 0, RPCL: 2 };

/** Quantization step of the irreversible codestream. */
const quantizationStep = 0.002;

const openjph = wasmCodec<CodecModule>(() => import('@cornerstonejs/codec-openjph/wasmjs'));

async function decode(encoded: Uint8Array, image: ImagePixel, { halvings = 0 }: FrameEncoding): Promise<PixelFrame> {
  return frameOfWavelets(encoded, image, (codestream) =>
    openjph(({ HTJ2KDecoder }) => waveletsBy(new HTJ2KDecoder(), codestream, image, halvings)),
  );
}

async function encode(frame: PixelFrame, _image: ImagePixel, encoding: FrameEncoding): Promise<Uint8Array> {
  const precision = waveletPrecision(frame, 'HTJ2K');
  return openjph(({ HTJ2KEncoder }) => {
    const encoder = new HTJ2KEncoder();
    const isLossy = encoding.transferSyntaxUID === lossyUID;
    encoder.setQuality(!isLossy, isLossy ? quantizationStep : 0);
    // Without a level the library loses the lowest value of an image one pixel wide.
    encoder.setDecompositions(Math.max(1, decompositionLevels(frame)));
    encoder.setProgressionOrder(encoding.transferSyntaxUID === rpclUID ? progression.RPCL : progression.LRCP);
    encoder.setTLMMarker(encoding.transferSyntaxUID === rpclUID);
    return waveletsOf(encoder, frame, precision);
  });
}
