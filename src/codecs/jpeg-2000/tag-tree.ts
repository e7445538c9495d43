import type { PacketBits } from './packet-bits.ts';

interface Level {
  readonly columns: number;
  /** What a value is known to be at least, and whether it is that. */
  readonly least: Int32Array;
  readonly isKnown: Uint8Array;
}

/** A tag tree: ISO/IEC 15444-1 B.10.2. */
export class TagTree {
  readonly #levels: readonly Level[];

  constructor(columns: number, rows: number) {
    const levels: Level[] = [];
    let [width, height] = [columns, rows];
    while (width * height > 0) {
      levels.unshift({
        columns: width,
        least: new Int32Array(width * height),
        isKnown: new Uint8Array(width * height),
      });
      if (width * height === 1) break;
      [width, height] = [Math.ceil(width / 2), Math.ceil(height / 2)];
    }
    this.#levels = levels;
  }

  /**
   * Reads as much as says whether the value of a leaf is less than a limit.
   *
   * @returns the value if it is less than the limit
   */
  valueBelow(limit: number, column: number, row: number, bits: PacketBits): number | undefined {
    let least = 0;
    let isKnown = false;
    for (const [depth, level] of this.#levels.entries()) {
      const reduction = this.#levels.length - 1 - depth;
      const node = (row >> reduction) * level.columns + (column >> reduction);
      least = Math.max(least, level.least[node]!);
      isKnown = level.isKnown[node] === 1;
      while (!isKnown && least < limit) {
        if (bits.next() === 1) isKnown = true;
        else least++;
      }
      level.least[node] = least;
      level.isKnown[node] = isKnown ? 1 : 0;
    }
    return isKnown && least < limit ? least : undefined;
  }
}
