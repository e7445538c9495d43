import type { ImagePixel } from '../dicom/image-pixel.ts';
import { originServerError } from '../errors/origin-server-error.ts';
import type { Codec } from './codec.ts';
import type { PixelFrame, Samples } from './pixel-frame.ts';

/** Native (uncompressed) frames of the four native transfer syntaxes (PS3.5 8.1, 8.2, A.1 to A.3, A.5). */
export const nativeCodec: Codec = {
  transferSyntaxes: ['1.2.840.10008.1.2', '1.2.840.10008.1.2.1', '1.2.840.10008.1.2.1.99', '1.2.840.10008.1.2.2'],
  decode: async (encoded, image) => decodeNative(encoded, image),
  encode: async (frame, image) => encodeNative(frame, image),
};

/** Photometric interpretations with one chrominance pair for two neighbours in a row (PS3.3 C.7.6.3.1.2). */
const halfChrominance: ReadonlySet<string> = new Set(['YBR_FULL_422', 'YBR_PARTIAL_422']);

/** Octets of one native frame, the last one perhaps only in part used (PS3.5 8.1.1). */
export function nativeFrameLength(image: ImagePixel): number {
  return Math.ceil((encodedSampleCount(image) * bitsAllocated(image)) / 8);
}

/**
 * Lays a native frame out as samples interleaved by pixel.
 *
 * @param encoded little endian, whatever the transfer syntax: that is how frames are cut out of an object
 * @throws OriginServerError `not-renderable` if the frame is shorter than its Image Pixel Module says, or is
 *   YBR_PARTIAL_420, for which PS3.3 C.7.6.3.1.2 defines no native order
 */
export function decodeNative(encoded: Uint8Array, image: ImagePixel): PixelFrame {
  if (image.PhotometricInterpretation === 'YBR_PARTIAL_420') {
    throw originServerError('not-renderable', 'YBR_PARTIAL_420 has no order of samples outside of a codestream.');
  }
  const needed = nativeFrameLength(image);
  if (encoded.length < needed) {
    throw originServerError(
      'not-renderable',
      `The frame has ${encoded.length} octets where its attributes ask for ${needed}.`,
    );
  }
  // An array of samples cannot begin at every octet of a buffer.
  const isAligned = encoded.byteOffset % Math.max(1, bitsAllocated(image) >> 3) === 0;
  const stored = samplesOf(isAligned ? encoded : Uint8Array.from(encoded.subarray(0, needed)), image);
  const { samples, PhotometricInterpretation } = halfChrominance.has(image.PhotometricInterpretation)
    ? fullChrominance(stored, image)
    : { samples: interleave(stored, image), PhotometricInterpretation: image.PhotometricInterpretation };
  const { Rows, Columns, SamplesPerPixel, BitsStored, HighBit, PixelRepresentation } = image;
  return {
    Rows,
    Columns,
    SamplesPerPixel,
    PhotometricInterpretation,
    BitsStored,
    HighBit,
    PixelRepresentation,
    samples,
  };
}

function bitsAllocated(image: ImagePixel): number {
  if (image.pixelData === 'FloatPixelData') return 32;
  if (image.pixelData === 'DoubleFloatPixelData') return 64;
  return image.BitsAllocated;
}

function encodedSampleCount(image: ImagePixel): number {
  const pixels = image.Rows * image.Columns;
  return halfChrominance.has(image.PhotometricInterpretation) ? pixels * 2 : pixels * image.SamplesPerPixel;
}

/** The samples as the octets of a native frame, Planar Configuration 0; one bit samples are packed eight an octet. */
function encodeNative({ samples }: PixelFrame, { BitsAllocated }: ImagePixel): Uint8Array {
  if (BitsAllocated > 1) return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  const octets = new Uint8Array(Math.ceil(samples.length / 8));
  for (let i = 0; i < samples.length; i++) octets[i >> 3]! |= (samples[i]! & 1) << (i & 7);
  return octets;
}

function samplesOf(octets: Uint8Array, image: ImagePixel): Samples {
  const count = encodedSampleCount(image);
  const { buffer, byteOffset } = octets;
  if (image.pixelData === 'FloatPixelData') return new Float32Array(buffer, byteOffset, count);
  if (image.pixelData === 'DoubleFloatPixelData') return new Float64Array(buffer, byteOffset, count);
  const isSigned = image.PixelRepresentation === 1;
  switch (image.BitsAllocated) {
    case 8:
      return isSigned ? new Int8Array(buffer, byteOffset, count) : new Uint8Array(buffer, byteOffset, count);
    case 16:
      return isSigned ? new Int16Array(buffer, byteOffset, count) : new Uint16Array(buffer, byteOffset, count);
    case 32:
      return isSigned ? new Int32Array(buffer, byteOffset, count) : new Uint32Array(buffer, byteOffset, count);
    default:
      return unpackedSamples(octets, count, image.BitsAllocated);
  }
}

/** Samples that do not end where an octet ends: least significant bits first (PS3.5 8.1.1, D.1). */
function unpackedSamples(octets: Uint8Array, count: number, bits: number): Samples {
  if (bits < 1 || bits > 32) {
    throw originServerError('not-renderable', `Bits Allocated is ${bits}; 1 to 32 bits can be read.`);
  }
  const samples = bits <= 8 ? new Uint8Array(count) : bits <= 16 ? new Uint16Array(count) : new Uint32Array(count);
  if (bits === 1) {
    for (let i = 0; i < count; i++) samples[i] = (octets[i >> 3]! >> (i & 7)) & 1;
    return samples;
  }
  for (let i = 0, position = 0; i < count; i++) {
    let value = 0;
    for (let have = 0; have < bits; ) {
      const taken = Math.min(8 - (position & 7), bits - have);
      const part = (octets[position >>> 3]! >> (position & 7)) & ((1 << taken) - 1);
      value += part * 2 ** have;
      have += taken;
      position += taken;
    }
    samples[i] = value;
  }
  return samples;
}

/** Colour planes become colours by pixel (Planar Configuration 1, PS3.3 C.7.6.3.1.3). */
function interleave(samples: Samples, image: ImagePixel): Samples {
  const { SamplesPerPixel, PlanarConfiguration } = image;
  if (SamplesPerPixel === 1 || PlanarConfiguration === 0) return samples;
  const planeLength = image.Rows * image.Columns;
  const interleaved = new (samples.constructor as new (length: number) => Samples)(samples.length);
  for (let plane = 0; plane < SamplesPerPixel; plane++) {
    const start = plane * planeLength;
    for (let i = 0, to = plane; i < planeLength; i++, to += SamplesPerPixel) interleaved[to] = samples[start + i]!;
  }
  return interleaved;
}

/**
 * Y1 Y2 CB CR becomes Y1 CB CR Y2 CB CR (PS3.3 C.7.6.3.1.2). CB and CR are sited with Y1, and Y2 takes them over, as
 * renderers commonly do.
 */
function fullChrominance(samples: Samples, image: ImagePixel): { samples: Samples; PhotometricInterpretation: string } {
  const pixels = image.Rows * image.Columns;
  const full = new (samples.constructor as new (length: number) => Samples)(pixels * 3);
  for (let from = 0, to = 0; from + 3 < samples.length; from += 4, to += 6) {
    full[to] = samples[from]!;
    full[to + 3] = samples[from + 1]!;
    full[to + 1] = samples[from + 2]!;
    full[to + 4] = samples[from + 2]!;
    full[to + 2] = samples[from + 3]!;
    full[to + 5] = samples[from + 3]!;
  }
  return { samples: full, PhotometricInterpretation: image.PhotometricInterpretation.replace('_422', '') };
}
