import http from 'node:http';
import net from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import type { Handler } from '../../../generated/operations.ts';
import { originServerError } from '../../../src/errors/origin-server-error.ts';
import { type StubService, sendRaw, startStubService } from '../../support/stub-service.ts';

let service: StubService | undefined;
afterEach(async () => {
  await service?.close();
  service = undefined;
});

const headers = { 'Content-Type': 'application/octet-stream' };

async function serveStudy(retrieveStudy: Handler<'retrieveStudy'>): Promise<string> {
  service = await startStubService({ retrieveStudy });
  return `${service.url}/dicomweb/studies/1`;
}

async function* chunks(count: number, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < count; at += 1) yield new Uint8Array(size).fill(at);
}

/** Length of the body, read by a client that often stops for a moment. */
function readWithPauses(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { headers: { Accept: '*/*' } }, (response) => {
      let length = 0;
      response.on('data', (chunk: Uint8Array) => {
        length += chunk.length;
        if (length % 3 !== 0) return;
        response.pause();
        setImmediate(() => response.resume());
      });
      response.on('end', () => resolve(length)).on('error', reject);
    });
    request.on('error', reject);
  });
}

describe('responses', () => {
  test('octets and texts are sent with their length', async () => {
    const url = await serveStudy(async () => ({ status: 200, headers, body: 'änderung' }));
    const response = await fetch(url);
    expect(response.headers.get('content-length')).toBe('9');
    expect(await response.text()).toBe('änderung');
  });

  test('a stream is sent whole, in chunks', async () => {
    const url = await serveStudy(async () => ({ status: 206, headers, body: chunks(100, 10_000) }));
    const response = await fetch(url);
    expect(response.status).toBe(206);
    const body = new Uint8Array(await response.arrayBuffer());
    expect([body.length, body[0], body[999_999]]).toEqual([1_000_000, 0, 99]);
  });

  test('chunks come to their end whatever the pace of the client', async () => {
    let size = 0;
    const url = await serveStudy(async () => ({
      status: 200,
      headers,
      body: (async function* () {
        for (let at = 0; at < 400; at += 1) {
          yield new Uint8Array(size);
          if (at % 7 === 0) await new Promise(setImmediate);
        }
      })(),
    }));
    for (size = 40_000; size < 45_000; size += 125) expect(await readWithPauses(url)).toBe(400 * size);
  });

  test('chunks of any length, with pauses or without, come in their order', async () => {
    const lengths = [1, 600_000, 70_000, 10, 524_288, 3, 0, 1_200_000, 65_536, 20, 500_000];
    async function* mixed(pause: number): AsyncGenerator<Uint8Array> {
      for (const [place, length] of lengths.entries()) {
        if (place % 3 === pause) await wait(5);
        yield new Uint8Array(length).fill(place);
      }
    }
    const whole = Buffer.concat(lengths.map((length, place) => Buffer.alloc(length, place)));
    for (const pause of [0, 1, 2, 3]) {
      for (const further of [{}, { 'Content-Length': String(whole.length) }]) {
        const url = await serveStudy(async () => ({
          status: 200,
          headers: { ...headers, ...further },
          body: mixed(pause),
        }));
        const body = Buffer.from(await (await fetch(url)).arrayBuffer());
        expect(body.equals(whole)).toBe(true);
        await service?.close();
        service = undefined;
      }
    }
  });

  test('an empty stream is an empty body', async () => {
    const url = await serveStudy(async () => ({ status: 200, headers, body: chunks(0, 0) }));
    expect((await (await fetch(url)).arrayBuffer()).byteLength).toBe(0);
  });

  test('responses are private and are not sniffed; documents may load nothing', async () => {
    const url = await serveStudy(async () => ({
      status: 200,
      headers: { 'Content-Type': 'text/html; charset=utf-8' },
      body: '<p>',
    }));
    const fields = (await fetch(url)).headers;
    expect(fields.get('cache-control')).toBe('private, no-cache');
    expect(fields.get('x-content-type-options')).toBe('nosniff');
    expect(fields.get('content-security-policy')).toMatch(/^default-src 'none'/);
    expect(fields.get('x-powered-by')).toBeNull();
  });

  test('a body is read no faster than the client takes it', async () => {
    let made = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (; made < 1_000; made += 1) yield new Uint8Array(1_000_000);
    }
    await serveStudy(async () => ({ status: 200, headers, body: endless() }));
    const socket = net.connect(service!.port, '127.0.0.1', () =>
      socket.write('GET /dicomweb/studies/1 HTTP/1.1\r\nHost: a\r\n\r\n'),
    );
    socket.pause();
    await wait(300);
    expect(made).toBeGreaterThan(0);
    expect(made).toBeLessThan(100);
    socket.destroy();
  });

  test('when the client leaves, the signal is aborted and the body is closed', async () => {
    const left = Promise.withResolvers<string>();
    const url = await serveStudy(async ({ signal }) => {
      signal.addEventListener('abort', () => left.resolve('aborted'));
      return { status: 200, headers, body: forever() };
    });
    const closed = Promise.withResolvers<void>();
    async function* forever(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield new Uint8Array(100_000);
      } finally {
        closed.resolve();
      }
    }
    const response = await fetch(url);
    await response.body!.cancel();
    expect(await left.promise).toBe('aborted');
    await closed.promise;
  });

  test('HEAD opens no body', async () => {
    let opened = false;
    const body = Readable.from(
      (async function* () {
        opened = true;
        yield new Uint8Array(1);
      })(),
    );
    const url = await serveStudy(async () => ({ status: 200, headers: { ...headers, 'Content-Length': '1' }, body }));
    const response = await fetch(url, { method: 'HEAD' });
    expect([response.status, response.headers.get('content-length'), opened]).toEqual([200, '1', false]);
    expect(body.destroyed).toBe(true);
  });
});

describe('failures', () => {
  test('an error of the catalogue becomes a problem with its clause, header fields and the identifier that is logged', async () => {
    const url = await serveStudy(async () => {
      throw originServerError('busy', 'Later.', { headers: { 'Retry-After': '7' } });
    });
    const response = await fetch(url);
    expect([response.status, response.headers.get('retry-after'), response.headers.get('content-type')]).toEqual([
      503,
      '7',
      'application/problem+json',
    ]);
    const id = response.headers.get('x-request-id');
    expect(await response.json()).toEqual({
      type: 'urn:fiducial:problem:busy',
      title: 'The maximum number of simultaneous requests is reached',
      status: 503,
      detail: 'Later.',
      instance: `urn:uuid:${id}`,
      clause: 'WADO-RS Connection Policies',
      requirement: 'R-002-009',
    });
    expect(service!.log.join('')).toContain(id);
  });

  test('any other error is 500 without its text, which only the log has', async () => {
    const url = await serveStudy(async () => {
      throw new Error('secret: /var/lib/patients');
    });
    const response = await fetch(url);
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('secret');
    expect(service!.log.join('')).toContain('secret: /var/lib/patients');
  });

  test('a body that fails before its first octet is a problem', async () => {
    // biome-ignore lint/correctness/useYield: it fails before it can.
    async function* failing(): AsyncGenerator<Uint8Array> {
      throw originServerError('resource-unknown', 'It is gone.');
    }
    const url = await serveStudy(async () => ({ status: 200, headers, body: failing() }));
    const response = await fetch(url);
    expect([response.status, response.headers.get('content-type')]).toEqual([404, 'application/problem+json']);
  });

  test('a body that fails later breaks the connection, so that nobody takes it for whole', async () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(10);
      throw new Error('disk');
    }
    const url = await serveStudy(async () => ({ status: 200, headers, body: failing() }));
    await expect(fetch(url).then((response) => response.arrayBuffer())).rejects.toThrow();
    expect(service!.log.join('')).toContain('disk');
  });

  test('a planned operation is 501 that names its capability', async () => {
    service = await startStubService();
    const response = await fetch(`${service.url}/dicomweb/studies`);
    expect([response.status, await response.json()]).toEqual([
      501,
      expect.objectContaining({ detail: expect.stringContaining('QIDO-RS') }),
    ]);
  });
});

describe('request bodies', () => {
  const contentType = 'multipart/related; type="application/dicom"; boundary=x';

  test('reach the handler unread and whole', async () => {
    service = await startStubService({
      storeInstances: (async ({ body }) => {
        let length = 0;
        for await (const chunk of body) length += (chunk as Uint8Array).length;
        return { status: 200, headers, body: String(length) };
      }) satisfies Handler<'storeInstances'>,
    });
    const body = Readable.toWeb(Readable.from(chunks(200, 100_000))) as ReadableStream;
    const response = await fetch(`${service.url}/dicomweb/studies`, {
      method: 'POST',
      headers: { 'Content-Type': contentType },
      body,
      duplex: 'half',
    });
    expect(await response.text()).toBe('20000000');
  });

  test('may be left half read: the client still gets its answer', async () => {
    service = await startStubService({
      storeInstances: (async ({ body }) => {
        for await (const _ of body) break;
        return { status: 409, headers, body: 'enough' };
      }) satisfies Handler<'storeInstances'>,
    });
    for (let again = 0; again < 3; again += 1) {
      const response = await fetch(`${service.url}/dicomweb/studies`, {
        method: 'POST',
        headers: { 'Content-Type': contentType },
        body: new Uint8Array(20_000_000),
      });
      expect([response.status, await response.text()]).toEqual([409, 'enough']);
    }
  });

  test('that are no chunks are answered with 400 while the handler waits for them', async () => {
    service = await startStubService({
      storeInstances: (async ({ body, signal }) => {
        for await (const _ of body) if (signal.aborted) break;
        return { status: 200, headers };
      }) satisfies Handler<'storeInstances'>,
    });
    const head = `POST /dicomweb/studies HTTP/1.1\r\nHost: a\r\nContent-Type: ${contentType}\r\nTransfer-Encoding: chunked\r\n\r\n`;
    const answer = await sendRaw(service.port, head, '3\r\nabc\r\n', 'zz\r\nabc\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  });
});
