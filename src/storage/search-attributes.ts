import { jsonObject } from '../dicom/json-model.ts';

/** Attributes of a study that a search matches or returns, kept with the study (PS3.18 Table 10.6.1-5, Table 10.6.3-3). */
export const studyAttributes = {
  StudyDate: '00080020',
  StudyTime: '00080030',
  AccessionNumber: '00080050',
  ReferringPhysicianName: '00080090',
  TimezoneOffsetFromUTC: '00080201',
  StudyDescription: '00081030',
  PatientName: '00100010',
  PatientID: '00100020',
  IssuerOfPatientID: '00100021',
  PatientBirthDate: '00100030',
  PatientSex: '00100040',
  StudyInstanceUID: '0020000D',
  StudyID: '00200010',
} as const;

/** Attributes of a series that a search matches or returns, kept with the series (PS3.18 Table 10.6.1-5, Table 10.6.3-4). */
export const seriesAttributes = {
  SeriesDate: '00080021',
  SeriesTime: '00080031',
  Modality: '00080060',
  TimezoneOffsetFromUTC: '00080201',
  SeriesDescription: '0008103E',
  BodyPartExamined: '00180015',
  SeriesInstanceUID: '0020000E',
  SeriesNumber: '00200011',
  Laterality: '00200060',
  PerformedProcedureStepStartDate: '00400244',
  PerformedProcedureStepStartTime: '00400245',
  RequestAttributesSequence: '00400275',
} as const;

/** JSON text of the attributes of a table that a data set has. */
export function selectAttributes(
  attributes: ReadonlyMap<string, string>,
  table: Readonly<Record<string, string>>,
): string {
  const selected = new Map<string, string>();
  for (const tag of Object.values(table)) {
    const attribute = attributes.get(tag);
    if (attribute !== undefined) selected.set(tag, attribute);
  }
  return jsonObject(selected);
}
