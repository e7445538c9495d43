import { deflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TransferSyntaxUID } from '../../../src/dicom/transfer-syntax.ts';
import { buildInstance, testUID } from '../../support/dicom-builder.ts';
import { partsOfResponse } from '../../support/multipart.ts';
import { requirement } from '../../support/requirement.ts';
import { startServer, type TestServer } from '../../support/server.ts';

const target = (instance: number): string =>
  `/studies/${testUID(1)}/series/${testUID(1, 1)}/instances/${testUID(1, 1, instance)}`;
const waveform = new Uint8Array(2048).map((_, i) => i % 251);
const pdf = Buffer.from('%PDF-1.4 a document of an odd length.');

function waveformIn(transferSyntax: string, instance: number): Uint8Array {
  return buildInstance({
    transferSyntax,
    elements: {
      SOPInstanceUID: testUID(1, 1, instance),
      WaveformSequence: { items: [{ WaveformData: new Uint8Array(4) }, { WaveformData: waveform }] },
    },
  });
}

/** 4 x 4 pixels of 8 bits in RLE (PS3.5 G): one segment that begins at 64, a literal run of 16 octets, padding. */
function runLength(value: number): Buffer {
  const header = Buffer.alloc(64);
  header.writeUInt32LE(1, 0);
  header.writeUInt32LE(64, 4);
  return Buffer.concat([header, Buffer.of(15), Buffer.alloc(16, value), Buffer.of(0)]);
}

/** Two frames of pixels of one bit, four in each row, each frame deflated by itself. */
function deflatedBits(instance: number, Rows: number): Uint8Array {
  return buildInstance({
    transferSyntax: TransferSyntaxUID.DeflatedImageFrameCompression,
    pixelData: { fragments: [0x5a, 0xa5].map((bits) => deflateRawSync(Buffer.alloc(Math.ceil(Rows / 2), bits))) },
    elements: {
      SOPInstanceUID: testUID(1, 1, instance),
      NumberOfFrames: '2',
      Rows,
      BitsAllocated: 1,
      BitsStored: 1,
      HighBit: 0,
    },
  });
}

const objects = [
  waveformIn(TransferSyntaxUID.ExplicitVRLittleEndian, 1),
  waveformIn(TransferSyntaxUID.ExplicitVRBigEndian, 2),
  waveformIn(TransferSyntaxUID.DeflatedExplicitVRLittleEndian, 3),
  buildInstance({
    elements: {
      SOPClassUID: '1.2.840.10008.5.1.4.1.1.104.1',
      SOPInstanceUID: testUID(1, 1, 4),
      MIMETypeOfEncapsulatedDocument: 'application/pdf',
      EncapsulatedDocument: Buffer.concat([pdf, Buffer.alloc(1024 - pdf.length + 1)]),
    },
  }),
  buildInstance({
    transferSyntax: TransferSyntaxUID.RLELossless,
    pixelData: { fragments: [runLength(1), runLength(2)] },
    elements: { SOPInstanceUID: testUID(1, 1, 5), NumberOfFrames: '2' },
  }),
  buildInstance({ pixelData: new Uint8Array(16).fill(9), elements: { SOPInstanceUID: testUID(1, 1, 6) } }),
  deflatedBits(7, 4),
  deflatedBits(8, 3),
  buildInstance({
    transferSyntax: TransferSyntaxUID.JPEGSpectralSelectionHierarchical2123,
    pixelData: { fragments: [Buffer.from('of a process that nobody writes')] },
    elements: { SOPInstanceUID: testUID(1, 1, 9) },
  }),
  buildInstance({
    transferSyntax: TransferSyntaxUID.MPEG4HP41,
    pixelData: { fragments: [waveform.subarray(0, 1000), waveform.subarray(1000)] },
    elements: { SOPInstanceUID: testUID(1, 1, 10), NumberOfFrames: '30' },
  }),
];

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
  await server.store(...objects);
});
afterAll(() => server.close());

/** Every BulkDataURI of an instance, in whatever sequence item it stands. */
async function bulkDataURIs(instance: number): Promise<readonly string[]> {
  const found: string[] = [];
  const text = await (await server.get(`${target(instance)}/metadata`, 'application/dicom+json')).text();
  JSON.parse(text, (key, value) => {
    if (key === 'BulkDataURI') found.push(value as string);
    return value;
  });
  return found;
}

async function single(uri: string, headers: Record<string, string> = {}): Promise<Response> {
  return await fetch(uri, { headers: { Accept: '*/*', ...headers } });
}

describe('RetrieveBulkdata (PS3.18 Sup174 6.5)', () => {
  for (const instance of [1, 2, 3]) {
    requirement(
      ['R-001-231', 'R-000-068'],
      `a nested value is retrieved in little endian (instance ${instance})`,
      async () => {
        const [uri] = await bulkDataURIs(instance);
        expect(uri).toMatch(/\/bulkdata\/54000100\.2\.54001010$/);
        const value = Buffer.from(await (await single(uri!)).arrayBuffer());
        expect(value).toEqual(Buffer.from(waveform));
      },
    );
  }

  requirement(['R-000-056', 'R-001-231'], 'one part by multipart/related', async () => {
    const [uri] = await bulkDataURIs(1);
    const response = await fetch(uri!, { headers: { Accept: 'multipart/related; type="application/octet-stream"' } });
    const parts = await partsOfResponse(response);
    expect(parts.map(({ content }) => content)).toEqual([Buffer.from(waveform)]);
    expect(parts[0]!.headers.get('content-location')).toBe(uri);
  });

  test('every BulkDataURI that metadata gives is there', async () => {
    for (const instance of objects.keys()) {
      for (const uri of await bulkDataURIs(instance + 1)) expect((await single(uri)).status, uri).toBe(200);
    }
  });

  requirement('R-000-057', 'an encapsulated document is retrieved in its own media type', async () => {
    const uri = `${server.url}${target(4)}/bulkdata/00420011`;
    const response = await single(uri);
    expect(response.headers.get('content-type')).toBe('application/pdf');
    const [part] = await partsOfResponse(
      await fetch(uri, { headers: { Accept: 'multipart/related; type="application/pdf"' } }),
    );
    expect(part?.headers.get('content-type')).toBe('application/pdf');
    expect(part?.content.subarray(0, pdf.length)).toEqual(pdf);
    const other = await single(uri, { Accept: 'application/octet-stream' });
    expect(other.headers.get('content-type')).toMatch(/^application\/octet-stream/);
  });

  for (const [mediaType, begins] of [
    ['image/jpeg', 'ffd8'],
    ['image/jp2', 'ff4f'],
    ['image/x-dicom+rle', '01000000'],
    ['image/x-jls', 'ffd8'],
  ] as const) {
    requirement(
      ['R-000-058', 'R-000-059', 'R-000-061', 'R-000-062'],
      `native pixel data is encoded as ${mediaType} where that is asked for`,
      async () => {
        const uri = `${server.url}${target(6)}/bulkdata/7FE00010`;
        const Accept = `multipart/related; type="${mediaType}"`;
        const [part] = await partsOfResponse(await fetch(uri, { headers: { Accept } }));
        expect(part?.headers.get('content-type')?.split(';')[0]).toBe(mediaType);
        expect(part?.content.toString('hex').startsWith(begins)).toBe(true);
        const ofFrame = await fetch(`${server.url}${target(6)}/frames/1`, { headers: { Accept } });
        expect((await partsOfResponse(ofFrame))[0]?.content).toEqual(part?.content);
        // What asks for nothing in particular gets the octets.
        expect((await single(uri)).headers.get('content-type')).toMatch(/^application\/octet-stream/);
      },
    );
  }

  requirement('R-000-061', 'pixel data in fragments is a part for each frame', async () => {
    const uri = `${server.url}${target(5)}/bulkdata/7FE00010`;
    const response = await fetch(uri, { headers: { Accept: 'multipart/related; type="image/x-dicom+rle"' } });
    const parts = await partsOfResponse(response);
    expect(parts.map(({ content }) => content)).toEqual([runLength(1), runLength(2)]);
  });

  requirement('R-000-056', 'pixel data in fragments can be had uncompressed, all frames in one part', async () => {
    const uri = `${server.url}${target(5)}/bulkdata/7FE00010`;
    const response = await fetch(uri, { headers: { Accept: 'multipart/related; type="application/octet-stream"' } });
    const parts = await partsOfResponse(response);
    expect(parts.map(({ content }) => content)).toEqual([Buffer.concat([Buffer.alloc(16, 1), Buffer.alloc(16, 2)])]);
  });

  for (const [range, from, to] of [
    ['bytes=0-9', 0, 10],
    ['bytes=2040-', 2040, 2048],
    ['bytes=-3', 2045, 2048],
    ['bytes=990-1009', 990, 1010],
  ] as const) {
    for (const instance of [1, 2, 3, 10]) {
      test(`${range} of a single part (instance ${instance})`, async () => {
        const [uri] = await bulkDataURIs(instance);
        const response = await single(uri!, { Range: range, ...(instance === 10 ? { Accept: 'video/mp4' } : {}) });
        expect(response.status).toBe(206);
        expect(response.headers.get('content-range')).toBe(`bytes ${from}-${to - 1}/2048`);
        expect(Buffer.from(await response.arrayBuffer())).toEqual(Buffer.from(waveform.subarray(from, to)));
      });
    }
  }

  test('a script on another origin may read which range it got', async () => {
    const [uri] = await bulkDataURIs(1);
    const exposed = (await single(uri!, { Range: 'bytes=0-1' })).headers.get('access-control-expose-headers');
    expect(exposed?.split(', ')).toEqual(expect.arrayContaining(['Accept-Ranges', 'Content-Range']));
  });

  test('a range beyond the end is 416, and one of another version is the whole', async () => {
    const [uri] = await bulkDataURIs(1);
    const beyond = await single(uri!, { Range: 'bytes=2048-' });
    expect(beyond.status).toBe(416);
    expect(beyond.headers.get('content-range')).toBe('bytes */2048');
    const etag = (await single(uri!)).headers.get('etag')!;
    expect((await single(uri!, { Range: 'bytes=0-1', 'If-Range': etag })).status).toBe(206);
    expect((await single(uri!, { Range: 'bytes=0-1', 'If-Range': '"other"' })).status).toBe(200);
  });

  test('what metadata does not leave at a bulk data URI is 404', async () => {
    for (const path of ['00100010', '54000100', '54000100.1.54001010', '54000100.3.54001010']) {
      expect((await single(`${server.url}${target(1)}/bulkdata/${path}`)).status, path).toBe(404);
    }
  });

  for (const [instance, joined] of [
    [7, '5a5aa5a5'],
    // Twelve bits and twelve bits: the second frame begins within an octet.
    [8, '5a5a5a'],
  ] as const) {
    requirement('R-001-231', `deflated frames of one bit per pixel are joined bit by bit (${joined})`, async () => {
      const [uri] = await bulkDataURIs(instance);
      const whole = await fetch(uri!, { headers: { Accept: 'multipart/related; type="application/octet-stream"' } });
      expect((await partsOfResponse(whole)).map(({ content }) => content.toString('hex'))).toEqual([joined]);
      const response = await server.get(target(instance), 'multipart/related; type="application/dicom"');
      const [object] = await partsOfResponse(response);
      const length = joined.length / 2;
      const padded = length + (length % 2);
      expect(object!.content.readUInt32LE(object!.content.length - padded - 4)).toBe(padded);
      expect(object!.content.subarray(-padded).toString('hex', 0, length)).toBe(joined);
    });
  }

  requirement(
    'R-001-231',
    'the URI of what no media type is for resolves too: to octets as they are stored',
    async () => {
      const [uri] = await bulkDataURIs(9);
      for (const accept of ['*/*', 'multipart/related; type="application/octet-stream"']) {
        const response = await fetch(uri!, { headers: { Accept: accept } });
        expect(response.status, accept).toBe(200);
        const parts = await partsOfResponse(response);
        expect(parts[0]!.headers.get('content-type')).toBe(
          `application/octet-stream; transfer-syntax=${TransferSyntaxUID.JPEGSpectralSelectionHierarchical2123}`,
        );
      }
    },
  );
});
