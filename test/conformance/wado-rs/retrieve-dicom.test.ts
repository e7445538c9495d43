import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Tag } from '../../../generated/dictionary.ts';
import { memorySource } from '../../../src/dicom/byte-source.ts';
import { readPart10 } from '../../../src/dicom/part10.ts';
import { TransferSyntaxUID } from '../../../src/dicom/transfer-syntax.ts';
import { buildInstance, testUID } from '../../support/dicom-builder.ts';
import { type Part, partsOfResponse } from '../../support/multipart.ts';
import { requirement } from '../../support/requirement.ts';
import { startServer, type TestServer } from '../../support/server.ts';

const dicom = 'multipart/related; type="application/dicom"';
const study = `/studies/${testUID(1)}`;

/** One image in each native transfer syntax, two series; and one as JPEG Lossless, in a study of its own. */
const native = [
  TransferSyntaxUID.ExplicitVRLittleEndian,
  TransferSyntaxUID.ImplicitVRLittleEndian,
  TransferSyntaxUID.ExplicitVRBigEndian,
  TransferSyntaxUID.DeflatedExplicitVRLittleEndian,
];
const pixels = new Uint8Array(32).map((_, i) => i * 7);
const objects = native.map((transferSyntax, i) =>
  buildInstance({
    transferSyntax,
    pixelData: pixels,
    elements: {
      SeriesInstanceUID: testUID(1, 1 + (i % 2)),
      SOPInstanceUID: testUID(1, 1 + (i % 2), 1 + i),
      InstanceNumber: 1 + i,
      SeriesNumber: 1 + (i % 2),
      BitsAllocated: 16,
      BitsStored: 16,
      HighBit: 15,
    },
  }),
);
const lossless = buildInstance({
  transferSyntax: TransferSyntaxUID.JPEGLosslessSV1,
  pixelData: { fragments: [Buffer.from('no real codestream')] },
  elements: {
    StudyInstanceUID: testUID(2),
    SeriesInstanceUID: testUID(2, 1),
    SOPInstanceUID: testUID(2, 1, 1),
  },
});

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
  await server.store(...objects, lossless);
});
afterAll(() => server.close());

/** Value of Transfer Syntax UID (0002,0010), read by eye: Explicit VR Little Endian. */
function transferSyntaxOfFile({ content }: Part): string {
  const at = content.indexOf(Buffer.from([0x02, 0x00, 0x10, 0x00, 0x55, 0x49]));
  return content.toString('latin1', at + 8, at + 8 + content.readUInt16LE(at + 6)).replace(/\0$/, '');
}

describe('RetrieveStudy, RetrieveSeries, RetrieveInstance (PS3.18 Sup174 6.5)', () => {
  requirement(
    ['R-000-001', 'R-001-223', 'R-001-224', 'R-001-240', 'R-001-241', 'R-001-242'],
    'a study is one PS3.10 file per instance, in Explicit VR Little Endian by default',
    async () => {
      const response = await server.get(study, dicom);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toMatch(/^multipart\/related; type="application\/dicom"; boundary=/);
      const parts = await partsOfResponse(response);
      expect(parts).toHaveLength(objects.length);
      for (const part of parts) {
        expect(part.headers.get('content-type')).toBe('application/dicom; transfer-syntax=1.2.840.10008.1.2.1');
        expect(part.content.toString('latin1', 128, 132)).toBe('DICM');
        expect(transferSyntaxOfFile(part)).toBe(TransferSyntaxUID.ExplicitVRLittleEndian);
        expect(part.content.subarray(-pixels.length)).toEqual(Buffer.from(pixels));
        const location = part.headers.get('content-location') ?? '';
        const alone = await fetch(location, { headers: { Accept: dicom } });
        expect((await partsOfResponse(alone))[0]!.content).toEqual(part.content);
      }
    },
  );

  requirement(['R-000-015', 'R-001-225', 'R-001-226'], 'a series is its own instances alone', async () => {
    const parts = await partsOfResponse(await server.get(`${study}/series/${testUID(1, 2)}`, dicom));
    expect(parts.map((part) => part.headers.get('content-location')?.split('/').at(-1))).toEqual([
      testUID(1, 2, 2),
      testUID(1, 2, 4),
    ]);
  });

  requirement(['R-000-029', 'R-001-227', 'R-001-228'], 'an instance is one part', async () => {
    const target = `${study}/series/${testUID(1, 1)}/instances/${testUID(1, 1, 1)}`;
    const parts = await partsOfResponse(await server.get(target, dicom));
    expect(parts.map(({ content }) => content)).toEqual([Buffer.from(objects[0]!)]);
  });

  test('an instance as a single part', async () => {
    const target = `${study}/series/${testUID(1, 1)}/instances/${testUID(1, 1, 1)}`;
    const response = await server.get(target, 'application/dicom');
    expect(response.headers.get('content-length')).toBe(String(objects[0]!.length));
    expect(Buffer.from(await response.arrayBuffer())).toEqual(Buffer.from(objects[0]!));
  });

  test('several instances are no single part', async () => {
    expect((await server.get(study, 'application/dicom')).status).toBe(406);
  });

  for (const asked of ['', '; transfer-syntax=*']) {
    requirement('R-001-240', `a data set that was stored without File Meta Information is a file${asked}`, async () => {
      const SOPInstanceUID = testUID(9, 1, 1);
      const elements = { SOPInstanceUID, StudyInstanceUID: testUID(9), SeriesInstanceUID: testUID(9, 1) };
      await server.store(buildInstance({ elements, fileMeta: false, pixelData: new Uint8Array(16).fill(5) }));
      const target = `/studies/${testUID(9)}/series/${testUID(9, 1)}/instances/${SOPInstanceUID}`;
      const file = Buffer.from(await (await server.get(target, `application/dicom${asked}`)).arrayBuffer());
      expect(file.toString('latin1', 128, 132)).toBe('DICM');
      const read = readPart10(memorySource(file));
      if (!read.ok) throw new Error(read.detail);
      expect(read.part10.fileMeta.text(Tag.MediaStorageSOPInstanceUID)).toBe(SOPInstanceUID);
      expect(Buffer.from(read.part10.dataSet.bytes(Tag.PixelData)!)).toEqual(Buffer.alloc(16, 5));
    });
  }

  requirement(['R-000-013', 'R-000-027', 'R-001-241'], 'transfer-syntax=* gives every stored byte back', async () => {
    const parts = await partsOfResponse(await server.get(study, `${dicom}; transfer-syntax=*`));
    const stored = new Set(objects.map((object) => Buffer.from(object).toString('hex')));
    expect(new Set(parts.map(({ content }) => content.toString('hex')))).toEqual(stored);
  });

  for (const uid of native) {
    requirement(['R-000-013', 'R-001-241'], `every native instance can be had in ${uid}`, async () => {
      const response = await server.get(study, `${dicom}; transfer-syntax=${uid}`);
      expect(response.status).toBe(200);
      const parts = await partsOfResponse(response);
      expect(parts.map(transferSyntaxOfFile)).toEqual(objects.map(() => uid));
    });
  }

  requirement('R-001-241', 'a transfer syntax that nothing can be turned into is 406', async () => {
    const response = await server.get(study, `${dicom}; transfer-syntax=1.2.840.10008.1.2.4.9999`);
    expect(response.status).toBe(406);
    expect(await response.json()).toMatchObject({ type: 'urn:fiducial:problem:transfer-syntax-not-acceptable' });
  });

  requirement('R-001-241', 'an encapsulated instance comes in the stored syntax when it is named', async () => {
    const target = `/studies/${testUID(2)}`;
    const parts = await partsOfResponse(
      await server.get(target, `${dicom}; transfer-syntax=${TransferSyntaxUID.JPEGLosslessSV1}`),
    );
    expect(parts.map(({ content }) => content)).toEqual([Buffer.from(lossless)]);
  });

  requirement(['R-001-238', 'R-001-094'], 'a request without Accept is 406', async () => {
    const { status } = await withoutAccept(`${server.url}${study}`);
    expect(status).toBe(406);
  });

  requirement('R-001-371', 'what is not stored is 404', async () => {
    expect((await server.get('/studies/2.25.9', dicom)).status).toBe(404);
    expect((await server.get(`${study}/series/2.25.9`, dicom)).status).toBe(404);
    expect((await server.get(`${study}/series/${testUID(1, 1)}/instances/2.25.9`, dicom)).status).toBe(404);
  });

  test('what is no UID is 400', async () => {
    expect((await server.get('/studies/abc', dicom)).status).toBe(400);
  });

  requirement('R-001-235', 'a parameter of another spelling is none', async () => {
    const response = await server.get(`${study}?Accept=application/zip`, dicom);
    expect(response.headers.get('content-type')).toMatch(/^multipart\/related/);
  });
});

describe('the order of checks (D-36)', () => {
  requirement('R-001-094', 'a query value that is wrong comes before an Accept that is missing', async () => {
    for (const query of ['quality=0', 'viewport=x', 'window=1', 'annotation=,', 'dicomdir=maybe', 'accept=image/*']) {
      expect((await server.get(`${study}?${query}`, '')).status, query).toBe(400);
    }
    expect((await server.get(`${study}?quality=90`, '')).status).toBe(406);
  });
});

describe('conditional requests and HEAD (RFC 9110)', () => {
  test('a strong entity tag answers the same request with 304', async () => {
    const first = await server.get(study, dicom);
    const etag = first.headers.get('etag')!;
    expect(etag).toMatch(/^"[^"]+"$/);
    const again = await server.get(study, dicom, { 'If-None-Match': etag });
    expect(again.status).toBe(304);
    expect(again.headers.get('etag')).toBe(etag);
    const other = await server.get(study, `${dicom}; transfer-syntax=*`, { 'If-None-Match': etag });
    expect(other.status).toBe(200);
  });

  test('the same entity tag means the same bytes', async () => {
    const bodies = await Promise.all(
      [1, 2].map(async () => Buffer.from(await (await server.get(study, dicom)).arrayBuffer()).toString('hex')),
    );
    expect(bodies[0]).toBe(bodies[1]);
  });

  test('HEAD has the header fields of GET and no body', async () => {
    const headers = { Accept: `${dicom}; transfer-syntax=*` };
    const get = await fetch(`${server.url}${study}`, { headers });
    const head = await fetch(`${server.url}${study}`, { method: 'HEAD', headers });
    expect(head.status).toBe(200);
    for (const name of ['content-type', 'content-length', 'etag', 'vary', 'cache-control']) {
      expect(head.headers.get(name)).toBe(get.headers.get(name));
    }
    expect(await head.text()).toBe('');
  });

  test('the length is known when every part is sent as it is stored', async () => {
    const response = await server.get(study, `${dicom}; transfer-syntax=*`);
    const { byteLength } = await response.arrayBuffer();
    expect(response.headers.get('content-length')).toBe(String(byteLength));
  });
});

/** fetch adds an Accept of its own; this does not. */
async function withoutAccept(url: string): Promise<{ status: number }> {
  const { get } = await import('node:http');
  return await new Promise((resolve, reject) => {
    get(url, (response) => {
      response.resume();
      resolve({ status: response.statusCode ?? 0 });
    }).once('error', reject);
  });
}
