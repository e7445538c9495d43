import type { DicomJson } from '../dicom/json-model.ts';

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

/** The attributes of a table that a data set has. */
export function selectAttributes(json: DicomJson, table: Readonly<Record<string, string>>): DicomJson {
  const selected: Record<string, DicomJson[string]> = {};
  for (const keyword in table) {
    const tag = table[keyword]!;
    const attribute = json[tag];
    if (attribute !== undefined) selected[tag] = attribute;
  }
  return selected;
}
