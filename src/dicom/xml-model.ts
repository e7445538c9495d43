import type { DicomJson } from './json-model.ts';

export type ParsedXmlModel =
  | { readonly ok: true; readonly json: DicomJson }
  | { readonly ok: false; readonly at: number; readonly message: string };

/** Native DICOM Model (PS3.19 A.1) of a data set. */
export function toXmlModel(_json: DicomJson): string {
  throw new Error('toXmlModel');
}

export function parseXmlModel(_xml: string): ParsedXmlModel {
  throw new Error('parseXmlModel');
}
