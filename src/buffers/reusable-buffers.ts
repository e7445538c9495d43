/**
 * Buffers of some hundred kilobytes that are used again, because to allocate one for each piece that passes through has the
 * garbage collector mark the whole heap every fifty megabytes, and leaves the memory in fragments.
 *
 * Whoever takes a buffer may give it back when nobody will read it any more. A buffer that is not given back is garbage
 * like any other, so forgetting it costs time and nothing else.
 */

const kibibyte = 1024;

/** Lengths of the buffers that are kept, and how many of each at most. */
const classes = [
  { length: 640 * kibibyte, limit: 24 },
  { length: 4096 * kibibyte, limit: 4 },
] as const;

const free: readonly ArrayBuffer[][] = classes.map(() => []);

/** Which class a view is of, as long as it is out. */
const lent = new WeakMap<Uint8Array, number>();

/** Length of the piece that it is best to read at a time: a slice of 512 x 512 pixels of 16 bits is one piece. */
export const pieceLength = classes[0].length;

/** A buffer of the length, its content left over from whatever it was used for before. */
export function takeBuffer(length: number): Buffer<ArrayBuffer> {
  const which = classes.findIndex((kept) => length <= kept.length);
  if (which < 0) return Buffer.allocUnsafeSlow(length);
  const memory = free[which]!.pop() ?? Buffer.allocUnsafeSlow(classes[which]!.length).buffer;
  const buffer = Buffer.from(memory, 0, length);
  lent.set(buffer, which);
  return buffer;
}

/**
 * Lends a part of a buffer, or a copy of it, in place of the whole, which nobody else reads: who gives back the part gives
 * back all of it.
 *
 * @param whole the very object that `takeBuffer` returned; anything else lends nothing
 */
export function lendInstead(whole: Uint8Array, part: Uint8Array): Uint8Array {
  const which = lent.get(whole);
  if (which === undefined || part === whole) return part;
  if (part.buffer !== whole.buffer) giveBackBuffer(whole);
  else {
    lent.delete(whole);
    lent.set(part, which);
  }
  return part;
}

/**
 * Takes back a buffer that nobody reads any more. Anything else, a part of a buffer too, is left alone.
 *
 * @param buffer the very object that `takeBuffer` returned
 */
export function giveBackBuffer(buffer: Uint8Array): void {
  const which = lent.get(buffer);
  if (which === undefined) return;
  lent.delete(buffer);
  // Memory that was transferred to another thread has no length any more.
  giveBackMemory(buffer.buffer as ArrayBuffer);
}

/** Takes back the memory of a buffer, which may have been in another thread meanwhile. What is not kept is freed at once. */
export function giveBackMemory(memory: ArrayBuffer): void {
  const which = classes.findIndex(({ length }) => length === memory.byteLength);
  if (which >= 0 && free[which]!.length < classes[which]!.limit) free[which]!.push(memory);
  else if (!memory.detached) memory.transfer(0);
}
