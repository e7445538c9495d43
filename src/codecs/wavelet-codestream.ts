import type { FrameInfo, Jpeg2000Decoder, Jpeg2000Encoder } from '@cornerstonejs/codec-charls';
import type { ImagePixel } from '../dicom/image-pixel.ts';
import { originServerError } from '../errors/origin-server-error.ts';
import { frameOfCodestream, octetsOf, octetsPerSample, precisionNeeded } from './encapsulated-samples.ts';
import type { PixelFrame } from './pixel-frame.ts';
import { declareSigned, lower, raised, withoutShortSigns } from './signed-components.ts';
import { decodedBy, encodedBy } from './wasm-codec.ts';

/** What is decoded of a codestream. */
export interface DecodedWavelets {
  readonly octets: Uint8Array;
  /** Of the whole image, also where it was halved. */
  readonly info: FrameInfo;
  readonly halvings: number;
}

/**
 * Decodes a codestream of the JPEG 2000 family.
 *
 * @throws OriginServerError `not-renderable` if it is damaged, or not of this image's size
 */
export async function frameOfWavelets(
  encoded: Uint8Array,
  image: ImagePixel,
  decode: (codestream: Uint8Array) => Promise<DecodedWavelets>,
): Promise<PixelFrame> {
  const { codestream: unsigned, lift } = withoutShortSigns(encoded);
  const { octets, info, halvings } = await decode(unsigned);
  lower(octets, lift);
  const { width: Columns, height: Rows, componentCount: SamplesPerPixel, bitsPerSample: precision } = info;
  const codestream = { Rows, Columns, SamplesPerPixel, precision, isSigned: lift > 0 || info.isSigned === true };
  const PhotometricInterpretation = withoutComponentTransformation(image.PhotometricInterpretation);
  return frameOfCodestream(octets, codestream, image, PhotometricInterpretation, halvings);
}

/** Encodes a frame with an encoder that is set up, and deletes the encoder. */
export function waveletsOf(encoder: Jpeg2000Encoder, frame: PixelFrame, precision: number): Uint8Array {
  try {
    const { octets, isSigned, whole } = componentsOf(frame, precision);
    const info = {
      width: frame.Columns,
      height: frame.Rows,
      bitsPerSample: precision,
      componentCount: frame.SamplesPerPixel,
      isSigned,
      isUsingColorTransform: frame.PhotometricInterpretation === 'RGB',
    };
    return whole(encodedBy(encoder, octets, info));
  } finally {
    encoder.delete();
  }
}

/** The samples as the libraries take them. */
export interface Components {
  readonly octets: Uint8Array;
  /** What the library is to be told, which reads samples of eight bits as unsigned. */
  readonly isSigned: boolean;
  /** Gives the codestream the signs that the library was not told of. */
  readonly whole: (codestream: Uint8Array) => Uint8Array;
}

/** Samples of eight bits with a sign are lifted, and declared signed in the codestream. */
export function componentsOf(frame: PixelFrame, precision: number): Components {
  const octets = octetsOf(frame.samples, octetsPerSample(precision));
  const isSigned = frame.PixelRepresentation === 1;
  if (!isSigned || precision > 8) return { octets, isSigned, whole: (codestream) => codestream };
  return { octets: raised(octets, precision), isSigned: false, whole: declareSigned };
}

/**
 * Bits of a sample in the codestream.
 *
 * @param name of the encoding, for the refusal
 * @throws OriginServerError `transfer-syntax-not-acceptable` if the samples have more than 16 bits
 */
export function waveletPrecision(frame: PixelFrame, name: string): number {
  const precision = precisionNeeded(frame);
  if (precision <= 16) return precision;
  throw originServerError(
    'transfer-syntax-not-acceptable',
    `${name} is written with up to 16 bits here; the image has ${precision}.`,
  );
}

/** Levels of the wavelet transform: five, or as many as halve the shorter side down to one pixel. */
export function decompositionLevels({ Rows, Columns }: PixelFrame): number {
  return Math.min(5, Math.floor(Math.log2(Math.min(Rows, Columns))));
}

/** Photometric Interpretation once the multiple component transformation of the codestream is undone (PS3.5 8.2.4). */
function withoutComponentTransformation(PhotometricInterpretation: string): string {
  return /^YBR_(RCT|ICT)$/.test(PhotometricInterpretation) ? 'RGB' : PhotometricInterpretation;
}

/**
 * Runs a decoder of a library, which leaves out the last steps of the wavelet transform where a smaller frame will do, and
 * deletes it.
 *
 * @param wanted how often the sides may be halved
 * @returns octets of a frame whose sides were halved so many times, and rounded up
 * @throws OriginServerError `not-renderable`
 */
export function waveletsBy(
  decoder: Jpeg2000Decoder,
  encoded: Uint8Array,
  image: ImagePixel,
  wanted: number,
): DecodedWavelets {
  try {
    const halvings = Math.min(wanted, decompositionsOf(encoded));
    if (halvings === 0) return { ...decodedBy(decoder, encoded), halvings };
    const { octets, info } = decodedBy(decoder, encoded, (it) => {
      it.readHeader();
      it.decodeSubResolution(halvings, 0);
    });
    const { width, height, componentCount, bitsPerSample } = info;
    const size = 2 ** halvings;
    const samples = Math.ceil(width / size) * Math.ceil(height / size) * componentCount;
    // Tiles and offsets of the reference grid may give a size of their own.
    const isWhole = octets.length === samples * octetsPerSample(bitsPerSample) && hasItsSigns(info, image);
    return isWhole ? { octets, info, halvings } : { ...decodedBy(decoder, encoded), halvings: 0 };
  } finally {
    decoder.delete();
  }
}

/** Whether samples can be averaged: a codestream that does not say that its image is signed holds them in another order. */
export function hasItsSigns(info: FrameInfo, image: ImagePixel): boolean {
  return image.PixelRepresentation === 0 || info.isSigned === true;
}

/** Levels of the wavelet transform, from the main header (ISO/IEC 15444-1 A.6.1); 0 where components may differ, or it is none. */
function decompositionsOf(codestream: Uint8Array): number {
  const view = new DataView(codestream.buffer, codestream.byteOffset, codestream.byteLength);
  let levels = 0;
  for (let at = 2; at + 10 <= view.byteLength; at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint16(at);
    if (marker === startOfTilePart) return levels;
    if (marker < 0xff00 || marker === codingStyleComponent) return 0;
    if (marker === codingStyleDefault) levels = view.getUint8(at + 9);
  }
  return 0;
}

const startOfTilePart = 0xff90;
const codingStyleDefault = 0xff52;
const codingStyleComponent = 0xff53;
