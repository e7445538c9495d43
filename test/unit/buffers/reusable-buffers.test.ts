import { describe, expect, test } from 'vitest';
import { giveBackBuffer, lendInstead, pieceLength, takeBuffer } from '../../../src/buffers/reusable-buffers.ts';

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

  test('a part that is lent in place of the whole gives back all of it, once', () => {
    const whole = takeBuffer(1000);
    const part = lendInstead(whole, whole.subarray(8, 10));
    giveBackBuffer(whole);
    expect(takeBuffer(1000).buffer).not.toBe(whole.buffer);
    giveBackBuffer(part);
    giveBackBuffer(part);
    expect(takeBuffer(1000).buffer).toBe(whole.buffer);
    expect(takeBuffer(1000).buffer).not.toBe(whole.buffer);
  });

  test('a copy that is lent in place of the whole gives it back at once', () => {
    const whole = takeBuffer(1000);
    const copy = Buffer.from(whole);
    expect(lendInstead(whole, copy)).toBe(copy);
    expect(takeBuffer(1000).buffer).toBe(whole.buffer);
    giveBackBuffer(copy);
    expect(takeBuffer(1000).buffer).not.toBe(copy.buffer);
  });
});
