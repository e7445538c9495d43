import { spawnSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, expect, test } from 'vitest';
import type { PackagedBody, Representation } from '../../../src/packaging/representation.ts';
import { zip, zipLength } from '../../../src/packaging/zip.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { describeWithTool } from '../../support/tool.ts';
import { entriesOf } from '../../support/zip-reader.ts';

function file(fileName: string | undefined, chunks: readonly Uint8Array[], isLengthKnown = true): Representation {
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  return {
    mediaType: 'application/octet-stream',
    ...(fileName === undefined ? {} : { fileName }),
    ...(isLengthKnown ? { length } : {}),
    async *open() {
      yield* chunks;
    },
  };
}

async function bytesOf(body: PackagedBody): Promise<Buffer> {
  return Buffer.concat(await Readable.from(body.open()).toArray());
}

const mebibytes = (count: number): readonly Buffer[] =>
  Array.from({ length: count }, (_, i) => Buffer.alloc(1024 * 1024, i + 1));

describe('zip archive (APPNOTE 4.3)', () => {
  test('holds every file under its name, and begins small ones with their length', async () => {
    const entries = entriesOf(await bytesOf(zip([file('a/b.dcm', [Buffer.from('one')]), file('ä.dcm', [])], 'x.zip')));
    expect(entries.map(({ name, content }) => [name, content.toString()])).toEqual([
      ['a/b.dcm', 'one'],
      ['ä.dcm', ''],
    ]);
    expect(entries.every(({ flags, method }) => method === 0 && (flags & 0b1001) === 0)).toBe(true);
  });

  test('gives every file a name of its own, whatever a file system takes for the same', async () => {
    const files = ['a.dcm', 'A.dcm', 'a-2.dcm', undefined].map((name) => file(name, []));
    const names = entriesOf(await bytesOf(zip(files, 'x.zip'))).map(({ name }) => name);
    expect(names).toEqual(['a.dcm', 'A-2.dcm', 'a-2-2.dcm', '000004']);
  });

  for (const isLengthKnown of [true, false]) {
    test(`streams a long file ${isLengthKnown ? 'of known' : 'of unknown'} length`, async () => {
      const chunks = mebibytes(20);
      const archive = await bytesOf(zip([file('long.bin', chunks, isLengthKnown), file('b', [])], 'x.zip'));
      const [long, short] = entriesOf(archive);
      expect(long!.content.equals(Buffer.concat(chunks))).toBe(true);
      expect(long!.flags & 0b1000).toBe(0b1000);
      expect(short!.name).toBe('b');
    });
  }

  test('knows its length when it knows those of its files', async () => {
    const body = zip([file('a', mebibytes(9)), file('b', [Buffer.from('b')])], 'x.zip');
    expect(body.contentLength).toBe((await bytesOf(body)).length);
    expect(zip([file('a', [], false)], 'x.zip').contentLength).toBeUndefined();
  });

  test('does not say the length of what needs zip64', () => {
    expect(zipLength([{ name: 'a', length: 2 ** 32 }])).toBeUndefined();
    expect(zipLength(Array.from({ length: 65_535 }, () => ({ name: 'a', length: 0 })))).toBeUndefined();
    expect(zipLength(Array.from({ length: 65_534 }, () => ({ name: 'a', length: 0 })))).toBe(65_534 * 78 + 22);
  });

  test('opens a file when there is room for it, and not before', async () => {
    let opened = 0;
    const files = Array.from({ length: 50 }, (): Representation => {
      const content = file(undefined, mebibytes(1));
      return {
        ...content,
        open: () => {
          opened += 1;
          return content.open();
        },
      };
    });
    const archive = zip(files, 'x.zip').open()[Symbol.asyncIterator]();
    await archive.next();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(opened).toBeLessThan(10);
    await archive.return?.();
    const openedThen = opened;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(opened).toBe(openedThen);
  });

  for (const size of [1, 20]) {
    test(`fails with the file that fails, ${size} MiB into it`, async () => {
      const failing: Representation = {
        mediaType: 'application/octet-stream',
        async *open() {
          yield* mebibytes(size);
          throw new Error('the disk is gone');
        },
      };
      await expect(bytesOf(zip([file('a', []), failing, file('b', [])], 'x.zip'))).rejects.toThrow('the disk is gone');
    });
  }

  test('the same files give the same bytes', async () => {
    const files = [file('a', [Buffer.from('a')])];
    expect(await bytesOf(zip(files, 'x.zip'))).toEqual(await bytesOf(zip(files, 'x.zip')));
  });

  test('closes the file that is open when nobody reads on', async () => {
    let isClosed = false;
    const endless: Representation = {
      mediaType: 'application/octet-stream',
      async *open() {
        try {
          for (;;) yield Buffer.alloc(1024 * 1024);
        } finally {
          isClosed = true;
        }
      },
    };
    for await (const _chunk of zip([endless], 'x.zip').open()) break;
    expect(isClosed).toBe(true);
  });
});

describeWithTool('python3', 'zip archives as Python reads them', () => {
  test('more files than a plain central directory counts, and streamed ones', async () => {
    const many = Array.from({ length: 70_000 }, (_, i) => file(`f${i}`, [Buffer.from(String(i))]));
    const target = path.join(temporaryDirectory(), 'many.zip');
    await pipeline(zip([...many, file('long', mebibytes(10), false)], 'x.zip').open(), createWriteStream(target));
    const program =
      'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); print(len(z.namelist()), z.read("f69999").decode(), len(z.read("long")))';
    const { stdout, stderr } = spawnSync('python3', ['-c', program, target], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(stdout.trim()).toBe(`70001 69999 ${10 * 1024 * 1024}`);
  });
});
