import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect } from 'vitest';
import { resolveBulkData } from '../../../src/dicom/bulk-data-path.ts';
import { memorySource } from '../../../src/dicom/byte-source.ts';
import type { DataSet } from '../../../src/dicom/data-set.ts';
import { type DicomJson, type JsonAttribute, jsonAttributes, jsonObject } from '../../../src/dicom/json-model.ts';
import { readPart10 } from '../../../src/dicom/part10.ts';
import { valueRepresentations } from '../../../src/dicom/value-representation.ts';
import { parseXmlModel, toXmlModel } from '../../../src/dicom/xml-model.ts';
import { corpusPath, describeCorpus } from '../../support/corpus.ts';
import { requirement } from '../../support/requirement.ts';
import { describeWithTool } from '../../support/tool.ts';
import { type Difference, type ExplainedDifference, explainedDifferences } from './explained-differences.ts';

const python = '/usr/bin/python3';
const hasPydicom = spawnSync(python, ['-c', 'import pydicom']).status === 0;

const folders = '{charset,encapsulated,image,multiframe,presentation,rt,seg,series-ct,text,waveform}';
const scratch = mkdtempSync(path.join(tmpdir(), 'fiducial-metadata-'));
afterAll(() => rmSync(scratch, { recursive: true }));

function corpusFiles(): readonly string[] {
  return globSync(`${folders}/*.dcm`, { cwd: corpusPath() }).toSorted();
}

function read(file: string): { readonly dataSet: DataSet; readonly json: DicomJson } {
  const parsed = readPart10(memorySource(readFileSync(corpusPath(file))));
  if (!parsed.ok) throw new Error(`${file}: ${parsed.detail}`);
  const { dataSet } = parsed.part10;
  return {
    dataSet,
    json: JSON.parse(jsonObject(jsonAttributes(dataSet, (bulkDataPath) => bulkDataPath))) as DicomJson,
  };
}

/** The attributes that differ, those in items too. */
function* differences(
  file: string,
  ours: DicomJson,
  theirs: DicomJson,
  equal: (ours: JsonAttribute, theirs: JsonAttribute) => boolean,
  parent = '',
): Generator<Difference> {
  for (const tag of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
    const [a, b, at] = [ours[tag], theirs[tag], parent + tag];
    if (a?.vr === 'SQ' && b?.vr === 'SQ' && a.Value?.length === b.Value?.length) {
      for (const [i, item] of (a.Value ?? []).entries()) {
        yield* differences(file, item as DicomJson, b.Value?.[i] as DicomJson, equal, `${at}.${i + 1}.`);
      }
    } else if (a === undefined || b === undefined || !equal(a, b)) {
      yield { file, path: at, tag, ours: a, theirs: b };
    }
  }
}

/** What no reason explains, a line each. */
function unexplained(reader: ExplainedDifference['reader'], found: Iterable<Difference>): readonly string[] {
  const reasons = explainedDifferences.filter((explained) => explained.reader === reader);
  const short = (attribute: JsonAttribute | undefined) => JSON.stringify(attribute)?.slice(0, 100) ?? 'nothing';
  return [...found]
    .filter((difference) => !reasons.some((reason) => reason.explains(difference)))
    .map(({ file, path: at, ours, theirs }) => `${file} ${at}: ${short(ours)}, ${reader} has ${short(theirs)}`);
}

/** Octets of a value that metadata leaves at a bulk data URI, in little endian if asked for. */
function bulkOctets(dataSet: DataSet, bulkDataPath: string, littleEndian: boolean): Buffer {
  const found = resolveBulkData(dataSet, bulkDataPath)!;
  const octets = Buffer.from(found.dataSet.bytes(found.element.tag)!);
  const word = valueRepresentations[found.element.vr].wordLength;
  if (littleEndian && dataSet.bigEndian && word === 2) octets.swap16();
  return octets;
}

/** DCMTK prints nine digits of a FL, and the seventeenth digit of a FD can be one off. */
function equalNumbers(ours: JsonAttribute, theirs: JsonAttribute): boolean {
  if ((ours.vr !== 'FL' && ours.vr !== 'FD') || ours.Value?.length !== theirs.Value?.length) return false;
  return (ours.Value ?? []).every((value, i) => {
    const [a, b] = [Number(value), Number(theirs.Value?.[i])];
    return ours.vr === 'FL' ? a === Math.fround(b) : Math.abs(a - b) <= Math.abs(a) * 2 ** -51;
  });
}

describeCorpus('metadata of real objects', () => {
  describeWithTool('dcm2json', 'against DCMTK dcm2json', () => {
    requirement(
      ['R-000-071', 'R-001-232'],
      'every attribute of the DICOM JSON Model equals that of dcm2json',
      () => {
        const compared: string[] = [];
        const found = corpusFiles().flatMap((file) => {
          const theirs = dcm2json(file);
          if (theirs === undefined) return [];
          compared.push(file);
          const { dataSet, json } = read(file);
          const equal = (a: JsonAttribute, b: JsonAttribute) =>
            a.vr === b.vr &&
            (a.BulkDataURI === undefined
              ? JSON.stringify(a) === JSON.stringify(b) || equalNumbers(a, b)
              : b.InlineBinary === bulkOctets(dataSet, a.BulkDataURI, true).toString('base64'));
          return unexplained('dcm2json', differences(file, json, theirs, equal));
        });
        expect(found).toEqual([]);
        // dcm2json cannot convert some character sets; pydicom is asked about those.
        expect(compared.length).toBeGreaterThanOrEqual(105);
      },
      120_000,
    );
  });

  describeWithTool('dcm2xml', 'against DCMTK dcm2xml', () => {
    requirement(
      'R-000-070',
      'every attribute of the Native DICOM Model equals that of dcm2xml',
      () => {
        const found = corpusFiles().flatMap((file) => {
          const theirs = dcm2xml(file);
          if (theirs === undefined) return [];
          // Through XML on both sides: what a number looks like in a text is not compared.
          const ours = parsedXml(file, toXmlModel(read(file).json));
          const equal = (a: JsonAttribute, b: JsonAttribute) =>
            a.vr === b.vr &&
            (JSON.stringify(a) === JSON.stringify(b) ||
              equalNumbers(a, b) ||
              // dcm2xml gives a UUID instead of the octets.
              a.BulkDataURI !== undefined ||
              a.InlineBinary !== undefined);
          return unexplained('dcm2xml', differences(file, ours, theirs, equal));
        });
        expect(found).toEqual([]);
      },
      120_000,
    );
  });

  (hasPydicom ? describe : describe.skip)('against pydicom (left out where it is not installed)', () => {
    requirement(
      ['R-000-071', 'R-001-232'],
      'every attribute of the DICOM JSON Model equals that of pydicom',
      () => {
        const script = path.join(import.meta.dirname, 'pydicom_json.py');
        const files = corpusFiles();
        const run = spawnSync(python, [script, ...files.map(corpusPath)], { encoding: 'utf8', maxBuffer: 1e9 });
        const lines = run.stdout
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as { json?: DicomJson });
        expect(lines).toHaveLength(files.length);
        const found = files.flatMap((file, i) => {
          const { dataSet, json } = read(file);
          const equal = (a: JsonAttribute, b: JsonAttribute) =>
            a.vr === b.vr && (JSON.stringify(a) === JSON.stringify(b) || sameOctets(dataSet, a, b));
          return unexplained('pydicom', differences(file, json, lines[i]?.json ?? {}, equal));
        });
        expect(found).toEqual([]);
      },
      120_000,
    );
  });
});

/** Whether two attributes hold the same octets, each inline or at a bulk data URI; pydicom's URI is their SHA-256. */
function sameOctets(dataSet: DataSet, ours: JsonAttribute, theirs: JsonAttribute): boolean {
  const octets =
    ours.BulkDataURI === undefined
      ? Buffer.from(ours.InlineBinary ?? '', 'base64')
      : bulkOctets(dataSet, ours.BulkDataURI, false);
  if (theirs.InlineBinary !== undefined) return octets.equals(Buffer.from(theirs.InlineBinary, 'base64'));
  return createHash('sha256').update(octets).digest('hex') === theirs.BulkDataURI;
}

function dcm2json(file: string): DicomJson | undefined {
  // -ee: a reader that refuses a whole object because of one NaN compares nothing.
  const run = (name: string) => spawnSync('dcm2json', ['-q', '-ee', '-fc', name], { encoding: 'utf8', maxBuffer: 1e9 });
  let result = run(corpusPath(file));
  if (result.status !== 0) result = run(withoutPixelData(file));
  return result.status === 0 ? (JSON.parse(result.stdout) as DicomJson) : undefined;
}

function withoutPixelData(file: string): string {
  const copy = path.join(scratch, 'without-pixel-data.dcm');
  rmSync(copy, { force: true });
  copyFileSync(corpusPath(file), copy);
  chmodSync(copy, 0o644);
  spawnSync('dcmodify', ['-q', '-nb', '-ie', '-imt', '-ea', '(7FE0,0010)', copy]);
  return copy;
}

function dcm2xml(file: string): DicomJson | undefined {
  const run = spawnSync('dcm2xml', ['-q', '-nat', '+U8', corpusPath(file)], { encoding: 'utf8', maxBuffer: 1e9 });
  return run.status === 0 ? parsedXml(file, run.stdout) : undefined;
}

function parsedXml(file: string, xml: string): DicomJson {
  const parsed = parseXmlModel(xml);
  if (!parsed.ok) throw new Error(`${file}: ${parsed.message} ${xml.slice(parsed.at, parsed.at + 80)}`);
  return parsed.json;
}
