import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { memorySource } from '../../../src/dicom/byte-source.ts';
import { type InstanceIndex, indexInstance } from '../../../src/dicom/instance-index.ts';
import { readPart10 } from '../../../src/dicom/part10.ts';
import { corpusPath, describeCorpus } from '../../support/corpus.ts';
import { partsOfResponse } from '../../support/multipart.ts';
import { requirement } from '../../support/requirement.ts';
import { startServer, storeInstances, type TestServer } from '../../support/server.ts';

const folders = ['image', 'multiframe', 'seg', 'rt', 'text', 'charset', 'encapsulated', 'waveform', 'presentation'];
const dicom = 'multipart/related; type="application/dicom"';

interface Case {
  readonly name: string;
  readonly bytes: Buffer;
  readonly index: InstanceIndex;
}

describeCorpus('real instances (PS3.18 Sup174 6.5)', () => {
  let server: TestServer;
  const cases: Case[] = [];
  beforeAll(async () => {
    server = await startServer();
    const seen = new Set<string>();
    for (const folder of folders) {
      for (const name of readdirSync(corpusPath(folder)).sort()) {
        const bytes = readFileSync(path.join(corpusPath(folder), name));
        const indexed = indexInstance(memorySource(bytes));
        if (!indexed.ok || seen.has(indexed.index.SOPInstanceUID)) continue;
        seen.add(indexed.index.SOPInstanceUID);
        await storeInstances(server.url, [bytes]);
        cases.push({ name: `${folder}/${name}`, bytes, index: indexed.index });
      }
    }
  }, 120_000);
  afterAll(() => server.close());

  const target = ({ index }: Case): string =>
    `/studies/${index.StudyInstanceUID}/series/${index.SeriesInstanceUID}/instances/${index.SOPInstanceUID}`;

  requirement('R-001-241', 'come back byte for byte with transfer-syntax=*', async () => {
    expect(cases.length).toBeGreaterThan(20);
    for (const one of cases) {
      const parts = await partsOfResponse(await server.get(target(one), `${dicom}; transfer-syntax=*`));
      expect(
        parts.map(({ content }) => content.equals(one.bytes)),
        one.name,
      ).toEqual([true]);
    }
  });

  requirement('R-001-241', 'come as sound Explicit VR Little Endian, or the reason is told', async () => {
    for (const one of cases) {
      const response = await server.get(target(one), dicom);
      if (response.status === 406) {
        expect(await response.json(), one.name).toMatchObject({ detail: expect.stringMatching(/\w/) });
        continue;
      }
      expect(response.status, one.name).toBe(200);
      const [part] = await partsOfResponse(response);
      const parsed = readPart10(memorySource(part!.content));
      expect(parsed.ok && parsed.part10.transferSyntax.uid, one.name).toBe('1.2.840.10008.1.2.1');
    }
  });

  requirement('R-001-231', 'leave no bulk data that cannot be retrieved', async () => {
    for (const one of cases) {
      const metadata = await (await server.get(`${target(one)}/metadata`, 'application/dicom+json')).text();
      const uris: string[] = [];
      JSON.parse(metadata, (key, value) => {
        if (key === 'BulkDataURI') uris.push(value as string);
        return value;
      });
      for (const uri of uris) {
        const response = await fetch(uri, { headers: { Accept: 'multipart/related; type="*/*"; transfer-syntax=*' } });
        expect(response.status, `${one.name} ${uri}`).toBe(200);
        expect((await partsOfResponse(response)).length, uri).toBeGreaterThan(0);
      }
    }
  });
});
