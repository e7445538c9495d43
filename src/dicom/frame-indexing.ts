import { Tag } from '../../generated/dictionary.ts';
import type { DataElement, DataSet } from './data-set.ts';
import type { EncapsulatedFrameIndex, FrameIndex, NativeFrameIndex } from './frame-index.ts';
import { type ImagePixel, nativeBitsPerFrame } from './image-pixel.ts';
import type { TransferSyntax } from './transfer-syntax.ts';
import { valueRepresentations } from './value-representation.ts';

/**
 * Finds the frames of the pixel data of an object.
 *
 * @returns undefined if the fragments cannot be told apart into frames
 */
export function indexFrames(
  dataSet: DataSet,
  element: DataElement,
  image: ImagePixel,
  transferSyntax: TransferSyntax,
): FrameIndex | undefined {
  return element.fragments
    ? encapsulatedFrames(dataSet, element.fragments, image.NumberOfFrames, transferSyntax)
    : nativeFrames(dataSet, element, image);
}

function nativeFrames(dataSet: DataSet, element: DataElement, image: ImagePixel): NativeFrameIndex {
  const { offset, length } = element;
  const { NumberOfFrames } = image;
  const full = image.Rows * image.Columns * image.SamplesPerPixel * image.BitsAllocated;
  // Some objects name a subsampled photometric interpretation and hold every sample all the same.
  const bitsPerFrame = full * NumberOfFrames <= length * 8 ? full : nativeBitsPerFrame(image);
  const count = Math.min(NumberOfFrames, Math.floor((length * 8) / bitsPerFrame));
  const wordLength = dataSet.bigEndian ? valueRepresentations[element.vr].wordLength : 1;
  return { kind: 'native', offset, length, bitsPerFrame, count, wordLength };
}

/**
 * Divides fragments into frames (PS3.5 A.4), by the first of these that fits the fragments there are: Extended Offset
 * Table, Basic Offset Table, one fragment a frame, one frame in all, and codestreams that begin or end where a
 * fragment does. A stream of video is one frame, as its frames are not on their own.
 */
function encapsulatedFrames(
  dataSet: DataSet,
  items: Float64Array,
  NumberOfFrames: number,
  transferSyntax: TransferSyntax,
): EncapsulatedFrameIndex | undefined {
  // items[0] is the Basic Offset Table; the last offset is the end.
  const fragments = items.subarray(1);
  const count = fragments.length - 1;
  if (count < 1) return { kind: 'encapsulated', offsets: new Float64Array(0) };
  const whole = Float64Array.of(fragments[0]!, fragments[count]!);
  if (transferSyntax.family === 'mpeg') return { kind: 'encapsulated', offsets: whole };

  const basic = basicOffsetTable(dataSet, items[0]!, fragments);
  const offsets =
    withLength(extendedOffsetTable(dataSet, fragments), NumberOfFrames) ??
    withLength(basic, NumberOfFrames) ??
    withLength(fragments, NumberOfFrames) ??
    (NumberOfFrames === 1 ? whole : undefined) ??
    withLength(codestreams(dataSet, fragments, 'begin'), NumberOfFrames) ??
    withLength(codestreams(dataSet, fragments, 'end'), NumberOfFrames) ??
    // Number of Frames is wrong: the table, or else one fragment a frame, says what there is.
    basic ??
    (count < NumberOfFrames ? fragments : undefined);
  return offsets && { kind: 'encapsulated', offsets };
}

function withLength(offsets: Float64Array | undefined, NumberOfFrames: number): Float64Array | undefined {
  return offsets?.length === NumberOfFrames + 1 ? offsets : undefined;
}

/** Extended Offset Table (7FE0,0001): 64-bit offsets from the first fragment (PS3.3 C.7.6.3.1.8). */
function extendedOffsetTable(dataSet: DataSet, fragments: Float64Array): Float64Array | undefined {
  const table = dataSet.numbers(Tag.ExtendedOffsetTable);
  return table.length === 0 ? undefined : alignedWithFragments(table, fragments, Number.POSITIVE_INFINITY);
}

/** Basic Offset Table: the value of the first item, 32-bit offsets from the first fragment. */
function basicOffsetTable(dataSet: DataSet, item: number, fragments: Float64Array): Float64Array | undefined {
  const length = fragments[0]! - item - 8;
  const count = Math.floor(length / 4);
  // More offsets than fragments is garbage that need not be read.
  if (count < 1 || count >= fragments.length) return undefined;
  const octets = dataSet.source.read(item + 8, count * 4);
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  const table = Array.from({ length: count }, (_, i) => view.getUint32(i * 4, true));
  return alignedWithFragments(table, fragments, 2 ** 32);
}

/**
 * The item tags that a table points at, if it begins with the first fragment, only goes forward and meets a fragment
 * every time. Offsets of more than 32 bits are found although a Basic Offset Table has only their low ones.
 */
function alignedWithFragments(
  table: readonly number[],
  fragments: Float64Array,
  modulus: number,
): Float64Array | undefined {
  const first = fragments[0]!;
  const count = fragments.length - 1;
  const offsets = new Float64Array(table.length + 1);
  let fragment = 0;
  for (const [i, offset] of table.entries()) {
    while (fragment < count && (fragments[fragment]! - first) % modulus !== offset) fragment += 1;
    if (fragment === count || (i === 0 && fragment !== 0)) return undefined;
    offsets[i] = fragments[fragment]!;
    fragment += 1;
  }
  offsets[table.length] = fragments[count]!;
  return offsets;
}

/** How the codestream of a frame begins, in hexadecimal. */
const codestreamStarts: readonly string[] = [
  'ffd8ff', // JPEG and JPEG-LS: start of image, marker
  'ff4fff51', // JPEG 2000 and HTJ2K: start of codestream, image and tile size
  '0000000c6a502020', // JPEG 2000 in a JP2 file
  'ff0a', // JPEG XL codestream
  '0000000c4a584c20', // JPEG XL container
];

/** End of image of JPEG and JPEG-LS, end of codestream of JPEG 2000. */
const endMarker = 'ffd9';

/** Divides fragments where a codestream begins in one, or where one has ended in the fragment before. */
function codestreams(dataSet: DataSet, fragments: Float64Array, by: 'begin' | 'end'): Float64Array | undefined {
  const count = fragments.length - 1;
  const offsets = [fragments[0]!];
  for (let i = 1; i < count; i++) {
    const isStart =
      by === 'begin'
        ? beginsCodestream(dataSet, fragments[i]!)
        : endsCodestream(dataSet, fragments[i - 1]!, fragments[i]!);
    if (isStart) offsets.push(fragments[i]!);
  }
  offsets.push(fragments[count]!);
  return Float64Array.from(offsets);
}

function beginsCodestream(dataSet: DataSet, item: number): boolean {
  const start = hex(dataSet.source.read(item + 8, 8));
  return codestreamStarts.some((codestream) => start.startsWith(codestream));
}

/** Whether the octets of an item, padding left out, end with an end marker. */
function endsCodestream(dataSet: DataSet, item: number, end: number): boolean {
  const length = Math.min(end - item - 8, 16);
  return hex(dataSet.source.read(end - length, length))
    .replace(/(00)+$/, '')
    .endsWith(endMarker);
}

function hex(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString('hex');
}
