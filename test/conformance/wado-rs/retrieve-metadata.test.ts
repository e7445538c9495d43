import http from 'node:http';
import { gunzipSync, inflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildInstance, testUID } from '../../support/dicom-builder.ts';
import { partsOfResponse } from '../../support/multipart.ts';
import { requirement } from '../../support/requirement.ts';
import { startServer, type TestServer } from '../../support/server.ts';

const study = `/studies/${testUID(1)}`;
const series = `${study}/series/${testUID(1, 1)}`;
const instance = `${series}/instances/${testUID(1, 1, 1)}`;

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
  await server.store(
    ...[1, 2, 3].map((n) =>
      buildInstance({
        pixelData: new Uint8Array(16).fill(n),
        elements: {
          SeriesInstanceUID: testUID(1, n < 3 ? 1 : 2),
          SOPInstanceUID: testUID(1, n < 3 ? 1 : 2, n),
          InstanceNumber: n,
          SeriesNumber: n < 3 ? 1 : 2,
        },
      }),
    ),
  );
});
afterAll(() => server.close());

interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Neither adds header fields nor inflates the body, as fetch would. */
function plainGet(target: string, headers: Record<string, string>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    http
      .get(`${server.url}${target}`, { headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
        );
      })
      .once('error', reject);
  });
}

describe('RetrieveMetadata (PS3.18 Sup174 6.5)', () => {
  for (const [target, count] of [
    [study, 3],
    [series, 2],
    [instance, 1],
  ] as const) {
    requirement(
      ['R-000-069', 'R-000-071', 'R-000-078', 'R-001-232'],
      `${count} instances of ${target.split('/').at(-2)}`,
      async () => {
        const response = await server.get(`${target}/metadata`, 'application/dicom+json');
        expect(response.headers.get('content-type')).toBe('application/dicom+json');
        const instances = (await response.json()) as Record<string, { BulkDataURI?: string }>[];
        expect(instances).toHaveLength(count);
        for (const { '7FE00010': PixelData } of instances) {
          expect(PixelData).toEqual({
            vr: expect.stringMatching(/^O[BW]$/),
            BulkDataURI: expect.stringMatching(new RegExp(`^${server.url}/studies/.*/bulkdata/7FE00010$`)),
          });
        }
      },
    );
  }

  requirement('R-000-071', '*/* is application/dicom+json (D-32), and so is what a browser asks for', async () => {
    for (const accept of ['*/*', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8']) {
      const response = await server.get(`${study}/metadata`, accept);
      expect(response.headers.get('content-type')).toBe('application/dicom+json');
    }
  });

  requirement('R-000-072', 'application/json is the same under its own name', async () => {
    const response = await server.get(`${study}/metadata`, 'application/json');
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual(
      await (await server.get(`${study}/metadata`, 'application/dicom+json')).json(),
    );
  });

  requirement('R-000-070', 'XML is one part for each instance', async () => {
    const response = await server.get(`${study}/metadata`, 'multipart/related; type="application/dicom+xml"');
    const parts = await partsOfResponse(response);
    expect(parts).toHaveLength(3);
    for (const { headers, content } of parts) {
      expect(headers.get('content-type')).toBe('application/dicom+xml');
      expect(content.toString()).toContain('<NativeDicomModel');
    }
  });

  requirement(['R-000-074', 'R-000-075', 'R-000-076', 'R-000-073'], 'content codings', async () => {
    const accept = { Accept: 'application/dicom+json' };
    const plain = await plainGet(`${study}/metadata`, accept);
    expect(plain.headers['content-encoding']).toBeUndefined();
    const gzip = await plainGet(`${study}/metadata`, { ...accept, 'Accept-Encoding': 'gzip' });
    expect(gzip.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(gzip.body).equals(plain.body)).toBe(true);
    const deflate = await plainGet(`${study}/metadata`, { ...accept, 'Accept-Encoding': 'deflate' });
    expect(deflate.headers['content-encoding']).toBe('deflate');
    expect(inflateSync(deflate.body).equals(plain.body)).toBe(true);
    const other = await plainGet(`${study}/metadata`, { ...accept, 'Accept-Encoding': 'br' });
    expect(other.headers['content-encoding']).toBeUndefined();
    expect(other.body.equals(plain.body)).toBe(true);
    expect(new Set([plain, gzip, deflate].map(({ headers }) => headers.etag)).size).toBe(3);
    for (const { headers } of [plain, gzip]) expect(headers.vary).toMatch(/Accept, Accept-Encoding/);
  });

  test('XML under a content coding', async () => {
    const accept = { Accept: 'multipart/related; type="application/dicom+xml"' };
    const plain = await plainGet(`${study}/metadata`, accept);
    const gzip = await plainGet(`${study}/metadata`, { ...accept, 'Accept-Encoding': 'gzip' });
    expect(gunzipSync(gzip.body).equals(plain.body)).toBe(true);
  });

  requirement('R-001-094', 'a request without Accept is 406', async () => {
    expect((await plainGet(`${study}/metadata`, {})).status).toBe(406);
  });

  test('a media type that metadata has not is 406', async () => {
    for (const accept of ['text/html', 'application/dicom', 'multipart/related; type="application/dicom"']) {
      expect((await server.get(`${study}/metadata`, accept)).status, accept).toBe(406);
    }
  });

  test('the same entity tag is 304', async () => {
    const { headers } = await plainGet(`${series}/metadata`, { Accept: '*/*' });
    const again = await plainGet(`${series}/metadata`, { Accept: '*/*', 'If-None-Match': headers.etag! });
    expect(again.status).toBe(304);
  });

  test('HEAD has the header fields alone', async () => {
    const response = await fetch(`${server.url}${study}/metadata`, { method: 'HEAD', headers: { Accept: '*/*' } });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/dicom+json');
  });
});
