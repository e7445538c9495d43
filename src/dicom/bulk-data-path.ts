import { Tag, type VR } from '../../generated/dictionary.ts';
import type { DataElement, DataSet } from './data-set.ts';
import { valueRepresentations } from './value-representation.ts';

/** Longest binary value, in bytes, that metadata carries itself; a longer one is left at its bulk data URI. */
export const bulkDataThreshold = 1024;

/** Longest value field of any other VR, in bytes, that metadata carries itself. */
export const valueThreshold = 65_536;

/** Values that have media types of their own, which bulk data can be asked for in. */
const alwaysBulkData: ReadonlySet<number> = new Set([
  Tag.PixelData,
  Tag.FloatPixelData,
  Tag.DoubleFloatPixelData,
  Tag.EncapsulatedDocument,
]);

/** Whether a value is octets, which JSON and XML write in base64 (PS3.18 F.2.7, PS3.19 A.1.5). */
export function isBinary(vr: VR): boolean {
  return valueRepresentations[vr].kind === 'octets';
}

/**
 * Whether metadata leaves the value of an element at a bulk data URI: any pixel data and encapsulated document, however
 * small, and long values. A value of no octets is none to leave anywhere. (PS3.18 F.2.6)
 */
export function isBulkData(element: DataElement): boolean {
  if (element.items !== undefined) return false;
  if (element.encapsulated === true) return true;
  if (element.length === 0) return false;
  if (alwaysBulkData.has(element.tag)) return true;
  return element.length > (isBinary(element.vr) ? bulkDataThreshold : valueThreshold);
}

/** A tag as metadata and bulk data paths write it: eight hexadecimal digits in upper case. */
export function formatTag(tag: number): string {
  const known = formattedTags.get(tag);
  if (known !== undefined) return known;
  const formatted =
    octetDigits[tag >>> 24]! +
    octetDigits[(tag >>> 16) & 0xff]! +
    octetDigits[(tag >>> 8) & 0xff]! +
    octetDigits[tag & 0xff]!;
  if (formattedTags.size < formattedTagsLimit) formattedTags.set(tag, formatted);
  return formatted;
}

/** Tags written before: a string that was a property name once costs less as one again. Instances share most of their tags. */
const formattedTags = new Map<number, string>();
const formattedTagsLimit = 4096;

const octetDigits: readonly string[] = Array.from({ length: 256 }, (_, octet) =>
  octet.toString(16).toUpperCase().padStart(2, '0'),
);

/** Element at the end of a bulk data path, and the data set or item that it stands in. */
export interface BulkDataElement {
  readonly element: DataElement;
  readonly dataSet: DataSet;
}

/**
 * Follows a bulk data path: the tag of an element, or tag and item number (from 1) of each sequence on the way to it, joined by
 * dots, as in "7FE00010" or "54000100.1.54001010".
 *
 * @returns undefined if the path is malformed or leads to no value that metadata leaves at a bulk data URI
 */
export function resolveBulkData(dataSet: DataSet, path: string): BulkDataElement | undefined {
  if (!/^[0-9A-F]{8}(?:\.[1-9][0-9]{0,9}\.[0-9A-F]{8}){0,64}$/.test(path)) return undefined;
  const steps = path.split('.');
  let within: DataSet = dataSet;
  for (let i = 0; i + 2 < steps.length; i += 2) {
    const item = within.get(Number.parseInt(steps[i]!, 16))?.items?.[Number(steps[i + 1]) - 1];
    if (item === undefined) return undefined;
    within = item;
  }
  const element = within.get(Number.parseInt(steps.at(-1)!, 16));
  return element !== undefined && isBulkData(element) ? { element, dataSet: within } : undefined;
}
