import { Tag } from '../../generated/dictionary.ts';
import type { DataSet } from '../dicom/data-set.ts';
import { functionalGroup } from './functional-group.ts';
import { type LookupTable, lookUp, lookupTableOf } from './lookup-table.ts';

/** The Modality LUT: stored values become values of the modality, such as Hounsfield units (PS3.3 C.11.1). */
export type ModalityLut =
  | { readonly kind: 'linear'; readonly slope: number; readonly intercept: number }
  | { readonly kind: 'table'; readonly table: LookupTable };

export const identityModalityLut: ModalityLut = { kind: 'linear', slope: 1, intercept: 0 };

const XRayAngiographicImageStorage = '1.2.840.10008.5.1.4.1.1.12.1';
const XRayRadiofluoroscopicImageStorage = '1.2.840.10008.5.1.4.1.1.12.2';

/**
 * The Modality LUT of a frame: that of its functional group, else Modality LUT Sequence, else Rescale Slope and
 * Intercept, else the identity (PS3.4 N.2.1.1, PS3.3 C.7.6.16.2.9).
 */
export function modalityLutOf(dataSet: DataSet, frameNumber: number): ModalityLut {
  const group = functionalGroup(dataSet, frameNumber, Tag.PixelValueTransformationSequence);
  if (group !== undefined) return rescaleOf(group) ?? identityModalityLut;
  if (isForMeasuringOnly(dataSet)) return identityModalityLut;
  return modalityLutModuleOf(dataSet, dataSet.number(Tag.PixelRepresentation) === 1);
}

/**
 * What the Modality LUT Module of an image or a Presentation State says (PS3.3 C.11.1): a table, a rescale, or the identity.
 *
 * @param isSigned whether the stored values that it is applied to are two's complement
 */
export function modalityLutModuleOf(dataSet: DataSet, isSigned: boolean): ModalityLut {
  const item = dataSet.sequence(Tag.ModalityLUTSequence)[0];
  const table = item && lookupTableOf(item, { descriptor: Tag.LUTDescriptor, data: Tag.LUTData }, isSigned);
  return table === undefined ? (rescaleOf(dataSet) ?? identityModalityLut) : { kind: 'table', table };
}

/** X-ray projections whose pixels are for display already: their Modality LUT leads to intensities (PS3.3 C.8.7.1.1.2). */
function isForMeasuringOnly(dataSet: DataSet): boolean {
  const SOPClassUID = dataSet.text(Tag.SOPClassUID);
  if (SOPClassUID !== XRayAngiographicImageStorage && SOPClassUID !== XRayRadiofluoroscopicImageStorage) return false;
  const relationship = dataSet.text(Tag.PixelIntensityRelationship);
  return relationship === 'LOG' || relationship === 'DISP';
}

/** A slope of zero would make every pixel one value, so it counts as absent. */
function rescaleOf(item: DataSet): ModalityLut | undefined {
  const slope = item.number(Tag.RescaleSlope);
  const intercept = item.number(Tag.RescaleIntercept);
  if (slope === undefined && intercept === undefined) return undefined;
  return {
    kind: 'linear',
    slope: slope !== undefined && Number.isFinite(slope) && slope !== 0 ? slope : 1,
    intercept: intercept !== undefined && Number.isFinite(intercept) ? intercept : 0,
  };
}

export function isIdentityModalityLut(lut: ModalityLut): boolean {
  return lut.kind === 'linear' && lut.slope === 1 && lut.intercept === 0;
}

/** Output units = m * stored value + b, or the table's entry (PS3.3 C.11.1.1.2). */
export function applyModalityLut(lut: ModalityLut, storedValue: number): number {
  return lut.kind === 'linear' ? lut.slope * storedValue + lut.intercept : lookUp(lut.table, storedValue);
}
