import { afterAll, beforeAll, describe, expect } from 'vitest';
import { memorySource } from '../../../src/dicom/byte-source.ts';
import { readPart10 } from '../../../src/dicom/part10.ts';
import { TransferSyntaxUID as Uid } from '../../../src/dicom/transfer-syntax.ts';
import { buildInstance, defaultImagePixel, testUID } from '../../support/dicom-builder.ts';
import { partsOfResponse } from '../../support/multipart.ts';
import { requirement } from '../../support/requirement.ts';
import { startServer, type TestServer } from '../../support/server.ts';

const target = (instance: number): string =>
  `/studies/${testUID(1)}/series/${testUID(1, 1)}/instances/${testUID(1, 1, instance)}`;
const identified = (instance: number) => ({ SOPInstanceUID: testUID(1, 1, instance), InstanceNumber: instance });
const dicomIn = (transferSyntax: string): string => `application/dicom; transfer-syntax=${transferSyntax}`;

/** 4 x 4 pixels of 8 bits in RLE (PS3.5 G): one segment that begins at 64, a literal run of 16 octets, padding. */
function runLength(value: number): Buffer {
  const header = Buffer.alloc(64);
  header.writeUInt32LE(1, 0);
  header.writeUInt32LE(64, 4);
  return Buffer.concat([header, Buffer.of(15), Buffer.alloc(16, value), Buffer.of(0)]);
}

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
  await server.store(
    buildInstance({ transferSyntax: Uid.JPEGLosslessSV1, elements: identified(1) }),
    buildInstance({ transferSyntax: Uid.RLELossless, elements: { ...defaultImagePixel, ...identified(2) } }),
    buildInstance({ pixelData: new Uint8Array(40), elements: { ...identified(3), NumberOfFrames: '4' } }),
    buildInstance({
      transferSyntax: Uid.RLELossless,
      pixelData: { fragments: [runLength(1), runLength(2)] },
      elements: { ...identified(4), NumberOfFrames: '3' },
    }),
  );
});
afterAll(() => server.close());

describe('pixel data that is absent or short of what the attributes say (Retrieve DICOM)', () => {
  for (const [instance, what] of [
    [1, 'no image'],
    [2, 'an image without Pixel Data'],
  ] as const) {
    for (const uid of [Uid.ExplicitVRLittleEndian, Uid.ImplicitVRLittleEndian]) {
      requirement('R-001-240', `${what} stored in a compressed transfer syntax is sent in ${uid}`, async () => {
        const response = await server.get(target(instance), dicomIn(uid));
        expect(response.status).toBe(200);
        const read = readPart10(memorySource(new Uint8Array(await response.arrayBuffer())));
        if (!read.ok) throw new Error(read.detail);
        expect(read.part10.transferSyntax.uid).toBe(uid);
        expect(read.part10.dataSet.text(0x00080018)).toBe(testUID(1, 1, instance));
      });
    }
  }

  for (const [instance, what] of [
    [2, 'an image without Pixel Data'],
    [3, 'native frames that are fewer than Number of Frames'],
    [4, 'encapsulated frames that are fewer than Number of Frames'],
  ] as const) {
    requirement('R-001-241', `${what}: a transcoding that needs them is 406, not 404`, async () => {
      const response = await server.get(target(instance), dicomIn(Uid.JPEGLSLossless));
      expect(response.status).toBe(406);
      expect(((await response.json()) as { detail: string }).detail).toMatch(/pixel data|frames/);
    });
  }

  requirement(
    'R-001-231',
    'the BulkDataURI of fewer frames than Number of Frames gives the frames that are there',
    async () => {
      const response = await server.get(
        `${target(4)}/bulkdata/7FE00010`,
        'multipart/related; type="application/octet-stream"',
      );
      expect(response.status).toBe(200);
      const [pixels, ...others] = await partsOfResponse(response);
      expect(others).toEqual([]);
      expect(Buffer.from(pixels!.content)).toEqual(Buffer.concat([Buffer.alloc(16, 1), Buffer.alloc(16, 2)]));
    },
  );
});
