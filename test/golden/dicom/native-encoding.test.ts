import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { memorySource } from '../../../src/dicom/byte-source.ts';
import { encodeDataSet, encodeFileMeta } from '../../../src/dicom/native-encoding.ts';
import { readPart10 } from '../../../src/dicom/part10.ts';
import { TransferSyntaxUID, transferSyntaxOf } from '../../../src/dicom/transfer-syntax.ts';
import { corpusPath, describeCorpus, hasCorpus } from '../../support/corpus.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { describeWithTool } from '../../support/tool.ts';

const folders = ['charset', 'encapsulated', 'image', 'multiframe', 'presentation', 'rt', 'seg', 'text', 'waveform'];

/** The native objects of the corpus. */
function nativeObjects(): readonly string[] {
  const names = folders.flatMap((folder) => readdirSync(corpusPath(folder)).map((name) => path.join(folder, name)));
  return names.filter((name) => {
    const read = readPart10(memorySource(readFileSync(corpusPath(name))));
    return read.ok && !read.part10.transferSyntax.encapsulated;
  });
}

async function convert(name: string, uid: string, target: string): Promise<void> {
  const read = readPart10(memorySource(readFileSync(corpusPath(name))));
  if (!read.ok) throw new Error(read.detail);
  const { fileMeta, dataSet } = read.part10;
  const chunks: Uint8Array[] = [encodeFileMeta(fileMeta, uid)];
  for await (const chunk of encodeDataSet(dataSet, transferSyntaxOf(uid)!)) chunks.push(chunk);
  writeFileSync(target, Buffer.concat(chunks));
}

type Json = { readonly [tag: string]: { readonly vr: string; readonly Value?: readonly unknown[] } };

/**
 * What DCMTK reads in a file, without private elements: DCMTK knows many of them by name and gives them a VR, where this
 * origin server keeps UN, as it has no dictionary of theirs.
 *
 * @returns undefined for a Specific Character Set that DCMTK as it is built here cannot convert
 */
function readByDcmtk(file: string): Json | undefined {
  const { stdout, stderr, status } = spawnSync('dcm2json', [file], { maxBuffer: 2 ** 30 });
  if (status === 0) return withoutPrivate(JSON.parse(String(stdout)));
  if (String(stderr).includes('Cannot open character encoding')) return undefined;
  throw new Error(String(stderr));
}

function withoutPrivate(json: Json): Json {
  const standard = Object.entries(json).filter(([tag]) => Number.parseInt(tag.slice(0, 4), 16) % 2 === 0);
  return Object.fromEntries(
    standard.map(([tag, element]) =>
      element.vr === 'SQ'
        ? [tag, { ...element, Value: (element.Value as Json[] | undefined)?.map(withoutPrivate) }]
        : [tag, element],
    ),
  ) as Json;
}

const conversions = [
  { option: '+te', uid: TransferSyntaxUID.ExplicitVRLittleEndian, every: 2 },
  { option: '+ti', uid: TransferSyntaxUID.ImplicitVRLittleEndian, every: 5 },
  { option: '+tb', uid: TransferSyntaxUID.ExplicitVRBigEndian, every: 5 },
  { option: '+td', uid: TransferSyntaxUID.DeflatedExplicitVRLittleEndian, every: 10 },
];

describeCorpus('native encoding of real objects', () => {
  describeWithTool('dcmconv', 'against dcmconv', () => {
    if (!hasCorpus) return;
    const objects = nativeObjects();
    for (const { option, uid, every } of conversions) {
      test(`the data set in ${transferSyntaxOf(uid)!.name} is that of dcmconv ${option}`, {
        timeout: 120_000,
      }, async () => {
        const folder = temporaryDirectory();
        const ours = path.join(folder, 'ours.dcm');
        const theirs = path.join(folder, 'theirs.dcm');
        for (const name of objects.filter((_, i) => i % every === 0)) {
          await convert(name, uid, ours);
          const { status, stderr } = spawnSync('dcmconv', [option, corpusPath(name), theirs]);
          expect(status, `${name}: ${stderr}`).toBe(0);
          expect(readByDcmtk(ours), name).toEqual(readByDcmtk(theirs));
        }
      });
    }
  });
});
