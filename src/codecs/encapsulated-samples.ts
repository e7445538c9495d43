import type { ImagePixel } from '../dicom/image-pixel.ts';
import { originServerError } from '../errors/origin-server-error.ts';
import type { PixelFrame, Samples } from './pixel-frame.ts';

/** What a codestream says of itself. */
export interface Codestream {
  readonly Rows: number;
  readonly Columns: number;
  readonly SamplesPerPixel: number;
  /** Bits of a sample in the codestream. */
  readonly precision: number;
  readonly isSigned: boolean;
}

/** Octets of one sample as decoders and encoders of codestreams hold it. */
export function octetsPerSample(bits: number): 1 | 2 | 4 {
  return bits <= 8 ? 1 : bits <= 16 ? 2 : 4;
}

/**
 * Decoded octets as the samples of the frame, interleaved by pixel.
 *
 * Pixel Representation, not the codestream, says whether values are signed (PS3.5 8.2): what a codestream holds as
 * unsigned bits is extended by its sign where the image is signed.
 *
 * @param halvings how often a wavelet transform was left before its last step
 * @throws OriginServerError `not-renderable` if the codestream is not of this image's size
 */
export function frameOfCodestream(
  octets: Uint8Array,
  codestream: Codestream,
  image: ImagePixel,
  PhotometricInterpretation = image.PhotometricInterpretation,
  halvings = 0,
): PixelFrame {
  checkSize(codestream, image);
  const { SamplesPerPixel, precision } = codestream;
  const Rows = Math.ceil(codestream.Rows / 2 ** halvings);
  const Columns = Math.ceil(codestream.Columns / 2 ** halvings);
  const count = Rows * Columns * SamplesPerPixel;
  const width = octetsPerSample(precision);
  if (octets.length < count * width) {
    throw originServerError(
      'not-renderable',
      `The codestream gave ${octets.length} octets where the image has ${count * width}.`,
    );
  }
  const isSigned = image.PixelRepresentation === 1;
  const samples = typedSamples(octets, count, width, isSigned);
  if (isSigned && !codestream.isSigned && precision < width * 8) extendSign(samples, precision);
  const BitsStored = Math.min(image.BitsStored, width * 8);
  return {
    Rows,
    Columns,
    SamplesPerPixel,
    PhotometricInterpretation,
    BitsStored,
    HighBit: BitsStored - 1,
    PixelRepresentation: image.PixelRepresentation,
    samples,
    // The low-pass filters of a wavelet transform have their middle on the first of two pixels.
    ...(halvings === 0 ? {} : { reduction: { halvings, firstCenter: 0.5 } }),
  };
}

function checkSize(codestream: Codestream, image: ImagePixel): void {
  const { Rows, Columns, SamplesPerPixel } = codestream;
  if (Rows === image.Rows && Columns === image.Columns && SamplesPerPixel === image.SamplesPerPixel) return;
  throw originServerError(
    'not-renderable',
    `The codestream has ${SamplesPerPixel} components of ${Columns} x ${Rows} pixels, the image ${image.SamplesPerPixel} of ${image.Columns} x ${image.Rows}.`,
  );
}

/** A view of the octets as numbers; a copy where the octets do not lie as an array view wants them. */
export function typedSamples(octets: Uint8Array, count: number, width: 1 | 2 | 4, isSigned: boolean): Samples {
  const aligned = octets.byteOffset % width === 0 ? octets : Uint8Array.from(octets);
  const { buffer, byteOffset } = aligned;
  if (width === 1)
    return isSigned ? new Int8Array(buffer, byteOffset, count) : new Uint8Array(buffer, byteOffset, count);
  if (width === 2)
    return isSigned ? new Int16Array(buffer, byteOffset, count) : new Uint16Array(buffer, byteOffset, count);
  return isSigned ? new Int32Array(buffer, byteOffset, count) : new Uint32Array(buffer, byteOffset, count);
}

function extendSign(samples: Samples, bits: number): void {
  const shift = 32 - bits;
  for (let i = 0; i < samples.length; i++) samples[i] = (samples[i]! << shift) >> shift;
}

/**
 * The bits of a sample that a lossless codestream must hold so that every bit of the cell comes back.
 *
 * That is Bits Stored, unless the bits above it carry something of their own, such as an overlay plane of old.
 */
export function precisionNeeded(frame: PixelFrame): number {
  const { samples, BitsStored, PixelRepresentation } = frame;
  const allocated = samples.BYTES_PER_ELEMENT * 8;
  if (BitsStored >= allocated || frame.HighBit !== BitsStored - 1) return allocated;
  const low = PixelRepresentation === 1 ? -(2 ** (BitsStored - 1)) : 0;
  const high = PixelRepresentation === 1 ? 2 ** (BitsStored - 1) - 1 : 2 ** BitsStored - 1;
  for (let i = 0; i < samples.length; i++) if (samples[i]! < low || samples[i]! > high) return allocated;
  return BitsStored;
}

/** The octets of the samples; a sample of more than eight bits that the codestream holds in one octet is narrowed. */
export function octetsOf(samples: Samples, width: 1 | 2 | 4): Uint8Array {
  if (samples.BYTES_PER_ELEMENT === width)
    return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  if (width === 1) return Uint8Array.from(samples, (sample) => sample & 0xff);
  const wide = width === 2 ? Uint16Array.from(samples) : Uint32Array.from(samples);
  return new Uint8Array(wide.buffer);
}

/** Unsigned bits of the samples, as many as the precision: what a codestream without signs holds (PS3.5 8.2.3). */
export function unsignedSamples(frame: PixelFrame, precision: number): Samples {
  const { samples } = frame;
  const isFull = precision === samples.BYTES_PER_ELEMENT * 8;
  if (frame.PixelRepresentation === 0 || isFull) return samples;
  const mask = 2 ** precision - 1;
  const cut = (sample: number): number => sample & mask;
  return precision <= 8 ? Uint8Array.from(samples, cut) : Uint16Array.from(samples, cut);
}
