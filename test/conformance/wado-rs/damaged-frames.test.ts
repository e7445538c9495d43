import { afterAll, beforeAll, describe, expect } from 'vitest';
import { TransferSyntaxUID } from '../../../src/dicom/transfer-syntax.ts';
import { buildInstance, testUID } from '../../support/dicom-builder.ts';
import { partsOfResponse } from '../../support/multipart.ts';
import { requirement } from '../../support/requirement.ts';
import { startServer, type TestServer } from '../../support/server.ts';

const study = `/studies/${testUID(1)}`;
const instance = (number: number): string => `${study}/series/${testUID(1, 1)}/instances/${testUID(1, 1, number)}`;

/** 4 x 4 pixels of 8 bits in RLE (PS3.5 G): one segment that begins at 64, a literal run of 16 octets, padding. */
function runLength(value: number): Buffer {
  const header = Buffer.alloc(64);
  header.writeUInt32LE(1, 0);
  header.writeUInt32LE(64, 4);
  return Buffer.concat([header, Buffer.of(15), Buffer.alloc(16, value), Buffer.of(0)]);
}

function stored(number: number, fragments: readonly Uint8Array[]): Uint8Array {
  return buildInstance({
    transferSyntax: TransferSyntaxUID.RLELossless,
    pixelData: { fragments },
    elements: {
      SOPInstanceUID: testUID(1, 1, number),
      InstanceNumber: number,
      NumberOfFrames: String(fragments.length),
    },
  });
}

const damaged = Buffer.concat([runLength(2).subarray(0, 64), Buffer.of(15, 1)]);

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
  await server.store(stored(1, [runLength(1), damaged, runLength(3)]), stored(2, [runLength(4), runLength(5)]));
});
afterAll(() => server.close());

describe('a frame behind others that cannot be decoded', () => {
  for (const mediaType of ['application/octet-stream', 'image/jp2', 'image/x-jls']) {
    const accept = `multipart/related; type="${mediaType}"`;
    for (const resource of ['', '/frames/1,2,3', '/bulkdata/7FE00010']) {
      requirement('R-001-241', `${resource || 'the instance'} as ${mediaType} is 406`, async () => {
        const response = await server.get(`${instance(1)}${resource}`, accept);
        expect(response.status).toBe(406);
        expect(response.headers.get('content-type')).toBe('application/problem+json');
      });
    }

    requirement('R-001-373', `of a study as ${mediaType}, its instance is left out with 206`, async () => {
      const response = await server.get(study, accept);
      expect(response.status).toBe(206);
      for (const { headers } of await partsOfResponse(response)) {
        expect(headers.get('content-location')).toContain(instance(2));
      }
    });
  }

  requirement('R-001-241', 'frames that can be decoded are sent without it', async () => {
    const response = await server.get(
      `${instance(1)}/frames/1,3`,
      'multipart/related; type="application/octet-stream"',
    );
    expect(response.status).toBe(200);
    const parts = await partsOfResponse(response);
    expect(parts.map(({ content }) => content)).toEqual([Buffer.alloc(16, 1), Buffer.alloc(16, 3)]);
  });
});
