/** Largest prime below 2^16 (RFC 1950 8). */
const base = 65_521;

/** Most octets that can be summed before a 32 bit number overflows. */
const run = 3800;

/** Adler-32 of data (RFC 1950 8.2). */
export function adler32(data: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (let start = 0; start < data.length; start += run) {
    const end = Math.min(start + run, data.length);
    for (let i = start; i < end; i++) {
      a += data[i]!;
      b += a;
    }
    a %= base;
    b %= base;
  }
  return b * 0x10000 + a;
}

/** Adler-32 of two pieces of data one after the other, from the Adler-32 of each and the length of the second. */
export function combineAdler32(first: number, second: number, lengthOfSecond: number): number {
  const [a1, b1, a2, b2] = [first & 0xffff, first >>> 16, second & 0xffff, second >>> 16];
  // The second sum began at 1 where it should have begun at the first's a.
  const a = (a1 + a2 + base - 1) % base;
  const b = (b1 + b2 + (lengthOfSecond % base) * ((a1 + base - 1) % base)) % base;
  return b * 0x10000 + a;
}
