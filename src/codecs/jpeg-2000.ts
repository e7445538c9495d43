import type { CodecModule } from '@cornerstonejs/codec-openjpeg';
import type { ImagePixel } from '../dicom/image-pixel.ts';
import { originServerError } from '../errors/origin-server-error.ts';
import type { Codec, FrameEncoding } from './codec.ts';
import { frameOfCodestream, octetsOf, octetsPerSample, precisionNeeded } from './encapsulated-samples.ts';
import { contextOf, encodedOctets } from './native-codecs.ts';
import type { PixelFrame } from './pixel-frame.ts';
import { declareSigned, lower, raised, withoutShortSigns } from './signed-components.ts';
import { decodedWavelets, encodedBy, wasmCodec } from './wasm-codec.ts';

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

/** Photometric Interpretation once the multiple component transformation of the codestream is undone (PS3.5 8.2.4). */
export function withoutComponentTransformation(PhotometricInterpretation: string): string {
  return /^YBR_(RCT|ICT)$/.test(PhotometricInterpretation) ? 'RGB' : PhotometricInterpretation;
}

async function decode(
  encoded: Uint8Array,
  image: ImagePixel,
  { halvings: wanted = 0 }: FrameEncoding,
): Promise<PixelFrame> {
  return openjpeg(({ J2KDecoder }) => {
    const decoder = new J2KDecoder();
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

/** Size of the frame over size of the irreversible codestream. */
const compressionRatio = 10;

async function encode(frame: PixelFrame, _image: ImagePixel, encoding: FrameEncoding): Promise<Uint8Array> {
  return encoding.transferSyntaxUID === lossyUID ? encodeIrreversibly(frame) : encodeJpeg2000(frame);
}

/**
 * Encodes a frame as a reversible JPEG 2000 codestream.
 *
 * @throws OriginServerError `transfer-syntax-not-acceptable` if the samples have more than 16 bits
 */
export async function encodeJpeg2000(frame: PixelFrame): Promise<Uint8Array> {
  const precision = precisionOf(frame);
  return openjpeg(({ J2KEncoder }) => {
    const encoder = new J2KEncoder();
    try {
      encoder.setQuality(true, 0);
      encoder.setDecompositions(decompositionLevels(frame));
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

/** The library that decodes has no rate control; another one writes what is to be small. */
async function encodeIrreversibly(frame: PixelFrame): Promise<Uint8Array> {
  const precision = precisionOf(frame);
  const isSigned = frame.PixelRepresentation === 1;
  const hasShortSigns = isSigned && precision <= 8;
  const octets = octetsOf(frame.samples, octetsPerSample(precision));
  const decodedBuffer = hasShortSigns ? raised(octets, precision) : octets;
  const codestream = { ...frame, precision, isSigned: isSigned && !hasShortSigns };
  const encoded = await encodedOctets(({ NativeCodecs, Context }) => {
    const context = new Context({ ...contextOf(codestream, frame.PhotometricInterpretation), decodedBuffer });
    return NativeCodecs.encodeJpeg2000(context, { lossy: true, rate: compressionRatio }).getEncodedBuffer();
  });
  return hasShortSigns ? declareSigned(encoded) : encoded;
}

function precisionOf(frame: PixelFrame): number {
  const precision = precisionNeeded(frame);
  if (precision <= 16) return precision;
  throw originServerError(
    'transfer-syntax-not-acceptable',
    `JPEG 2000 is written with up to 16 bits here; the image has ${precision}.`,
  );
}

/** Levels of the wavelet transform: five, or as many as halve the shorter side down to one pixel. */
export function decompositionLevels({ Rows, Columns }: PixelFrame): number {
  return Math.min(5, Math.floor(Math.log2(Math.min(Rows, Columns))));
}
