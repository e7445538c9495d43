import http from 'node:http';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { retrieveCapabilities } from '../../../src/handlers/retrieve-capabilities.ts';
import { requirement } from '../../support/requirement.ts';
import { type StubService, sendRaw, startStubService } from '../../support/stub-service.ts';

let service: StubService;
beforeAll(async () => {
  service = await startStubService({ retrieveCapabilities: retrieveCapabilities({ videoEncoder: undefined }) });
});
afterAll(() => service.close());

/** Sends a request whose path goes out as it is written, which `fetch` would tidy up. */
function request(
  method: string,
  path: string,
  headers: http.OutgoingHttpHeaders = { Accept: '*/*' },
  agent?: http.Agent,
) {
  return new Promise<{ status: number; headers: http.IncomingHttpHeaders; body: string }>((resolve, reject) => {
    const sent = http.request({ host: '127.0.0.1', port: service.port, method, path, headers, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks).toString() }),
      );
    });
    sent.on('error', reject);
    sent.end();
  });
}

async function problem(method: string, path: string, headers?: http.OutgoingHttpHeaders) {
  const response = await request(method, path, headers);
  expect(response.headers['content-type']).toBe('application/problem+json');
  return { ...response, body: JSON.parse(response.body) as Record<string, unknown> };
}

describe('identifiers in the path', () => {
  const malformed = [
    '1.2.x',
    '1..2',
    '.1',
    '1.',
    '1,2',
    '1'.repeat(65),
    '%20',
    '1%2F2',
    '..%2f..%2fetc%2fpasswd',
    "1'--",
    '1.2%0A',
    '%E2%82%AC',
    '1;2',
    '-1',
  ];
  test.each(malformed)('a UID %s is answered with 400 that names PS3.5 9.1', async (uid) => {
    const { status, body } = await problem('GET', `/dicomweb/studies/${uid}`);
    expect({ status, clause: body.clause }).toEqual({ status: 400, clause: 'PS3.5 9.1' });
  });

  test.each(['1', '1.2.840.10008', '1'.repeat(64), '2.25.00012', '%31.2'])('a UID %s passes', async (uid) => {
    expect((await request('GET', `/dicomweb/studies/${uid}`)).status).toBe(200);
  });

  test.each(['0x1', '1,', ',1', '1,,2', 'a', '1-3', '-1', '%2C'])(
    'a frame list %s is answered with 400',
    async (frames) => {
      const { status, body } = await problem('GET', `/dicomweb/studies/1/series/2/instances/3/frames/${frames}`);
      expect({ status, detail: body.detail }).toEqual({
        status: 400,
        detail: expect.stringContaining('frame numbers'),
      });
    },
  );

  test('a bulk data path is tags and item numbers', async () => {
    const instance = '/dicomweb/studies/1/series/2/instances/3/bulkdata';
    expect((await request('GET', `${instance}/54000100.1.54001010`)).status).toBe(200);
    expect((await problem('GET', `${instance}/54000100.54001010`)).status).toBe(400);
    expect((await problem('GET', `${instance}/..%2F..%2Fsecret`)).status).toBe(400);
  });
});

describe('request targets', () => {
  test.each(['/dicomweb/studies/%', '/dicomweb/%zz', '/nowhere/%f', '/dicomweb/studies/1%ff', '/dicomweb/studies/%00'])(
    'the path %s is answered with 400, before any route is looked for',
    async (path) => {
      expect((await problem('GET', path)).body).toMatchObject({
        status: 400,
        type: 'urn:fiducial:problem:path-invalid',
      });
    },
  );

  test.each(['a=%', 'a=%zz', 'window=%ff', '%00=1'])('the query %s is answered with 400', async (query) => {
    expect((await problem('GET', `/dicomweb/studies/1?${query}`)).body).toMatchObject({
      status: 400,
      type: 'urn:fiducial:problem:query-string-malformed',
    });
  });

  test.each([
    '/',
    '/nope',
    '/dicomweb/nope',
    '/dicomweb/studies/',
    '/dicomweb//studies',
    '/dicomweb/Studies/1',
    '/DICOMweb/studies/1',
    '/dicomweb/studies/1/../../../etc/passwd',
    '/dicomweb/health/live',
    '/dicomweb/wado',
    '/dcm4chee-arc/aets/FIDUCIAL',
    '/studies/1',
    '/__proto__',
    '/dicomweb/constructor',
  ])('the unknown path %s is answered with 404', async (path) => {
    expect((await problem('GET', path)).body).toMatchObject({
      status: 404,
      type: 'urn:fiducial:problem:route-unknown',
    });
  });

  test('a target in absolute form is served, a target that is no path is not', async () => {
    expect((await request('GET', `http://elsewhere.example/dicomweb/studies/1`)).status).toBe(200);
    expect((await problem('OPTIONS', '*')).status).toBe(400);
  });
});

describe('query values', () => {
  requirement('R-001-299', 'quality is an integer from 1 to 100, given once', async () => {
    for (const query of ['quality=0', 'quality=101', 'quality=x', 'quality=1.5', 'quality=', 'quality=50&quality=60']) {
      const { status, body } = await problem('GET', `/dicomweb/studies/1?${query}`);
      expect({ query, status, clause: body.clause }).toEqual({
        query,
        status: 400,
        clause: 'PS3.18 Sup174 6.5.8.1.2.2',
      });
    }
    expect((await request('GET', '/dicomweb/studies/1?quality=100')).status).toBe(200);
  });

  test.each(['viewport=1,2&viewport=3,4', 'window=1,2,linear&window=1,2,linear'])(
    'a single value given twice (%s) is answered with 400',
    async (query) => {
      expect((await problem('GET', `/dicomweb/studies/1?${query}`)).body.detail).toContain('more than once');
    },
  );

  requirement('R-001-273', 'unknown parameters are ignored, and so are known ones in another case', async () => {
    const query =
      'Accept=x&QUALITY=0&unknown=1&x[y]=2&__proto__=3&constructor[prototype]=4&=&&%5B%5D=5&viewport[]=6&quality%5Bx%5D=7';
    const { status, body } = await request('GET', `/dicomweb/studies/1?${query}`);
    expect(status).toBe(200);
    expect(JSON.parse(body).query).toBe(query);
  });

  test('lists may be repeated and hold reserved characters; the handler reads the query as it was sent', async () => {
    const query = 'accept=image/jpeg;q=0.5,text/*&accept=a/b+c&charset=%22ISO%202022%20IR%2013%22&annotation=patient';
    const { status, body } = await request('GET', `/dicomweb/studies/1?${query}`);
    expect({ status, query: JSON.parse(body).query }).toEqual({ status: 200, query });
  });
});

describe('methods', () => {
  test.each(['PUT', 'DELETE', 'PATCH', 'PROPFIND', 'TRACE'])('%s is answered with 405 and Allow', async (method) => {
    const { status, headers } = await problem(method, '/dicomweb/studies/1');
    expect({ status, allow: headers.allow }).toEqual({ status: 405, allow: 'GET, HEAD, OPTIONS, POST' });
  });

  test('POST on a resource that only retrieves is answered with 405', async () => {
    const { status, headers } = await problem('POST', '/dicomweb/studies/1/metadata');
    expect({ status, allow: headers.allow }).toEqual({ status: 405, allow: 'GET, HEAD, OPTIONS' });
  });

  test('HEAD sends the header fields of GET without the body', async () => {
    const head = await request('HEAD', '/dicomweb/studies/1');
    expect(head).toMatchObject({ status: 200, body: '', headers: { 'content-type': 'application/json' } });
    expect(Number(head.headers['content-length'])).toBeGreaterThan(0);
  });

  test('a problem of HEAD has no body', async () => {
    expect(await request('HEAD', '/dicomweb/studies/x')).toMatchObject({ status: 400, body: '' });
  });
});

describe('store requests', () => {
  requirement('R-002-003', 'another Content-Type, or none, is answered with 400', async () => {
    for (const contentType of [
      'text/plain',
      'application/dicom+json',
      'nonsense',
      'multipart/form-data; boundary=x',
      '',
    ]) {
      const { status, body } = await problem('POST', '/dicomweb/studies', {
        Accept: '*/*',
        'Content-Type': contentType,
      });
      expect({ contentType, status, requirement: body.requirement }).toEqual({
        contentType,
        status: 400,
        requirement: 'R-002-003',
      });
    }
  });

  test('Content-Type reaches the handler whole, whatever its parameters', async () => {
    for (const boundary of ['a', 'b', 'c']) {
      const contentType = `Multipart/Related; type="application/dicom"; boundary=${boundary}`;
      const { status, body } = await request('POST', '/dicomweb/studies', { 'Content-Type': contentType });
      expect({ status, contentType: JSON.parse(body).headers['content-type'] }).toEqual({ status: 200, contentType });
    }
  });
});

describe('messages that are no HTTP', () => {
  const malformed: readonly [string, string][] = [
    ['garbage', 'hello\r\n\r\n'],
    ['a bad request line', 'GET /dicomweb/studies/1 HTTP/9.9\r\n\r\n'],
    ['a header field without a name', 'GET / HTTP/1.1\r\nHost: a\r\n: x\r\n\r\n'],
    [
      'two lengths',
      'POST /dicomweb/studies HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a TLS handshake', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
  ];
  test.each(malformed)('%s is answered with 400', async (_name, octets) => {
    const answer = await sendRaw(service.port, Buffer.from(octets, 'latin1'));
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\nContent-Type: application\/problem\+json/);
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4))).toMatchObject({
      status: 400,
      clause: 'RFC 9112 2.2',
    });
  });

  test('a missing, repeated or malformed Host is answered with 400', async () => {
    for (const host of [
      '',
      'Host: a\r\nHost: a\r\n',
      'Host: a\r\nhost: b\r\n',
      'Host: a b\r\n',
      'Host: x/../y\r\n',
      'Host: <script>\r\n',
    ]) {
      const answer = await sendRaw(
        service.port,
        `GET /dicomweb/studies/1 HTTP/1.1\r\n${host}Connection: close\r\n\r\n`,
      );
      expect(answer).toMatch(/^HTTP\/1\.1 400 /);
      expect(answer).toMatch(/RFC 9110 7\.2|RFC 9112 3\.2/);
    }
  });

  test.each([20_000, 1_000_000])('header fields of %d octets are answered with 431', async (size) => {
    const answer = await sendRaw(
      service.port,
      `GET /dicomweb/studies/1 HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(size)}\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 431 Request Header Fields Too Large\r\n/);
    expect(answer).toContain('"clause":"RFC 6585 5"');
  });
});

describe('fuzz', () => {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
  afterAll(() => agent.destroy());

  requirement(
    ['R-001-094', 'R-001-130'],
    'a request without Accept, or with an empty one, is answered with 406',
    async () => {
      for (const headers of [{}, { Accept: '' }, { Accept: '  ' }]) {
        expect((await problem('OPTIONS', '/dicomweb/', headers)).body).toMatchObject({
          status: 406,
          requirement: 'R-001-094',
        });
      }
    },
  );

  test('10,000 fuzzed Accept header fields never fail the server', { timeout: 120_000 }, async () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '*/*',
        'application/json',
        'application/vnd.sun.wadl+xml',
        'text/*',
        ';q=0',
        ';q=1.0000',
        ',',
        '"',
        '\\',
        '=',
        ';',
        ' ',
        '\t',
        'multipart/related;type="',
      ),
      fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)), maxLength: 12 }),
      fc.string({ unit: fc.integer({ min: 0xa0, max: 0xff }).map((code) => String.fromCharCode(code)), maxLength: 4 }),
    );
    const values = fc.sample(
      fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
      { numRuns: 10_000, seed: 174 },
    );
    const statuses = new Map<number, number>();
    await Promise.all(
      Array.from({ length: 8 }, async (_, worker) => {
        for (let at = worker; at < values.length; at += 8) {
          const { status } = await request('OPTIONS', '/dicomweb/studies', { Accept: values[at]! }, agent);
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
        }
      }),
    );
    expect([...statuses.keys()].filter((status) => ![200, 406, 409].includes(status))).toEqual([]);
    expect(statuses.get(200)).toBeGreaterThan(0);
    expect(statuses.get(406)).toBeGreaterThan(0);
  });

  test('any target gets an answer below 500 or 501', { timeout: 60_000 }, async () => {
    const text = fc.string({
      unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
      maxLength: 40,
    });
    const target = fc.oneof(
      text.map((rest) => `/${rest}`),
      text.map((rest) => `/dicomweb/studies/${rest}`),
      text.map((rest) => `/dicomweb/studies/1?${rest}`),
      text.map((rest) => `/dicomweb/studies?limit=${rest}`),
    );
    await fc.assert(
      fc.asyncProperty(target, async (path) => {
        const { status } = await request('GET', path, { Accept: '*/*' }, agent);
        expect(status < 500 || status === 501).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });
});
