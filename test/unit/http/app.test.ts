import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import type { Handler } from '../../../generated/operations.ts';
import { createLog } from '../../../src/http/log.ts';
import { requirement } from '../../support/requirement.ts';
import { type StubService, sendRaw, startStubService } from '../../support/stub-service.ts';

let service: StubService | undefined;
afterEach(async () => {
  await service?.close();
  service = undefined;
});

async function echoOf(path: string, init?: RequestInit): Promise<Record<string, unknown>> {
  return (await (await fetch(`${service!.url}${path}`, init)).json()) as Record<string, unknown>;
}

describe('service roots', () => {
  requirement(
    ['R-000-084', 'R-000-086'],
    'the archive of each configured AE title is served under its own root',
    async () => {
      service = await startStubService();
      for (const aeTitle of ['FIDUCIAL', 'OTHER']) {
        expect(await echoOf(`/dcm4chee-arc/aets/${aeTitle}/rs/studies/1.2`)).toMatchObject({
          operationId: 'retrieveStudy',
          path: { study: '1.2' },
          resource: '/studies/{study}',
          aeTitle,
          serviceRoot: `${service.url}/dcm4chee-arc/aets/${aeTitle}/rs`,
        });
      }
      expect(await echoOf('/dicomweb/studies/1.2')).toMatchObject({
        aeTitle: 'FIDUCIAL',
        serviceRoot: `${service.url}/dicomweb`,
      });
    },
  );

  requirement('R-000-086', 'an AE title that is not configured is unknown, in another case too', async () => {
    service = await startStubService();
    for (const aeTitle of ['UNKNOWN', 'fiducial', '%00', 'FIDUCIAL%20']) {
      const response = await fetch(`${service.url}/dcm4chee-arc/aets/${aeTitle}/rs/studies/1.2`);
      expect([400, 404]).toContain(response.status);
    }
  });

  test('the prefix can be another one, or none', async () => {
    for (const prefix of ['/pacs', '']) {
      service = await startStubService({}, { prefix });
      expect(await echoOf(`${prefix}/aets/OTHER/rs/studies/1.2`)).toMatchObject({
        serviceRoot: `${service.url}${prefix}/aets/OTHER/rs`,
      });
      await service.close();
    }
    service = undefined;
  });

  test('a configured base URL stands in place of the Host header field', async () => {
    service = await startStubService({}, { baseUrl: 'https://pacs.example/x' });
    expect(await echoOf('/dicomweb/studies/1.2')).toMatchObject({ serviceRoot: 'https://pacs.example/x/dicomweb' });
  });

  test('health is asked of the server, not of an archive', async () => {
    service = await startStubService();
    expect((await fetch(`${service.url}/health/live`)).status).toBe(200);
    expect((await fetch(`${service.url}/dicomweb/health/live`)).status).toBe(404);
  });
});

describe('a URL that is asked for again', () => {
  test('leads to the same resource, under the host of each request', async () => {
    service = await startStubService();
    const ask = (host: string, method = 'GET') =>
      sendRaw(
        service!.port,
        `${method} /dicomweb/studies/1.2?x=1 HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
      );
    for (const host of ['a', 'b', 'a']) {
      const answer = await ask(host);
      expect(answer).toContain('"path":{"study":"1.2"}');
      expect(answer).toContain('"query":"x=1"');
      expect(answer).toContain(`"serviceRoot":"http://${host}/dicomweb"`);
    }
    expect(await ask('a', 'HEAD')).toMatch(/^HTTP\/1\.1 200 [\s\S]*\r\n\r\n$/);
    expect(await ask('/', 'GET')).toMatch(/^HTTP\/1\.1 400 /);
  });

  test('leads where its path does, with the query of each request', async () => {
    service = await startStubService();
    for (const [resource, path] of [
      ['studies/1/rendered', { study: '1' }],
      ['studies/2/rendered', { study: '2' }],
      ['studies/1/series/2/rendered', { study: '1', series: '2' }],
    ] as const) {
      for (const query of ['', 'quality=50', 'window=40,400,linear', 'quality=50&x=%41']) {
        for (let again = 0; again < 2; again += 1) {
          expect(await echoOf(`/dicomweb/${resource}?${query}`)).toMatchObject({ path, query });
        }
      }
      const refused = await fetch(`${service.url}/dicomweb/${resource}?quality=x`);
      expect(refused.status).toBe(400);
    }
  });

  test('is looked at again with a query that is right for another operation only', async () => {
    service = await startStubService();
    const ask = async (path: string) => (await fetch(`${service!.url}/dicomweb/${path}`)).status;
    for (let again = 0; again < 2; again += 1) {
      expect(await ask('studies/1/metadata?quality=x')).toBe(200);
      expect(await ask('studies/1/rendered')).toBe(200);
      expect(await ask('studies/1/rendered?quality=x')).toBe(400);
    }
  });

  test('is looked at again where it was not right', async () => {
    service = await startStubService();
    for (const again of [1, 2]) {
      const statuses = ['studies/x', 'studies/1?quality=0', 'nothing'].map(
        async (path) => (await fetch(`${service!.url}/dicomweb/${path}`)).status,
      );
      expect([again, ...(await Promise.all(statuses))]).toEqual([again, 400, 400, 404]);
    }
  });

  test('is looked at again with another method, or a body of another media type', async () => {
    service = await startStubService();
    const post = async (contentType: string) => {
      const headers = { 'Content-Type': contentType };
      return (await fetch(`${service!.url}/dicomweb/studies/1`, { method: 'POST', headers, body: 'x' })).status;
    };
    expect((await fetch(`${service.url}/dicomweb/studies/1`)).status).toBe(200);
    for (let again = 0; again < 2; again += 1) {
      expect(await post('application/dicom')).toBe(200);
      expect(await post('text/plain')).toBe(400);
      expect((await fetch(`${service.url}/dicomweb/studies/1`, { method: 'DELETE' })).status).toBe(405);
    }
  });
});

/** A handler that answers when it is told to. */
function held(): { handler: Handler<'retrieveStudy'>; release: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const handler: Handler<'retrieveStudy'> = async () => {
    await promise;
    return { status: 200, headers: {}, body: 'done' };
  };
  return { handler, release: resolve };
}

describe('simultaneous requests', () => {
  requirement(
    ['R-000-081', 'R-000-083', 'R-002-009'],
    'above the configured maximum the answer is 503 with Retry-After',
    async () => {
      for (const limit of [{ maxRequests: 2 }, { maxRequestsPerClient: 2 }]) {
        const { handler, release } = held();
        service = await startStubService({ retrieveStudy: handler }, limit);
        const url = `${service.url}/dicomweb/studies/1`;
        const first = [fetch(url), fetch(url)];
        await wait(100);
        const third = await fetch(url);
        expect([third.status, third.headers.get('retry-after')]).toEqual([503, '1']);
        release();
        expect((await Promise.all(first)).map(({ status }) => status)).toEqual([200, 200]);
        expect((await fetch(url)).status).toBe(200);
        await service.close();
      }
      service = undefined;
    },
  );

  requirement(['R-000-082', 'R-002-010'], 'there is no maximum by default', async () => {
    const { handler, release } = held();
    service = await startStubService({ retrieveStudy: handler });
    const all = Array.from({ length: 100 }, () => fetch(`${service!.url}/dicomweb/studies/1`));
    await wait(100);
    release();
    expect((await Promise.all(all)).every(({ status }) => status === 200)).toBe(true);
  });
});

describe('closing', () => {
  test('finishes the requests in flight and takes no more', async () => {
    const { handler, release } = held();
    const closing = await startStubService({ retrieveStudy: handler });
    const inFlight = fetch(`${closing.url}/dicomweb/studies/1`);
    await wait(100);
    const closed = closing.close();
    await expect(fetch(`${closing.url}/dicomweb/studies/2`)).rejects.toThrow();
    release();
    expect(await (await inFlight).text()).toBe('done');
    await closed;
  });
});

describe('other origins', () => {
  test('a preflight is answered for any resource, without Accept', async () => {
    service = await startStubService();
    const response = await fetch(`${service.url}/dicomweb/studies/1`, {
      method: 'OPTIONS',
      headers: {
        Origin: 'http://viewer.example',
        'Access-Control-Request-Method': 'GET',
        'Access-Control-Request-Headers': 'accept',
      },
    });
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('access-control-allow-methods')).toContain('GET');
    expect(response.headers.get('access-control-allow-headers')).toBe('accept');
  });

  test('scripts may read what they need, of problems too', async () => {
    service = await startStubService();
    const { headers } = await fetch(`${service.url}/dicomweb/studies/x`);
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.get('access-control-expose-headers')).toContain('Content-Location');
  });

  test('a server may allow one origin, or none', async () => {
    service = await startStubService({}, { corsOrigin: 'https://viewer.example' });
    expect((await fetch(`${service.url}/health/live`)).headers.get('access-control-allow-origin')).toBe(
      'https://viewer.example',
    );
    await service.close();
    service = await startStubService({}, { corsOrigin: '' });
    expect((await fetch(`${service.url}/health/live`)).headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('log', () => {
  test('writes JSON lines, or lines for people on a terminal, up to its level', () => {
    const lines: string[] = [];
    const write = (text: string) => lines.push(text);
    createLog('info', { write }).write('info', 'GET /', { id: 'a', error: new Error('x') });
    createLog('info', { write }).write('debug', 'silent');
    createLog('info', { write, isTTY: true }).write('warn', 'careful', { id: 'b' });
    expect(JSON.parse(lines[0]!)).toMatchObject({
      level: 'info',
      message: 'GET /',
      id: 'a',
      error: expect.stringContaining('Error: x'),
    });
    expect(lines[1]).toMatch(/^\d\d:\d\d:\d\d warn: careful id=b\n$/);
    expect(lines).toHaveLength(2);
  });

  test('has a line for each request, with its status and time', async () => {
    service = await startStubService();
    await fetch(`${service.url}/dicomweb/studies/1?x=1`);
    await wait(20);
    expect(service.log.some((line) => /GET \/dicomweb\/studies\/1\?x=1 200 in \d+ ms/.test(line))).toBe(true);
  });
});
