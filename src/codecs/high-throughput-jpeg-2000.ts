import type { CodecModule } from '@cornerstonejs/codec-openjph';
import type { ImagePixel } from '../dicom/image-pixel.ts';
import { originServerError } from '../errors/origin-server-error.ts';
import type { Codec, FrameEncoding } from './codec.ts';
import { frameOfCodestream, octetsOf, octetsPerSample, precisionNeeded } from './encapsulated-samples.ts';
import { decompositionLevels, withoutComponentTransformation } from './jpeg-2000.ts';
import type { PixelFrame } from './pixel-frame.ts';
import { declareSigned, lower, raised, withoutShortSigns } from './signed-components.ts';
import { decodedWavelets, encodedBy, wasmCodec } from './wasm-codec.ts';

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

async function decode(
  encoded: Uint8Array,
  image: ImagePixel,
  { halvings: wanted = 0 }: FrameEncoding,
): Promise<PixelFrame> {
  return openjph(({ HTJ2KDecoder }) => {
    const decoder = new HTJ2KDecoder();
    try {
      const { codestream: unsigned, lift } = withoutShortSigns(encoded);
      const { octets, info, halvings } = decodedWavelets(decoder, unsigned, wanted, image.PixelRepresentation === 1);
      lower(octets, lift);
      const { width: Columns, height: Rows, componentCount: SamplesPerPixel, bitsPerSample: precision } = info;
      const codestream = { Rows, Columns, SamplesPerPixel, precision, isSigned: lift > 0 || info.isSigned === true };
      return frameOfCodestream(
        octets,
        codestream,
        image,
        withoutComponentTransformation(image.PhotometricInterpretation),
        halvings,
      );
    } finally {
      decoder.delete();
    }
  });
}

async function encode(frame: PixelFrame, _image: ImagePixel, encoding: FrameEncoding): Promise<Uint8Array> {
  const precision = precisionNeeded(frame);
  if (precision > 16) {
    throw originServerError(
      'transfer-syntax-not-acceptable',
      `HTJ2K is written with up to 16 bits here; the image has ${precision}.`,
    );
  }
  return openjph(({ HTJ2KEncoder }) => {
    const encoder = new HTJ2KEncoder();
    try {
      const isLossy = encoding.transferSyntaxUID === lossyUID;
      encoder.setQuality(!isLossy, isLossy ? quantizationStep : 0);
      // Without a level the library loses the lowest value of an image one pixel wide.
      encoder.setDecompositions(Math.max(1, decompositionLevels(frame)));
      encoder.setProgressionOrder(encoding.transferSyntaxUID === rpclUID ? progression.RPCL : progression.LRCP);
      encoder.setTLMMarker(encoding.transferSyntaxUID === rpclUID);
      const octets = octetsOf(frame.samples, octetsPerSample(precision));
      const hasShortSigns = frame.PixelRepresentation === 1 && precision <= 8;
      const codestream = encodedBy(encoder, hasShortSigns ? raised(octets, precision) : octets, {
        width: frame.Columns,
        height: frame.Rows,
        bitsPerSample: precision,
        componentCount: frame.SamplesPerPixel,
        // The library reads samples of eight bits as unsigned.
        isSigned: frame.PixelRepresentation === 1 && !hasShortSigns,
        isUsingColorTransform: frame.PhotometricInterpretation === 'RGB',
      });
      return hasShortSigns ? declareSigned(codestream) : codestream;
    } finally {
      encoder.delete();
    }
  });
}
