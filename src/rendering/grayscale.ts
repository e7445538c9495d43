import { Tag } from '../../generated/dictionary.ts';
import type { PixelFrame, Samples } from '../codecs/pixel-frame.ts';
import type { DataSet } from '../dicom/data-set.ts';
import type { Window } from '../syntax/window.ts';
import { applyModalityLut, isIdentityModalityLut, type ModalityLut, modalityLutOf } from './modality-lut.ts';
import { isPixelPadding, type PixelPadding, pixelPaddingOf } from './pixel-padding.ts';
import { applyPresentationLut, type PresentationLut, presentationLutShapeOf } from './presentation-lut.ts';
import {
  isFloatingPoint,
  occurringPatterns,
  patternCountOf,
  type StoredValueFormat,
  storedValue,
  storedValueFormatOf,
} from './stored-value.ts';
import { applyVoiLut, type VoiLut, voiLutOf } from './voi-lut.ts';

/** The grayscale transformations of one frame, in the order of PS3.4 N.2.1. */
export interface GrayscaleTransformation {
  readonly padding: PixelPadding | undefined;
  readonly modality: ModalityLut;
  readonly voi: VoiLut;
  readonly presentation: PresentationLut;
}

/**
 * The transformations that hold for a frame: those of the image, with the window of the request instead of its VOI LUT.
 *
 * @requirement R-001-342
 */
export function grayscaleTransformationOf(
  dataSet: DataSet,
  frame: PixelFrame,
  frameNumber: number,
  window: Window | undefined,
): GrayscaleTransformation {
  const modality = isFloatingPoint(frame.samples) ? noModalityLut : modalityLutOf(dataSet, frameNumber);
  const padding = framePaddingOf(dataSet, frame);
  const hasSignedInput = modality.kind === 'linear' && (frame.PixelRepresentation === 1 || modality.intercept < 0);
  const voi: VoiLut =
    window !== undefined
      ? { kind: 'window', window }
      : (voiLutOf(dataSet, frameNumber, hasSignedInput) ?? rangeOf(frame, modality, padding));
  return { padding, modality, voi, presentation: presentationLutShapeOf(dataSet, frame.PhotometricInterpretation) };
}

/** Rescale does not exist beside floating point pixel data (PS3.3 C.7.6.24). */
const noModalityLut: ModalityLut = { kind: 'linear', slope: 1, intercept: 0 };

/** The stored values of a frame that stand for no measurement. */
export function framePaddingOf(dataSet: DataSet, frame: PixelFrame): PixelPadding | undefined {
  return isFloatingPoint(frame.samples)
    ? floatPixelPaddingOf(dataSet)
    : pixelPaddingOf(dataSet, frame.PixelRepresentation === 1);
}

function floatPixelPaddingOf(dataSet: DataSet): PixelPadding | undefined {
  const value = dataSet.number(Tag.FloatPixelPaddingValue) ?? dataSet.number(Tag.DoubleFloatPixelPaddingValue);
  if (value === undefined) return undefined;
  const limit =
    dataSet.number(Tag.FloatPixelPaddingRangeLimit) ?? dataSet.number(Tag.DoubleFloatPixelPaddingRangeLimit) ?? value;
  return { from: Math.min(value, limit), to: Math.max(value, limit) };
}

/**
 * The range that stands in for a VOI LUT where an image has none (D-49): all of it for one bit, and for eight unsigned
 * bits without a rescale; else the least to the greatest modality value of the frame, padding left out.
 */
function rangeOf(frame: PixelFrame, modality: ModalityLut, padding: PixelPadding | undefined): VoiLut {
  const format = storedValueFormatOf(frame);
  const isWhole = format.BitsStored === 1 || (format.BitsStored === 8 && format.PixelRepresentation === 0);
  if (isWhole && !isFloatingPoint(frame.samples) && isIdentityModalityLut(modality)) {
    return { kind: 'range', minimum: 0, maximum: 2 ** format.BitsStored - 1 };
  }
  let minimum = Number.POSITIVE_INFINITY;
  let maximum = Number.NEGATIVE_INFINITY;
  const include = (stored: number): void => {
    if (!Number.isFinite(stored) || isPixelPadding(padding, stored)) return;
    const value = applyModalityLut(modality, stored);
    if (value < minimum) minimum = value;
    if (value > maximum) maximum = value;
  };
  forEachStoredValue(frame.samples, format, include);
  return minimum > maximum ? { kind: 'range', minimum: 0, maximum: 1 } : { kind: 'range', minimum, maximum };
}

/** Visits every stored value that occurs; once where there are few enough of them to note. */
function forEachStoredValue(samples: Samples, format: StoredValueFormat, visit: (stored: number) => void): void {
  const patternCount = patternCountOf(samples);
  if (patternCount !== undefined) {
    const occurs = occurringPatterns(samples, patternCount);
    for (let pattern = 0; pattern < patternCount; pattern++) {
      if (occurs[pattern] === 1) visit(storedValue(pattern, format));
    }
  } else if (isFloatingPoint(samples)) {
    for (let i = 0; i < samples.length; i++) visit(samples[i]!);
  } else {
    for (let i = 0; i < samples.length; i++) visit(storedValue(samples[i]!, format));
  }
}

/**
 * Eight bit grey of one value: pixel padding stays dark, everything else goes through the three LUTs.
 *
 * @param stored stored value, or the number itself for floating point pixel data
 */
export function grayOf(transformation: GrayscaleTransformation, stored: number): number {
  const { padding, modality, voi, presentation } = transformation;
  if (Number.isNaN(stored) || isPixelPadding(padding, stored)) return 0;
  return applyPresentationLut(presentation, applyVoiLut(voi, applyModalityLut(modality, stored)));
}

/**
 * Renders a grayscale frame: through one combined table where samples have sixteen bits or less, else value by value.
 *
 * @param gray where the grey levels are written
 * @returns one octet a pixel
 * @requirement R-001-344
 */
export function renderGrayscale(
  frame: PixelFrame,
  transformation: GrayscaleTransformation,
  gray: Uint8Array = new Uint8Array(frame.samples.length),
): Uint8Array {
  const { samples } = frame;
  const format = storedValueFormatOf(frame);
  if (patternCountOf(samples) !== undefined) {
    const patterns = patternsOf(samples);
    const table = combinedTable(transformation, format, patterns);
    if (patterns instanceof Uint8Array) lookUpOctets(table, patterns, gray);
    else lookUpWords(table, patterns, gray);
  } else if (isFloatingPoint(samples)) {
    for (let i = 0; i < gray.length; i++) gray[i] = grayOf(transformation, samples[i]!);
  } else {
    for (let i = 0; i < gray.length; i++) gray[i] = grayOf(transformation, storedValue(samples[i]!, format));
  }
  return gray;
}

/**
 * Renders a grayscale frame to half its size, by means of four grey levels that are never written themselves. The last
 * pixel of an odd number stands for its missing neighbour too.
 *
 * @returns one octet a pixel; undefined where the samples are not of sixteen bits
 */
export function renderHalvedGrayscale(
  frame: PixelFrame,
  transformation: GrayscaleTransformation,
): Uint8Array | undefined {
  const { samples, Columns: columns, Rows: rows } = frame;
  if (samples.BYTES_PER_ELEMENT !== 2) return undefined;
  const words = patternsOf(samples);
  const table = combinedTable(transformation, storedValueFormatOf(frame), words);
  const means = new Uint8Array(((columns + 1) >> 1) * ((rows + 1) >> 1));
  let to = 0;
  for (let y = 0; y < rows; y += 2) {
    let above = y * columns;
    let below = y + 1 < rows ? above + columns : above;
    for (const end = above + columns - 1; above < end; above += 2, below += 2) {
      const pair = table[words[above]!]! + table[words[above + 1]!]!;
      means[to++] = (pair + table[words[below]!]! + table[words[below + 1]!]! + 2) >> 2;
    }
    if (columns % 2 === 1) means[to++] = (table[words[above]!]! + table[words[below]!]! + 1) >> 1;
  }
  return means;
}

/** Samples of eight or sixteen bits as the bit patterns that they are. */
function patternsOf({ BYTES_PER_ELEMENT, buffer, byteOffset, length }: Samples): Uint8Array | Uint16Array {
  return BYTES_PER_ELEMENT === 1
    ? new Uint8Array(buffer, byteOffset, length)
    : new Uint16Array(buffer, byteOffset, length);
}

const tablesKept = 8;

/** Combined tables by what they are made from, the one used last at the end: the frames of a cine, or the slices of a series, share one. */
const tables = new Map<string, Uint8Array>();

/** Grey by bit pattern of a sample. */
function combinedTable(
  transformation: GrayscaleTransformation,
  format: StoredValueFormat,
  patterns: Uint8Array | Uint16Array,
): Uint8Array {
  const patternCount = 2 ** (8 * patterns.BYTES_PER_ELEMENT);
  const { padding, modality, voi, presentation } = transformation;
  if (modality.kind === 'table' || voi.kind === 'table' || typeof presentation !== 'string') {
    return tableOfOccurring(transformation, format, occurringPatterns(patterns, patternCount));
  }
  const key = JSON.stringify([padding, modality, voi, presentation, format, patternCount]);
  const table = tables.get(key) ?? tableOfAll(transformation, format, patternCount);
  tables.delete(key);
  tables.set(key, table);
  if (tables.size > tablesKept) tables.delete(tables.keys().next().value!);
  return table;
}

/** The table of transformations without a lookup table among them: padding apart, grey only rises or only falls. */
function tableOfAll(
  { padding, ...shades }: GrayscaleTransformation,
  { BitsStored, HighBit, PixelRepresentation }: StoredValueFormat,
  patternCount: number,
): Uint8Array {
  const byValue = new Uint8Array(2 ** BitsStored);
  const least = PixelRepresentation === 1 ? -byValue.length / 2 : 0;
  const grayAt = (index: number): number => grayOf({ padding: undefined, ...shades }, least + index);
  fillBetween(byValue, 0, grayAt(0), byValue.length - 1, grayAt(byValue.length - 1), grayAt);
  if (padding !== undefined) byValue.fill(0, Math.max(0, padding.from - least), Math.max(0, padding.to - least + 1));
  const table = new Uint8Array(patternCount);
  const below = HighBit + 1 - BitsStored;
  const mask = byValue.length - 1;
  const period = byValue.length << below;
  for (let pattern = 0; pattern < period; pattern++) table[pattern] = byValue[((pattern >> below) - least) & mask]!;
  // The bits above the stored value do not count.
  for (let filled = period; filled < patternCount; filled *= 2) table.copyWithin(filled, 0, filled);
  return table;
}

/** Fills the table from one index to another, both included; where both ends are of one grey, so is all between them. */
function fillBetween(
  table: Uint8Array,
  first: number,
  firstGray: number,
  last: number,
  lastGray: number,
  grayAt: (index: number) => number,
): void {
  if (firstGray === lastGray) {
    table.fill(firstGray, first, last + 1);
  } else if (last - first < 2) {
    table[first] = firstGray;
    table[last] = lastGray;
  } else {
    const middle = (first + last) >> 1;
    const middleGray = grayAt(middle);
    fillBetween(table, first, firstGray, middle, middleGray, grayAt);
    fillBetween(table, middle, middleGray, last, lastGray, grayAt);
  }
}

/** The table of any transformations, for the patterns that occur: in most images a small part of all. */
function tableOfOccurring(
  transformation: GrayscaleTransformation,
  format: StoredValueFormat,
  occurring: Uint8Array,
): Uint8Array {
  const table = new Uint8Array(occurring.length);
  for (let pattern = 0; pattern < table.length; pattern++) {
    if (occurring[pattern] === 1) table[pattern] = grayOf(transformation, storedValue(pattern, format));
  }
  return table;
}

/** One loop for each width of sample, so that each stays as fast as it is for the other. */
function lookUpOctets(table: Uint8Array, patterns: Uint8Array, gray: Uint8Array): void {
  for (let i = 0; i < gray.length; i++) gray[i] = table[patterns[i]!]!;
}

function lookUpWords(table: Uint8Array, patterns: Uint16Array, gray: Uint8Array): void {
  const { buffer, byteOffset } = patterns;
  const { length } = gray;
  if (byteOffset % 4 !== 0 || gray.byteOffset % 2 !== 0) {
    for (let i = 0; i < length; i++) gray[i] = table[patterns[i]!]!;
    return;
  }
  // Two pixels at a time are read and written in two thirds of the time.
  const pairs = new Uint32Array(buffer, byteOffset, length >> 1);
  const grayPairs = new Uint16Array(gray.buffer, gray.byteOffset, length >> 1);
  for (let i = 0; i < pairs.length; i++) {
    const pair = pairs[i]!;
    grayPairs[i] = table[pair & 0xffff]! | (table[pair >>> 16]! << 8);
  }
  if (length % 2 === 1) gray[length - 1] = table[patterns[length - 1]!]!;
}
