import { readSync } from 'node:fs';

/**
 * Random access over the bytes of one object.
 *
 * It is synchronous: the reader asks for a few bytes at a time, and a read that the page cache answers costs microseconds.
 */
export interface ByteSource {
  readonly size: number;
  /** Up to `length` bytes from `offset`, fewer at the end. They stay as they are when others are read; do not change them. */
  read(offset: number, length: number): Uint8Array;
  /** Everything, where everything is in memory. */
  readonly bytes?: Uint8Array;
}

/** The bytes themselves; nothing is copied. */
export function memorySource(bytes: Uint8Array): ByteSource {
  return { size: bytes.length, bytes, read: (offset, length) => bytes.subarray(offset, offset + length) };
}

const empty = new Uint8Array(0);
const smallestWindow = 4 * 1024;
const largestWindow = 256 * 1024;

/**
 * An open file, read through one window.
 *
 * The window doubles while reads follow each other and shrinks after a jump, so that walking thousands of fragments reads
 * little more than their headers, and reading a head of many small elements takes few calls.
 */
export function fileSource(fd: number, size: number): ByteSource {
  let window: Uint8Array = empty;
  let start = 0;
  let wanted = 16 * 1024;

  function fill(offset: number, length: number): Uint8Array {
    const target = Buffer.allocUnsafe(Math.min(length, size - offset));
    let filled = 0;
    while (filled < target.length) {
      const count = readSync(fd, target, filled, target.length - filled, offset + filled);
      if (count === 0) break;
      filled += count;
    }
    return target.subarray(0, filled);
  }

  return {
    size,
    read(offset, length) {
      const available = Math.max(0, Math.min(length, size - offset));
      if (available === 0) return empty;
      if (offset >= start && offset + available <= start + window.length) {
        return window.subarray(offset - start, offset - start + available);
      }
      if (available > largestWindow) return fill(offset, available);
      const follows = offset >= start && offset <= start + window.length + smallestWindow;
      wanted = follows ? Math.min(wanted * 2, largestWindow) : smallestWindow;
      window = fill(offset, Math.max(available, wanted));
      start = offset;
      return window.subarray(0, Math.min(available, window.length));
    },
  };
}
