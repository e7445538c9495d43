/** Which of the two directions of a subband was filtered high: horizontally, vertically, both. */
export type Orientation = 'LL' | 'HL' | 'LH' | 'HH';

export const orientations: readonly Orientation[] = ['LL', 'HL', 'LH', 'HH'];

/** ISO/IEC 15444-1 Table C.2: Qe, next state after the more and after the less probable symbol, whether their senses change. */
// biome-ignore format: a table of the standard
const probabilityStates: readonly (readonly [number, number, number, 0 | 1])[] = [
  [0x5601, 1, 1, 1], [0x3401, 2, 6, 0], [0x1801, 3, 9, 0], [0x0ac1, 4, 12, 0], [0x0521, 5, 29, 0], [0x0221, 38, 33, 0],
  [0x5601, 7, 6, 1], [0x5401, 8, 14, 0], [0x4801, 9, 14, 0], [0x3801, 10, 14, 0], [0x3001, 11, 17, 0], [0x2401, 12, 18, 0],
  [0x1c01, 13, 20, 0], [0x1601, 29, 21, 0], [0x5601, 15, 14, 1], [0x5401, 16, 14, 0], [0x5101, 17, 15, 0], [0x4801, 18, 16, 0],
  [0x3801, 19, 17, 0], [0x3401, 20, 18, 0], [0x3001, 21, 19, 0], [0x2801, 22, 19, 0], [0x2401, 23, 20, 0], [0x2201, 24, 21, 0],
  [0x1c01, 25, 22, 0], [0x1801, 26, 23, 0], [0x1601, 27, 24, 0], [0x1401, 28, 25, 0], [0x1201, 29, 26, 0], [0x1101, 30, 27, 0],
  [0x0ac1, 31, 28, 0], [0x09c1, 32, 29, 0], [0x08a1, 33, 30, 0], [0x0521, 34, 31, 0], [0x0441, 35, 32, 0], [0x02a1, 36, 33, 0],
  [0x0221, 37, 34, 0], [0x0141, 38, 35, 0], [0x0111, 39, 36, 0], [0x0085, 40, 37, 0], [0x0049, 41, 38, 0], [0x0025, 42, 39, 0],
  [0x0015, 43, 40, 0], [0x0009, 44, 41, 0], [0x0005, 45, 42, 0], [0x0001, 45, 43, 0], [0x5601, 46, 46, 0],
];

/**
 * A word for each probability state with each sense of the more probable symbol: at 2 x state + sense.
 * Bit 0 is that symbol; bits 2 to 8 and 9 to 15 say where the words after it and after the other one are; then comes Qe.
 */
export const stateWords = Int32Array.from(
  probabilityStates.flatMap(([qe, afterMore, afterLess, changesSense]) =>
    [0, 1].map(
      (sense) => (qe << 16) | ((2 * afterLess + (sense ^ changesSense)) << 9) | ((2 * afterMore + sense) << 2) | sense,
    ),
  ),
);

/** Octets of a context, by which the contexts are counted where they are looked up. */
export const contextOctets = 4;

const contextCount = 19;

/** Contexts beside those of significance (0 to 8) and sign (9 to 13): Tables D.4 and D.5. */
const runLength = 17;
const uniform = 18;

/** Their places, in octets. */
export const contextAt = {
  firstRefinement: contextOctets * 14,
  refinementBesideSignificant: contextOctets * 15,
  laterRefinement: contextOctets * 16,
  runLength: contextOctets * runLength,
  uniform: contextOctets * uniform,
} as const;

/** The words that the contexts begin with: ISO/IEC 15444-1 Table D.7. */
export const initialContexts = Int32Array.from({ length: contextCount }, (_, context) => {
  const state = context === 0 ? 4 : context === runLength ? 3 : context === uniform ? 46 : 0;
  return stateWords[2 * state]!;
});

/**
 * Context of the significance of a coefficient: ISO/IEC 15444-1 Table D.1.
 *
 * @param neighbours the significance of the 3 x 3 coefficients around it, by rows, the lowest bit first
 */
function significanceContext(neighbours: number, orientation: Orientation): number {
  const at = (place: number): number => (neighbours >> place) & 1;
  const diagonal = at(0) + at(2) + at(6) + at(8);
  const rows = at(3) + at(5);
  const columns = at(1) + at(7);
  if (orientation === 'HH') {
    const others = rows + columns;
    if (diagonal >= 3) return 8;
    if (diagonal === 2) return others >= 1 ? 7 : 6;
    if (diagonal === 1) return 3 + Math.min(2, others);
    return Math.min(2, others);
  }
  const [along, across] = orientation === 'HL' ? [columns, rows] : [rows, columns];
  if (along === 2) return 8;
  if (along === 1) return across >= 1 ? 7 : diagonal >= 1 ? 6 : 5;
  if (across > 0) return across + 2;
  return Math.min(2, diagonal);
}

/** For each orientation the 512 places of {@link significanceContext}, one after the other. */
export const significanceContexts = Uint8Array.from(
  { length: 4 * 512 },
  (_, i) => contextOctets * significanceContext(i % 512, orientations[Math.floor(i / 512)]!),
);

/**
 * Context of a sign, doubled, and whether the symbol is inverted: ISO/IEC 15444-1 Tables D.2 and D.3.
 * By the significance of the neighbours above, left, right and below in bits 1, 3, 5, 7, and their signs in bits 4, 0, 2, 6.
 */
export const signContexts = Uint8Array.from({ length: 256 }, (_, neighbours) => {
  const contribution = (significance: number, sign: number): number =>
    ((neighbours >> significance) & 1) * (1 - 2 * ((neighbours >> sign) & 1));
  const horizontal = Math.sign(contribution(3, 0) + contribution(5, 2));
  const vertical = Math.sign(contribution(1, 4) + contribution(7, 6));
  const isInverted = horizontal < 0 || (horizontal === 0 && vertical < 0);
  const context = horizontal === 0 ? 9 + Math.abs(vertical) : 12 + horizontal * vertical;
  return 2 * context + (isInverted ? 1 : 0);
});
