import type { DataElement, DataSet } from './data-set.ts';

/** Longest binary value, in bytes, that metadata carries itself; a longer one is left at its bulk data URI. */
export const bulkDataThreshold = 1024;

/** Whether metadata leaves the value of an element at a bulk data URI. */
export function isBulkData(_element: DataElement): boolean {
  throw new Error('isBulkData');
}

/** Element at the end of a bulk data path, and the data set that it stands in. */
export interface BulkDataElement {
  readonly element: DataElement;
  readonly dataSet: DataSet;
}

export function resolveBulkData(_dataSet: DataSet, _path: string): BulkDataElement | undefined {
  throw new Error('resolveBulkData');
}
