import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildInstance, testUID } from '../../support/dicom-builder.ts';
import { startServer, type TestServer } from '../../support/server.ts';

const study = `/studies/${testUID(1)}`;
const series = `${study}/series/${testUID(1, 1)}`;
const instance = (number: number): string => `${series}/instances/${testUID(1, 1, number)}`;

/** Frames of 8 x 4 pixels of one grey each. */
function flat(number: number, grays: readonly number[]): Uint8Array {
  return buildInstance({
    pixelData: Uint8Array.from({ length: 32 * grays.length }, (_, i) => grays[Math.floor(i / 32)]!),
    elements: {
      SOPInstanceUID: testUID(1, 1, number),
      InstanceNumber: number,
      Rows: 4,
      Columns: 8,
      ...(grays.length > 1 ? { NumberOfFrames: String(grays.length) } : {}),
    },
  });
}

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
  await server.store(flat(1, [10]), flat(2, [50]), flat(3, [90]), flat(4, [100, 150, 200, 250]));
});
afterAll(() => server.close());

async function thumbnail(path: string, accept = 'image/png') {
  const response = await server.get(path, accept);
  expect(response.status).toBe(200);
  const { data, info } = await sharp(Buffer.from(await response.arrayBuffer()))
    .toColourspace('b-w')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { response, gray: data[0]!, width: info.width, height: info.height };
}

describe('Retrieve Rendered: thumbnails (PS3.18 10.4.1.1.4)', () => {
  test('the image in the middle stands for a study and a series, as image/jpeg that fits a box of 128', async () => {
    for (const path of [study, series]) {
      const { response, gray, width, height } = await thumbnail(`${path}/thumbnail`, '*/*');
      expect(response.headers.get('content-type')).toBe('image/jpeg');
      expect(response.headers.get('cache-control')).toContain('no-cache');
      expect([width, height]).toEqual([128, 64]);
      expect(Math.abs(gray - 50)).toBeLessThanOrEqual(1);
    }
  });

  test('the frame in the middle stands for an instance, and the one in the middle of a list for the list', async () => {
    expect((await thumbnail(`${instance(4)}/thumbnail`)).gray).toBe(150);
    expect((await thumbnail(`${instance(4)}/frames/1,3,4/thumbnail`)).gray).toBe(200);
    expect((await thumbnail(`${instance(4)}/frames/4/thumbnail`)).gray).toBe(250);
  });

  test.each(['image/jpeg', 'image/png', 'image/gif', 'image/jp2'])('%s can be asked for', async (mediaType) => {
    const response = await server.get(`${instance(1)}/thumbnail`, mediaType);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(mediaType);
  });

  test('viewport gives another box; a source region is refused', async () => {
    const { width, height } = await thumbnail(`${instance(1)}/thumbnail?viewport=20,30`);
    expect([width, height]).toEqual([20, 10]);
    expect((await server.get(`${instance(1)}/thumbnail?viewport=20,30,0,0,2,2`, 'image/png')).status).toBe(400);
    expect((await server.get(`${instance(1)}/thumbnail?viewport=20`, 'image/png')).status).toBe(400);
  });

  test('a thumbnail that the user agent has is not sent again', async () => {
    const { response } = await thumbnail(`${study}/thumbnail`);
    const tag = response.headers.get('etag')!;
    expect((await server.get(`${study}/thumbnail`, 'image/png', { 'If-None-Match': tag })).status).toBe(304);
  });

  test('what is not there is 404, what is no image 406', async () => {
    expect((await server.get(`/studies/${testUID(9)}/thumbnail`, 'image/png')).status).toBe(404);
    expect((await server.get(`${instance(4)}/frames/5/thumbnail`, 'image/png')).status).toBe(404);
    expect((await server.get(`${instance(1)}/thumbnail`, 'text/html')).status).toBe(406);
  });
});
