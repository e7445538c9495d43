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
 * @throws OriginServerError `not-renderable` if the codestream is not of this image's size, nor the edge of a tiled one
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
  const frame: PixelFrame = {
    Rows,
    Columns,
    SamplesPerPixel,
    PhotometricInterpretation,
    BitsStored,
    HighBit: BitsStored - 1,
    PixelRepresentation: image.PixelRepresentation,
    samples,
  };
  return {
    ...wholeTile(frame, Math.ceil(image.Rows / 2 ** halvings), Math.ceil(image.Columns / 2 ** halvings)),
    // The low-pass filters of a wavelet transform have their middle on the first of two pixels.
    ...(halvings === 0 ? {} : { reduction: { halvings, firstCenter: 0.5 } }),
  };
}

function checkSize(codestream: Codestream, image: ImagePixel): void {
  const { Rows, Columns, SamplesPerPixel } = codestream;
  if (fitsFrame(codestream, image) && SamplesPerPixel === image.SamplesPerPixel) return;
  throw originServerError(
    'not-renderable',
    `The codestream has ${SamplesPerPixel} components of ${Columns} x ${Rows} pixels, the image ${image.SamplesPerPixel} of ${image.Columns} x ${image.Rows}.`,
  );
}

/**
 * Whether a codestream has the size of a frame, or is a tile at the edge of a slide of which only the part inside was
 * encoded: PS3.3 C.8.12.14 wants every tile whole, and scanners leave them smaller all the same (D-53).
 */
export function fitsFrame({ Rows, Columns }: Pick<Codestream, 'Rows' | 'Columns'>, image: ImagePixel): boolean {
  if (Rows === image.Rows && Columns === image.Columns) return true;
  return image.NumberOfFrames > 1 && Rows <= image.Rows && Columns <= image.Columns;
}

/** A frame at the top left of one of the whole size; what is beside it is white, or dark where the samples are no colours (D-53). */
export function wholeTile(frame: PixelFrame, Rows: number, Columns: number): PixelFrame {
  if (frame.Rows === Rows && frame.Columns === Columns) return frame;
  const { samples, SamplesPerPixel, PhotometricInterpretation } = frame;
  const whole = new (samples.constructor as new (length: number) => Samples)(Rows * Columns * SamplesPerPixel);
  const background = SamplesPerPixel === 3 ? whiteOf(PhotometricInterpretation, frame.BitsStored) : [0];
  for (let i = 0; i < whole.length; i++) whole[i] = background[i % SamplesPerPixel]!;
  const rowLength = frame.Columns * SamplesPerPixel;
  for (let row = 0; row < frame.Rows; row++) {
    whole.set(samples.subarray(row * rowLength, (row + 1) * rowLength) as never, row * Columns * SamplesPerPixel);
  }
  return { ...frame, Rows, Columns, samples: whole };
}

function whiteOf(PhotometricInterpretation: string, BitsStored: number): readonly number[] {
  const most = 2 ** BitsStored - 1;
  const middle = 2 ** (BitsStored - 1);
  return PhotometricInterpretation.startsWith('YBR') ? [most, middle, middle] : [most, most, most];
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

/**
 * The frame as lossy compression needs it: its stored values begin at the lowest bit, and nothing else is in their words. Where
 * the bits above are all zero or all one they are left, as some images have values that Bits Stored does not hold.
 *
 * @throws OriginServerError `transfer-syntax-not-acceptable` where bits beside the stored value say something of their own,
 *   such as an overlay plane of old (PS3.5 8.1.2): compression with loss would change them too
 */
export function withoutUnusedBits(frame: PixelFrame): PixelFrame {
  const { samples, BitsStored, HighBit, PixelRepresentation } = frame;
  const allocated = samples.BYTES_PER_ELEMENT * 8;
  const below = HighBit + 1 - BitsStored;
  if (BitsStored >= allocated || below < 0 || isFloat(samples)) return frame;
  const aboveMask = HighBit >= 31 ? 0 : (-1 << (HighBit + 1)) & allOf(allocated);
  const belowMask = (1 << below) - 1;
  const signMask = PixelRepresentation === 1 ? aboveMask : 0;
  for (let i = 0; i < samples.length; i++) {
    const above = samples[i]! & aboveMask;
    if ((above !== 0 && above !== signMask) || (samples[i]! & belowMask) !== 0) throw unusedBitsInUse();
  }
  if (below === 0) return frame;
  const isSigned = PixelRepresentation === 1;
  const atBottom = (sample: number): number => (isSigned ? sample >> below : sample >>> below);
  return { ...frame, HighBit: BitsStored - 1, samples: samples.map(atBottom) as Samples };
}

/** As many ones as a sample has bits. */
function allOf(allocated: number): number {
  return allocated === 32 ? -1 : (1 << allocated) - 1;
}

function isFloat(samples: Samples): boolean {
  return samples instanceof Float32Array || samples instanceof Float64Array;
}

function unusedBitsInUse() {
  return originServerError(
    'transfer-syntax-not-acceptable',
    'The words of the pixel data hold more than pixels, such as an overlay in unused bits, which compression with loss would change.',
  );
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
