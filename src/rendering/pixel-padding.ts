import { Tag } from '../../generated/dictionary.ts';
import type { DataSet } from '../dicom/data-set.ts';

/** Stored values that stand for no measurement, both ends included (PS3.3 C.7.5.1.1.2). */
export interface PixelPadding {
  readonly from: number;
  readonly to: number;
}

/**
 * Pixel Padding Value, with Pixel Padding Range Limit if there is one.
 *
 * @param isSigned whether stored values are two's complement; files that write the value in the other VR are understood
 */
export function pixelPaddingOf(dataSet: DataSet, isSigned: boolean): PixelPadding | undefined {
  const value = asStored(dataSet.number(Tag.PixelPaddingValue), isSigned);
  if (value === undefined) return undefined;
  const limit = asStored(dataSet.number(Tag.PixelPaddingRangeLimit), isSigned) ?? value;
  return { from: Math.min(value, limit), to: Math.max(value, limit) };
}

function asStored(value: number | undefined, isSigned: boolean): number | undefined {
  if (value === undefined) return undefined;
  return isSigned ? (value << 16) >> 16 : value & 0xffff;
}

export function isPixelPadding(padding: PixelPadding | undefined, storedValue: number): boolean {
  return padding !== undefined && storedValue >= padding.from && storedValue <= padding.to;
}
