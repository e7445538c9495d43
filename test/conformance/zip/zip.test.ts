import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TransferSyntaxUID } from '../../../src/dicom/transfer-syntax.ts';
import { buildInstance, testUID } from '../../support/dicom-builder.ts';
import { requirement } from '../../support/requirement.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { describeWithTool } from '../../support/tool.ts';
import { entriesOf, type ZipEntry } from '../../support/zip-reader.ts';

const study = `/studies/${testUID(1)}`;
const series = `${study}/series/${testUID(1, 2)}`;
const instance = `${series}/instances/${testUID(1, 2, 3)}`;

/** Two series; in the second, two instances with one Instance Number, and names that no file system would take. */
const objects = [1, 2, 3, 4].map((n) =>
  buildInstance({
    transferSyntax: n === 1 ? TransferSyntaxUID.ImplicitVRLittleEndian : TransferSyntaxUID.ExplicitVRLittleEndian,
    pixelData: new Uint8Array(16).fill(n),
    elements: {
      StudyDate: '20260102',
      StudyDescription: 'Thorax / Abdomen: "../../etc"',
      SeriesInstanceUID: testUID(1, n < 3 ? 1 : 2),
      SOPInstanceUID: testUID(1, n < 3 ? 1 : 2, n),
      SeriesDescription: n < 3 ? 'Axial' : 'Coronal',
      Modality: 'CT',
      SeriesNumber: n < 3 ? 1 : 2,
      InstanceNumber: n < 3 ? n : 7,
    },
  }),
);

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
  await server.store(...objects);
});
afterAll(() => server.close());

async function archive(target: string, accept = 'application/zip'): Promise<readonly ZipEntry[]> {
  const response = await server.get(target, accept);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/zip');
  return entriesOf(Buffer.from(await response.arrayBuffer()));
}

describe('application/zip (zip supplement, D-30, D-31)', () => {
  requirement(
    ['R-000-012', 'R-003-001', 'R-003-010'],
    'a study is a tree of folders and files with safe, unique names',
    async () => {
      const names = (await archive(study)).map(({ name }) => name);
      expect(names).toEqual([
        '2026-01-02 Thorax Abdomen .. .. etc/001 CT Axial/000001.dcm',
        '2026-01-02 Thorax Abdomen .. .. etc/001 CT Axial/000002.dcm',
        '2026-01-02 Thorax Abdomen .. .. etc/002 CT Coronal/000007.dcm',
        '2026-01-02 Thorax Abdomen .. .. etc/002 CT Coronal/000007-2.dcm',
      ]);
    },
  );

  requirement(['R-000-026', 'R-003-002'], 'a series is its own instances', async () => {
    expect(await archive(series)).toHaveLength(2);
  });

  requirement('R-003-013', 'files are in Explicit VR Little Endian, or in the transfer syntax asked for', async () => {
    const implicit = Buffer.from(objects[0]!);
    const [byDefault] = await archive(study);
    expect(byDefault!.content.toString('latin1', 128, 132)).toBe('DICM');
    expect(byDefault!.content.includes('1.2.840.10008.1.2.1\0', 0, 'latin1')).toBe(true);
    const [asStored] = await archive(study, 'application/zip; transfer-syntax=*');
    expect(asStored!.content).toEqual(implicit);
    expect((await server.get(study, 'application/zip; transfer-syntax=1.2.840.10008.1.2.4.9999')).status).toBe(406);
  });

  requirement(
    ['R-003-006', 'R-003-012'],
    'nothing is encrypted, and an anonymize parameter changes nothing',
    async () => {
      const entries = await archive(`${study}?anonymize=yes`, 'application/zip; transfer-syntax=*');
      expect(entries.map(({ flags }) => flags & 1)).toEqual([0, 0, 0, 0]);
      expect(entries.map(({ content }) => content.toString('hex')).sort()).toEqual(
        objects.map((object) => Buffer.from(object).toString('hex')).sort(),
      );
    },
  );

  requirement('R-000-040', 'an instance, its frames and its bulk data', async () => {
    expect((await archive(instance)).map(({ content }) => content)).toEqual([Buffer.from(objects[2]!)]);
    const [frame] = await archive(`${instance}/frames/1`);
    expect(frame).toMatchObject({ name: '000001.bin', content: Buffer.alloc(16, 3) });
    const [value] = await archive(`${instance}/bulkdata/7FE00010`);
    expect(value).toMatchObject({ name: '7FE00010.bin', content: Buffer.alloc(16, 3) });
  });

  requirement('R-000-053', 'frames are named by number', async () => {
    expect((await archive(`${instance}/frames/1,1`)).map(({ name }) => name)).toEqual(['000001.bin', '000001-2.bin']);
  });

  requirement('R-003-017', 'by the URL alone', async () => {
    expect(await archive(`${study}?accept=application/zip`, '*/*')).toHaveLength(4);
  });

  requirement('R-003-005', 'it has a name to be saved under', async () => {
    const response = await server.get(study, 'application/zip');
    expect(response.headers.get('content-disposition')).toBe(
      'attachment; filename="2026-01-02 Thorax Abdomen .. .. etc.zip"',
    );
    await response.arrayBuffer();
  });

  requirement('R-003-014', 'there is no resource of its own for it', async () => {
    expect((await server.get(`${study}/packaged`, 'application/zip')).status).toBe(404);
  });

  requirement('R-003-015', 'another archive format is 406', async () => {
    expect((await server.get(study, 'application/x-tar')).status).toBe(406);
  });

  requirement('R-003-016', 'zip is a DICOM media type', async () => {
    expect((await server.get(study, 'application/zip, image/jpeg')).status).toBe(409);
  });

  test('a download that is given up leaves the server working', async () => {
    await new Promise<void>((resolve, reject) => {
      const request = http.get(`${server.url}${study}`, { headers: { Accept: 'application/zip' } }, (response) => {
        response.once('data', () => {
          request.destroy();
          resolve();
        });
      });
      request.once('error', reject);
    }).catch(() => undefined);
    expect(await archive(study)).toHaveLength(4);
  });
});

describeWithTool('unzip', 'an independent reader', () => {
  requirement('R-000-012', 'finds the archive sound', async () => {
    const file = path.join(temporaryDirectory(), 'study.zip');
    writeFileSync(file, Buffer.from(await (await server.get(study, 'application/zip')).arrayBuffer()));
    expect(spawnSync('unzip', ['-tq', file])).toMatchObject({ status: 0 });
  });
});
