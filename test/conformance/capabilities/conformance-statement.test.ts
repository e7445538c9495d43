import { afterAll, beforeAll, describe, expect } from 'vitest';
import { requirement } from '../../support/requirement.ts';
import { startServer, type TestServer } from '../../support/server.ts';

describe('Conformance Statement (PS3.2)', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.close());

  requirement(['R-001-247'], 'the statement is served, and names the SOP Classes that are rendered', async () => {
    const response = await server.get('/conformance');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(await response.text()).toMatch(/SOP Class.*\n?.*is rendered/);
  });

  requirement(['R-001-271'], 'every query parameter beyond the clause stands in the statement', async () => {
    const text = await (await server.get('/conformance', 'text/markdown')).text();
    for (const parameter of ['annotation', 'quality', 'viewport', 'window', 'procedure']) {
      expect(text).toContain(parameter);
    }
  });

  requirement(['R-001-094'], 'without Accept it is 406', async () => {
    expect((await server.get('/conformance', '')).status).toBe(406);
  });
});
