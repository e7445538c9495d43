import { Tag } from '../../generated/dictionary.ts';
import type { DataSet } from '../dicom/data-set.ts';

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

/** The eight bit output of a value between 0 and 1 (PS3.4 N.2.1.3). */
export function applyPresentationLut(shape: PresentationLutShape, value: number): number {
  return Math.round(255 * (shape === 'INVERSE' ? 1 - value : value));
}
