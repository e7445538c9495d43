import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { corpusPath, describeCorpus } from '../../support/corpus.ts';
import { objectFiles } from '../../support/object-files.ts';
import { type OriginServerProcess, startOriginServerProcess } from '../../support/origin-server.ts';
import { requirement } from '../../support/requirement.ts';
import { multipartOf, type SecondaryCapture, secondaryCapture } from '../../support/secondary-capture.ts';

const boundary = 'a-boundary';
const multipart = `multipart/related; type="application/dicom"; boundary=${boundary}`;

const failureReason = {
  'out-of-resources': 0xa700,
  'data-set-mismatch': 0xa900,
  'cannot-understand': 0xc000,
  'transfer-syntax-not-supported': 0xc122,
  'sop-class-not-supported': 0x0122,
  'duplicate-sop-instance': 0x0111,
  'missing-attribute': 0x0120,
} as const;

let data: string;
let server: OriginServerProcess;

beforeAll(async () => {
  data = mkdtempSync(path.join(os.tmpdir(), 'fiducial-'));
  server = await startOriginServerProcess(data);
});

afterAll(async () => {
  await server.stop();
  rmSync(data, { recursive: true, force: true });
});

/** Item of a sequence of the response module in the DICOM JSON Model. */
interface Item {
  readonly '00081155'?: { readonly Value: readonly [string] };
  readonly '00081190'?: { readonly Value: readonly [string] };
  readonly '00081197'?: { readonly Value: readonly [number] };
}

interface ResponseModule {
  readonly '00081190': { readonly vr: string; readonly Value?: readonly [string] };
  readonly '00081198'?: { readonly Value: readonly Item[] };
  readonly '00081199'?: { readonly Value: readonly Item[] };
  readonly '0008119A'?: { readonly Value: readonly Item[] };
}

interface Stored {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

interface Wanted {
  readonly contentType?: string;
  readonly contentEncoding?: string;
  readonly accept?: string;
  readonly resource?: string;
  readonly to?: OriginServerProcess;
  readonly agent?: http.Agent;
}

/** Sends a store request in the chunks given. */
async function store(chunks: readonly Uint8Array[] | Uint8Array, wanted: Wanted = {}): Promise<Stored> {
  const {
    contentType = multipart,
    contentEncoding,
    accept = 'application/dicom+json',
    resource = '/studies',
    to = server,
    agent,
  } = wanted;
  return new Promise((resolve, reject) => {
    const headers: Record<string, string> = { 'Content-Type': contentType };
    if (accept !== '') headers.Accept = accept;
    if (contentEncoding !== undefined) headers['Content-Encoding'] = contentEncoding;
    if (chunks instanceof Uint8Array) headers['Content-Length'] = String(chunks.length);
    const request = http.request(
      `${to.serviceRoot}${resource}`,
      { method: 'POST', headers, ...(agent && { agent }) },
      (response) => {
        response.setEncoding('utf8');
        let text = '';
        response.on('data', (piece: string) => {
          text += piece;
        });
        response.on('end', () =>
          resolve({ status: response.statusCode!, contentType: response.headers['content-type'] ?? '', text }),
        );
      },
    );
    request.on('error', reject);
    for (const chunk of chunks instanceof Uint8Array ? [chunks] : chunks) request.write(chunk);
    request.end();
  });
}

function moduleOf({ text }: Stored): ResponseModule {
  return JSON.parse(text);
}

function failureReasons(stored: Stored): readonly (number | undefined)[] {
  const module = moduleOf(stored);
  return [...(module['00081198']?.Value ?? []), ...(module['0008119A']?.Value ?? [])].map(
    (item) => item['00081197']?.Value[0],
  );
}

function storedUIDs(stored: Stored): readonly (string | undefined)[] {
  return (moduleOf(stored)['00081199']?.Value ?? []).map((item) => item['00081155']?.Value[0]);
}

let studies = 0;

/** Instances of a study that no other test uses. */
function newStudy(): {
  uid: string;
  instance: (number: number, wanted?: SecondaryCapture) => Buffer;
  uidOf: (number: number) => string;
} {
  studies += 1;
  const uid = `2.25.7.${studies}`;
  const uidOf = (number: number): string => `${uid}.1.${number}`;
  return {
    uid,
    uidOf,
    instance: (number, wanted = {}) =>
      secondaryCapture({ StudyInstanceUID: uid, SOPInstanceUID: uidOf(number), InstanceNumber: number, ...wanted }),
  };
}

async function instancesOf(study: string): Promise<number> {
  const response = await fetch(`${server.serviceRoot}/studies/${study}/metadata`, {
    headers: { Accept: 'application/dicom+json' },
  });
  return response.status === 404 ? 0 : ((await response.json()) as unknown[]).length;
}

/** The object of an instance as it was stored: the content of the one part it is sent in. */
async function retrieve(url: string, size: number): Promise<Buffer> {
  const response = await fetch(url, {
    headers: { Accept: 'multipart/related; type="application/dicom"; transfer-syntax=*' },
  });
  expect(response.status, url).toBe(200);
  const body = Buffer.from(await response.arrayBuffer());
  const start = body.indexOf('\r\n\r\n') + 4;
  return body.subarray(start, start + size);
}

describe('STOW-RS Store Instances (DCM4CHEE-STOW-SERVICE; PS3.18 10.5)', () => {
  requirement(
    ['R-002-001', 'R-002-012', 'R-002-020'],
    'instances of application/dicom are all stored: 200, and each can be retrieved',
    async () => {
      const { uid, instance } = newStudy();
      const objects = [instance(1), instance(2)];
      const stored = await store(multipartOf(objects, boundary));
      expect(stored.status).toBe(200);
      const module = moduleOf(stored);
      expect(module['00081190'].Value).toEqual([`${server.serviceRoot}/studies/${uid}`]);
      expect(module['00081198']).toBeUndefined();
      for (const [at, item] of module['00081199']!.Value.entries()) {
        const object = objects[at]!;
        expect((await retrieve(item['00081190']!.Value[0], object.length)).equals(object)).toBe(true);
      }
    },
  );

  requirement(
    'R-002-001',
    'the type parameter may be quoted or not, the boundary quoted, the body in chunks of any size',
    async () => {
      const contentTypes = [
        `multipart/related; type=application/dicom; boundary=${boundary}`,
        `multipart/related;boundary="${boundary}";type="application/dicom"`,
        `Multipart/Related; Type="application/DICOM"; Boundary=${boundary}`,
        `multipart/related; boundary=${boundary} ; `,
      ];
      for (const [at, contentType] of contentTypes.entries()) {
        const { uid, instance } = newStudy();
        const body = multipartOf([instance(1), instance(2)], boundary);
        const length = [1, 7, 100, 65_536][at]!;
        const chunks = Array.from({ length: Math.ceil(body.length / length) }, (_, part) =>
          body.subarray(part * length, (part + 1) * length),
        );
        expect((await store(chunks, { contentType })).status, contentType).toBe(200);
        expect(await instancesOf(uid)).toBe(2);
      }
    },
  );

  requirement('R-002-001', 'a request may be one application/dicom object', async () => {
    const { instance } = newStudy();
    expect((await store(instance(1), { contentType: 'application/dicom' })).status).toBe(200);
  });

  requirement(
    'R-002-022',
    'the response is application/dicom+xml unless application/dicom+json is preferred',
    async () => {
      const { instance, uidOf } = newStudy();
      const xml = 'application/dicom+xml';
      const json = 'application/dicom+json';
      const cases: readonly (readonly [string, string])[] = [
        ['', xml],
        ['*/*', xml],
        [xml, xml],
        [json, json],
        [`${json}, ${xml};q=0.5`, json],
        [`${json};q=0.5, */*`, xml],
        ['image/png', xml],
      ];
      for (const [accept, expected] of cases) {
        const stored = await store(multipartOf([instance(1)], boundary), { accept });
        expect(stored, accept).toMatchObject({ status: 200, contentType: expected });
        if (expected === xml)
          expect(stored.text).toContain(`keyword="ReferencedSOPInstanceUID" vr="UI"><Value number="1">${uidOf(1)}<`);
      }
    },
  );

  requirement('R-002-003', 'another media type of the request is refused: 400', async () => {
    const { uid, instance } = newStudy();
    const refused = [
      'multipart/related; type="application/dicom+json"; boundary=a-boundary',
      'multipart/form-data; boundary=a-boundary',
      'application/json',
      'nonsense',
    ];
    for (const contentType of refused) {
      const stored = await store(multipartOf([instance(1)], boundary), { contentType });
      expect(stored, contentType).toMatchObject({ status: 400, contentType: 'application/problem+json' });
    }
    expect(await instancesOf(uid)).toBe(0);
  });

  requirement('R-002-003', 'a body in a content coding is refused: 400', async () => {
    const { uid, instance } = newStudy();
    const body = multipartOf([instance(1)], boundary);
    for (const contentEncoding of ['gzip', 'br', 'identity, gzip']) {
      const stored = await store(gzipSync(body), { contentEncoding });
      expect(stored, contentEncoding).toMatchObject({ status: 400, contentType: 'application/problem+json' });
      expect(stored.text).toContain(`content coding ${contentEncoding}`);
    }
    expect(await instancesOf(uid)).toBe(0);
    expect((await store(body, { contentEncoding: 'identity' })).status).toBe(200);
  });

  requirement('R-002-004', 'an instance in an unknown transfer syntax fails: C122', async () => {
    const { instance } = newStudy();
    const stored = await store(multipartOf([instance(1, { transferSyntax: '1.2.840.10008.1.2.999' })], boundary));
    expect(stored.status).toBe(409);
    expect(failureReasons(stored)).toEqual([failureReason['transfer-syntax-not-supported']]);
  });

  requirement(
    ['R-002-005', 'R-002-017'],
    'an object of a SOP Class that is no storage fails: 0122; an unknown class is stored',
    async () => {
      const { instance } = newStudy();
      const stored = await store(multipartOf([instance(1, { SOPClassUID: '1.2.840.10008.1.3.10' })], boundary));
      expect(stored.status).toBe(409);
      expect(failureReasons(stored)).toEqual([failureReason['sop-class-not-supported']]);
      expect((await store(multipartOf([instance(2, { SOPClassUID: '2.25.4711' })], boundary))).status).toBe(200);
    },
  );

  requirement('R-002-006', 'an instance of 40 MB is stored and comes back byte for byte', async () => {
    const { instance } = newStudy();
    const object = instance(1, { pixels: Buffer.alloc(40_000_000, 'fiducial') });
    const stored = await store(multipartOf([object], boundary));
    expect(stored.status).toBe(200);
    const url = moduleOf(stored)['00081199']!.Value[0]!['00081190']!.Value[0];
    expect((await retrieve(url, object.length)).equals(object)).toBe(true);
  });

  requirement(
    'R-002-007',
    'store requests follow each other on one connection, also after one that was refused',
    async () => {
      const { instance } = newStudy();
      const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
      const statuses: number[] = [];
      for (const number of [1, 2]) {
        statuses.push((await store(multipartOf([instance(number)], boundary), { agent })).status);
        statuses.push((await store(Buffer.from('no multipart body'), { agent })).status);
      }
      agent.destroy();
      expect(statuses).toEqual([200, 400, 200, 400]);
    },
  );

  requirement(['R-002-010', 'R-002-011'], '50 store requests at the same time are all answered', async () => {
    const { uid, instance } = newStudy();
    const all = await Promise.all(
      Array.from({ length: 50 }, (_, number) => store(multipartOf([instance(number + 1)], boundary))),
    );
    expect(all.map(({ status }) => status)).toEqual(Array.from({ length: 50 }, () => 200));
    expect(await instancesOf(uid)).toBe(50);
  });

  requirement(
    ['R-002-014', 'R-002-013'],
    'a body that is no whole multipart body is refused: 400, and nothing of it is stored',
    async () => {
      const { uid, instance } = newStudy();
      const whole = multipartOf([instance(1), instance(2)], boundary);
      const bodies: readonly Buffer[] = [
        whole.subarray(0, whole.length - 100),
        whole.subarray(0, whole.length - boundary.length - 2),
        whole.subarray(0, 20),
        Buffer.from(`--${boundary}--\r\n`),
        Buffer.alloc(0),
        Buffer.from(`--${boundary}\r\nno header field\r\n\r\nx\r\n--${boundary}--`),
      ];
      for (const body of bodies) {
        const stored = await store(body);
        expect(stored, body.subarray(-20).toString('latin1')).toMatchObject({
          status: 400,
          contentType: 'application/problem+json',
        });
      }
      expect((await store(whole, { contentType: 'multipart/related; type="application/dicom"' })).status).toBe(400);
      expect(await instancesOf(uid)).toBe(0);
    },
  );

  requirement(
    ['R-002-017', 'R-002-022'],
    'an instance of another study than that of the target resource fails: 409',
    async () => {
      const { uid, instance, uidOf } = newStudy();
      const stored = await store(multipartOf([instance(1)], boundary), { resource: '/studies/1.2.3' });
      expect(stored.status).toBe(409);
      const [failed] = moduleOf(stored)['00081198']!.Value;
      expect(failed!['00081155']!.Value).toEqual([uidOf(1)]);
      expect(failed!['00081197']!.Value).toEqual([failureReason['data-set-mismatch']]);
      expect((await store(multipartOf([instance(1)], boundary), { resource: `/studies/${uid}` })).status).toBe(200);
      expect((await store(multipartOf([instance(1)], boundary), { resource: '/studies/not-a-uid' })).status).toBe(400);
    },
  );

  requirement(
    ['R-002-019', 'R-002-023'],
    'some instances stored and others not: 202, and the response lists both',
    async () => {
      const { uid, instance, uidOf } = newStudy();
      const stored = await store(
        multipartOf([instance(1), Buffer.from('no DICOM'), instance(2, { StudyInstanceUID: '1.2.3' })], boundary),
        { resource: `/studies/${uid}` },
      );
      expect(stored.status).toBe(202);
      expect(storedUIDs(stored)).toEqual([uidOf(1)]);
      expect(failureReasons(stored)).toEqual([failureReason['data-set-mismatch'], failureReason['cannot-understand']]);
      expect(await instancesOf(uid)).toBe(1);
    },
  );

  requirement(
    'R-002-022',
    'an object that says which instance it is fails by its UIDs, also where it is cut off',
    async () => {
      const { instance, uidOf } = newStudy();
      const whole = instance(1, { pixels: Buffer.alloc(100) });
      const stored = await store(
        multipartOf([whole.subarray(0, -50), instance(2, { StudyInstanceUID: '' })], boundary),
      );
      expect(stored.status).toBe(409);
      const failed = moduleOf(stored)['00081198']!.Value;
      expect(failed.map((item) => item['00081155']!.Value[0])).toEqual([uidOf(1), uidOf(2)]);
      expect(failureReasons(stored)).toEqual([failureReason['cannot-understand'], failureReason['missing-attribute']]);
    },
  );

  requirement('R-002-021', 'no instance stored, for a mixture of reasons: 409', async () => {
    const { instance } = newStudy();
    const stored = await store(
      multipartOf([Buffer.from('no DICOM'), instance(1, { SOPClassUID: '1.2.840.10008.1.1' })], boundary),
    );
    expect(stored.status).toBe(409);
    expect(failureReasons(stored)).toEqual([
      failureReason['sop-class-not-supported'],
      failureReason['cannot-understand'],
    ]);
  });

  requirement(
    'R-002-020',
    'the same instance again is stored: 200; other content under its UID fails and the first stays',
    async () => {
      const { instance } = newStudy();
      const first = instance(1);
      await store(multipartOf([first], boundary));
      expect((await store(multipartOf([first, first], boundary))).status).toBe(200);
      const stored = await store(multipartOf([instance(1, { PatientName: 'Somebody^Else' })], boundary));
      expect(stored.status).toBe(409);
      expect(failureReasons(stored)).toEqual([failureReason['duplicate-sop-instance']]);
      const again = await store(multipartOf([first], boundary));
      const url = moduleOf(again)['00081199']!.Value[0]!['00081190']!.Value[0];
      expect((await retrieve(url, first.length)).equals(first)).toBe(true);
    },
  );

  requirement('R-002-018', 'a request larger than the server takes is refused as out of resources: 503', async () => {
    const directory = mkdtempSync(path.join(os.tmpdir(), 'fiducial-'));
    const limited = await startOriginServerProcess(directory, ['--max-store-bytes', '100000']);
    try {
      const { instance } = newStudy();
      const chunks = [multipartOf([instance(1, { pixels: Buffer.alloc(200_000) })], boundary)];
      expect((await store(chunks, { to: limited })).status).toBe(503);
      expect(objectFiles(directory)).toEqual([]);
      expect((await store(multipartOf([instance(1)], boundary), { to: limited })).status).toBe(200);
    } finally {
      await limited.stop();
      rmSync(directory, { recursive: true, force: true });
    }
  });
});

const incompleteObjects =
  /^(series-ct\/.*|charset\/chrSQEncoding|image\/HTJ2KLossless_08_RGB|multiframe\/wsi_140_tiles_jpeg)\.dcm$/;

describeCorpus('STOW-RS of real instances', () => {
  const valid = globSync('{image,multiframe,seg,rt,text,charset,encapsulated,waveform,presentation,series-ct}/*.dcm', {
    cwd: corpusPath(),
  }).sort();
  const malformed = globSync('malformed/*.dcm', { cwd: corpusPath() }).sort();

  requirement(
    ['R-002-001', 'R-002-020'],
    'every valid instance of the corpus is stored and comes back byte for byte',
    async () => {
      const taken = new Set<string>();
      const incomplete: string[] = [];
      for (const file of valid) {
        const bytes = readFileSync(corpusPath(file));
        const stored = await store(bytes, { contentType: 'application/dicom' });
        if (stored.status === 409 && failureReasons(stored)[0] === failureReason['duplicate-sop-instance']) {
          // The corpus holds a few objects in several encodings.
          const uid = moduleOf(stored)['00081198']!.Value[0]!['00081155']!.Value[0];
          expect(taken.has(uid), file).toBe(true);
          continue;
        }
        if (stored.status === 409) {
          expect(failureReasons(stored), file).toEqual([failureReason['missing-attribute']]);
          incomplete.push(file);
          continue;
        }
        expect(stored, file).toMatchObject({ status: 200 });
        const item = moduleOf(stored)['00081199']!.Value[0]!;
        taken.add(item['00081155']!.Value[0]);
        expect((await retrieve(item['00081190']!.Value[0], bytes.length)).equals(bytes), file).toBe(true);
      }
      // These have no Study Instance UID: they cannot be named by a target resource.
      expect(incomplete).toEqual(valid.filter((file) => incompleteObjects.test(file)));
    },
    120_000,
  );

  requirement(
    ['R-002-013', 'R-002-017'],
    'every malformed object of the corpus is stored as it is, or fails with a reason',
    async () => {
      for (const file of malformed) {
        const bytes = readFileSync(corpusPath(file));
        const stored = await store(bytes, { contentType: 'application/dicom' });
        expect([200, 409], `${file}: ${stored.text}`).toContain(stored.status);
        if (stored.status === 409) {
          expect(failureReasons(stored)[0], file).toBeGreaterThan(0);
          continue;
        }
        const url = moduleOf(stored)['00081199']!.Value[0]!['00081190']!.Value[0];
        expect((await retrieve(url, bytes.length)).equals(bytes), file).toBe(true);
      }
    },
  );
});
