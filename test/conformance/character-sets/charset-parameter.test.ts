import { afterAll, beforeAll, describe, expect } from 'vitest';
import { buildInstance, testUID } from '../../support/dicom-builder.ts';
import { requirement } from '../../support/requirement.ts';
import { startServer, type TestServer } from '../../support/server.ts';

const instance = `/studies/${testUID(1)}/series/${testUID(1, 1)}/instances/${testUID(1, 1, 1)}`;
const targets = [
  `/studies/${testUID(1)}`,
  instance,
  `${instance}/rendered`,
  `${instance}/frames/1`,
  `${instance}/frames/1/rendered`,
  `${instance}/metadata`,
  `${instance}/bulkdata/7FE00010`,
];

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
  await server.store(buildInstance({ pixelData: new Uint8Array(16) }));
});
afterAll(() => server.close());

async function statuses(query: string): Promise<readonly number[]> {
  return await Promise.all(targets.map(async (target) => (await server.get(`${target}?${query}`)).status));
}

const all = (status: number): readonly number[] => targets.map(() => status);

describe('the charset parameter on every resource (PS3.18 Sup174 6.1.2.2)', () => {
  requirement(['R-001-173', 'R-001-237'], 'a list of charsets, of known names or not, is taken', async () => {
    for (const value of ['UTF-8', 'utf-8,iso-8859-1;q=0.5', '%22ISO_IR%20100%22', 'ISO_IR%20192', 'x-unknown']) {
      expect(await statuses(`charset=${value}`), value).toEqual(all(200));
    }
  });

  requirement(['R-001-174', 'R-001-175'], 'a wildcard, an empty list and a malformed weight are 400', async () => {
    for (const value of ['', '*', 'utf-8,*;q=0.1', 'utf-8,', 'utf-8;q=2', '%22ISO_IR']) {
      expect(await statuses(`charset=${value}`), value).toEqual(all(400));
    }
    expect(await statuses('charset=utf-8&charset=*')).toEqual(all(400));
  });
});
