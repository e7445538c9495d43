import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { StoreThreads } from '../../../src/storage/store-threads.ts';
import { secondaryCapture } from '../../support/secondary-capture.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

function startThreads(): StoreThreads {
  const threads = new StoreThreads();
  onTestFinished(() => threads.close());
  return threads;
}

function emptyFile(): string {
  const file = path.join(temporaryDirectory(), 'object');
  writeFileSync(file, '');
  return file;
}

test('bytes are written, digested and read, and so is what was written before', async () => {
  const threads = startThreads();
  const file = emptyFile();
  const bytes = secondaryCapture({ SOPInstanceUID: '2.25.7' });
  const stored = await threads.store(file, Uint8Array.from(bytes));
  expect(readFileSync(file).equals(bytes)).toBe(true);
  expect(stored.digest).toBe(createHash('sha256').update(bytes).digest('hex'));
  expect(stored.facts).toMatchObject({ kind: 'instance', index: { SOPInstanceUID: '2.25.7' } });
  expect((await threads.read(file)).facts).toEqual(stored.facts);
});

test('the error of the file system has its code, and the thread goes on', async () => {
  const threads = startThreads();
  const missing = path.join(temporaryDirectory(), 'missing', 'object');
  await expect(threads.store(missing, new Uint8Array(10))).rejects.toMatchObject({ code: 'ENOENT' });
  expect((await threads.store(emptyFile(), new Uint8Array(10))).facts.kind).toBe('unreadable');
});

test('threads that end fail what they were doing', async () => {
  const threads = startThreads();
  const doing = threads.store(emptyFile(), Uint8Array.from(secondaryCapture()));
  const failed = expect(doing).rejects.toThrow('the store thread ended');
  await threads.close();
  await failed;
  expect((await threads.store(emptyFile(), new Uint8Array(10))).facts.kind).toBe('unreadable');
});
