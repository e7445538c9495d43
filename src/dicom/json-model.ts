import type { DataSet } from './data-set.ts';

/** A person name of the DICOM JSON Model (PS3.18 F.2.2). */
export interface JsonPersonName {
  readonly Alphabetic?: string;
  readonly Ideographic?: string;
  readonly Phonetic?: string;
}

export type JsonValue = string | number | null | JsonPersonName | DicomJson;

/** An attribute of the DICOM JSON Model: at most one of Value, BulkDataURI and InlineBinary (PS3.18 F.2.2). */
export interface JsonAttribute {
  readonly vr: string;
  readonly Value?: readonly JsonValue[];
  readonly BulkDataURI?: string;
  readonly InlineBinary?: string;
}

/** A data set in the DICOM JSON Model: attributes by tag, eight hexadecimal digits in upper case (PS3.18 F.2). */
export interface DicomJson {
  readonly [tag: string]: JsonAttribute;
}

export function toJsonModel(_dataSet: DataSet, _bulkDataURI: (path: string) => string): DicomJson {
  throw new Error('toJsonModel');
}
