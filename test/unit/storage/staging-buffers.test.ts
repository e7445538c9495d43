import { expect, test } from 'vitest';
import { StagingBuffers } from '../../../src/storage/staging-buffers.ts';

const chunks = [Buffer.alloc(60_000, 1), Buffer.alloc(60_000, 2)];

test('a buffer is used again after it was given back, not before, and only once', () => {
  const buffers = new StagingBuffers();
  const first = buffers.join(chunks, 120_000);
  const second = buffers.join(chunks, 120_000);
  expect(second.bytes.buffer).not.toBe(first.bytes.buffer);
  first.release();
  first.release();
  const third = buffers.join([chunks[1]!, chunks[0]!], 120_000);
  expect(third.bytes.buffer).toBe(first.bytes.buffer);
  expect(Buffer.from(third.bytes)).toEqual(Buffer.concat([chunks[1]!, chunks[0]!]));
  expect(buffers.join(chunks, 120_000).bytes.buffer).not.toBe(third.bytes.buffer);
});

test('the bytes are those of the chunks, whatever the lengths', () => {
  const buffers = new StagingBuffers();
  for (const lengths of [[], [10], [10, 20], [70_000], [65_536], [65_535, 1, 2_000_000]]) {
    const all = lengths.map((length, at) => Buffer.alloc(length, at + 1));
    const joined = buffers.join(
      all,
      lengths.reduce((sum, length) => sum + length, 0),
    );
    expect(Buffer.from(joined.bytes).equals(Buffer.concat(all))).toBe(true);
    joined.release();
  }
});
