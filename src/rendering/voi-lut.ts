import { Tag } from '../../generated/dictionary.ts';
import type { DataSet } from '../dicom/data-set.ts';
import type { Window, WindowShape } from '../syntax/window.ts';
import { functionalGroup } from './functional-group.ts';
import { type LookupTable, lookUp, lookupTableOf } from './lookup-table.ts';

/** The VOI LUT: the values of interest are spread over the output range (PS3.3 C.11.2). */
export type VoiLut =
  | { readonly kind: 'window'; readonly window: Window }
  | { readonly kind: 'table'; readonly table: LookupTable }
  /** Linear from the first value to the last, both included. */
  | { readonly kind: 'range'; readonly minimum: number; readonly maximum: number };

/** VOI LUT Function (0028,1056): Defined Terms of PS3.3 C.11.2.1.3; anything else is linear. */
const shapeOfFunction: Readonly<Record<string, WindowShape>> = {
  LINEAR: 'linear',
  LINEAR_EXACT: 'linear-exact',
  SIGMOID: 'sigmoid',
};

/**
 * The VOI LUT that a frame carries: the first window of its functional group, else the first window of the image, else
 * the first item of VOI LUT Sequence (PS3.3 C.11.2, C.7.6.16.2.10). `undefined` if it carries none that can be used.
 */
export function voiLutOf(dataSet: DataSet, frameNumber: number, isSignedInput: boolean): VoiLut | undefined {
  const group = functionalGroup(dataSet, frameNumber, Tag.FrameVOILUTSequence);
  return (group && voiLutInItem(group, isSignedInput)) ?? voiLutInItem(dataSet, isSignedInput);
}

/** The VOI LUT of an item of its own, such as one of Softcopy VOI LUT Sequence. */
export function voiLutInItem(item: DataSet, isSignedInput: boolean): VoiLut | undefined {
  const window = windowOf(item);
  if (window !== undefined) return { kind: 'window', window };
  const sequenceItem = item.sequence(Tag.VOILUTSequence)[0];
  const table =
    sequenceItem && lookupTableOf(sequenceItem, { descriptor: Tag.LUTDescriptor, data: Tag.LUTData }, isSignedInput);
  return table && { kind: 'table', table };
}

/** The first of several windows. A width that is not positive is no window: real RGB images carry a zero. */
function windowOf(item: DataSet): Window | undefined {
  const center = item.number(Tag.WindowCenter);
  const width = item.number(Tag.WindowWidth);
  if (center === undefined || width === undefined) return undefined;
  if (!Number.isFinite(center) || !Number.isFinite(width) || width <= 0) return undefined;
  return { center, width, shape: shapeOfFunction[item.text(Tag.VOILUTFunction) ?? 'LINEAR'] ?? 'linear' };
}

/**
 * The output of a VOI LUT between 0 and 1, before it is spread over the output range.
 *
 * @requirement R-001-330
 * @requirement R-001-335
 */
export function applyVoiLut(lut: VoiLut, value: number): number {
  switch (lut.kind) {
    case 'window':
      return windowFunctions[lut.window.shape](value, lut.window.center, lut.window.width);
    case 'table':
      return lookUp(lut.table, value) / lut.table.maximum;
    case 'range':
      return value <= lut.minimum ? 0 : value >= lut.maximum ? 1 : (value - lut.minimum) / (lut.maximum - lut.minimum);
  }
}

type WindowFunction = (x: number, c: number, w: number) => number;

/** The three functions of PS3.3 C.11.2.1.2.1 and C.11.2.1.3, with y from 0 to 1. */
const windowFunctions: Readonly<Record<WindowShape, WindowFunction>> = {
  linear(x, c, w) {
    if (x <= c - 0.5 - (w - 1) / 2) return 0;
    if (x > c - 0.5 + (w - 1) / 2) return 1;
    return (x - (c - 0.5)) / (w - 1) + 0.5;
  },
  'linear-exact'(x, c, w) {
    if (x <= c - w / 2) return 0;
    if (x > c + w / 2) return 1;
    return (x - c) / w + 0.5;
  },
  sigmoid(x, c, w) {
    return 1 / (1 + Math.exp((-4 * (x - c)) / w));
  },
};
