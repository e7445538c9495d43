import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TransferSyntaxUID } from '../../../src/dicom/transfer-syntax.ts';
import { buildInstance, testUID } from '../../support/dicom-builder.ts';
import { partsOfResponse } from '../../support/multipart.ts';
import { requirement } from '../../support/requirement.ts';
import { startServer, type TestServer } from '../../support/server.ts';

const octets = 'multipart/related; type="application/octet-stream"';

function target(instance: number): string {
  return `/studies/${testUID(1)}/series/${testUID(1, 1)}/instances/${testUID(1, 1, instance)}`;
}

const frame = (n: number, length = 16): Uint8Array => new Uint8Array(length).fill(n);

/** 1: three native frames. 2: the same in big endian, 16 bits. 3: frames of 3 x 3 pixels of 1 bit. 4, 5: RLE and JPEG 2000 fragments. */
const objects = [
  buildInstance({
    pixelData: Buffer.concat([frame(1), frame(2), frame(3)]),
    elements: { SOPInstanceUID: testUID(1, 1, 1), NumberOfFrames: '3' },
  }),
  buildInstance({
    transferSyntax: TransferSyntaxUID.ExplicitVRBigEndian,
    pixelData: new Uint8Array(64).map((_, i) => i),
    elements: { SOPInstanceUID: testUID(1, 1, 2), NumberOfFrames: '2', BitsAllocated: 16, BitsStored: 16, HighBit: 15 },
  }),
  buildInstance({
    // Two frames of nine bits, packed without a gap: nine ones; eight zeros and a one; the first pixel in the lowest bit.
    pixelData: Uint8Array.of(0b11111111, 0b00000001, 0b00000010, 0),
    elements: {
      SOPInstanceUID: testUID(1, 1, 3),
      NumberOfFrames: '2',
      Rows: 3,
      Columns: 3,
      BitsAllocated: 1,
      BitsStored: 1,
      HighBit: 0,
    },
  }),
  buildInstance({
    transferSyntax: TransferSyntaxUID.RLELossless,
    pixelData: { fragments: [frame(4, 66), frame(5, 68)] },
    elements: { SOPInstanceUID: testUID(1, 1, 4), NumberOfFrames: '2' },
  }),
  buildInstance({
    transferSyntax: TransferSyntaxUID.JPEG2000Lossless,
    pixelData: { fragments: [frame(6, 10), frame(7, 10), frame(8, 20)], basicOffsetTable: [0, 36] },
    elements: { SOPInstanceUID: testUID(1, 1, 5), NumberOfFrames: '2' },
  }),
  buildInstance({ elements: { SOPInstanceUID: testUID(1, 1, 6) } }),
];

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
  await server.store(...objects);
});
afterAll(() => server.close());

async function frames(path: string, accept: string): Promise<readonly string[]> {
  const response = await server.get(path, accept);
  expect(response.status).toBe(200);
  return (await partsOfResponse(response)).map(({ content }) => content.toString('hex'));
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('RetrieveFrames (PS3.18 Sup174 6.5)', () => {
  requirement(['R-001-229', 'R-001-230'], 'frames come in the order and as often as they are named', async () => {
    expect(await frames(`${target(1)}/frames/3,1,3`, octets)).toEqual([hex(frame(3)), hex(frame(1)), hex(frame(3))]);
  });

  test('a frame says what it is and where it is', async () => {
    const [part] = await partsOfResponse(await server.get(`${target(1)}/frames/2`, octets));
    expect(part?.headers.get('content-type')).toBe('application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1');
    expect(part?.headers.get('content-location')).toBe(`${server.url}${target(1)}/frames/2`);
    expect(part?.headers.get('content-length')).toBe('16');
  });

  test('one frame can be a single part', async () => {
    const response = await server.get(`${target(1)}/frames/2`, 'application/octet-stream');
    expect(Buffer.from(await response.arrayBuffer())).toEqual(Buffer.from(frame(2)));
    expect((await server.get(`${target(1)}/frames/1,2`, 'application/octet-stream')).status).toBe(406);
  });

  requirement('R-001-230', 'frames stored in big endian are little endian', async () => {
    const all = new Uint8Array(64).map((_, i) => i);
    expect(await frames(`${target(2)}/frames/1,2`, octets)).toEqual([hex(all.subarray(0, 32)), hex(all.subarray(32))]);
  });

  test('frames of one bit per pixel begin on an octet of their own (D-51)', async () => {
    expect(await frames(`${target(3)}/frames/1,2`, octets)).toEqual(['ff01', '0001']);
  });

  requirement('R-000-054', 'encapsulated frames come as they are stored', async () => {
    const stored = [hex(frame(4, 66)), hex(frame(5, 68))];
    expect(await frames(`${target(4)}/frames/1,2`, 'multipart/related; type="image/dicom-rle"')).toEqual(stored);
    expect(await frames(`${target(4)}/frames/1,2`, `${octets}; transfer-syntax=*`)).toEqual(stored);
    expect(await frames(`${target(4)}/frames/2`, `${octets}; transfer-syntax=1.2.840.10008.1.2.5`)).toEqual([
      stored[1],
    ]);
  });

  requirement('R-000-046', 'fragments of one frame are joined', async () => {
    const both = Buffer.concat([frame(6, 10), frame(7, 10)]);
    expect(await frames(`${target(5)}/frames/1,2`, 'multipart/related; type="image/jp2"')).toEqual([
      hex(both),
      hex(frame(8, 20)),
    ]);
  });

  requirement('R-000-048', 'the name that was asked for is the name of the answer (D-46)', async () => {
    const response = await server.get(`${target(4)}/frames/1`, 'multipart/related; type="image/x-dicom+rle"');
    expect(response.headers.get('content-type')).toMatch(/^multipart\/related; type="image\/x-dicom\+rle"; boundary=/);
    const [part] = await partsOfResponse(response);
    expect(part?.headers.get('content-type')).toBe('image/x-dicom+rle; transfer-syntax=1.2.840.10008.1.2.5');
  });

  requirement('R-000-055', 'a frame that is not there is 404 and named', async () => {
    const response = await server.get(`${target(1)}/frames/1,4`, octets);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ detail: expect.stringContaining('Frame 4') });
    expect((await server.get(`${target(6)}/frames/1`, octets)).status).toBe(404);
  });

  test('what is no list of frames is 400', async () => {
    for (const list of ['0', '1,', 'x', '-1', '1.5']) {
      expect((await server.get(`${target(1)}/frames/${list}`, octets)).status, list).toBe(400);
    }
  });
});
