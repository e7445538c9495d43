import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ImagePixel } from '../../../src/dicom/image-pixel.ts';
import { OriginServerError } from '../../../src/errors/origin-server-error.ts';
import { createPixelPool, type PixelPool } from '../../../src/pool/pixel-pool.ts';
import type { RenderTask } from '../../../src/pool/pixel-task.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const image: ImagePixel = {
  Rows: 64,
  Columns: 64,
  SamplesPerPixel: 1,
  PhotometricInterpretation: 'MONOCHROME2',
  BitsAllocated: 8,
  BitsStored: 8,
  HighBit: 7,
  PixelRepresentation: 0,
  PlanarConfiguration: 0,
  NumberOfFrames: 1,
  pixelData: 'PixelData',
};

const task = (changes: Partial<RenderTask> = {}): RenderTask => ({
  key: 'test',
  head: new Uint8Array(0),
  dataSetOffset: 0,
  transferSyntaxUID: '1.2.840.10008.1.2.1',
  image,
  frame: new Uint8Array(64 * 64),
  frameNumber: 1,
  mediaType: 'image/png',
  parameters: {},
  ...changes,
});

const nativeIndex = {
  kind: 'native',
  offset: 4,
  length: 8192,
  bitsPerFrame: 8 * 4096,
  count: 2,
  wordLength: 1,
} as const;

function lengthOf({ length }: Uint8Array): Buffer {
  const octets = Buffer.alloc(4);
  octets.writeUInt32LE(length);
  return octets;
}

let pool: PixelPool;
beforeAll(() => {
  pool = createPixelPool({ workers: 1 });
});
afterAll(() => pool.close());

describe('the pixel pool', () => {
  test('renders, many at a time', async () => {
    const images = await Promise.all(Array.from({ length: 8 }, () => pool.render(async () => task())));
    expect(new Set(images.map((png) => Buffer.from(png).toString('latin1', 1, 4)))).toEqual(new Set(['PNG']));
  });

  test('ends the thread of a task that takes too long, and goes on with another one', async () => {
    const impatient = createPixelPool({ workers: 1, longestTask: 1 });
    try {
      for (let time = 0; time < 2; time++) {
        await expect(impatient.render(async () => task())).rejects.toMatchObject({ code: 'not-renderable' });
      }
    } finally {
      await impatient.close();
    }
  });

  test('lets no further request in while too many are under way', async () => {
    const small = createPixelPool({ workers: 1, maxRequests: 2 });
    try {
      const gone = new AbortController();
      const [leave] = [small.admit(), small.admit(gone.signal)];
      expect(() => small.admit()).toThrow(
        expect.objectContaining({ code: 'busy', status: 503, headers: { 'Retry-After': '2' } }),
      );
      leave();
      leave();
      small.admit();
      expect(() => small.admit()).toThrow();
      gone.abort();
      expect(() => small.admit()).not.toThrow();
    } finally {
      await small.close();
    }
  });

  test('reads a frame when its turn comes, not before', async () => {
    let read = 0;
    const images = Array.from({ length: 20 }, () =>
      pool.render(async () => {
        read++;
        return task();
      }),
    );
    await images[0];
    expect(read).toBeLessThan(6);
    await Promise.all(images);
    expect(read).toBe(20);
  });

  test('a frame that cannot be read keeps no place', async () => {
    for (let time = 0; time < 4; time++) {
      await expect(pool.render(() => Promise.reject(new Error('gone')))).rejects.toThrow('gone');
    }
    await expect(pool.render(async () => task())).resolves.toBeInstanceOf(Uint8Array);
  });

  test('takes the frame away, and leaves what stood beside it in its buffer', async () => {
    const shared = new Uint8Array(64 * 64 + 10).fill(5);
    await pool.render(async () => task({ frame: shared.subarray(10) }));
    expect(shared[0]).toBe(5);
  });

  test('reads frames and heads from files by itself', async () => {
    const frame = Uint8Array.from({ length: 64 * 64 }, (_, i) => i & 255);
    const file = path.join(temporaryDirectory(), 'object');
    const item = (octets: Uint8Array) => Buffer.concat([Buffer.from([0xfe, 0xff, 0, 0xe0]), lengthOf(octets), octets]);
    // Two native frames behind four octets of head, then one of two fragments.
    writeFileSync(
      file,
      Buffer.concat([
        new Uint8Array(4),
        new Uint8Array(64 * 64),
        frame,
        item(frame.slice(0, 96)),
        item(frame.slice(96)),
      ]),
    );
    const encapsulated = { kind: 'encapsulated', offsets: Float64Array.of(8196, 8196 + 8 + 96 + 8 + 4000) } as const;
    const expected = Buffer.from(await pool.render(async () => task({ frame })));
    for (const ofFile of [
      { file, index: nativeIndex, frameNumber: 2 },
      { file, index: encapsulated, frameNumber: 1 },
    ]) {
      const rendered = await pool.render(async () =>
        task({ key: ofFile.index.kind, head: { file, length: 0 }, frame: ofFile }),
      );
      expect(expected.equals(rendered)).toBe(true);
    }
  });

  test('a file that is gone is a failure of the server', async () => {
    const frame = { file: path.join(temporaryDirectory(), 'gone'), index: nativeIndex, frameNumber: 1 };
    await expect(pool.render(async () => task({ frame }))).rejects.toMatchObject({ code: 'internal', status: 500 });
  });

  test('an error keeps its code, its clause and its words', async () => {
    const failure = await pool.render(async () => task({ frame: new Uint8Array(3) })).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(OriginServerError);
    expect(failure).toMatchObject({
      code: 'not-renderable',
      status: 406,
      message: expect.stringContaining('3 octets'),
    });
  });

  test('a failure is that of its task alone', async () => {
    const outcomes = await Promise.allSettled([
      pool.render(async () => task({ frame: new Uint8Array(1) })),
      pool.render(async () => task()),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  });

  test('a task that is abandoned while it waits is never begun', async () => {
    const abandoned = new AbortController();
    const busy = pool.render(async () => task());
    const waiting = pool.render(async () => task(), abandoned.signal);
    abandoned.abort();
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
    await expect(busy).resolves.toBeInstanceOf(Uint8Array);
    await expect(pool.render(async () => task())).resolves.toBeInstanceOf(Uint8Array);
  });

  test('transcodes', async () => {
    const frame = Uint8Array.from({ length: 64 * 64 }, (_, i) => i & 63);
    const native = '1.2.840.10008.1.2.1';
    const uids = { fromTransferSyntaxUID: native, toTransferSyntaxUID: native };
    expect(Buffer.from(await pool.transcode(async () => ({ image, frame: frame.slice(), ...uids })))).toEqual(
      Buffer.from(frame),
    );
  });
});
