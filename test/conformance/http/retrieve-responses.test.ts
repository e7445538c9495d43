import http from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildInstance, testUID } from '../../support/dicom-builder.ts';
import { startServer, type TestServer } from '../../support/server.ts';

const study = `/studies/${testUID(1)}`;
const series = `${study}/series/${testUID(1, 1)}`;
const instance = `${series}/instances/${testUID(1, 1, 1)}`;
const dicom = 'multipart/related; type="application/dicom"';

/** Every retrieve resource, what to ask for, and whether its length is known before it is read. */
const resources: readonly (readonly [target: string, accept: string, isLengthKnown: boolean])[] = [
  [study, `${dicom}; transfer-syntax=*`, true],
  [series, 'application/zip; transfer-syntax=*', true],
  [instance, 'application/dicom; transfer-syntax=*', true],
  [instance, `${dicom}; transfer-syntax=1.2.840.10008.1.2.5`, false],
  [`${instance}/frames/1`, 'multipart/related; type="application/octet-stream"', true],
  [`${instance}/bulkdata/7FE00010`, 'application/octet-stream', true],
  [`${instance}/metadata`, 'application/dicom+json', false],
  [`${study}/metadata`, 'application/dicom+json', false],
  [`${instance}/rendered`, 'image/png', true],
];

let server: TestServer;
beforeAll(async () => {
  server = await startServer('--cors-origin', 'https://viewer.example', '--max-requests', '2');
  await server.store(buildInstance({ pixelData: new Uint8Array(4096).fill(7), elements: { Rows: 64, Columns: 64 } }));
});
afterAll(() => server.close());

describe('responses of the retrieve transactions (RFC 9110)', () => {
  for (const [target, accept, isLengthKnown] of resources) {
    test(`${target.replace(/2\.25\.[\d.]+/g, '…')} as ${accept}`, async () => {
      const response = await server.get(target, accept, { Origin: 'https://viewer.example' });
      expect(response.status).toBe(200);
      const body = Buffer.from(await response.arrayBuffer());
      const { headers } = response;
      expect(headers.get('etag')).toMatch(/^"[^"]+"$/);
      expect(headers.get('cache-control')).toMatch(/^private, (no-cache|max-age=\d+)$/);
      expect(headers.get('vary')).toMatch(/Accept/);
      expect(headers.get('access-control-allow-origin')).toBe('https://viewer.example');
      if (isLengthKnown) expect(headers.get('content-length')).toBe(String(body.length));

      const again = await server.get(target, accept, { 'If-None-Match': headers.get('etag')! });
      expect(again.status).toBe(304);
      expect(again.headers.get('etag')).toBe(headers.get('etag'));
      expect((await again.arrayBuffer()).byteLength).toBe(0);

      const head = await fetch(`${server.url}${target}`, { method: 'HEAD', headers: { Accept: accept } });
      expect(head.status).toBe(200);
      for (const name of ['etag', 'vary', 'cache-control', 'content-type', 'content-disposition']) {
        expect(head.headers.get(name), name).toBe(headers.get(name));
      }
    });
  }

  test('above --max-requests it is 503 with Retry-After, and below it is served again', async () => {
    // A request whose body never ends holds its place.
    const held = [0, 1].map(() =>
      http.request(`${server.url}/studies`, {
        method: 'POST',
        headers: { 'Content-Type': `${dicom}; boundary=b`, Accept: 'application/dicom+json' },
      }),
    );
    for (const request of held) {
      request.on('error', () => undefined);
      request.write('--b\r\n');
    }
    const statusOf = async (): Promise<Response> => {
      const response = await server.get(study, dicom);
      await response.arrayBuffer();
      return response;
    };
    await expect.poll(async () => (await statusOf()).status).toBe(503);
    const busy = await statusOf();
    expect(busy.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(busy.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    for (const request of held) request.destroy();
    await expect.poll(async () => (await statusOf()).status).toBe(200);
  });
});
