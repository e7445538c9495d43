import type { RenderedImage } from './rendered-image.ts';
import type { ViewportGeometry } from './viewport.ts';

/** Weights that make one row (or column) of the result from source samples, for every position of the result. */
interface Taps {
  /** First source sample of each position. */
  readonly first: Int32Array;
  /** Number of samples of each position. */
  readonly count: Int32Array;
  /** `width` weights a position, in parts of {@link one}, which is their sum. */
  readonly weights: Int32Array;
  readonly width: number;
}

/** Weights are whole numbers with fourteen bits behind the point: less work than others, and off by a twentieth of a level. */
const weightBits = 14;
const one = 1 << weightBits;

/** Bits behind the point of a row that is mixed from rows, so that its product with a weight still has 32 bits. */
const rowBits = 6;

/**
 * Cuts a region out of an image, flips it and scales it.
 *
 * Separable cubic convolution (Keys, a = -1/2), widened by the scale where the image shrinks so that no source pixel is
 * passed over. The region is cut before it is scaled: no pixel outside of it has a share, and its bounds need not fall
 * on pixels. A region of whole pixels at scale 1 comes out as it is.
 *
 * An image that shrinks to a half or less is halved by means of four pixels first, and as often as that: a tenth of the
 * work, and no pixel is passed over either.
 */
export function resample(image: RenderedImage, geometry: ViewportGeometry): RenderedImage {
  return isHalvedFirst(geometry) ? resample(...halved(image, geometry)) : filter(image, geometry);
}

/** Whether the result has half as many pixels as the region, or fewer, both ways. */
export function isHalvedFirst({ width, height, renderedWidth, renderedHeight }: ViewportGeometry): boolean {
  return width >= 2 * renderedWidth && height >= 2 * renderedHeight;
}

/** The region and the pixels that it touches, at half their size. */
function halved(image: RenderedImage, geometry: ViewportGeometry): [RenderedImage, ViewportGeometry] {
  const { channels, pixels } = image;
  const left = Math.max(0, Math.floor(geometry.x));
  const top = Math.max(0, Math.floor(geometry.y));
  const right = Math.min(image.width, Math.ceil(geometry.x + geometry.width));
  const bottom = Math.min(image.height, Math.ceil(geometry.y + geometry.height));
  const width = (right - left + 1) >> 1;
  const height = (bottom - top + 1) >> 1;
  const means = new Uint8Array(width * height * channels);
  const rowLength = image.width * channels;
  // The last pixel of an odd number stands for its missing neighbour too.
  const evenLength = ((right - left) >> 1) * channels;
  let to = 0;
  for (let y = 0; y < height; y++) {
    let above = (top + 2 * y) * rowLength + left * channels;
    let below = top + 2 * y + 1 < bottom ? above + rowLength : above;
    if (channels === 1) {
      for (let i = 0; i < evenLength; i++) {
        means[to++] = (pixels[above]! + pixels[above + 1]! + pixels[below]! + pixels[below + 1]! + 2) >> 2;
        above += 2;
        below += 2;
      }
    }
    for (let i = channels === 1 ? evenLength : 0; i < evenLength; i += channels) {
      for (let channel = 0; channel < channels; channel++) {
        const sum = pixels[above]! + pixels[above + channels]! + pixels[below]! + pixels[below + channels]!;
        means[to++] = (sum + 2) >> 2;
        above++;
        below++;
      }
      above += channels;
      below += channels;
    }
    if (evenLength < width * channels) {
      for (let channel = 0; channel < channels; channel++) means[to++] = (pixels[above++]! + pixels[below++]! + 1) >> 1;
    }
  }
  return [{ width, height, channels, pixels: means }, inHalvedImage(geometry, left, top)];
}

/** The geometry in the pixels of an image that was halved by means of four pixels, from this pixel on. */
export function inHalvedImage(geometry: ViewportGeometry, left = 0, top = 0): ViewportGeometry {
  const { x, y, width, height } = geometry;
  return { ...geometry, x: (x - left) / 2, y: (y - top) / 2, width: width / 2, height: height / 2 };
}

function filter(image: RenderedImage, geometry: ViewportGeometry): RenderedImage {
  const { renderedWidth: width, renderedHeight: height } = geometry;
  if (isAsItIs(image, geometry)) return image;
  const { channels } = image;
  const down = tapsOf(geometry.y, geometry.height, height, geometry.isFlippedVertically, image.height);
  const across = tapsOf(geometry.x, geometry.width, width, geometry.isFlippedHorizontally, image.width);
  const rowLength = image.width * channels;
  const pixels = new Uint8ClampedArray(height * width * channels);
  // Past its end are zeros for the weights of 0 after the last tap.
  const row = new Int32Array(rowLength + across.width * channels);
  for (let y = 0; y < height; y++) {
    mixRows(image.pixels, rowLength, down, y, row);
    filterRow(row, across, channels, pixels, y * width * channels);
  }
  return { width, height, channels, pixels: new Uint8Array(pixels.buffer) };
}

function isAsItIs({ width, height }: RenderedImage, geometry: ViewportGeometry): boolean {
  const isWhole = geometry.x === 0 && geometry.y === 0 && geometry.width === width && geometry.height === height;
  const isScaled = geometry.renderedWidth !== width || geometry.renderedHeight !== height;
  return isWhole && !isScaled && !geometry.isFlippedHorizontally && !geometry.isFlippedVertically;
}

/** One row of the result, still as wide as the source: four source rows at a time, read in the order of memory. */
function mixRows(pixels: Uint8Array, rowLength: number, taps: Taps, y: number, row: Int32Array): void {
  const { weights, width } = taps;
  const end = taps.count[y]!;
  const rowOf = (tap: number): Uint8Array => {
    // Past the last tap the weight is 0, and the last row is read again.
    const start = (taps.first[y]! + Math.min(tap, end - 1)) * rowLength;
    return pixels.subarray(start, start + rowLength);
  };
  row.fill(1 << (weightBits - rowBits - 1), 0, rowLength);
  for (let tap = 0; tap < end; tap += 4) {
    const at = y * width + tap;
    const [a, b, c, d] = [rowOf(tap), rowOf(tap + 1), rowOf(tap + 2), rowOf(tap + 3)];
    const [wa, wb, wc, wd] = [weights[at]!, weights[at + 1]!, weights[at + 2]!, weights[at + 3]!];
    for (let i = 0; i < rowLength; i++) {
      row[i]! += Math.imul(a[i]!, wa) + Math.imul(b[i]!, wb) + Math.imul(c[i]!, wc) + Math.imul(d[i]!, wd);
    }
  }
  for (let i = 0; i < rowLength; i++) row[i]! >>= weightBits - rowBits;
}

/** The clamped array holds over- and undershoot within 0 to 255. */
function filterRow(row: Int32Array, taps: Taps, channels: number, to: Uint8ClampedArray, at: number): void {
  const { first, weights, width } = taps;
  for (let x = 0; x < first.length; x++) {
    const end = (x + 1) * width;
    for (let channel = 0; channel < channels; channel++) {
      let sum = 1 << (weightBits + rowBits - 1);
      let source = first[x]! * channels + channel;
      for (let tap = x * width; tap < end; tap += 4) {
        sum +=
          Math.imul(row[source]!, weights[tap]!) +
          Math.imul(row[source + channels]!, weights[tap + 1]!) +
          Math.imul(row[source + 2 * channels]!, weights[tap + 2]!) +
          Math.imul(row[source + 3 * channels]!, weights[tap + 3]!);
        source += 4 * channels;
      }
      to[at + x * channels + channel] = sum >> (weightBits + rowBits);
    }
  }
}

function tapsOf(start: number, length: number, resultLength: number, isFlipped: boolean, sourceLength: number): Taps {
  const scale = length / resultLength;
  const reach = 2 * Math.max(1, scale);
  // The region may reach over the edge by less than half a pixel of the result.
  const lowest = Math.max(0, Math.floor(start));
  const highest = Math.min(sourceLength, Math.ceil(start + length));
  // A multiple of four, with weights of 0 after the last.
  const width = Math.ceil((2 * reach) / 4) * 4;
  const first = new Int32Array(resultLength);
  const count = new Int32Array(resultLength);
  const weights = new Int32Array(resultLength * width);
  const shares = new Float64Array(width);
  for (let i = 0; i < resultLength; i++) {
    const center = start + (i + 0.5) * scale;
    const position = isFlipped ? resultLength - 1 - i : i;
    // At the very ends of its reach the kernel is 0.
    const from = Math.max(lowest, Math.floor(center - reach - 0.5) + 1);
    const to = Math.min(highest, Math.ceil(center + reach - 0.5));
    let sum = 0;
    for (let sample = from; sample < to; sample++) {
      const share = cubic((sample + 0.5 - center) / Math.max(1, scale));
      shares[sample - from] = share;
      sum += share;
    }
    let cumulated = 0;
    let given = 0;
    for (let tap = 0; tap < to - from; tap++) {
      // Rounded as sums, so that the weights come to one without a remainder.
      cumulated += shares[tap]!;
      const reached = Math.round((cumulated / sum) * one);
      weights[position * width + tap] = reached - given;
      given = reached;
    }
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
