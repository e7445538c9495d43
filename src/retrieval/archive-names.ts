import type { DicomJson } from '../dicom/json-model.ts';
import { decodeMetadataDocument } from '../dicom/metadata-document.ts';
import type { InstanceRecord } from '../storage/catalog.ts';
import type { InstanceStore } from '../storage/instance-store.ts';

/** Names in an archive: a folder for the study, one for each series, a file for each instance. */
export interface ArchiveNames {
  /** Name for the archive itself. */
  readonly archive: string;
  /** Path of an instance below the root of the archive, ending in .dcm. Two instances may have the same. */
  nameOf(record: InstanceRecord): string;
}

/**
 * Names that a person understands: dates, descriptions and numbers, and no name of a patient, since archives are passed on.
 * Every character is safe in the file names of all common systems. D-30.
 */
export async function archiveNames(
  instanceStore: InstanceStore,
  instances: readonly InstanceRecord[],
): Promise<ArchiveNames> {
  const firstOfSeries = [
    ...new Map([...instances].reverse().map((record) => [record.index.SeriesInstanceUID, record])).values(),
  ].reverse();
  const folders = new Map<string, string>();
  let study = '';
  let place = 0;
  for await (const document of instanceStore.metadata(firstOfSeries)) {
    const { index } = firstOfSeries[place++]!;
    const metadata = JSON.parse(decodeMetadataDocument(document, '')) as DicomJson;
    study ||= folderName([dateOf(metadata), textOf(metadata, '00081030')], `Study ${index.StudyInstanceUID}`);
    const number = index.SeriesNumber === undefined ? '' : String(index.SeriesNumber).padStart(3, '0');
    const described = folderName([number, index.Modality ?? '', textOf(metadata, '0008103E')], 'Series');
    folders.set(index.SeriesInstanceUID, uniqueFolder(described, folders));
  }
  return {
    archive: `${study}.zip`,
    nameOf: ({ index }) => {
      const number = index.InstanceNumber === undefined ? index.SOPInstanceUID : fileNumber(index.InstanceNumber);
      return `${study}/${folders.get(index.SeriesInstanceUID) ?? 'Series'}/${number}.dcm`;
    },
  };
}

function fileNumber(InstanceNumber: number): string {
  return String(InstanceNumber).padStart(6, '0');
}

function uniqueFolder(wanted: string, taken: ReadonlyMap<string, string>): string {
  const names = new Set([...taken.values()].map((name) => name.toLowerCase()));
  let name = wanted;
  for (let again = 2; names.has(name.toLowerCase()); again++) name = `${wanted} ${again}`;
  return name;
}

const longestFolder = 64;

function folderName(words: readonly string[], otherwise: string): string {
  const name = words
    .join(' ')
    .normalize('NFC')
    // Control characters, and what separates or means something in file names of one system or another.
    .replace(/[\p{C}<>:"/\\|?*^=]/gu, ' ')
    .replace(/\s+/g, ' ')
    .slice(0, longestFolder)
    .replace(/^[\s.]+|[\s.]+$/g, '')
    .toWellFormed();
  return name === '' ? otherwise : name;
}

function dateOf(metadata: DicomJson): string {
  const [, year, month, day] = /^(\d{4})(\d{2})(\d{2})$/.exec(textOf(metadata, '00080020')) ?? [];
  return year === undefined ? '' : `${year}-${month}-${day}`;
}

function textOf(metadata: DicomJson, tag: string): string {
  const value = metadata[tag]?.Value?.[0];
  return typeof value === 'string' ? value : '';
}
