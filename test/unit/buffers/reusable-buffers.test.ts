import { describe, expect, test } from 'vitest';
import { giveBackBuffer, pieceLength, takeBuffer } from '../../../src/buffers/reusable-buffers.ts';

describe('reusable buffers', () => {
  test('a buffer has the length asked for', () => {
    for (const length of [0, 1, pieceLength, pieceLength + 1, 4 * 1024 * 1024, 5_000_000]) {
      expect(takeBuffer(length).length).toBe(length);
    }
  });

  test('two that are out never share memory', () => {
    const [first, second] = [takeBuffer(1000), takeBuffer(1000)];
    expect(first.buffer).not.toBe(second.buffer);
  });

  test('one that is given back is used again', () => {
    const first = takeBuffer(1000);
    giveBackBuffer(first);
    expect(takeBuffer(2000).buffer).toBe(first.buffer);
  });

  test('one that is given back twice is used once', () => {
    const first = takeBuffer(1000);
    giveBackBuffer(first);
    giveBackBuffer(first);
    expect(takeBuffer(1000).buffer).not.toBe(takeBuffer(1000).buffer);
  });

  test('a part of one, and any other octets, are left alone', () => {
    const first = takeBuffer(1000);
    giveBackBuffer(first.subarray(0, 10));
    giveBackBuffer(Buffer.alloc(1000));
    expect(takeBuffer(1000).buffer).not.toBe(first.buffer);
  });
});
