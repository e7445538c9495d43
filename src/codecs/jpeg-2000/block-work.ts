import { decodeCodeBlock } from './code-block-decoder.ts';
import { mostOctets } from './code-block-program.ts';
import { orientations } from './coding-tables.ts';
import type { Plane } from './inverse-wavelet.ts';
import type { CodeBlock } from './tile.ts';

/*
 * The code-blocks of a frame do not depend on each other, and they are nearly all of the work. So they are laid out in one
 * buffer, which two threads may have in common: each takes the next one until none is left.
 */

/** Words at the start of the buffer. */
const word = {
  /** One of {@link stateOf}. */
  state: 0,
  /** The code-block to be taken next. */
  next: 1,
  /** How many there are. */
  count: 2,
  /** How many have been decoded. */
  done: 3,
  /** How many could not be. */
  failed: 4,
  /** Where the planes begin, in words. */
  planes: 5,
  /** Samples in a row of a plane. */
  width: 6,
  end: 8,
} as const;

const stateOf = { inPreparation: 0, open: 1, closed: 2 } as const;

/** What is written of a code-block, in words. */
const wordsOfBlock = 10;

/** How the coefficients of a resolution lie in its plane. */
export interface Resolutions {
  readonly width: number;
  readonly height: number;
  readonly components: number;
  /** Levels of the wavelet transform that are to be undone. */
  readonly levels: number;
}

/** Octets of a buffer for so many samples, code-blocks and octets of the codestream. */
function lengthNeeded(samples: number, codeBlocks: number, octets: number): number {
  return 4 * (word.end + wordsOfBlock * codeBlocks + samples + Math.ceil(octets / 4));
}

/** A buffer that several threads can work in, for a frame of so many samples as they usually are encoded. */
export function sharedLength(samples: number, octets: number): number {
  return lengthNeeded(samples, 64 + Math.ceil(samples / 512), octets);
}

/** Says that a buffer is about to be filled, before any thread has it. */
export function prepare(shared: SharedArrayBuffer): void {
  new Int32Array(shared)[word.state] = stateOf.inPreparation;
}

/** Says that nothing, or nothing more, is to be done in a buffer. */
export function close(shared: SharedArrayBuffer): void {
  const words = new Int32Array(shared);
  Atomics.store(words, word.state, stateOf.closed);
  Atomics.notify(words, word.state);
}

/** Milliseconds that a thread waits for another: far more than either ever takes. */
const patience = 2000;

/** Helps the thread that fills the buffer, until there is nothing left to be done in it. */
export function help(shared: SharedArrayBuffer): void {
  const words = new Int32Array(shared);
  Atomics.wait(words, word.state, stateOf.inPreparation, patience);
  if (Atomics.load(words, word.state) === stateOf.open) decodeAll(words);
}

/**
 * Decodes code-blocks into planes of coefficients, each in the place where the inverse transform wants it.
 *
 * @param shared a buffer that another thread may help in, if it is large enough
 * @returns undefined if a code-block could not be decoded
 */
export function decodeBlocks(
  codeBlocks: readonly CodeBlock[],
  resolutions: Resolutions,
  shared: SharedArrayBuffer | undefined,
): readonly Plane[] | undefined {
  const { width, height, components } = resolutions;
  const octets = codeBlocks.reduce((all, { pieces }) => all + lengthOf(pieces), 0);
  const needed = lengthNeeded(width * height * components, codeBlocks.length, octets);
  const isShared = shared !== undefined && shared.byteLength >= needed;
  const words = new Int32Array(isShared ? shared : ownBuffer(needed));
  if (!layOut(words, codeBlocks, resolutions)) return undefined;
  Atomics.store(words, word.state, stateOf.open);
  if (isShared) Atomics.notify(words, word.state);
  decodeAll(words);
  if (isShared && !waitForOther(words)) return undefined;
  if (words[word.failed]! > 0) return undefined;
  const samplesAt = words[word.planes]!;
  return Array.from({ length: components }, (_, component) => {
    const from = samplesAt + component * width * height;
    return { samples: words.subarray(from, from + width * height), width, height };
  });
}

function lengthOf(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((all, { length }) => all + length, 0);
}

/** Kept from one frame to the next, because memory of this size costs as much to get as a good part of the work. */
let kept = new ArrayBuffer(0);

const mostKept = 2 ** 24;

function ownBuffer(length: number): ArrayBuffer {
  if (length <= kept.byteLength) return kept;
  const buffer = new ArrayBuffer(length);
  if (length <= mostKept) kept = buffer;
  return buffer;
}

function layOut(words: Int32Array, codeBlocks: readonly CodeBlock[], resolutions: Resolutions): boolean {
  const { width, height, components, levels } = resolutions;
  const planesAt = word.end + wordsOfBlock * codeBlocks.length;
  const planesEnd = planesAt + width * height * components;
  words.fill(0, planesAt, planesEnd);
  const memory = new Uint8Array(words.buffer);
  let octetsAt = 4 * planesEnd;
  for (const [number, { band, pieces, passes, zeroPlanes = 0, ...block }] of codeBlocks.entries()) {
    const length = lengthOf(pieces);
    if (length > mostOctets) return false;
    const orientation = orientations.indexOf(band.orientation);
    // Every other coefficient of a plane is of the lower frequencies; those of the lowest have no others between them.
    const step = 2 ** (levels - band.resolution);
    const [scale, right, down] = band.resolution === 0 ? [step, 0, 0] : [2 * step, orientation & 1, orientation >> 1];
    const row = scale * block.y + step * down;
    const column = scale * block.x + step * right;
    const target = planesAt + (band.component * height + row) * width + column;
    words.set(
      [octetsAt, length, block.width, block.height, orientation, band.planes - zeroPlanes, passes, target, scale],
      word.end + wordsOfBlock * number,
    );
    for (const piece of pieces) {
      memory.set(piece, octetsAt);
      octetsAt += piece.length;
    }
  }
  words[word.planes] = planesAt;
  words[word.width] = width;
  words[word.count] = codeBlocks.length;
  words[word.done] = words[word.failed] = words[word.next] = 0;
  return true;
}

function decodeAll(words: Int32Array): void {
  const count = words[word.count]!;
  for (let number = Atomics.add(words, word.next, 1); number < count; number = Atomics.add(words, word.next, 1)) {
    try {
      decodeOne(words, number);
    } catch {
      Atomics.add(words, word.failed, 1);
    }
    Atomics.add(words, word.done, 1);
    Atomics.notify(words, word.done);
  }
}

function decodeOne(words: Int32Array, number: number): void {
  const from = word.end + wordsOfBlock * number;
  const [octetsAt, length, width, height, orientation, planes, passes, target, scale] = words.subarray(
    from,
    from + wordsOfBlock,
  ) as unknown as readonly [number, number, number, number, number, number, number, number, number];
  const octets = new Uint8Array(words.buffer, octetsAt, length);
  const block = { width, height, orientation: orientations[orientation]!, planes, passes };
  const doubled = decodeCodeBlock(block, octets);
  const rowLength = scale * words[word.width]!;
  for (let row = 0; row < height; row++) {
    let to = target + row * rowLength;
    let at = (row >> 2) * 4 * width + (row & 3);
    for (const end = to + width * scale; to < end; to += scale, at += 4) {
      const value = doubled[at]!;
      // Halved towards zero.
      words[to] = (value + (value >>> 31)) >> 1;
    }
  }
}

/** Waits until the other thread has decoded what it took. */
function waitForOther(words: Int32Array): boolean {
  const count = words[word.count]!;
  for (let done = Atomics.load(words, word.done); done < count; done = Atomics.load(words, word.done)) {
    if (Atomics.wait(words, word.done, done, patience) === 'timed-out') return false;
  }
  return true;
}
