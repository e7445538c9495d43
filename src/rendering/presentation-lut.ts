import { Tag } from '../../generated/dictionary.ts';
import type { DataSet } from '../dicom/data-set.ts';
import { type LookupTable, lookupTableOf } from './lookup-table.ts';

/** The Presentation LUT Shape of an image: which end of the output of the VOI LUT is bright (PS3.3 C.11.6). */
export type PresentationLutShape = 'IDENTITY' | 'INVERSE';

/**
 * INVERSE if the image says so in Presentation LUT Shape or by MONOCHROME1, whose lowest value is white. The two stand
 * together in one image (PS3.3 C.8.11.3.1.2) and then invert once.
 */
export function presentationLutShapeOf(dataSet: DataSet, PhotometricInterpretation: string): PresentationLutShape {
  const isInverse = PhotometricInterpretation === 'MONOCHROME1' || dataSet.text(Tag.PresentationLUTShape) === 'INVERSE';
  return isInverse ? 'INVERSE' : 'IDENTITY';
}

/** A shape, or a table whose entries are spread over the whole range of the input (PS3.3 C.11.6.1.1). */
export type PresentationLut = PresentationLutShape | LookupTable;

/**
 * The Presentation LUT of a Presentation State: the item of its sequence before its shape (PS3.3 C.11.6). What Photometric
 * Interpretation says of the image does not count beside it (PS3.4 N.2.1).
 */
export function presentationLutOf(dataSet: DataSet): PresentationLut {
  const item = dataSet.sequence(Tag.PresentationLUTSequence)[0];
  const table = item && lookupTableOf(item, { descriptor: Tag.LUTDescriptor, data: Tag.LUTData }, false);
  return table ?? presentationLutShapeOf(dataSet, 'MONOCHROME2');
}

/** The eight bit output of a value between 0 and 1 (PS3.4 N.2.1.3). */
export function applyPresentationLut(lut: PresentationLut, value: number): number {
  if (typeof lut === 'string') return Math.round(255 * (lut === 'INVERSE' ? 1 - value : value));
  const entry = lut.entries[Math.round(value * (lut.entries.length - 1))]!;
  return Math.round((255 * entry) / lut.maximum);
}
