import type { ImagePixel } from '../dicom/image-pixel.ts';
import { originServerError } from '../errors/origin-server-error.ts';
import type { Codec } from './codec.ts';
import { octetsOf, typedSamples } from './encapsulated-samples.ts';
import type { PixelFrame } from './pixel-frame.ts';

/** RLE Lossless (PS3.5 Annex G): octet planes, most significant first, each packed by itself. */
export const rleLosslessCodec: Codec = {
  transferSyntaxes: ['1.2.840.10008.1.2.5'],
  decode: async (encoded, image) => decodeRle(encoded, image),
  encode: async (frame) => encodeRle(frame),
};

const headerLength = 64;
const maxSegments = 15;

/**
 * Decodes the segments of a frame.
 *
 * @throws OriginServerError `not-renderable` if the header is not of this image, or a segment ends before its plane
 */
export function decodeRle(encoded: Uint8Array, image: ImagePixel): PixelFrame {
  const { Rows, Columns, SamplesPerPixel, PhotometricInterpretation, BitsStored, HighBit, PixelRepresentation } = image;
  const width = cellOctets(image.BitsAllocated);
  const segments = segmentsOf(encoded, SamplesPerPixel * width);
  const pixels = Rows * Columns;
  const cellLength = SamplesPerPixel * width;
  const octets = new Uint8Array(pixels * cellLength);
  segments.forEach((segment, index) => {
    const sample = Math.floor(index / width);
    const significance = width - 1 - (index % width); // the machine is little endian, as every platform of Node.js here
    unpack(segment, octets, sample * width + significance, cellLength, index);
  });
  return {
    Rows,
    Columns,
    SamplesPerPixel,
    PhotometricInterpretation,
    BitsStored,
    HighBit,
    PixelRepresentation,
    samples: typedSamples(octets, pixels * SamplesPerPixel, width, PixelRepresentation === 1),
  };
}

function cellOctets(BitsAllocated: number): 1 | 2 | 4 {
  if (BitsAllocated === 8 || BitsAllocated === 16 || BitsAllocated === 32) return (BitsAllocated / 8) as 1 | 2 | 4;
  throw originServerError(
    'not-renderable',
    `RLE Lossless holds cells of 8, 16 or 32 bits; Bits Allocated is ${BitsAllocated}.`,
  );
}

/** Cuts the frame by its header: the number of segments and their offsets, 32 bits each, little endian (PS3.5 G.5). */
function segmentsOf(encoded: Uint8Array, expected: number): readonly Uint8Array[] {
  const view = new DataView(encoded.buffer, encoded.byteOffset, encoded.byteLength);
  const count = encoded.length < headerLength ? 0 : view.getUint32(0, true);
  if (count !== expected || count > maxSegments) {
    throw originServerError(
      'not-renderable',
      `The RLE header names ${count} segments where the image has ${expected} octet planes.`,
    );
  }
  const starts = Array.from({ length: count }, (_, i) => view.getUint32(4 + 4 * i, true));
  return starts.map((start, i) => {
    const end = starts[i + 1] ?? encoded.length;
    if (start < headerLength || end < start || end > encoded.length) {
      throw originServerError('not-renderable', `The offset of RLE segment ${i + 1} lies outside the frame.`);
    }
    return encoded.subarray(start, end);
  });
}

/** Unpacks a segment into every `step`-th octet (PS3.5 G.3.2). */
function unpack(segment: Uint8Array, into: Uint8Array, first: number, step: number, index: number): void {
  let to = first;
  let from = 0;
  while (to < into.length && from < segment.length) {
    const control = segment[from++]!;
    if (control < 128) {
      const room = Math.ceil((into.length - to) / step);
      const end = from + Math.min(control + 1, segment.length - from, room);
      for (; from < end; from++, to += step) into[to] = segment[from]!;
    } else if (control > 128 && from < segment.length) {
      const value = segment[from++]!;
      const end = Math.min(into.length, to + (257 - control) * step);
      for (; to < end; to += step) into[to] = value;
    }
  }
  if (to < into.length)
    throw originServerError('not-renderable', `RLE segment ${index + 1} ends before its plane is full.`);
}

/** Encodes a frame; each row is packed by itself, each segment padded to an even length (PS3.5 G.3.1, G.4). */
export function encodeRle(frame: PixelFrame): Uint8Array {
  const width = frame.samples.BYTES_PER_ELEMENT as 1 | 2 | 4;
  const octets = octetsOf(frame.samples, width);
  const cellLength = frame.SamplesPerPixel * width;
  const planes = frame.SamplesPerPixel * width;
  const pixels = frame.Rows * frame.Columns;
  const header = new Uint8Array(headerLength);
  const view = new DataView(header.buffer);
  view.setUint32(0, planes, true);
  const segments: Uint8Array[] = [];
  let offset = headerLength;
  const plane = new Uint8Array(pixels);
  for (let index = 0; index < planes; index++) {
    const start = Math.floor(index / width) * width + (width - 1 - (index % width));
    for (let i = 0, from = start; i < pixels; i++, from += cellLength) plane[i] = octets[from]!;
    const segment = pack(plane, frame.Columns);
    view.setUint32(4 + 4 * index, offset, true);
    segments.push(segment);
    offset += segment.length;
  }
  return Buffer.concat([header, ...segments]);
}

function pack(plane: Uint8Array, columns: number): Uint8Array {
  const packed = new Uint8Array(plane.length + Math.ceil(plane.length / columns) * (Math.ceil(columns / 128) + 1) + 1);
  let to = 0;
  for (let row = 0; row < plane.length; row += columns) {
    const end = row + columns;
    for (let from = row; from < end; ) {
      const run = runLength(plane, from, end);
      if (run > 1) {
        packed[to++] = 257 - run;
        packed[to++] = plane[from]!;
        from += run;
        continue;
      }
      // A literal run goes on until three equal octets make a replicate run worth its two octets.
      let stop = from + 1;
      while (
        stop < end &&
        stop - from < 128 &&
        !(plane[stop] === plane[stop + 1] && plane[stop] === plane[stop + 2] && stop + 2 < end)
      )
        stop++;
      packed[to++] = stop - from - 1;
      packed.set(plane.subarray(from, stop), to);
      to += stop - from;
      from = stop;
    }
  }
  return packed.subarray(0, to + (to % 2));
}

function runLength(plane: Uint8Array, from: number, end: number): number {
  const limit = Math.min(end, from + 128);
  let stop = from + 1;
  while (stop < limit && plane[stop] === plane[from]) stop++;
  return stop - from;
}
