import { Tag, type VR, vrOf } from '../../generated/dictionary.ts';
import { type DataElement, DataSet } from '../dicom/data-set.ts';
import { encodeDataSet, type ReplacedElement } from '../dicom/native-encoding.ts';
import { TransferSyntaxUID, transferSyntaxOf } from '../dicom/transfer-syntax.ts';
import { encodeValue } from '../dicom/value.ts';

/** Content Identification Macro (PS3.3 Table 10-12), as far as a directory record has it. */
const contentIdentification = [Tag.InstanceNumber, Tag.ContentLabel, Tag.ContentDescription, Tag.ContentCreatorName];
const contentTime = [Tag.ContentDate, Tag.ContentTime];

/** Keys of each type of directory record that this origin server writes (PS3.3 F.5). */
const keys = {
  PATIENT: [Tag.PatientName, Tag.PatientID],
  STUDY: [Tag.StudyDate, Tag.StudyTime, Tag.AccessionNumber, Tag.StudyDescription, Tag.StudyInstanceUID, Tag.StudyID],
  SERIES: [Tag.Modality, Tag.SeriesDescription, Tag.SeriesInstanceUID, Tag.SeriesNumber],
  IMAGE: [Tag.InstanceNumber],
  'RT DOSE': [Tag.InstanceNumber, Tag.DoseSummationType],
  'RT STRUCTURE SET': [Tag.InstanceNumber, Tag.StructureSetLabel, Tag.StructureSetDate, Tag.StructureSetTime],
  'RT PLAN': [Tag.InstanceNumber, Tag.RTPlanLabel, Tag.RTPlanDate, Tag.RTPlanTime],
  'RT TREAT RECORD': [Tag.InstanceNumber, Tag.TreatmentDate, Tag.TreatmentTime],
  PRESENTATION: [
    Tag.PresentationCreationDate,
    Tag.PresentationCreationTime,
    ...contentIdentification,
    Tag.ReferencedSeriesSequence,
    Tag.BlendingSequence,
  ],
  WAVEFORM: [Tag.InstanceNumber, ...contentTime],
  'SR DOCUMENT': [
    Tag.InstanceNumber,
    ...contentTime,
    Tag.CompletionFlag,
    Tag.VerificationFlag,
    Tag.ConceptNameCodeSequence,
    Tag.ContentSequence,
  ],
  'KEY OBJECT DOC': [Tag.InstanceNumber, ...contentTime, Tag.ConceptNameCodeSequence, Tag.ContentSequence],
  SPECTROSCOPY: [
    Tag.ImageType,
    ...contentTime,
    Tag.InstanceNumber,
    Tag.ReferencedImageEvidenceSequence,
    Tag.NumberOfFrames,
    Tag.Rows,
    Tag.Columns,
    Tag.DataPointRows,
    Tag.DataPointColumns,
  ],
  'RAW DATA': [Tag.InstanceNumber, ...contentTime],
  REGISTRATION: [...contentTime, ...contentIdentification],
  FIDUCIAL: [...contentTime, ...contentIdentification],
  'ENCAP DOC': [
    ...contentTime,
    Tag.InstanceNumber,
    Tag.DocumentTitle,
    Tag.HL7InstanceIdentifier,
    Tag.ConceptNameCodeSequence,
    Tag.MIMETypeOfEncapsulatedDocument,
  ],
  'VALUE MAP': [...contentTime, ...contentIdentification],
  STEREOMETRIC: [],
  SURFACE: [...contentTime, ...contentIdentification],
  'SURFACE SCAN': [...contentTime, ...contentIdentification],
  MEASUREMENT: [...contentTime, ...contentIdentification],
  TRACT: [...contentTime, ...contentIdentification],
  ASSESSMENT: [Tag.InstanceNumber, Tag.InstanceCreationDate, Tag.InstanceCreationTime],
  ANNOTATION: [...contentTime, ...contentIdentification],
  RADIOTHERAPY: [...contentTime, ...contentIdentification],
  PRIVATE: [Tag.InstanceNumber],
} as const satisfies Readonly<Record<string, readonly number[]>>;

/** Directory Record Type (0004,1430). */
export type DirectoryRecordType = keyof typeof keys;

/** Keys that are only there where the object has them; all others are there, if need be without a value. */
const conditional: ReadonlySet<number> = new Set([
  Tag.SeriesDescription,
  Tag.ReferencedSeriesSequence,
  Tag.BlendingSequence,
  Tag.ContentSequence,
  Tag.ReferencedImageEvidenceSequence,
  Tag.HL7InstanceIdentifier,
]);

/** What stands for a key that has to have a value (Type 1) where the object has none (D-56). */
interface Substitute {
  /** Attributes of the object that say nearly the same, the first that has a value. */
  readonly attributes?: readonly number[];
  /** Else a value, which may be the place of the record among those beside it, from 1. */
  readonly value: (place: number) => string;
}

const noDate: Substitute['value'] = () => '19000101';
const noTime: Substitute['value'] = () => '000000';
const noLabel: Substitute['value'] = () => 'UNLABELED';
const dates = [Tag.ContentDate, Tag.AcquisitionDate, Tag.SeriesDate, Tag.InstanceCreationDate, Tag.StudyDate];
const times = [Tag.ContentTime, Tag.AcquisitionTime, Tag.SeriesTime, Tag.InstanceCreationTime, Tag.StudyTime];
const date: Substitute = { attributes: dates, value: noDate };
const time: Substitute = { attributes: times, value: noTime };

/** The keys of Type 1 for which something can be said (PS3.3 F.5). */
const substitutes: Readonly<Record<number, Substitute>> = {
  [Tag.PatientID]: { value: (place) => numbered('PAT', place) },
  [Tag.StudyID]: { value: (place) => numbered('ST', place) },
  [Tag.StudyDate]: {
    attributes: [Tag.SeriesDate, Tag.AcquisitionDate, Tag.ContentDate, Tag.InstanceCreationDate],
    value: noDate,
  },
  [Tag.StudyTime]: {
    attributes: [Tag.SeriesTime, Tag.AcquisitionTime, Tag.ContentTime, Tag.InstanceCreationTime],
    value: noTime,
  },
  [Tag.Modality]: { value: () => 'OT' },
  [Tag.SeriesNumber]: { value: String },
  [Tag.InstanceNumber]: { value: String },
  [Tag.ContentDate]: date,
  [Tag.ContentTime]: time,
  [Tag.PresentationCreationDate]: date,
  [Tag.PresentationCreationTime]: time,
  [Tag.InstanceCreationDate]: date,
  [Tag.InstanceCreationTime]: time,
  [Tag.ContentLabel]: { value: noLabel },
  [Tag.RTPlanLabel]: { value: noLabel },
  [Tag.StructureSetLabel]: { value: noLabel },
  [Tag.CompletionFlag]: { value: () => 'PARTIAL' },
  [Tag.VerificationFlag]: { value: () => 'UNVERIFIED' },
  [Tag.MIMETypeOfEncapsulatedDocument]: { value: () => 'application/octet-stream' },
};

/** Keys that may be empty in a record although others of their kind may not (PS3.3 F.5.8 to F.5.10, F.5.27, F.5.31). */
const emptyAllowed: Readonly<Partial<Record<DirectoryRecordType, readonly number[]>>> = {
  'RAW DATA': [Tag.InstanceNumber],
  'ENCAP DOC': [Tag.ContentDate, Tag.ContentTime],
};

/** A component of a File ID, or what stands for an identifier: capital letters and six digits. */
export function numbered(prefix: string, number: number): string {
  return prefix + String(number).padStart(6, '0');
}

const storage = '1.2.840.10008.5.1.4.1.1.';

/** Record type of a SOP Class (PS3.3 Table F.4-1), whole UIDs before what UIDs begin with; any other object is an image. */
const typesOfSopClasses: readonly (readonly [uid: string, type: DirectoryRecordType])[] = [
  ['4.2', 'SPECTROSCOPY'],
  ['66', 'RAW DATA'],
  ['66.1', 'REGISTRATION'],
  ['66.2', 'FIDUCIAL'],
  ['66.3', 'REGISTRATION'],
  ['66.5', 'SURFACE'],
  ['66.6', 'TRACT'],
  ['67', 'VALUE MAP'],
  ['68.1', 'SURFACE SCAN'],
  ['68.2', 'SURFACE SCAN'],
  ['77.1.5.3', 'STEREOMETRIC'],
  ['80.1', 'MEASUREMENT'],
  ['88.59', 'KEY OBJECT DOC'],
  ['90.1', 'ASSESSMENT'],
  ['91.1', 'ANNOTATION'],
  ['481.2', 'RT DOSE'],
  ['481.3', 'RT STRUCTURE SET'],
  ['481.4', 'RT TREAT RECORD'],
  ['481.5', 'RT PLAN'],
  ['481.6', 'RT TREAT RECORD'],
  ['481.7', 'RT TREAT RECORD'],
  ['481.8', 'RT PLAN'],
  ['481.9', 'RT TREAT RECORD'],
  ['9.', 'WAVEFORM'],
  ['11.', 'PRESENTATION'],
  ['78.', 'MEASUREMENT'],
  ['88.', 'SR DOCUMENT'],
  ['104.', 'ENCAP DOC'],
];

/**
 * Type of the directory record of an instance.
 *
 * @param hasPixels whether the instance has pixel data; what is neither an image nor of a class above is PRIVATE
 */
export function directoryRecordType(SOPClassUID: string, hasPixels: boolean): DirectoryRecordType {
  const found = typesOfSopClasses.find(([uid]) =>
    uid.endsWith('.') ? SOPClassUID.startsWith(storage + uid) : SOPClassUID === storage + uid,
  );
  if (found !== undefined) return found[1];
  return hasPixels ? 'IMAGE' : 'PRIVATE';
}

/** The file that a directory record refers to. */
export interface ReferencedFile {
  /** Components of the File ID, from the root of the File-set (PS3.10 8.2). */
  readonly fileID: readonly string[];
  readonly SOPClassUID: string;
  readonly SOPInstanceUID: string;
  readonly TransferSyntaxUID: string;
}

/**
 * A directory record: an item of the Directory Record Sequence without its item tag, its offsets zero. PS3.3 F.3.2.2, F.5.
 *
 * @param dataSet of an instance that the record is about; its text stays in its own Specific Character Set
 * @param place of the record among those of its directory entity, from 1
 * @param file absent for records that only have others below them
 */
export async function encodeDirectoryRecord(
  type: DirectoryRecordType,
  dataSet: DataSet,
  place: number,
  file?: ReferencedFile,
): Promise<Buffer> {
  const kept: ReadonlySet<number> = new Set<number>([Tag.SpecificCharacterSet, ...keys[type]]);
  const elements = new Map(
    [...dataSet.elements.values()].filter(({ tag }) => kept.has(tag)).map((element) => [element.tag, keyOf(element)]),
  );
  const replace = new Map<number, ReplacedElement>();
  const set = (tag: number, ...values: readonly (string | number)[]): void => {
    const vr = vrOf(tag) as VR;
    replace.set(tag, { kind: 'value', vr, value: encodeValue(vr, values) });
  };
  set(Tag.OffsetOfTheNextDirectoryRecord, 0);
  set(Tag.RecordInUseFlag, 0xffff);
  set(Tag.OffsetOfReferencedLowerLevelDirectoryEntity, 0);
  set(Tag.DirectoryRecordType, type);
  if (file !== undefined) {
    // A type of record of our own says which (PS3.3 F.3.2.2).
    if (type === 'PRIVATE') set(Tag.PrivateRecordUID, file.SOPClassUID);
    set(Tag.ReferencedFileID, ...file.fileID);
    set(Tag.ReferencedSOPClassUIDInFile, file.SOPClassUID);
    set(Tag.ReferencedSOPInstanceUIDInFile, file.SOPInstanceUID);
    set(Tag.ReferencedTransferSyntaxUIDInFile, file.TransferSyntaxUID);
  }
  for (const tag of keys[type]) {
    if (conditional.has(tag) || isPresent(elements.get(tag))) continue;
    const substitute = emptyAllowed[type]?.includes(tag) ? undefined : substitutes[tag];
    set(tag, ...(substitute === undefined ? [] : [substituted(substitute, dataSet, place)]));
  }
  const verified = type === 'SR DOCUMENT' ? lastVerification(dataSet) : undefined;
  if (verified !== undefined) set(Tag.VerificationDateTime, verified);
  const subset = new DataSet(dataSet.source, elements, dataSet);
  const chunks: Uint8Array[] = [];
  for await (const chunk of encodeDataSet(subset, explicitLittleEndian, { replace })) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const explicitLittleEndian = transferSyntaxOf(TransferSyntaxUID.ExplicitVRLittleEndian)!;

function isPresent(element: DataElement | undefined): boolean {
  return element !== undefined && (element.length > 0 || (element.items?.length ?? 0) > 0);
}

function substituted({ attributes = [], value }: Substitute, dataSet: DataSet, place: number): string {
  for (const tag of attributes) {
    const text = dataSet.text(tag);
    if (text !== undefined) return text;
  }
  return value(place);
}

/** Of the content of a document a record has the modifiers of its title alone (PS3.3 F.5.23). */
function keyOf(element: DataElement): DataElement {
  if (element.tag !== Tag.ContentSequence || element.items === undefined) return element;
  return { ...element, items: element.items.filter((item) => item.text(Tag.RelationshipType) === 'HAS CONCEPT MOD') };
}

function lastVerification(dataSet: DataSet): string | undefined {
  const times = dataSet
    .sequence(Tag.VerifyingObserverSequence)
    .map((item) => item.text(Tag.VerificationDateTime) ?? '');
  return times.sort().at(-1) || undefined;
}
