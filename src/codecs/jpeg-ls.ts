import type { CodecModule } from '@cornerstonejs/codec-charls';
import type { ImagePixel } from '../dicom/image-pixel.ts';
import { originServerError } from '../errors/origin-server-error.ts';
import type { Codec, FrameEncoding } from './codec.ts';
import {
  frameOfCodestream,
  octetsOf,
  octetsPerSample,
  precisionNeeded,
  unsignedSamples,
} from './encapsulated-samples.ts';
import type { PixelFrame } from './pixel-frame.ts';
import { decodedBy, encodedBy, wasmCodec } from './wasm-codec.ts';

const nearLosslessUID = '1.2.840.10008.1.2.4.81';

/** JPEG-LS, lossless and near-lossless (PS3.5 8.2.3, A.4.3). */
export const jpegLsCodec: Codec = {
  transferSyntaxes: ['1.2.840.10008.1.2.4.80', nearLosslessUID],
  decode,
  encode,
};

/** Largest difference of a sample that near-lossless encoding allows, in steps of an eight-bit scale. */
const nearLosslessError = 2;

const charls = wasmCodec<CodecModule>(() => import('@cornerstonejs/codec-charls/wasmjs'));
const byComponent = 0;
const bySample = 2;

async function decode(encoded: Uint8Array, image: ImagePixel): Promise<PixelFrame> {
  return charls(({ JpegLSDecoder }) => {
    const decoder = new JpegLSDecoder();
    try {
      const { octets, info } = decodedBy(decoder, encoded);
      const { width: Columns, height: Rows, componentCount: SamplesPerPixel, bitsPerSample: precision } = info;
      const isPlanar = SamplesPerPixel > 1 && decoder.getInterleaveMode() === byComponent;
      const interleaved = isPlanar ? interleave(octets, SamplesPerPixel, octetsPerSample(precision)) : octets;
      return frameOfCodestream(interleaved, { Rows, Columns, SamplesPerPixel, precision, isSigned: false }, image);
    } finally {
      decoder.delete();
    }
  });
}

function interleave(octets: Uint8Array, samples: number, width: 1 | 2 | 4): Uint8Array {
  const plane = octets.length / samples;
  const interleaved = new Uint8Array(octets.length);
  for (let from = 0; from < octets.length; from++) {
    const inPlane = from % plane;
    const pixel = Math.floor(inPlane / width);
    interleaved[(pixel * samples + Math.floor(from / plane)) * width + (inPlane % width)] = octets[from]!;
  }
  return interleaved;
}

async function encode(frame: PixelFrame, _image: ImagePixel, encoding: FrameEncoding): Promise<Uint8Array> {
  const isNear = encoding.transferSyntaxUID === nearLosslessUID;
  const precision = isNear ? frame.BitsStored : precisionNeeded(frame);
  if (isNear && frame.PixelRepresentation === 1) {
    // Near the ends of the range an error would turn the largest value into the smallest.
    throw originServerError(
      'transfer-syntax-not-acceptable',
      'JPEG-LS near-lossless holds unsigned pixels; the image is signed.',
    );
  }
  if (precision < 2 || precision > 16) {
    throw originServerError(
      'transfer-syntax-not-acceptable',
      `JPEG-LS holds samples of 2 to 16 bits; the image has ${precision}.`,
    );
  }
  return charls(({ JpegLSEncoder }) => {
    const encoder = new JpegLSEncoder();
    try {
      encoder.setNearLossless(isNear ? nearLosslessError * 2 ** Math.max(0, precision - 8) : 0);
      encoder.setInterleaveMode(frame.SamplesPerPixel > 1 ? bySample : byComponent);
      const octets = octetsOf(unsignedSamples(frame, precision), octetsPerSample(precision) as 1 | 2);
      return encodedBy(encoder, octets, {
        width: frame.Columns,
        height: frame.Rows,
        bitsPerSample: precision,
        componentCount: frame.SamplesPerPixel,
      });
    } finally {
      encoder.delete();
    }
  });
}
