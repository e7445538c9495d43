import { afterAll, beforeAll, describe, expect } from 'vitest';
import { buildInstance, testUID } from '../../support/dicom-builder.ts';
import { requirement } from '../../support/requirement.ts';
import { startServer, type TestServer } from '../../support/server.ts';

const side = 32;
const instance = `/studies/${testUID(1)}/series/${testUID(1, 1)}/instances/${testUID(1, 1, 1)}`;

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
  const pixelData = Buffer.from(Array.from({ length: side * side }, (_, i) => (i * 7 + (i >> 5) * 3) & 255));
  await server.store(
    buildInstance({
      pixelData,
      elements: { Rows: side, Columns: side, BitsAllocated: 8, BitsStored: 8, HighBit: 7 },
    }),
  );
});
afterAll(() => server.close());

async function picture(viewport: string): Promise<Buffer> {
  const response = await server.get(`${instance}/rendered?viewport=${viewport}`, 'image/png');
  expect(response.status).toBe(200);
  return Buffer.from(await response.arrayBuffer());
}

describe('Scaling a Region of a Source Image to a Viewport (PS3.18 Sup174 6.5.8.1.2.3)', () => {
  requirement('R-001-319', 'values that are not present take their defaults', async () => {
    const whole = await picture('64,64,0,0,32,32');
    for (const viewport of ['64,64', '64,64,0', '64,64,,0', '64,64,0,0,32', '64,64,,,32', '64,64,,,,32']) {
      expect(await picture(viewport), viewport).toEqual(whole);
    }
    expect(await picture('64,64,16,16')).toEqual(await picture('64,64,16,16,16,16'));
  });

  requirement('R-001-323', 'sx and sy that are elided are 0', async () => {
    expect(await picture('16,16,,,16,16')).toEqual(await picture('16,16,0,0,16,16'));
    expect(await picture('16,16,,,16,16')).not.toEqual(await picture('16,16,16,16,16,16'));
  });

  requirement(
    'R-001-054',
    'an instance of a single frame is a Single Frame Image, whose default is image/jpeg',
    async () => {
      const response = await server.get(`${instance}/rendered`, '*/*');
      expect(response.headers.get('content-type')).toBe('image/jpeg');
    },
  );
});
