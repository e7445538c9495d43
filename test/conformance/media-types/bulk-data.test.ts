import { afterAll, beforeAll, describe, expect } from 'vitest';
import { TransferSyntaxUID } from '../../../src/dicom/transfer-syntax.ts';
import { type BuiltElements, buildInstance, testUID } from '../../support/dicom-builder.ts';
import { type Part, partsOfResponse } from '../../support/multipart.ts';
import { requirement } from '../../support/requirement.ts';
import { startServer, type TestServer } from '../../support/server.ts';

/** A row of the WADO-RS tables: a media type, an instance that has it, and what is to come back. */
interface Row {
  readonly mediaType: string;
  /** Place of the row in the tables of the study, series, instance and bulk data. */
  readonly place: number;
  readonly content: Buffer;
  readonly object: Uint8Array;
  readonly path: string;
}

const encapsulatedPDF = '1.2.840.10008.5.1.4.1.1.104.1';
const encapsulatedCDA = '1.2.840.10008.5.1.4.1.1.104.2';

function identifiers(place: number): object {
  return {
    SeriesInstanceUID: testUID(1, place),
    SOPInstanceUID: testUID(1, place, 1),
    SeriesNumber: place,
  };
}

function native(place: number): Row {
  const content = Buffer.alloc(16, place);
  const object = buildInstance({ pixelData: content, elements: identifiers(place) });
  return { mediaType: 'application/octet-stream', place, content, object, path: '7FE00010' };
}

function document(place: number, mediaType: string, SOPClassUID: string): Row {
  const content = Buffer.alloc(2000, `${mediaType} document `);
  const object = buildInstance({
    elements: {
      ...identifiers(place),
      SOPClassUID,
      MIMETypeOfEncapsulatedDocument: mediaType,
      EncapsulatedDocument: content,
    },
  });
  return { mediaType, place, content, object, path: '00420011' };
}

function encapsulated(place: number, mediaType: string, transferSyntax: string): Row {
  const content = Buffer.alloc(100, place);
  const object = buildInstance({ transferSyntax, pixelData: { fragments: [content] }, elements: identifiers(place) });
  return { mediaType, place, content, object, path: '7FE00010' };
}

const rows: readonly Row[] = [
  native(2),
  document(3, 'application/pdf', encapsulatedPDF),
  encapsulated(4, 'image/jpeg', TransferSyntaxUID.JPEGBaseline8Bit),
  encapsulated(5, 'image/jp2', TransferSyntaxUID.JPEG2000Lossless),
  encapsulated(6, 'image/jpx', TransferSyntaxUID.JPEG2000MCLossless),
  encapsulated(7, 'image/x-dicom+rle', TransferSyntaxUID.RLELossless),
  encapsulated(8, 'image/x-jls', TransferSyntaxUID.JPEGLSLossless),
  document(9, 'text/xml', encapsulatedCDA),
  encapsulated(10, 'video/mpeg', TransferSyntaxUID.MPEG2MPML),
  encapsulated(11, 'video/mp4', TransferSyntaxUID.MPEG4HP41),
];

const study = `/studies/${testUID(1)}`;
const seriesOf = ({ place }: Row): string => `${study}/series/${testUID(1, place)}`;
const instanceOf = (row: Row): string => `${seriesOf(row)}/instances/${testUID(1, row.place, 1)}`;
const id = (table: number, place: number): string => `R-000-${String(table + place).padStart(3, '0')}`;

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
  await server.store(...rows.map(({ object }) => object));
});
afterAll(() => server.close());

async function parts(target: string, row: Row, status: number): Promise<readonly Part[]> {
  const response = await server.get(target, `multipart/related; type="${row.mediaType}"; transfer-syntax=*`);
  expect(response.status).toBe(status);
  expect(response.headers.get('content-type')).toMatch(`multipart/related; type="${row.mediaType}"; boundary=`);
  return await partsOfResponse(response);
}

function check([part, ...more]: readonly Part[], row: Row): void {
  expect(more).toEqual([]);
  expect(part!.headers.get('content-type')?.split(';')[0]).toBe(row.mediaType);
  expect(part!.headers.get('content-location')).toMatch(`${server.url}${instanceOf(row)}/`);
  expect(part!.content.equals(row.content)).toBe(true);
}

describe('bulk data media types (WADO-RS tables)', () => {
  for (const row of rows) {
    const { mediaType, place } = row;
    const [ofStudy, ofSeries, ofInstance, ofBulkData] = [id(0, place), id(14, place), id(28, place), id(54, place)];
    requirement(ofSeries, `a series as ${mediaType}`, async () => check(await parts(seriesOf(row), row, 200), row));
    requirement(ofInstance, `an instance as ${mediaType}`, async () =>
      check(await parts(instanceOf(row), row, 200), row),
    );
    requirement(ofBulkData, `a bulk data value as ${mediaType}`, async () => {
      check(await parts(`${instanceOf(row)}/bulkdata/${row.path}`, row, 200), row);
    });
    // Uncompressed bulk data is what every instance but those has, whose pixel data is in fragments; see below.
    if (mediaType === 'application/octet-stream') continue;
    requirement(ofStudy, `of a study what is ${mediaType}; the others are left out with 206 (D-28)`, async () => {
      check(await parts(study, row, 206), row);
    });
  }

  requirement(['R-000-002', 'R-001-224'], 'of a study all bulk data, as it is stored', async () => {
    const all = await parts(study, rows[0]!, 200);
    expect(all.map(({ content }) => content.toString('hex'))).toEqual(
      rows.map(({ content }) => content.toString('hex')),
    );
  });

  for (const [place, { mediaType }] of rows.entries()) {
    const other = rows[(place + 3) % rows.length]!;
    if (mediaType === 'application/octet-stream') continue;
    requirement(id(14, rows[place]!.place), `a series that has no ${mediaType} is 406 (D-28)`, async () => {
      expect((await server.get(seriesOf(other), `multipart/related; type="${mediaType}"`)).status).toBe(406);
    });
  }

  requirement(['R-000-037', 'R-000-063'], 'a document of a few octets is bulk data like any other', async () => {
    const content = Buffer.from('<ClinicalDocument/>');
    const elements: BuiltElements = {
      ...identifiers(12),
      StudyInstanceUID: testUID(2),
      SOPClassUID: encapsulatedCDA,
      MIMETypeOfEncapsulatedDocument: 'text/XML',
      EncapsulatedDocumentLength: content.length,
      EncapsulatedDocument: Buffer.concat([content, Buffer.alloc(1)]),
    };
    await server.store(buildInstance({ elements }));
    const instance = `/studies/${testUID(2)}/series/${testUID(1, 12)}/instances/${testUID(1, 12, 1)}`;
    for (const target of [instance, `${instance}/bulkdata/00420011`]) {
      const response = await server.get(target, 'multipart/related; type="text/xml"');
      expect(response.status, target).toBe(200);
      const [part] = await partsOfResponse(response);
      expect(part!.content.toString()).toBe(content.toString());
    }
  });

  requirement('R-001-241', 'video passes through in its own transfer syntax where none is asked for', async () => {
    const row = rows.find(({ mediaType }) => mediaType === 'video/mp4')!;
    for (const accept of ['multipart/related; type="application/dicom"', '*/*']) {
      const response = await server.get(instanceOf(row), accept);
      expect(response.status, accept).toBe(200);
      const [part] = await partsOfResponse(response);
      expect(part!.headers.get('content-type')).toBe(
        `application/dicom; transfer-syntax=${TransferSyntaxUID.MPEG4HP41}`,
      );
      expect(part!.content.equals(Buffer.from(row.object))).toBe(true);
    }
    const other = `multipart/related; type="application/dicom"; transfer-syntax=${TransferSyntaxUID.ExplicitVRLittleEndian}`;
    expect((await server.get(instanceOf(row), other)).status).toBe(406);
  });

  requirement('R-001-097', 'bulk data and a rendered media type are a conflict (D-04)', async () => {
    const { status } = await server.get(study, 'multipart/related; type="image/jpeg", image/png');
    expect(status).toBe(409);
  });
});
