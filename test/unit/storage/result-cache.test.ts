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
    await vi.waitFor(async () => expect(await isKept(next, 'a')).toBe(true));
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

/** Whether the cache has a result, without making it. */
async function isKept(cache: ResultCache, letter: string): Promise<boolean> {
  const make = async (): Promise<Uint8Array> => Promise.reject(new Error('not kept'));
  return cache.get(key(letter), make, nobodyLeaves).then(
    () => true,
    () => false,
  );
}

async function keptOf(cache: ResultCache, letters: string): Promise<string> {
  const kept: string[] = [];
  for (const letter of letters) if (await isKept(cache, letter)) kept.push(letter);
  return kept.join('');
}

async function files(): Promise<readonly string[]> {
  const folder = path.join(directory, 'cache');
  return (await readdir(folder)).filter((name) => name.startsWith('results-')).map((name) => path.join(folder, name));
}

async function octetsOnDisk(): Promise<number> {
  const sizes = await Promise.all((await files()).map(async (file) => (await stat(file)).size));
  return sizes.reduce((a, b) => a + b, 0);
}

describe('What lies on the disk', () => {
  test('results that come close together share a file', async () => {
    const cache = open();
    for (const letter of 'abcdef') await ask(cache, letter, result(1000, letter.charCodeAt(0)));
    await cache.close();
    expect(await files()).toHaveLength(1);
    const next = open();
    await vi.waitFor(async () => expect(await keptOf(next, 'abcdef')).toBe('abcdef'));
    expect(await ask(next, 'c', result(1000, 'c'.charCodeAt(0)))).toBe('kept');
    await next.close();
  });

  test('a result on its way to the disk is there already', async () => {
    const cache = open({ maxBytesInMemory: 0 });
    expect([await ask(cache, 'a'), await ask(cache, 'a')]).toEqual(['made', 'kept']);
    await cache.close();
  });

  test('a damaged result is never served, and those beside it are', async () => {
    const cache = open();
    for (const letter of 'abc') await ask(cache, letter, result(1000, letter.charCodeAt(0)));
    await cache.close();
    const [file] = (await files()) as [string];
    const octets = await readFile(file);
    octets[octets.length - 1500]! ^= 1;
    await writeFile(file, octets);
    const next = open();
    await vi.waitFor(async () => expect(await keptOf(next, 'abc')).toBe('ac'));
    await next.close();
  });

  test.each<[string, (file: string) => Promise<unknown>]>([
    ['a file cut within its result', (file) => truncate(file, 700)],
    ['a file cut within its table', (file) => truncate(file, 100)],
    ['an empty file', (file) => truncate(file, 0)],
    ['a foreign file', (file) => writeFile(file, 'not a result')],
    [
      'a table that is not the one written',
      async (file) => writeFile(file, (await readFile(file, 'latin1')).replace(key('a'), key('b')), 'latin1'),
    ],
  ])('%s is never served', async (_, damage) => {
    const cache = open();
    await ask(cache, 'a');
    await cache.close();
    const [file] = (await files()) as [string];
    await damage(file);
    const next = open();
    await next.close();
    const again = open();
    await wait(30);
    expect(await keptOf(again, 'ab')).toBe('');
    await again.close();
  });

  test('stays within the bound; what was used longest ago goes first, over a restart too', async () => {
    const inOrder = async (cache: ResultCache, letters: string): Promise<void> => {
      for (const letter of letters) {
        await ask(cache, letter, result(2000));
        await wait(15);
      }
    };
    // Each result has a file of its own.
    const few = { maxBytes: 18_000, maxBytesInMemory: 0 };
    const cache = open(few);
    await inOrder(cache, 'abcdefgha');
    await cache.close();
    expect(await octetsOnDisk()).toBeLessThanOrEqual(few.maxBytes);
    const reopened = open(few);
    await vi.waitFor(async () => expect(await isKept(reopened, 'h')).toBe(true));
    await inOrder(reopened, 'ik');
    await reopened.close();
    expect(await octetsOnDisk()).toBeLessThanOrEqual(few.maxBytes);
    const last = open(few);
    await vi.waitFor(async () => expect(await keptOf(last, 'abcdefghik')).toBe('adefghik'));
    await last.close();
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
    await writeFile(path.join(folder, 'results-0123'), 'half');
    const cache = open();
    await vi.waitFor(async () => expect(await files()).toEqual([]));
    await cache.close();
  });

  test('a folder that cannot be written costs the cache and nothing else', async () => {
    await writeFile(path.join(directory, 'cache'), 'a file is in the way');
    const cache = open({ maxBytesInMemory: 0 });
    await ask(cache, 'a');
    await cache.close();
    expect(await ask(cache, 'a')).toBe('made');
  });
});
