import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Tag } from '../../../generated/dictionary.ts';
import { memorySource } from '../../../src/dicom/byte-source.ts';
import type { DataSet } from '../../../src/dicom/data-set.ts';
import { readPart10 } from '../../../src/dicom/part10.ts';
import { TransferSyntaxUID } from '../../../src/dicom/transfer-syntax.ts';
import { type BuiltElements, buildInstance, testUID } from '../../support/dicom-builder.ts';
import { requirement } from '../../support/requirement.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { describeWithTool } from '../../support/tool.ts';
import { entriesOf, type ZipEntry } from '../../support/zip-reader.ts';

const study = `/studies/${testUID(1)}`;
const storage = '1.2.840.10008.5.1.4.1.1';

function code(value: string, meaning: string): BuiltElements {
  return { CodeValue: value, CodingSchemeDesignator: 'DCM', CodeMeaning: meaning };
}

const common: BuiltElements = {
  SpecificCharacterSet: 'ISO_IR 100',
  PatientName: Buffer.from('M\u00fcller^J\u00f6rg', 'latin1'),
  PatientID: 'P-1',
  PatientBirthDate: '19700101',
  PatientSex: 'O',
  StudyDate: '20260102',
  StudyTime: '101112',
  StudyID: 'S1',
  AccessionNumber: 'A1',
  StudyDescription: 'Thorax',
  ContentDate: '20260102',
  ContentTime: '101200',
};

function member(series: number, number: number, modality: string, elements: BuiltElements = {}): BuiltElements {
  return {
    ...common,
    SeriesInstanceUID: testUID(1, series),
    SOPInstanceUID: testUID(1, series, number),
    SeriesNumber: series,
    InstanceNumber: number,
    Modality: modality,
    ...elements,
  };
}

const size = { Rows: 16, Columns: 16 };
const pixelData = new Uint8Array(256).fill(7);

const objects = [
  buildInstance({ pixelData, elements: member(1, 1, 'OT', size) }),
  buildInstance({
    pixelData,
    transferSyntax: TransferSyntaxUID.ImplicitVRLittleEndian,
    elements: member(1, 2, 'OT', size),
  }),
  buildInstance({
    elements: member(2, 1, 'SR', {
      SOPClassUID: `${storage}.88.11`,
      CompletionFlag: 'COMPLETE',
      VerificationFlag: 'VERIFIED',
      VerifyingObserverSequence: {
        items: [{ VerificationDateTime: '20260102120000' }, { VerificationDateTime: '20260103120000' }],
      },
      ConceptNameCodeSequence: { items: [code('121060', 'History')] },
      ContentSequence: {
        items: [
          {
            RelationshipType: 'HAS CONCEPT MOD',
            ValueType: 'CODE',
            ConceptNameCodeSequence: { items: [code('121049', 'Language')] },
            ConceptCodeSequence: { items: [code('eng', 'English')] },
          },
          {
            RelationshipType: 'CONTAINS',
            ValueType: 'TEXT',
            ConceptNameCodeSequence: { items: [code('121071', 'Finding')] },
            TextValue: 'Nothing',
          },
        ],
      },
    }),
  }),
  buildInstance({
    elements: member(3, 1, 'DOC', {
      SOPClassUID: `${storage}.104.1`,
      DocumentTitle: 'Report',
      MIMETypeOfEncapsulatedDocument: 'application/pdf',
      ConceptNameCodeSequence: { items: [] },
      EncapsulatedDocument: Buffer.from('%PDF'),
    }),
  }),
  buildInstance({ elements: member(4, 1, 'RTPLAN', { SOPClassUID: `${storage}.481.5`, RTPlanLabel: 'P' }) }),
];

/** A study of objects that leave empty whatever they can. */
const empty: BuiltElements = {
  ...{ PatientName: '', PatientID: '', StudyDate: '', StudyTime: '', StudyID: '', AccessionNumber: '' },
  ...{ SeriesNumber: '', InstanceNumber: '', ContentDate: '', ContentTime: '' },
};
const incompleteStudy = testUID(2);
const without = (series: number, number: number, elements: BuiltElements): BuiltElements => ({
  ...member(series, number, 'OT', empty),
  StudyInstanceUID: incompleteStudy,
  SeriesInstanceUID: testUID(2, series),
  SOPInstanceUID: testUID(2, series, number),
  ...elements,
});
const incomplete = [
  buildInstance({ pixelData, elements: without(1, 1, { ...size, AcquisitionDate: '20200304', SeriesTime: '0506' }) }),
  buildInstance({ pixelData, elements: without(1, 2, size) }),
  buildInstance({ pixelData, elements: without(2, 1, size) }),
  buildInstance({
    elements: without(3, 1, {
      SOPClassUID: `${storage}.11.1`,
      Modality: 'PR',
      PresentationCreationDate: '',
      PresentationCreationTime: '',
      ContentLabel: '',
      ContentDescription: '',
      ContentCreatorName: '',
      InstanceCreationDate: '20210101',
    }),
  }),
  buildInstance({ elements: without(4, 1, { SOPClassUID: `${storage}.481.5`, Modality: 'RTPLAN', RTPlanLabel: '' }) }),
];

/** A study whose objects name two patients, in one series at that. */
const sharedStudy = testUID(3);
const ofTwoPatients = ['P-1', 'P-2', 'P-1'].map((PatientID, i) =>
  buildInstance({
    pixelData,
    elements: {
      ...member(1, i + 1, 'OT', size),
      PatientID,
      StudyInstanceUID: sharedStudy,
      SeriesInstanceUID: testUID(3, 1),
      SOPInstanceUID: testUID(3, 1, i + 1),
    },
  }),
);

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
  await server.store(...objects, ...incomplete, ...ofTwoPatients);
});
afterAll(() => server.close());

async function fileSet(target = `${study}?dicomdir=true`, accept = 'application/zip'): Promise<readonly ZipEntry[]> {
  const response = await server.get(target, accept);
  expect(response.status).toBe(200);
  return entriesOf(Buffer.from(await response.arrayBuffer()));
}

interface Record {
  readonly type: string | undefined;
  readonly dataSet: DataSet;
  readonly lower: readonly Record[];
}

/** Follows the offsets of a DICOMDIR, as a reader does who trusts nothing else. */
function recordsOf(directory: Buffer): readonly Record[] {
  const parsed = readPart10(memorySource(directory));
  if (!parsed.ok) throw new Error(parsed.detail);
  const { dataSet } = parsed.part10;
  const byOffset = new Map<number, DataSet>();
  for (const item of dataSet.sequence(Tag.DirectoryRecordSequence)) {
    // In front of its first element, (0004,1400) with a header of eight octets, an item has a header of eight.
    byOffset.set(item.get(Tag.OffsetOfTheNextDirectoryRecord)!.offset - 16, item);
  }
  const entity = (first: number): readonly Record[] => {
    const records: Record[] = [];
    for (let at = first; at !== 0; ) {
      const record = byOffset.get(at);
      if (record === undefined) throw new Error(`There is no directory record at ${at}`);
      const lower = entity(record.number(Tag.OffsetOfReferencedLowerLevelDirectoryEntity)!);
      records.push({ type: record.text(Tag.DirectoryRecordType), dataSet: record, lower });
      at = record.number(Tag.OffsetOfTheNextDirectoryRecord)!;
    }
    return records;
  };
  const first = dataSet.number(Tag.OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity)!;
  const roots = entity(first);
  expect(byOffset.size).toBe(count(roots));
  return roots;
}

function count(records: readonly Record[]): number {
  return records.reduce((sum, { lower }) => sum + 1 + count(lower), 0);
}

describe('dicomdir query parameter (PS3.10 8, PS3.3 F)', () => {
  requirement(['R-001-270', 'R-003-010'], 'true names every file by a File ID and adds a DICOMDIR', async () => {
    expect((await fileSet()).map(({ name }) => name)).toEqual([
      'DICOM/ST000001/SE000001/IM000001',
      'DICOM/ST000001/SE000001/IM000002',
      'DICOM/ST000001/SE000002/IM000001',
      'DICOM/ST000001/SE000003/IM000001',
      'DICOM/ST000001/SE000004/IM000001',
      'DICOMDIR',
    ]);
  });

  requirement('R-001-270', 'its records are found by their offsets, and lead to the files', async () => {
    const entries = await fileSet();
    const [patient, ...others] = recordsOf(entries.at(-1)!.content);
    expect(others).toEqual([]);
    expect(patient!.dataSet.text(Tag.PatientName)).toBe('Müller^Jörg');
    const [ofStudy] = patient!.lower;
    expect(ofStudy!.dataSet.text(Tag.StudyInstanceUID)).toBe(testUID(1));
    expect(ofStudy!.lower.map(({ type }) => type)).toEqual(['SERIES', 'SERIES', 'SERIES', 'SERIES']);
    const instances = ofStudy!.lower.flatMap(({ lower }) => lower);
    expect(instances.map(({ type }) => type)).toEqual(['IMAGE', 'IMAGE', 'SR DOCUMENT', 'ENCAP DOC', 'RT PLAN']);
    for (const { dataSet } of instances) {
      const name = dataSet.texts(Tag.ReferencedFileID).join('/');
      const parsed = readPart10(memorySource(entries.find((entry) => entry.name === name)!.content));
      if (!parsed.ok) throw new Error(parsed.detail);
      expect(dataSet.text(Tag.ReferencedSOPInstanceUIDInFile)).toBe(parsed.part10.dataSet.text(Tag.SOPInstanceUID));
      expect(dataSet.text(Tag.ReferencedSOPClassUIDInFile)).toBe(parsed.part10.dataSet.text(Tag.SOPClassUID));
      expect(dataSet.text(Tag.ReferencedTransferSyntaxUIDInFile)).toBe(parsed.part10.transferSyntax.uid);
    }
  });

  test('the record of a document has the modifiers of its title, and when it was verified last', async () => {
    const [patient] = recordsOf((await fileSet()).at(-1)!.content);
    const report = patient!.lower[0]!.lower[1]!.lower[0]!.dataSet;
    expect(report.text(Tag.VerificationDateTime)).toBe('20260103120000');
    expect(report.sequence(Tag.ContentSequence).map((item) => item.text(Tag.RelationshipType))).toEqual([
      'HAS CONCEPT MOD',
    ]);
  });

  test('the transfer syntax asked for stands in the record', async () => {
    const entries = await fileSet(`${study}?dicomdir=true`, 'application/zip; transfer-syntax=*');
    const [patient] = recordsOf(entries.at(-1)!.content);
    const [series] = patient!.lower[0]!.lower;
    expect(series!.lower.map(({ dataSet }) => dataSet.text(Tag.ReferencedTransferSyntaxUIDInFile))).toEqual([
      TransferSyntaxUID.ExplicitVRLittleEndian,
      TransferSyntaxUID.ImplicitVRLittleEndian,
    ]);
  });

  test('a series, and an instance', async () => {
    expect(await fileSet(`${study}/series/${testUID(1, 1)}?dicomdir=true`)).toHaveLength(3);
    expect(await fileSet(`${study}/series/${testUID(1, 2)}/instances/${testUID(1, 2, 1)}?dicomdir=true`)).toHaveLength(
      2,
    );
  });

  test('the same File-set has the same bytes and entity tag, another one has not', async () => {
    const [one, two, tree] = await Promise.all(
      ['true', 'true', 'false'].map((value) => server.get(`${study}?dicomdir=${value}`, 'application/zip')),
    );
    expect(Buffer.from(await one!.arrayBuffer()).equals(Buffer.from(await two!.arrayBuffer()))).toBe(true);
    expect(one!.headers.get('etag')).toBe(two!.headers.get('etag'));
    expect(one!.headers.get('etag')).not.toBe(tree!.headers.get('etag'));
    await tree!.arrayBuffer();
  });

  requirement('R-001-270', 'keys that have to have a value have one, whatever the objects leave empty', async () => {
    const [patient] = recordsOf((await fileSet(`/studies/${incompleteStudy}?dicomdir=true`)).at(-1)!.content);
    const [ofStudy] = patient!.lower;
    expect([patient!.dataSet.text(Tag.PatientID), patient!.dataSet.text(Tag.PatientName)]).toEqual([
      'PAT000001',
      undefined,
    ]);
    const { dataSet } = ofStudy!;
    expect([Tag.StudyDate, Tag.StudyTime, Tag.StudyID, Tag.AccessionNumber].map((tag) => dataSet.text(tag))).toEqual([
      '20200304',
      '0506',
      'ST000001',
      undefined,
    ]);
    expect(ofStudy!.lower.map((series) => series.dataSet.number(Tag.SeriesNumber))).toEqual([1, 2, 3, 4]);
    expect(ofStudy!.lower[0]!.lower.map((image) => image.dataSet.number(Tag.InstanceNumber))).toEqual([1, 2]);
    const presentation = ofStudy!.lower.flatMap(({ lower }) => lower).find(({ type }) => type === 'PRESENTATION')!;
    expect(
      [Tag.PresentationCreationDate, Tag.PresentationCreationTime, Tag.ContentLabel].map((tag) =>
        presentation.dataSet.text(tag),
      ),
    ).toEqual(['20210101', '000000', 'UNLABELED']);
  });

  requirement('R-001-270', 'objects of one study that name two patients have a record for each', async () => {
    const entries = await fileSet(`/studies/${sharedStudy}?dicomdir=true`);
    const patients = recordsOf(entries.at(-1)!.content);
    expect(patients.map(({ dataSet }) => dataSet.text(Tag.PatientID))).toEqual(['P-1', 'P-2']);
    const files = patients.map(({ lower }) =>
      lower[0]!.lower[0]!.lower.map(({ dataSet }) => dataSet.texts(Tag.ReferencedFileID).at(-1)),
    );
    expect(files).toEqual([['IM000001', 'IM000003'], ['IM000002']]);
  });

  requirement('R-001-270', 'false is the default, other media types ignore it, other values are 400', async () => {
    expect((await fileSet(`${study}?dicomdir=false`)).at(-1)!.name).toMatch(/\.dcm$/);
    const response = await server.get(`${study}?dicomdir=true`, 'multipart/related; type="application/dicom"');
    expect(response.status).toBe(200);
    await response.arrayBuffer();
    for (const query of ['dicomdir=maybe', 'dicomdir=', 'dicomdir', 'dicomdir=true&dicomdir=true', 'dicomdir=TRUE']) {
      expect((await server.get(`${study}?${query}`, 'application/zip')).status, query).toBe(400);
      expect((await server.get(`${study}?${query}`, '')).status, query).toBe(400);
    }
  });
});

async function unpacked(target?: string): Promise<string> {
  const folder = path.join(temporaryDirectory(), 'media');
  for (const { name, content } of await fileSet(target)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), content);
  }
  return folder;
}

describeWithTool('dcmmkdir', 'beside DCMTK', () => {
  requirement('R-001-270', 'dcmmkdir takes the directory as its own and finds nothing to add', async () => {
    const folder = await unpacked();
    const before = summaryOf(path.join(folder, 'DICOMDIR'));
    const { status, stderr } = spawnSync(
      'dcmmkdir',
      ['--update', '+id', folder, '+D', path.join(folder, 'DICOMDIR'), '-Pgp', '--no-xfer-check', '+r', 'DICOM'],
      { encoding: 'utf8' },
    );
    expect(stderr).not.toMatch(/^E:/m);
    expect(status).toBe(0);
    expect(summaryOf(path.join(folder, 'DICOMDIR'))).toEqual(before);
  });

  requirement('R-001-270', 'a directory that dcmmkdir makes of the files has the same records', async () => {
    const folder = await unpacked();
    const own = summaryOf(path.join(folder, 'DICOMDIR'));
    const theirs = path.join(temporaryDirectory(), 'DICOMDIR');
    const { status, stderr } = spawnSync(
      'dcmmkdir',
      ['+id', folder, '+D', theirs, '-Pgp', '--no-xfer-check', '--no-consistency-check', '+r', 'DICOM'],
      { encoding: 'utf8' },
    );
    expect(stderr).not.toMatch(/^E:/m);
    expect(status).toBe(0);
    expect(own).toEqual(summaryOf(theirs));
  });
});

describeWithTool('dcmmkdir', 'objects that leave keys empty, beside DCMTK', () => {
  const options = ['-Pgp', '--no-xfer-check', '--no-consistency-check', '+r'];

  requirement('R-001-270', 'dcmmkdir finds them wanting, and no record of the directory', async () => {
    const folder = await unpacked(`/studies/${incompleteStudy}?dicomdir=true`);
    const theirs = path.join(temporaryDirectory(), 'DICOMDIR');
    const made = spawnSync('dcmmkdir', ['+id', folder, '+D', theirs, ...options, 'DICOM'], { encoding: 'utf8' });
    const wanting = [...made.stderr.matchAll(/required attribute \w+ (\([\da-f,]+\)) empty/g)].map(([, tag]) => tag!);
    expect(new Set(wanting).size).toBeGreaterThan(5);
    const { stdout } = spawnSync('dcmdump', ['+L', '-q', path.join(folder, 'DICOMDIR')], { encoding: 'latin1' });
    const empties = stdout.split('\n').filter((line) => line.includes('no value available'));
    expect(empties.filter((line) => wanting.some((tag) => line.includes(tag)))).toEqual([]);
  });

  requirement('R-001-270', 'dcmmkdir finds the same patients', async () => {
    const folder = await unpacked(`/studies/${sharedStudy}?dicomdir=true`);
    const theirs = path.join(temporaryDirectory(), 'DICOMDIR');
    const { stderr } = spawnSync('dcmmkdir', ['+id', folder, '+D', theirs, ...options, 'DICOM'], { encoding: 'utf8' });
    expect(stderr).not.toMatch(/^E:/m);
    expect(summaryOf(path.join(folder, 'DICOMDIR'))).toEqual(summaryOf(theirs));
  });
});

/** Types, File IDs and keys of all records as dcmdump reads them; offsets apart. */
function summaryOf(directory: string): readonly string[] {
  const { stdout, status } = spawnSync('dcmdump', ['+L', '-q', directory], { encoding: 'latin1' });
  expect(status).toBe(0);
  expect(stdout).toContain('PATIENT');
  return stdout
    .split('\n')
    .filter((line) =>
      /\((0004,(1430|1500|1510|1511|1512)|0010,00[12]0|0020,000[DEde]|0020,001[0-3]|0008,0060)\)/.test(line),
    )
    .map((line) => line.trim().replace(/\s+/g, ' ').replace(/# .*$/, ''))
    .sort();
}
