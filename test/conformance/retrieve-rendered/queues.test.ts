import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TransferSyntaxUID } from '../../../src/dicom/transfer-syntax.ts';
import { buildInstance, testUID } from '../../support/dicom-builder.ts';
import { partsOfResponse } from '../../support/multipart.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { describeWithTool } from '../../support/tool.ts';

const target = (number: number): string =>
  `/studies/${testUID(1)}/series/${testUID(1, 1)}/instances/${testUID(1, 1, number)}`;

/** Noise: as many octets as it has take the longest to encode. */
function image(number: number, side: number, frames = 1, elements = {}): Uint8Array {
  let seed = number;
  const noise = (): number => {
    seed = (seed * 1103515245 + 12345) & 0x7fffffff;
    return seed >> 16;
  };
  return buildInstance({
    pixelData: Uint8Array.from({ length: side * side * frames }, noise),
    elements: {
      SOPInstanceUID: testUID(1, 1, number),
      InstanceNumber: number,
      Rows: side,
      Columns: side,
      ...(frames > 1 ? { NumberOfFrames: String(frames) } : {}),
      ...elements,
    },
  });
}

/** Encapsulated pixel data that no codec can read. */
function damaged(number: number, elements = {}): Uint8Array {
  return buildInstance({
    transferSyntax: TransferSyntaxUID.JPEGBaseline8Bit,
    pixelData: { fragments: [Buffer.from('ffd8ffe000000000ffd9', 'hex')] },
    elements: { SOPInstanceUID: testUID(1, 1, number), InstanceNumber: number, Rows: 8, Columns: 8, ...elements },
  });
}

async function drained(response: Response): Promise<Response> {
  await response.arrayBuffer();
  return response;
}

/** Where temporary files of this server go. */
let folder: string;
let temporaryBefore: string | undefined;
beforeAll(() => {
  temporaryBefore = process.env.TMPDIR;
  folder = mkdtempSync(path.join(os.tmpdir(), 'fiducial-queues-'));
  process.env.TMPDIR = folder;
});
afterAll(() => {
  if (temporaryBefore === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = temporaryBefore;
  rmSync(folder, { recursive: true, force: true });
});

describe('more requests than can be rendered soon', { timeout: 120_000 }, () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
    await server.store(image(1, 768), image(2, 256, 40));
  });
  afterAll(() => server.close());

  /** With one thread, 128 requests are let in. */
  const tooMany = 170;

  const expectSomeRefused = (responses: readonly Response[]): void => {
    const refused = responses.filter(({ status }) => status === 503);
    expect(refused.length).toBeGreaterThan(0);
    expect(responses.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(tooMany - refused.length);
    expect(new Set(refused.map(({ headers }) => headers.get('retry-after')))).toEqual(new Set(['2']));
  };

  test('are refused with 503 and Retry-After, and let in when there is room again', async () => {
    const ask = (window: number): Promise<Response> =>
      server.get(`${target(1)}/rendered?window=${window},300,linear`, 'image/png').then(drained);
    expectSomeRefused(await Promise.all(Array.from({ length: tooMany }, (_, i) => ask(i))));
    expect((await ask(1000)).status).toBe(200);
  });

  test('so are those whose frames would be transcoded, while what is sent as it is stored comes', async () => {
    const rle = 'multipart/related;type="image/dicom-rle"';
    const ask = (accept: string): Promise<Response> => server.get(`${target(1)}/frames/1`, accept).then(drained);
    const stored = 'multipart/related;type="application/octet-stream"';
    const responses = Promise.all(Array.from({ length: tooMany }, () => ask(rle)));
    const asStored = await Promise.all(Array.from({ length: 20 }, () => ask(stored)));
    expectSomeRefused(await responses);
    expect(new Set(asStored.map(({ status }) => status))).toEqual(new Set([200]));
    expect((await ask(rle)).status).toBe(200);
  });

  test('a response that has begun is never cut short for it', async () => {
    const list = Array.from({ length: 40 }, (_, i) => i + 1).join(',');
    const whole = await server.get(`${target(2)}/frames/${list}`, 'multipart/related;type="image/dicom-rle"');
    expect(whole.status).toBe(200);
    const others = Array.from({ length: tooMany }, (_, i) =>
      server.get(`${target(1)}/rendered?window=${i},301,linear`, 'image/png').then(drained),
    );
    expect(await partsOfResponse(whole)).toHaveLength(40);
    await Promise.all(others);
  });
});

describe('a client that leaves in the middle', { timeout: 120_000 }, () => {
  let server: TestServer;
  const frames = 200;
  beforeAll(async () => {
    server = await startServer();
    await server.store(image(1, 256, frames), image(2, 16));
  });
  afterAll(() => server.close());

  const list = Array.from({ length: frames }, (_, i) => i + 1).join(',');
  test.each([
    ['an animated image', `${target(1)}/rendered?window=`, 'image/gif'],
    ['many parts', `${target(1)}/frames/${list}/rendered?window=`, 'multipart/related;type="image/png"'],
  ])('of %s takes what is waiting with it', async (_name, resource, accept) => {
    let started = performance.now();
    await drained(await server.get(`${resource}1,200,linear`, accept));
    const whole = performance.now() - started;
    started = performance.now();
    for (let time = 0; time < 5; time++) {
      const leaving = new AbortController();
      const response = await fetch(`${server.url}${resource}${time + 2},200,linear`, {
        headers: { Accept: accept },
        signal: leaving.signal,
      });
      await response.body!.getReader().read();
      leaving.abort();
    }
    expect((await drained(await server.get(`${target(2)}/rendered`, 'image/png'))).status).toBe(200);
    // Status and first parts of several representations are waited for, a second at the most; five of them would take far longer.
    expect(performance.now() - started).toBeLessThan(2.5 * whole + 5000);
  });
});

describe('a rendering that the user agent has already (RFC 9110 13.1.2)', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
    await server.store(damaged(1), image(2, 8), damaged(3, { NumberOfFrames: '2', FrameTime: '40' }));
  });
  afterAll(() => server.close());

  test.each([
    [`${target(1)}/rendered`, 'image/png'],
    [`${target(1)}/frames/1/rendered`, 'image/jpeg'],
    [`${target(1)}/thumbnail`, 'image/jpeg'],
    [`${target(3)}/rendered`, 'image/gif'],
  ])('%s as %s is 304 before a pixel is touched: these cannot even be decoded', async (resource, accept) => {
    const head = await fetch(`${server.url}${resource}`, { method: 'HEAD', headers: { Accept: accept } });
    expect(head.status).toBe(200);
    expect((await server.get(resource, accept)).status).toBe(406);
    const again = await server.get(resource, accept, { 'If-None-Match': head.headers.get('etag')! });
    expect([again.status, again.headers.get('etag')]).toEqual([304, head.headers.get('etag')]);
  });

  test('HEAD has the header fields of GET', async () => {
    for (const [resource, accept] of [
      [`${target(2)}/rendered?annotation=patient,unknown`, 'image/png'],
      [`${target(2)}/frames/1/rendered`, 'image/jpeg'],
      [`${target(2)}/frames/1,1/rendered`, 'multipart/related;type="image/jpeg"'],
      [`${target(2)}/thumbnail`, 'image/jpeg'],
    ] as const) {
      const fieldsOf = async (method: string): Promise<readonly unknown[]> => {
        const response = await fetch(`${server.url}${resource}`, { method, headers: { Accept: accept } });
        await response.arrayBuffer();
        // Those that only making the representation tells may be missing (RFC 9110 9.3.2), and those of the connection.
        const untold = ['content-length', 'transfer-encoding', 'date', 'connection', 'keep-alive', 'x-request-id'];
        return [response.status, [...response.headers].filter(([name]) => !untold.includes(name))];
      };
      expect(await fieldsOf('HEAD'), resource).toEqual(await fieldsOf('GET'));
    }
  });
});

describe('several representations (D-27, D-28)', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
    await server.store(image(1, 8), damaged(2), image(3, 8, 3));
  });
  afterAll(() => server.close());

  test('an animated image with a damaged frame is 406 with the reason, never a connection that breaks off', async () => {
    const frame = Buffer.from(
      await sharp(Buffer.alloc(64), { raw: { width: 8, height: 8, channels: 1 } })
        .jpeg()
        .toBuffer(),
    );
    const halfDamaged = (number: number): Uint8Array =>
      buildInstance({
        transferSyntax: TransferSyntaxUID.JPEGBaseline8Bit,
        pixelData: { fragments: [frame, Buffer.from('ffd8ffe000000000ffd9', 'hex')] },
        elements: { SOPInstanceUID: testUID(1, 1, number), Rows: 8, Columns: 8, NumberOfFrames: '2' },
      });
    await server.store(halfDamaged(9));
    const response = await server.get(`${target(9)}/rendered`, 'image/gif');
    expect([response.status, ((await response.json()) as { detail: string }).detail]).toEqual([
      406,
      expect.stringContaining('JPEG'),
    ]);
  });

  test('each part says what it is, and where it is by itself', async () => {
    const response = await server.get(`${target(3)}/frames/3,1/rendered`, 'multipart/related;type="image/png"');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^multipart\/related; type="image\/png"; boundary=/);
    const parts = await partsOfResponse(response);
    const described = parts.map(({ headers, content }) => [
      headers.get('content-type'),
      headers.get('content-location'),
      Number(headers.get('content-length')) === content.length,
    ]);
    const frame = (number: number): string => `${server.url}${target(3)}/frames/${number}/rendered`;
    expect(described).toEqual([3, 1].map((number) => ['image/png', frame(number), true]));
    for (const { headers, content } of parts) {
      const itself = await fetch(headers.get('content-location')!, { headers: { Accept: 'image/png' } });
      expect(Buffer.from(await itself.arrayBuffer()).equals(content)).toBe(true);
    }
  });

  test('one that cannot be rendered is left out, and the status is 206', async () => {
    const response = await server.get(`/studies/${testUID(1)}/rendered`, 'multipart/related;type="image/jpeg"');
    expect(response.status).toBe(206);
    const parts = await partsOfResponse(response);
    expect(parts.map(({ headers }) => headers.get('content-location'))).toEqual([`${server.url}${target(1)}/rendered`]);
  });
});

describeWithTool('ffmpeg', 'requests for videos', () => {
  let server: TestServer;
  let log: string;
  let gate: string;

  /** Runs of ffmpeg that were asked to decode or encode, as their arguments. */
  const runs = (): string[] =>
    existsSync(log)
      ? readFileSync(log, 'utf8')
          .split('\n')
          .filter((line) => line.includes(' -i '))
      : [];

  beforeAll(async () => {
    log = path.join(folder, 'runs');
    gate = path.join(folder, 'closed');
    const program = path.join(folder, 'ffmpeg-noted');
    // Notes every run, and holds it as long as the gate is closed.
    writeFileSync(
      program,
      `#!/bin/sh\necho " $*" >> '${log}'\nwhile [ -e '${gate}' ]; do sleep 0.02; done\nexec ffmpeg "$@"\n`,
    );
    chmodSync(program, 0o755);
    server = await startServer('--ffmpeg', program, '--max-videos', '1');
    const cine = { FrameTime: '40' };
    await server.store(image(1, 64, 10, cine), image(2, 64, 10, cine), damaged(3, { NumberOfFrames: '2', ...cine }));
    const video = await server.get(`${target(1)}/rendered`, 'video/mp4');
    const stream = Buffer.from(await video.arrayBuffer());
    await server.store(
      buildInstance({
        transferSyntax: TransferSyntaxUID.MPEG4HP41,
        pixelData: { fragments: [stream.length % 2 === 0 ? stream : Buffer.concat([stream, Buffer.alloc(1)])] },
        elements: {
          StudyInstanceUID: testUID(4),
          SeriesInstanceUID: testUID(4, 1),
          SOPInstanceUID: testUID(4, 1, 1),
          Rows: 64,
          Columns: 64,
          SamplesPerPixel: 3,
          PhotometricInterpretation: 'YBR_PARTIAL_420',
          PlanarConfiguration: 0,
          NumberOfFrames: '10',
          FrameTime: '40',
        },
      }),
    );
  });
  afterAll(() => server.close());

  const stored = `/studies/${testUID(4)}/series/${testUID(4, 1)}/instances/${testUID(4, 1, 1)}`;
  const processes = (): string[] =>
    readdirSync('/proc').filter((name) => {
      try {
        return /^\d+$/.test(name) && readFileSync(`/proc/${name}/cmdline`, 'latin1').includes(folder);
      } catch {
        return false;
      }
    });
  const temporaryVideos = (): string[] => readdirSync(folder).filter((name) => name.startsWith('fiducial-video-'));

  test('beyond the bound are refused with 503 and Retry-After; one process runs, some requests wait', async () => {
    writeFileSync(gate, '');
    const before = runs().length;
    const answers = Array.from({ length: 10 }, (_, i) =>
      server.get(`${target(1)}/rendered?window=${i + 1},200,linear`, 'video/mp4').then(drained),
    );
    const refused = await Promise.race(answers);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '10']);
    await expect.poll(() => runs().length - before).toBe(1);
    rmSync(gate);
    const statuses = (await Promise.all(answers)).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual([...Array(5).fill(200), ...Array(5).fill(503)]);
    expect((await drained(await server.get(`${target(1)}/rendered`, 'video/mp4'))).status).toBe(200);
  });

  test('frames of a stored video take places too, and identical requests one between them', async () => {
    writeFileSync(gate, '');
    const before = runs().length;
    const ask = (frame: number): Promise<Response> =>
      server.get(`${stored}/frames/${frame}/rendered`, 'image/jpeg').then(drained);
    const same = Array.from({ length: 12 }, () => ask(3));
    const others = Promise.all([1, 2, 4, 5, 6, 7, 8].map(ask));
    await expect.poll(() => runs().length - before).toBe(1);
    setTimeout(() => rmSync(gate), 300);
    expect(new Set((await Promise.all(same)).map(({ status }) => status))).toEqual(new Set([200]));
    expect((await others).filter(({ status }) => status === 503)).toHaveLength(3);
    expect(runs().length - before).toBe(5);
  });

  test('that have it already start no process', async () => {
    const before = runs().length;
    for (const [resource, accept] of [
      [`${target(2)}/rendered`, 'video/mp4'],
      [`${stored}/frames/9/rendered`, 'image/jpeg'],
    ] as const) {
      const head = await fetch(`${server.url}${resource}`, { method: 'HEAD', headers: { Accept: accept } });
      const again = await server.get(resource, accept, { 'If-None-Match': head.headers.get('etag')! });
      expect([head.status, again.status]).toEqual([200, 304]);
    }
    expect(runs().length).toBe(before);
  });

  test('end their process and their files when the client leaves, waiting or served', async () => {
    for (const [resource, accept] of [
      [`${target(2)}/rendered`, 'video/mp4;codecs=hvc1'],
      [`${stored}/rendered?viewport=32,32`, 'video/mp4'],
      [`${stored}/frames/10/rendered`, 'image/jpeg'],
    ] as const) {
      writeFileSync(gate, '');
      const before = runs().length;
      const leaving = new AbortController();
      const answers = Array.from({ length: 3 }, () =>
        fetch(`${server.url}${resource}`, { headers: { Accept: accept }, signal: leaving.signal }).catch(() => 'left'),
      );
      await expect.poll(() => runs().length - before).toBeGreaterThan(0);
      leaving.abort();
      expect(new Set(await Promise.all(answers))).toEqual(new Set(['left']));
      await expect.poll(processes, { timeout: 5000 }).toEqual([]);
      await expect.poll(temporaryVideos, { timeout: 5000 }).toEqual([]);
      rmSync(gate);
    }
    // Their places are free again.
    expect((await drained(await server.get(`${target(2)}/rendered`, 'video/mp4'))).status).toBe(200);
  });

  test('for several come as parts with their places, one after another in one place; what fails makes it 206', async () => {
    const response = await server.get(`/studies/${testUID(1)}/rendered`, 'multipart/related;type="video/mp4"');
    expect(response.status).toBe(206);
    const parts = await partsOfResponse(response);
    expect(parts.map(({ headers }) => [headers.get('content-type'), headers.get('content-location')])).toEqual(
      [1, 2].map((number) => ['video/mp4', `${server.url}${target(number)}/rendered`]),
    );
    for (const { content } of parts) expect(content.toString('latin1', 4, 8)).toBe('ftyp');
    const two = Array.from({ length: 4 }, (_, i) =>
      server.get(`/studies/${testUID(1)}/rendered?window=${i},99,linear`, 'multipart/related;type="video/mp4"'),
    );
    for (const several of await Promise.all(two)) {
      const types = (await partsOfResponse(several)).map(({ headers: fields }) => fields.get('content-type'));
      // What is not known to fail in time leaves a problem in its place.
      expect(types.filter((type) => type !== 'application/problem+json')).toEqual(['video/mp4', 'video/mp4']);
    }
  });
});
