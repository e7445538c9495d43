/** Bits that are looked up at once. */
export const lookAhead = 12;

const longestCode = 16;
const largestCategory = 16;

/** The difference that the bits behind a code stand for, in its category (ISO/IEC 10918-1 F.2.2.1, EXTEND). */
export function differenceOf(bits: number, category: number): number {
  return bits < 1 << (category - 1) ? bits - (1 << category) + 1 : bits;
}

/** Huffman codes of the categories of differences, as lossless JPEG has them (ISO/IEC 10918-1 C.2, H.1.2.2). */
export class HuffmanTable {
  /**
   * By the next {@link lookAhead} bits: a difference times 32, plus the bits of its code and of itself; 0 where it is not
   * all within them.
   */
  readonly whole = new Int32Array(1 << lookAhead);
  /** By the next sixteen bits, of which a code is the first: category times 32, plus the length of the code; 0 if none. */
  readonly #codes = new Uint16Array(1 << longestCode);

  private constructor(counts: Uint8Array, categories: Uint8Array) {
    let code = 0;
    let index = 0;
    for (let length = 1; length <= longestCode; length++) {
      for (let left = counts[length - 1]!; left > 0; left--, code++) this.#add(code, length, categories[index++]!);
      code *= 2;
    }
  }

  /**
   * @param counts codes of each length from 1 to 16
   * @param categories what they stand for, in their order
   * @returns undefined if these are no codes of differences
   */
  static of(counts: Uint8Array, categories: Uint8Array): HuffmanTable | undefined {
    const total = counts.reduce((sum, count) => sum + count, 0);
    const room = counts.reduce((left, count, i) => left - count * 2 ** (longestCode - 1 - i), 2 ** longestCode);
    const isWhole = counts.length === longestCode && categories.length === total;
    if (!isWhole || room < 0 || categories.some((category) => category > largestCategory)) return undefined;
    return new HuffmanTable(counts, categories);
  }

  /** The code that the sixteen bits begin with: its category times 32, plus its length; 0 if there is none. */
  codeAt(bits: number): number {
    return this.#codes[bits]!;
  }

  #add(code: number, length: number, category: number): void {
    const first = code << (longestCode - length);
    this.#codes.fill(category * 32 + length, first, first + (1 << (longestCode - length)));
    const bits = category === largestCategory ? 0 : category;
    const unused = lookAhead - length - bits;
    if (unused < 0) return;
    for (let value = 0; value < 1 << bits; value++) {
      const difference = category === largestCategory ? 32_768 : differenceOf(value, category);
      const start = ((code << bits) | value) << unused;
      this.whole.fill(difference * 32 + length + bits, start, start + (1 << unused));
    }
  }
}
