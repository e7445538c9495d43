import { describe, expect, test } from 'vitest';
import { requestedRange } from '../../../src/negotiation/byte-range.ts';
import { isNotModified } from '../../../src/negotiation/precondition.ts';

describe('If-None-Match (RFC 9110 13.1.2)', () => {
  const cases: readonly [ifNoneMatch: string | undefined, notModified: boolean][] = [
    [undefined, false],
    ['"a"', true],
    ['W/"a"', true],
    ['"b", "a"', true],
    ['"b"', false],
    ['*', true],
    ['a', false],
    ['"a', false],
    ['', false],
  ];
  for (const [ifNoneMatch, notModified] of cases) {
    test(`${JSON.stringify(ifNoneMatch)} against "a" is ${notModified ? '304' : 'answered'}`, () => {
      expect(isNotModified(ifNoneMatch, '"a"')).toBe(notModified);
    });
  }
});

describe('Range (RFC 9110 14.2) of 10 bytes', () => {
  const cases: readonly [range: string | undefined, expected: ReturnType<typeof requestedRange>][] = [
    [undefined, undefined],
    ['bytes=0-0', { start: 0, end: 1 }],
    ['bytes=2-5', { start: 2, end: 6 }],
    ['bytes=7-', { start: 7, end: 10 }],
    ['bytes=7-99', { start: 7, end: 10 }],
    ['bytes=-3', { start: 7, end: 10 }],
    ['bytes=-30', { start: 0, end: 10 }],
    ['bytes=10-', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=5-2', undefined],
    ['bytes=0-1,3-4', undefined],
    ['octets=0-1', undefined],
    ['bytes=-', undefined],
  ];
  for (const [range, expected] of cases) {
    test(JSON.stringify(range) ?? 'none', () => {
      expect(requestedRange(range, 10)).toEqual(expected);
    });
  }
});
