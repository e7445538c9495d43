/** Where each frame of an object is. */
export type FrameIndex = NativeFrameIndex | EncapsulatedFrameIndex;

/** Frames that follow each other without a gap (PS3.5 8.1.1). */
export interface NativeFrameIndex {
  readonly kind: 'native';
  /** Offset of the value field. */
  readonly offset: number;
  /** Octets of the value field. */
  readonly length: number;
  readonly bitsPerFrame: number;
  readonly count: number;
  /** Octets of a word that has to be turned round to be little endian: 1 where nothing has to be, else 2 (OW), 4 (OF) or 8 (OD). */
  readonly wordLength: 1 | 2 | 4 | 8;
}

/** Frames of one or more fragments each (PS3.5 A.4). */
export interface EncapsulatedFrameIndex {
  readonly kind: 'encapsulated';
  /** Offsets of item tags, one more than there are frames: frame i (from 0) is the items in [offsets[i], offsets[i + 1]). */
  readonly offsets: Float64Array;
}

/** The octets that hold a frame, and the bit of the first of them, in little endian order, at which it begins. */
export interface FrameRange {
  readonly offset: number;
  readonly length: number;
  readonly bitOffset: number;
}

/** Frames that can be taken out: fewer than Number of Frames where the pixel data is too short. */
export function frameCount(index: FrameIndex): number {
  return index.kind === 'native' ? index.count : Math.max(0, index.offsets.length - 1);
}

/**
 * Where a frame is.
 *
 * @param frameNumber from 1
 * @returns undefined if there is no such frame
 */
export function frameRange(index: FrameIndex, frameNumber: number): FrameRange | undefined {
  if (!Number.isInteger(frameNumber) || frameNumber < 1 || frameNumber > frameCount(index)) return undefined;
  if (index.kind === 'encapsulated') {
    const offset = index.offsets[frameNumber - 1]!;
    return { offset, length: index.offsets[frameNumber]! - offset, bitOffset: 0 };
  }
  const { bitsPerFrame, wordLength } = index;
  const bitsPerWord = wordLength * 8;
  const firstBit = (frameNumber - 1) * bitsPerFrame;
  const firstWord = Math.floor(firstBit / bitsPerWord);
  const words = Math.ceil((firstBit + bitsPerFrame) / bitsPerWord) - firstWord;
  const start = firstWord * wordLength;
  return {
    offset: index.offset + start,
    length: Math.min(words * wordLength, index.length - start),
    bitOffset: firstBit - firstWord * bitsPerWord,
  };
}

/** A short index that has the frame too: `frameNumber` in it is what the frame is in the whole index. */
export function excerptOf(
  index: FrameIndex,
  frameNumber: number,
): { readonly index: FrameIndex; readonly frameNumber: number } {
  if (index.kind === 'native') return { index, frameNumber };
  return {
    index: { kind: 'encapsulated', offsets: index.offsets.slice(frameNumber - 1, frameNumber + 1) },
    frameNumber: 1,
  };
}

/**
 * A frame on its own: of an encapsulated one the codestream, its fragments joined and nothing trimmed; of a native one the
 * octets that Explicit VR Little Endian has, beginning on an octet of its own (decision D-51). Words of a Big Endian
 * object are turned round here, so nothing behind this function meets another byte order.
 *
 * @param raw the octets of {@link frameRange}
 */
export function frameBytes(index: FrameIndex, frameNumber: number, raw: Uint8Array): Uint8Array {
  if (index.kind === 'encapsulated') return joinedFragments(raw);
  const bitOffset = frameRange(index, frameNumber)?.bitOffset ?? 0;
  const length = Math.ceil(index.bitsPerFrame / 8);
  const octets = index.wordLength > 1 ? reverseWords(raw, index.wordLength) : raw;
  const first = Math.floor(bitOffset / 8);
  const shift = bitOffset % 8;
  const last = index.bitsPerFrame % 8;
  if (shift === 0 && last === 0) {
    // The buffer itself can be used again by whoever has had the frame, a view of it cannot.
    return first === 0 && length === octets.length ? octets : octets.subarray(first, first + length);
  }
  const frame = new Uint8Array(length);
  for (let i = 0; i < length; i++) {
    frame[i] = (octets[first + i]! | ((octets[first + i + 1] ?? 0) << 8)) >> shift;
  }
  if (last > 0) frame[length - 1]! &= (1 << last) - 1;
  return frame;
}

/** The values of the items that stand one after another in `raw`. */
function joinedFragments(raw: Uint8Array): Uint8Array {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.length);
  const fragments: Uint8Array[] = [];
  for (let at = 0; at + 8 <= raw.length; ) {
    const length = view.getUint32(at + 4, true);
    fragments.push(raw.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  return fragments.length === 1 ? fragments[0]! : Buffer.concat(fragments);
}

/** The octets of every word in the other order, as a copy; octets that fill no word stay as they are. */
export function reverseWords(octets: Uint8Array, wordLength: 1 | 2 | 4 | 8): Uint8Array {
  const copy = Buffer.from(octets);
  const whole = copy.subarray(0, copy.length - (copy.length % wordLength));
  if (wordLength === 2) whole.swap16();
  else if (wordLength === 4) whole.swap32();
  else if (wordLength === 8) whole.swap64();
  return copy;
}

const nativeMark = 0;
const encapsulatedMark = 1;

/** A frame index as octets: numbers of seven bits an octet, of an encapsulated one the distances between offsets. */
export function encodeFrameIndex(index: FrameIndex): Uint8Array {
  const numbers =
    index.kind === 'native'
      ? [nativeMark, index.offset, index.length, index.bitsPerFrame, index.count, index.wordLength]
      : [encapsulatedMark, index.offsets.length, ...distances(index.offsets)];
  const octets: number[] = [];
  for (let number of numbers) {
    for (; number >= 0x80; number = Math.floor(number / 0x80)) octets.push((number % 0x80) | 0x80);
    octets.push(number);
  }
  return Uint8Array.from(octets);
}

function* distances(offsets: Float64Array): Generator<number> {
  let before = 0;
  for (const offset of offsets) {
    yield offset - before;
    before = offset;
  }
}

/** The frame index that {@link encodeFrameIndex} wrote. */
export function decodeFrameIndex(bytes: Uint8Array): FrameIndex {
  let at = 0;
  const next = (): number => {
    let number = 0;
    for (let place = 1; ; place *= 0x80) {
      const octet = bytes[at++] ?? 0;
      number += (octet & 0x7f) * place;
      if (octet < 0x80) return number;
    }
  };
  if (next() === nativeMark) {
    return {
      kind: 'native',
      offset: next(),
      length: next(),
      bitsPerFrame: next(),
      count: next(),
      wordLength: next() as 1 | 2 | 4 | 8,
    };
  }
  const offsets = new Float64Array(next());
  let offset = 0;
  for (let i = 0; i < offsets.length; i++) {
    offset += next();
    offsets[i] = offset;
  }
  return { kind: 'encapsulated', offsets };
}
