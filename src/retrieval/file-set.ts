import { createHash } from 'node:crypto';
import { type DirectoryRecord, encodeDicomdir } from '../packaging/dicomdir.ts';
import { directoryRecordType, encodeDirectoryRecord } from '../packaging/directory-record.ts';
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
    const own = series.get(SeriesInstanceUID) ?? { name: component('SE', series.size + 1), count: 0 };
    series.set(SeriesInstanceUID, own);
    own.count += 1;
    return ['DICOM', component('ST', 1), own.name, component('IM', own.count)];
  });
}

function component(prefix: string, number: number): string {
  return prefix + String(number).padStart(6, '0');
}

interface SeriesRecord extends DirectoryRecord {
  readonly lower: DirectoryRecord[];
}

/** One patient with one study, its series, and their instances. */
async function directoryRecords(
  instanceStore: InstanceStore,
  members: readonly FileSetMember[],
  fileIDs: readonly (readonly string[])[],
): Promise<readonly DirectoryRecord[]> {
  const ofPatientAndStudy: Uint8Array[] = [];
  const series = new Map<string, SeriesRecord>();
  for (const [place, { record, TransferSyntaxUID }] of members.entries()) {
    const { SOPClassUID, SOPInstanceUID, SeriesInstanceUID, image } = record.index;
    await withPart10(instanceStore, record, async ({ dataSet }) => {
      if (place === 0) {
        ofPatientAndStudy.push(await encodeDirectoryRecord('PATIENT', dataSet));
        ofPatientAndStudy.push(await encodeDirectoryRecord('STUDY', dataSet));
      }
      const file = { fileID: fileIDs[place]!, SOPClassUID, SOPInstanceUID, TransferSyntaxUID };
      const type = directoryRecordType(SOPClassUID, image !== undefined);
      const octets = await encodeDirectoryRecord(type, dataSet, file);
      const own: SeriesRecord = series.get(SeriesInstanceUID) ?? {
        octets: await encodeDirectoryRecord('SERIES', dataSet),
        lower: [],
      };
      series.set(SeriesInstanceUID, own);
      own.lower.push({ octets, lower: [] });
    });
  }
  return ofPatientAndStudy.reduceRight<readonly DirectoryRecord[]>(
    (lower, octets) => [{ octets, lower }],
    [...series.values()],
  );
}
