/**
 * CRC-32 of joined data from the CRC-32 of its parts (RFC 1952 8).
 *
 * A CRC is a polynomial over GF(2), its bits reflected. Data that follows multiplies it by x to the power of its length in bits,
 * modulo the generator polynomial; that power is the *shift* of the data that follows and depends on its length alone.
 */

const generator = 0xedb88320;

/** The polynomial 1, reflected: the shift of no data. */
const one = 0x80000000;

/** x^(8 * 2^n): the shift of 2^n octets. */
const shifts: readonly number[] = powersOfTwo();

function powersOfTwo(): readonly number[] {
  // x^8 is bit 8 from the top.
  const powers = [0x00800000];
  while (powers.length < 32) {
    const last = powers.at(-1)!;
    powers.push(multiply(last, last));
  }
  return powers;
}

/** Product of two reflected polynomials modulo the generator. */
function multiply(a: number, b: number): number {
  let product = 0;
  let power = b;
  // Masks instead of branches: the bits are as good as random, and this runs several times for each document sent.
  for (let bits = a | 0; bits !== 0; bits <<= 1) {
    product ^= power & (bits >> 31);
    power = (power >>> 1) ^ (generator & -(power & 1));
  }
  return product >>> 0;
}

/** The shift of data of a length in octets. */
export function crc32Shift(length: number): number {
  let shift = one;
  for (let n = 0, rest = length; rest > 0; n++, rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) shift = multiply(shift, shifts[n % shifts.length]!);
  }
  return shift;
}

/** CRC-32 of two pieces of data one after the other, from the CRC-32 of each and the shift of the second. */
export function combineCrc32(first: number, second: number, shiftOfSecond: number): number {
  return (multiply(first, shiftOfSecond) ^ second) >>> 0;
}
