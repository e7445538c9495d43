import { describe, expect, test } from 'vitest';
import { groupCommit } from '../../../src/storage/group-commit.ts';

describe('group commit', () => {
  test('items that arrive during a run share the next one', async () => {
    const groups: (readonly number[])[] = [];
    const commit = groupCommit(async (items: readonly number[]) => {
      groups.push(items);
      await new Promise(setImmediate);
      return items.map((item) => item * 2);
    });
    expect(await Promise.all([1, 2, 3].map(commit))).toEqual([2, 4, 6]);
    expect(groups).toEqual([[1], [2, 3]]);
  });

  test('an item that fails does not take its neighbours with it', async () => {
    const commit = groupCommit(async (items: readonly string[]) => {
      await new Promise(setImmediate);
      if (items.includes('bad')) throw new Error('refused');
      return items;
    });
    const results = await Promise.allSettled(['first', 'good', 'bad', 'better'].map(commit));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  });
});
