import { afterAll, beforeAll, describe, expect } from 'vitest';
import { TransferSyntaxUID } from '../../../src/dicom/transfer-syntax.ts';
import { buildInstance, testUID } from '../../support/dicom-builder.ts';
import { partsOfResponse } from '../../support/multipart.ts';
import { requirement } from '../../support/requirement.ts';
import { startServer, type TestServer } from '../../support/server.ts';

const { JPEGBaseline8Bit, JPEG2000MCLossless, JPEGLSLossless, ExplicitVRLittleEndian, RLELossless } = TransferSyntaxUID;

/** Rows of WADO-RS Retrieve Frames: a media type, and the transfer syntax that is stored for it. */
const rows = [
  ['R-000-043', 'application/octet-stream', ExplicitVRLittleEndian],
  ['R-000-045', 'image/jpeg', JPEGBaseline8Bit],
  ['R-000-047', 'image/jpx', JPEG2000MCLossless],
  ['R-000-049', 'image/x-jls', JPEGLSLossless],
] as const;

const series = `/studies/${testUID(1)}/series/${testUID(1, 1)}`;
const instanceOf = (place: number): string => `${series}/instances/${testUID(1, 1, place)}`;
const first = Buffer.alloc(16, 1);
const second = Buffer.alloc(16, 2);

function multiFrame(place: number, transferSyntax: string): Uint8Array {
  const isNative = transferSyntax === ExplicitVRLittleEndian;
  return buildInstance({
    transferSyntax,
    pixelData: isNative ? Buffer.concat([first, second]) : { fragments: [first, second] },
    elements: {
      SOPClassUID: '1.2.840.10008.5.1.4.1.1.7.2',
      SOPInstanceUID: testUID(1, 1, place),
      InstanceNumber: place,
      NumberOfFrames: '2',
      Rows: 4,
      Columns: 4,
      BitsAllocated: 8,
      BitsStored: 8,
      HighBit: 7,
    },
  });
}

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
  await server.store(...rows.map(([, , transferSyntax], i) => multiFrame(i + 1, transferSyntax)));
});
afterAll(() => server.close());

describe('WADO-RS Retrieve Frames: data types supported', () => {
  for (const [i, [id, mediaType]] of rows.entries()) {
    requirement(
      [id, 'R-001-047'],
      `a frame comes as multipart/related of ${mediaType}, whose type is named`,
      async () => {
        for (const type of [mediaType, `"${mediaType}"`]) {
          const response = await server.get(`${instanceOf(i + 1)}/frames/2`, `multipart/related; type=${type}`);
          expect(response.status).toBe(200);
          expect(response.headers.get('content-type')).toContain(`type="${mediaType}"`);
          const parts = await partsOfResponse(response);
          expect(parts.map(({ content }) => content)).toEqual([second]);
          expect(parts[0]!.headers.get('content-type')).toContain(mediaType);
        }
      },
    );
  }
});

describe('WADO-RS Retrieve Bulk Data', () => {
  requirement('R-000-066', 'bulk data comes as application/zip, one file by its media type', async () => {
    const response = await server.get(`${instanceOf(1)}/bulkdata/7FE00010`, 'application/zip');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/zip');
    expect(
      Buffer.from(await response.arrayBuffer())
        .subarray(0, 2)
        .toString(),
    ).toBe('PK');
  });

  requirement(
    'R-000-067',
    'transfer-syntax names what is stored; another one that it cannot be sent in is 406',
    async () => {
      const target = `${instanceOf(2)}/bulkdata/7FE00010`;
      for (const [transferSyntax, status] of [
        ['*', 200],
        [JPEGBaseline8Bit, 200],
        ['1.2.3', 406],
      ] as const) {
        const accept = `multipart/related; type="image/jpeg"; transfer-syntax=${transferSyntax}`;
        expect((await server.get(target, accept)).status, transferSyntax).toBe(status);
      }
    },
  );
});

describe('WADO-RS as a whole', () => {
  requirement(['R-000-014', 'R-000-028', 'R-000-042'], 'instances of any storage SOP Class are retrieved', async () => {
    const classes = [
      '1.2.840.10008.5.1.4.1.1.2',
      '1.2.840.10008.5.1.4.1.1.88.11',
      '1.2.840.10008.5.1.4.1.1.9.1.1',
      '1.2.3.4.5',
    ];
    const study = testUID(2);
    const objects = classes.map((SOPClassUID, i) =>
      buildInstance({
        elements: {
          SOPClassUID,
          StudyInstanceUID: study,
          SeriesInstanceUID: testUID(2, 1),
          SOPInstanceUID: testUID(2, 1, i),
        },
      }),
    );
    await server.store(...objects);
    const accept = 'multipart/related; type="application/dicom"; transfer-syntax=*';
    for (const target of [`/studies/${study}`, `/studies/${study}/series/${testUID(2, 1)}`]) {
      const response = await server.get(target, accept);
      expect(response.status).toBe(200);
      expect(await partsOfResponse(response)).toHaveLength(classes.length);
    }
    for (const i of classes.keys()) {
      const response = await server.get(
        `/studies/${study}/series/${testUID(2, 1)}/instances/${testUID(2, 1, i)}`,
        accept,
      );
      expect(response.status).toBe(200);
      expect((await partsOfResponse(response))[0]!.content).toEqual(Buffer.from(objects[i]!));
    }
  });

  requirement(
    'R-000-041',
    'the transfer-syntax of an instance is taken: one it can be sent in, any, one nobody knows',
    async () => {
      for (const [transferSyntax, status] of [
        ['*', 200],
        [ExplicitVRLittleEndian, 200],
        [RLELossless, 200],
        ['1.2.3', 406],
      ] as const) {
        const accept = `multipart/related; type="application/dicom"; transfer-syntax=${transferSyntax}`;
        expect((await server.get(instanceOf(1), accept)).status, transferSyntax).toBe(status);
      }
    },
  );

  requirement(['R-001-222', 'R-001-250'], 'all six actions answer, beside Retrieve Rendered', async () => {
    const dicom = 'multipart/related; type="application/dicom"; transfer-syntax=*';
    const octets = 'multipart/related; type="application/octet-stream"';
    const metadata = await server.get(`${instanceOf(1)}/metadata`, 'application/dicom+json');
    const [instance] = (await metadata.json()) as [Record<string, { BulkDataURI: string }>];
    const { pathname } = new URL(instance['7FE00010']!.BulkDataURI);
    for (const [target, accept] of [
      [`/studies/${testUID(1)}`, dicom],
      [series, dicom],
      [instanceOf(1), dicom],
      [`${instanceOf(1)}/frames/1`, octets],
      [pathname.replace('/dicomweb', ''), octets],
      [`/studies/${testUID(1)}/metadata`, 'application/dicom+json'],
      [`${instanceOf(1)}/frames/1/rendered`, 'image/jpeg'],
    ] as const) {
      expect((await server.get(target, accept)).status, target).toBe(200);
    }
  });
});
