import { existsSync, globSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { ObjectRuns } from '../../../src/storage/object-runs.ts';
import { makeRunFiles, type RunFiles } from '../../../src/storage/run-files.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const make = async (files: RunFiles): Promise<void> => makeRunFiles(files);

test('keys that are asked for at the same time, over several runs, differ, and each has an empty file', async () => {
  const runs = new ObjectRuns(temporaryDirectory(), make);
  const keys = await Promise.all(Array.from({ length: 500 }, () => runs.next()));
  expect(new Set(keys).size).toBe(500);
  for (const key of keys) expect(statSync(runs.pathOf(key)).size).toBe(0);
});

test('when it is closed, what was not used is gone, and the markers of what is outstanding stay', async () => {
  const directory = temporaryDirectory();
  const runs = new ObjectRuns(directory, make);
  const [settled, outstanding] = [await runs.next(), await runs.next()];
  writeFileSync(runs.pathOf(settled), 'settled');
  writeFileSync(runs.pathOf(outstanding), 'outstanding');
  runs.release(settled);
  await runs.close();
  expect(globSync('objects/*/*/*', { cwd: directory })).toHaveLength(2);
  expect(readdirSync(path.join(directory, 'open-runs'))).toEqual([settled.slice(0, 24)]);

  const again = new ObjectRuns(directory, make);
  expect(await again.recover(async (key) => key === settled)).toBe(1);
  expect(existsSync(again.pathOf(settled))).toBe(true);
  expect(existsSync(again.pathOf(outstanding))).toBe(false);
  expect(readdirSync(path.join(directory, 'open-runs'))).toEqual([]);
});

test('a run that cannot be begun fails those who wait for it, and the next ones have another', async () => {
  let full = true;
  const runs = new ObjectRuns(temporaryDirectory(), async (files) => {
    if (full) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
    makeRunFiles(files);
  });
  const failed = await Promise.allSettled([runs.next(), runs.next()]);
  expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  full = false;
  expect(existsSync(runs.pathOf(await runs.next()))).toBe(true);
});
