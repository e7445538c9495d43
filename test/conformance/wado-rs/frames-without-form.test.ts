import { afterAll, beforeAll, describe, expect } from 'vitest';
import { TransferSyntaxUID } from '../../../src/dicom/transfer-syntax.ts';
import { buildInstance, testUID } from '../../support/dicom-builder.ts';
import { requirement } from '../../support/requirement.ts';
import { startServer, type TestServer } from '../../support/server.ts';

const frame = (number: number): string =>
  `/studies/${testUID(1)}/series/${testUID(1, 1)}/instances/${testUID(1, 1, number)}/frames/1`;

/** Thirty frames in one stream, which is one fragment. */
function video(number: number, transferSyntax: string): Uint8Array {
  return buildInstance({
    transferSyntax,
    pixelData: { fragments: [Buffer.from('stream of thirty frames')] },
    elements: { SOPInstanceUID: testUID(1, 1, number), InstanceNumber: number, NumberOfFrames: '30' },
  });
}

function documentOf(number: number, MIMETypeOfEncapsulatedDocument: string): Uint8Array {
  return buildInstance({
    elements: {
      SOPClassUID: '1.2.840.10008.5.1.4.1.1.104.1',
      SOPInstanceUID: testUID(1, 1, number),
      InstanceNumber: number,
      MIMETypeOfEncapsulatedDocument,
      EncapsulatedDocument: Buffer.from('a document'),
    },
  });
}

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
  await server.store(
    video(1, TransferSyntaxUID.MPEG2MPML),
    video(2, TransferSyntaxUID.MPEG4HP41),
    documentOf(3, 'application/pdf'),
    documentOf(4, 'text/xml'),
  );
});
afterAll(() => server.close());

describe('frames of what has none (WADO-RS Retrieve Frames)', () => {
  for (const [id, number, mediaType] of [
    ['R-000-051', 1, 'video/mpeg'],
    ['R-000-052', 2, 'video/mp4'],
    ['R-000-044', 3, 'application/pdf'],
    ['R-000-050', 4, 'text/xml'],
  ] as const) {
    requirement(id, `one frame as ${mediaType} is 406`, async () => {
      const response = await server.get(frame(number), `multipart/related; type="${mediaType}"`);
      expect(response.status).toBe(406);
      expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    });
  }

  requirement('R-000-055', 'a frame beyond those of a video is 404', async () => {
    const beyond = frame(2).replace(/1$/, '31');
    expect((await server.get(beyond, '*/*')).status).toBe(404);
  });
});
