import { afterAll, beforeAll, describe, expect } from 'vitest';
import { requirement } from '../../support/requirement.ts';
import { secondaryCapture } from '../../support/secondary-capture.ts';
import { startServer, storeInstances, type TestServer } from '../../support/server.ts';

describe('Web Service Endpoint URL', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer('--ae-title', 'MY PACS,A/B');
  });
  afterAll(() => server.close());

  requirement(
    'R-000-086',
    'an AE title may hold what a URL has to escape, and what comes back escapes it too',
    async () => {
      const root = `${server.origin}/dcm4chee-arc/aets/MY%20PACS/rs`;
      await storeInstances(root, [secondaryCapture({ StudyInstanceUID: '2.25.9' })]);
      const response = await fetch(`${root}/studies/2.25.9/metadata`, {
        headers: { Accept: 'application/dicom+json' },
      });
      expect(response.status).toBe(200);
      const [instance] = (await response.json()) as [Record<string, { BulkDataURI: string }>];
      const pixelData = instance['7FE00010']!;
      expect(pixelData.BulkDataURI).toMatch(`${root}/studies/2.25.9/`);
      expect((await fetch(pixelData.BulkDataURI)).status).toBe(200);
    },
  );

  requirement('R-000-086', 'what is stored under one AE title is not seen under another', async () => {
    const other = `${server.origin}/dcm4chee-arc/aets/A%2FB/rs/studies/2.25.9/metadata`;
    expect((await fetch(other)).status).toBe(404);
  });
});
