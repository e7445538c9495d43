import { createHash } from 'node:crypto';
import { Tag } from '../../generated/dictionary.ts';
import type { DataSet } from '../dicom/data-set.ts';
import { type DirectoryRecord, encodeDicomdir } from '../packaging/dicomdir.ts';
import {
  type DirectoryRecordType,
  directoryRecordType,
  encodeDirectoryRecord,
  numbered,
  type ReferencedFile,
} from '../packaging/directory-record.ts';
import type { Representation } from '../packaging/representation.ts';
import type { InstanceRecord } from '../storage/catalog.ts';
import type { InstanceStore } from '../storage/instance-store.ts';
import { withPart10 } from './stored-part10.ts';

/** A file of a File-set that is to be packed. */
export interface FileSetMember {
  readonly record: InstanceRecord;
  readonly TransferSyntaxUID: string;
  readonly part: Representation;
}

/**
 * The instances of a study as a File-set: files under File IDs of eight characters and no extension, as any medium takes
 * them, and after them the DICOMDIR, which is made when it is its turn. PS3.10 8, PS3.3 F.
 *
 * Only uppercase letters, digits and underscore are in a File ID (PS3.10 8.5).
 *
 * @param entityTag tells one File-set from another
 */
export function fileSet(
  instanceStore: InstanceStore,
  members: readonly FileSetMember[],
  entityTag: string,
): readonly Representation[] {
  const fileIDs = fileIDsOf(members);
  const files = members.map(({ part }, place) => ({ ...part, fileName: fileIDs[place]!.join('/') }));
  const directory: Representation = {
    mediaType: 'application/dicom',
    fileName: 'DICOMDIR',
    async *open() {
      yield encodeDicomdir(await directoryRecords(instanceStore, members, fileIDs), instanceUID(entityTag));
    },
  };
  return [...files, directory];
}

/** A UID from a digest, so that the same File-set has the same DICOMDIR (PS3.5 B.2). */
function instanceUID(entityTag: string): string {
  const digest = createHash('sha256').update('dicomdir ').update(entityTag).digest('hex');
  return `2.25.${BigInt(`0x${digest.slice(0, 32)}`)}`;
}

function fileIDsOf(members: readonly FileSetMember[]): readonly (readonly string[])[] {
  const series = new Map<string, { readonly name: string; count: number }>();
  return members.map(({ record }) => {
    const { SeriesInstanceUID } = record.index;
    const own = series.get(SeriesInstanceUID) ?? { name: numbered('SE', series.size + 1), count: 0 };
    series.set(SeriesInstanceUID, own);
    own.count += 1;
    return ['DICOM', numbered('ST', 1), own.name, numbered('IM', own.count)];
  });
}

/** A record that others are still put below. */
interface OpenRecord extends DirectoryRecord {
  readonly lower: OpenRecord[];
  /** Of those below, by what tells them apart. */
  readonly byKey: Map<string, OpenRecord>;
}

/** Patients with the study, its series, and their instances; a study has one patient, unless somebody made a mistake. */
async function directoryRecords(
  instanceStore: InstanceStore,
  members: readonly FileSetMember[],
  fileIDs: readonly (readonly string[])[],
): Promise<readonly DirectoryRecord[]> {
  const root: OpenRecord = { octets: new Uint8Array(0), lower: [], byKey: new Map() };
  for (const [place, { record, TransferSyntaxUID }] of members.entries()) {
    const { SOPClassUID, SOPInstanceUID, StudyInstanceUID, SeriesInstanceUID, image } = record.index;
    await withPart10(instanceStore, record, async ({ dataSet }) => {
      const below = async (
        above: OpenRecord,
        key: string,
        type: DirectoryRecordType,
        file?: ReferencedFile,
      ): Promise<OpenRecord> => {
        const known = above.byKey.get(key);
        if (known !== undefined) return known;
        const octets = await encodeDirectoryRecord(type, dataSet, above.lower.length + 1, file);
        const made: OpenRecord = { octets, lower: [], byKey: new Map() };
        above.byKey.set(key, made);
        above.lower.push(made);
        return made;
      };
      const patient = await below(root, patientKeyOf(dataSet), 'PATIENT');
      const study = await below(patient, StudyInstanceUID, 'STUDY');
      const series = await below(study, SeriesInstanceUID, 'SERIES');
      const file = { fileID: fileIDs[place]!, SOPClassUID, SOPInstanceUID, TransferSyntaxUID };
      await below(series, SOPInstanceUID, directoryRecordType(SOPClassUID, image !== undefined), file);
    });
  }
  return root.lower;
}

/** What tells patients apart: their identifier, or else their name and date of birth. */
function patientKeyOf(dataSet: DataSet): string {
  const PatientID = dataSet.text(Tag.PatientID);
  return JSON.stringify(
    PatientID === undefined
      ? [dataSet.text(Tag.PatientName), dataSet.text(Tag.PatientBirthDate)]
      : [PatientID, dataSet.text(Tag.IssuerOfPatientID)],
  );
}
