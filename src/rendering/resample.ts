import type { RenderedImage } from './rendered-image.ts';
import type { ViewportGeometry } from './viewport.ts';

/** Weights that make one row (or column) of the result from source samples, for every position of the result. */
interface Taps {
  /** First source sample of each position. */
  readonly first: Int32Array;
  /** Number of samples of each position. */
  readonly count: Int32Array;
  /** `width` weights a position; their sum is 1. */
  readonly weights: Float32Array;
  readonly width: number;
}

/**
 * Cuts a region out of an image, flips it and scales it.
 *
 * Separable cubic convolution (Keys, a = -1/2), widened by the scale where the image shrinks so that no source pixel is
 * passed over. The region is cut before it is scaled: no pixel outside of it has a share, and its bounds need not fall
 * on pixels. A region of whole pixels at scale 1 comes out as it is.
 */
export function resample(image: RenderedImage, geometry: ViewportGeometry): RenderedImage {
  const { renderedWidth: width, renderedHeight: height } = geometry;
  const { channels } = image;
  const across = tapsOf(geometry.x, geometry.width, width, geometry.isFlippedHorizontally);
  const down = tapsOf(geometry.y, geometry.height, height, geometry.isFlippedVertically);
  const top = Math.floor(geometry.y);
  const rowCount = Math.ceil(geometry.y + geometry.height) - top;
  const rows = new Float32Array(rowCount * width * channels);
  for (let row = 0; row < rowCount; row++) {
    filterRow(image.pixels, (top + row) * image.width, across, channels, rows, row * width * channels);
  }
  return { width, height, channels, pixels: filterColumns(rows, top, down, width * channels) };
}

function filterRow(from: Uint8Array, start: number, taps: Taps, channels: number, to: Float32Array, at: number): void {
  const { first, count, weights, width } = taps;
  for (let x = 0; x < first.length; x++) {
    const begin = (start + first[x]!) * channels;
    for (let channel = 0; channel < channels; channel++) {
      let sum = 0;
      for (let tap = 0, source = begin + channel, weight = x * width; tap < count[x]!; tap++, source += channels) {
        sum += from[source]! * weights[weight + tap]!;
      }
      to[at + x * channels + channel] = sum;
    }
  }
}

/** Row by row of the result, so that memory is read in its order. */
function filterColumns(rows: Float32Array, top: number, taps: Taps, rowLength: number): Uint8Array {
  const { first, count, weights, width } = taps;
  const pixels = new Uint8ClampedArray(first.length * rowLength);
  const sums = new Float32Array(rowLength);
  for (let y = 0; y < first.length; y++) {
    sums.fill(0);
    for (let tap = 0; tap < count[y]!; tap++) {
      const weight = weights[y * width + tap]!;
      const from = (first[y]! - top + tap) * rowLength;
      for (let i = 0; i < rowLength; i++) sums[i] = sums[i]! + rows[from + i]! * weight;
    }
    // The clamped array rounds to nearest and holds over- and undershoot within 0 to 255.
    pixels.set(sums, y * rowLength);
  }
  return new Uint8Array(pixels.buffer);
}

function tapsOf(start: number, length: number, resultLength: number, isFlipped: boolean): Taps {
  const scale = length / resultLength;
  const reach = 2 * Math.max(1, scale);
  const lowest = Math.floor(start);
  const highest = Math.ceil(start + length);
  const width = Math.ceil(2 * reach) + 1;
  const first = new Int32Array(resultLength);
  const count = new Int32Array(resultLength);
  const weights = new Float32Array(resultLength * width);
  for (let i = 0; i < resultLength; i++) {
    const center = start + (i + 0.5) * scale;
    const position = isFlipped ? resultLength - 1 - i : i;
    const from = Math.max(lowest, Math.ceil(center - reach - 0.5));
    const to = Math.min(highest, Math.floor(center + reach - 0.5) + 1);
    let sum = 0;
    for (let sample = from; sample < to; sample++) {
      const weight = cubic((sample + 0.5 - center) / Math.max(1, scale));
      weights[position * width + sample - from] = weight;
      sum += weight;
    }
    for (let tap = 0; tap < to - from; tap++) weights[position * width + tap]! /= sum;
    first[position] = from;
    count[position] = to - from;
  }
  return { first, count, weights, width };
}

/** Cubic convolution kernel (Keys 1981) with a = -1/2. */
function cubic(distance: number): number {
  const x = Math.abs(distance);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  if (x < 2) return ((-0.5 * x + 2.5) * x - 4) * x + 2;
  return 0;
}
