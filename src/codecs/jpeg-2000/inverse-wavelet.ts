/** A plane of samples by rows. */
export interface Plane {
  readonly samples: Int32Array;
  readonly width: number;
  readonly height: number;
}

/**
 * Undoes the reversible wavelet transform of a plane in place: ISO/IEC 15444-1 F.3.
 *
 * The coefficients of the low and the high frequencies lie interleaved, as the transform wants them: at a level whose samples
 * lie `step` apart, those at even multiples of it are the ones of the level below.
 *
 * @param levels of the transform
 */
export function undoWavelet(plane: Plane, levels: number): void {
  for (let step = 2 ** (levels - 1); step >= 1; step /= 2) {
    for (let row = 0; row < plane.height; row += step) undoHorizontally(plane, row, step);
    undoVertically(plane, step);
  }
}

/** F.3.6 along a row: the even samples, and behind them the odd ones, which need both neighbours. */
function undoHorizontally({ samples, width }: Plane, row: number, step: number): void {
  if (width <= step) return;
  const start = row * width;
  const end = start + width;
  let high = samples[start + step]!;
  let even = samples[start]! - ((2 * high + 2) >> 2);
  samples[start] = even;
  let at = start + 2 * step;
  for (; at + step < end; at += 2 * step) {
    const next = samples[at + step]!;
    const nextEven = samples[at]! - ((high + next + 2) >> 2);
    samples[at] = nextEven;
    samples[at - step] = high + ((even + nextEven) >> 1);
    high = next;
    even = nextEven;
  }
  if (at < end) {
    const lastEven = samples[at]! - ((2 * high + 2) >> 2);
    samples[at] = lastEven;
    samples[at - step] = high + ((even + lastEven) >> 1);
  } else {
    // The sample beyond the edge is the one before it.
    samples[at - step] = high + even;
  }
}

/** F.3.6 down the columns, a row at a time. */
function undoVertically(plane: Plane, step: number): void {
  const last = Math.floor((plane.height - 1) / step);
  if (last === 0) return;
  for (let row = 0; row <= last; row += 2) {
    lowerEven(plane, row * step, Math.abs(row - 1) * step, (row < last ? row + 1 : row - 1) * step, step);
    if (row > 0) raiseOdd(plane, (row - 1) * step, (row - 2) * step, row * step, step);
  }
  if (last % 2 === 1) raiseOdd(plane, last * step, (last - 1) * step, (last - 1) * step, step);
}

function lowerEven({ samples, width }: Plane, row: number, above: number, below: number, step: number): void {
  const [toAbove, toBelow] = [(above - row) * width, (below - row) * width];
  for (let at = row * width, end = at + width; at < end; at += step) {
    samples[at] = samples[at]! - ((samples[at + toAbove]! + samples[at + toBelow]! + 2) >> 2);
  }
}

function raiseOdd({ samples, width }: Plane, row: number, above: number, below: number, step: number): void {
  const [toAbove, toBelow] = [(above - row) * width, (below - row) * width];
  for (let at = row * width, end = at + width; at < end; at += step) {
    samples[at] = samples[at]! + ((samples[at + toAbove]! + samples[at + toBelow]!) >> 1);
  }
}
