import { afterAll, beforeAll, describe, expect } from 'vitest';
import { retrieveCapabilities } from '../../../src/handlers/retrieve-capabilities.ts';
import { requirement } from '../../support/requirement.ts';
import { type StubService, sendRaw, startStubService } from '../../support/stub-service.ts';

let service: StubService;
beforeAll(async () => {
  service = await startStubService({ retrieveCapabilities: retrieveCapabilities({ videoEncoder: undefined }) });
});
afterAll(() => service.close());

async function statusOf(version: string, fields: string): Promise<string> {
  const head = `GET /dicomweb/studies/1 ${version}\r\nAccept: */*\r\nConnection: close\r\n${fields}\r\n`;
  return (await sendRaw(service.port, head)).split('\r\n', 1)[0]!;
}

describe('versions of HTTP (PS3.18 Sup174 6.5.8.1)', () => {
  requirement(['R-001-251', 'R-001-257', 'R-001-368'], 'HTTP/1.1 is answered, with a Host alone', async () => {
    expect(await statusOf('HTTP/1.1', 'Host: example\r\n')).toBe('HTTP/1.1 200 OK');
    expect(await statusOf('HTTP/1.1', '')).toBe('HTTP/1.1 400 Bad Request');
  });

  requirement('R-001-257', 'HTTP/1.0 is answered, with a Host and without', async () => {
    expect(await statusOf('HTTP/1.0', 'Host: example\r\n')).toBe('HTTP/1.1 200 OK');
    expect(await statusOf('HTTP/1.0', '')).toBe('HTTP/1.1 200 OK');
  });

  requirement('R-001-257', 'another version is no request of this service', async () => {
    expect(await statusOf('HTTP/2.0', 'Host: example\r\n')).toBe('HTTP/1.1 400 Bad Request');
    expect(await statusOf('HTTP/1', 'Host: example\r\n')).toBe('HTTP/1.1 400 Bad Request');
  });
});
