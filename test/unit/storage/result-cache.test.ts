import { mkdir, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { openResultCache, type ResultCache, type ResultCacheOptions } from '../../../src/storage/result-cache.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const nobodyLeaves = new AbortController().signal;
const key = (letter: string): string => letter.repeat(64);
const result = (length: number, octet = 7): Uint8Array => new Uint8Array(length).fill(octet);

let directory: string;
const open = (options: Partial<ResultCacheOptions> = {}): ResultCache =>
  openResultCache({ folder: path.join(directory, 'cache'), maxBytes: 100_000, ...options });
const fileOf = (letter: string): string => path.join(directory, 'cache', letter.repeat(2), key(letter));

beforeEach(() => {
  directory = temporaryDirectory();
});

/** Has the cache make or find a result, and says whether it was made. */
async function ask(cache: ResultCache, letter: string, made = result(1000)): Promise<'made' | 'kept'> {
  const make = vi.fn(async () => made);
  const got = await cache.get(key(letter), make, nobodyLeaves);
  expect(Buffer.compare(got, made)).toBe(0);
  return make.mock.calls.length === 0 ? 'kept' : 'made';
}

describe('Results kept', () => {
  test('a result is made once, and is there after a restart', async () => {
    const cache = open();
    expect(await ask(cache, 'a')).toBe('made');
    expect(await ask(cache, 'a')).toBe('kept');
    await cache.close();
    const next = open();
    expect(next.peek(key('a'))).toBeUndefined();
    expect(await ask(next, 'a')).toBe('kept');
    await next.close();
  });

  test('requests at the same time make it once', async () => {
    const cache = open();
    const make = vi.fn(async () => {
      await wait(20);
      return result(10);
    });
    const got = await Promise.all(Array.from({ length: 10 }, () => cache.get(key('a'), make, nobodyLeaves)));
    expect(make).toHaveBeenCalledTimes(1);
    expect(new Set(got).size).toBe(1);
    await cache.close();
  });

  test('a failure is told to all who wait and is not kept', async () => {
    const cache = open();
    const fail = vi.fn(async () => {
      await wait(5);
      throw new Error('damaged');
    });
    const asked = [1, 2].map(() => cache.get(key('a'), fail, nobodyLeaves));
    await expect(asked[0]).rejects.toThrow('damaged');
    await expect(asked[1]).rejects.toThrow('damaged');
    expect(fail).toHaveBeenCalledTimes(1);
    expect(await ask(cache, 'a')).toBe('made');
    await cache.close();
  });

  test('the making goes on while one waits, and is left off when the last has gone', async () => {
    const cache = open();
    const [first, second] = [new AbortController(), new AbortController()];
    let left = false;
    const make = async (gone: AbortSignal): Promise<Uint8Array> => {
      await wait(1000, undefined, { signal: gone }).catch((cause) => {
        left = true;
        throw cause;
      });
      return result(10);
    };
    const asked = [first, second].map(({ signal }) => cache.get(key('a'), make, signal));
    const outcomes = Promise.allSettled(asked);
    await wait(5);
    first.abort(new Error('gone'));
    await wait(5);
    expect(left).toBe(false);
    second.abort(new Error('gone'));
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await wait(0);
    expect(left).toBe(true);
    expect(await ask(cache, 'a')).toBe('made');
    await cache.close();
  });
});

describe('What lies on the disk', () => {
  test('a damaged, cut or foreign file is never served', async () => {
    const damages: Readonly<Record<string, (file: string) => Promise<unknown>>> = {
      a: async (file) =>
        writeFile(
          file,
          (await readFile(file)).map((octet, at) => (at === 500 ? octet ^ 1 : octet)),
        ),
      b: (file) => truncate(file, 500),
      c: (file) => truncate(file, 0),
      d: (file) => writeFile(file, 'not a result'),
      // Another result, whole, under the wrong name.
      e: async (file) => writeFile(file, await readFile(fileOf('f'))),
    };
    const cache = open();
    for (const letter of 'abcdef') await ask(cache, letter, result(1000, letter.charCodeAt(0)));
    await cache.close();
    for (const [letter, damage] of Object.entries(damages)) await damage(fileOf(letter));
    const next = open();
    for (const letter of Object.keys(damages)) {
      expect(await ask(next, letter, result(1000, letter.charCodeAt(0))), letter).toBe('made');
    }
    expect(await ask(next, 'f', result(1000, 'f'.charCodeAt(0)))).toBe('kept');
    await next.close();
  });

  test('stays within the bound; what was used longest ago goes first, over a restart too', async () => {
    const inOrder = async (cache: ResultCache, letters: string): Promise<void> => {
      for (const letter of letters) {
        await ask(cache, letter, result(2000));
        await wait(15);
      }
    };
    const few = { maxBytes: 17_000, maxBytesInMemory: 0 };
    const cache = open(few);
    await inOrder(cache, 'abcdefgha');
    await cache.close();
    const next = open(few);
    await next.close();
    const reopened = open(few);
    await wait(30);
    await inOrder(reopened, 'ik');
    await reopened.close();
    const folder = path.join(directory, 'cache');
    const left: string[] = [];
    for (const name of await readdir(folder)) {
      if (name.length === 2) left.push(...(await readdir(path.join(folder, name))).map((file) => file[0]!));
    }
    expect(left.sort().join('')).toBe('adefghik');
    const sizes = await Promise.all(left.map(async (letter) => (await stat(fileOf(letter))).size));
    expect(sizes.reduce((a, b) => a + b)).toBeLessThanOrEqual(few.maxBytes);
  });

  test('nothing is kept where the bound is 0, and nothing greater than its share', async () => {
    const none = open({ maxBytes: 0 });
    expect([await ask(none, 'a'), await ask(none, 'a')]).toEqual(['made', 'made']);
    await none.close();
    const small = open({ maxBytes: 4000, maxBytesInMemory: 0 });
    expect([await ask(small, 'a'), await ask(small, 'a')]).toEqual(['made', 'made']);
    await small.close();
  });

  test('what a crash left half written is removed at the next start', async () => {
    const folder = path.join(directory, 'cache');
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, 'new-0123'), 'half');
    const cache = open();
    await wait(50);
    await cache.close();
    expect(await readdir(folder)).not.toContain('new-0123');
  });

  test('a folder that cannot be written costs the cache and nothing else', async () => {
    await writeFile(path.join(directory, 'cache'), 'a file is in the way');
    const cache = open({ maxBytesInMemory: 0 });
    expect([await ask(cache, 'a'), await ask(cache, 'a')]).toEqual(['made', 'made']);
    await cache.close();
  });
});
