import { describe, expect, test } from 'vitest';
import { parseFrameList } from '../../../src/syntax/frame-list.ts';
import { listParameter, parseQueryString, singleParameter } from '../../../src/syntax/query-string.ts';
import { parseUid } from '../../../src/syntax/uid.ts';
import { requirement } from '../../support/requirement.ts';

describe('query component', () => {
  const read = (raw: string): unknown => {
    const parsed = parseQueryString(raw);
    return parsed.ok ? Object.fromEntries(parsed.value) : parsed.message;
  };

  test('elements are parted at "&", name and value at the first "="', () => {
    expect(read('a=1&b=x=y&a=2&c&d=')).toEqual({ a: ['1', '2'], b: ['x=y'], c: [''], d: [''] });
    expect(read('')).toEqual({});
    expect(read('&&=x&')).toEqual({});
  });

  test('names and values are decoded once; "+" is a plus sign and ";" is data', () => {
    expect(read('%61=application/dicom+json;q=0.5%2Cx%2520y')).toEqual({ a: ['application/dicom+json;q=0.5,x%20y'] });
    expect(read('charset=%22ISO_IR%20100%22')).toEqual({ charset: ['"ISO_IR 100"'] });
    expect(read('n=%E6%97%A5')).toEqual({ n: ['\u65e5'] });
  });

  requirement(['R-001-105', 'R-001-110'], 'names have case', () => {
    expect(read('Accept=a&accept=b')).toEqual({ Accept: ['a'], accept: ['b'] });
  });

  test('bad escapes, octets that are not UTF-8, NUL and raw control characters are errors', () => {
    expect(read('a=%zz')).toMatch(/^query: at column 3 /);
    expect(read('a=%ff')).toBe('query: at column 3 text in UTF-8 was expected, found other octets');
    expect(read('a=x%00')).toBe('query: at column 4 a character was expected, found NUL');
    for (const raw of ['a=%', 'a b', 'a=\u00fc', 'a\t', 'a#b']) expect(read(raw), raw).toMatch(/^query: at column /);
  });

  test('names of properties that every object has are ordinary names', () => {
    const parsed = parseQueryString('__proto__=1&constructor=2');
    expect(parsed.ok && parsed.value.get('__proto__')).toEqual(['1']);
    expect(parsed.ok && parsed.value.get('toString')).toBeUndefined();
  });

  test('a repeated list is joined in its order, a repeated single value is an error', () => {
    const parsed = parseQueryString('accept=image/png&quality=5&accept=image/gif&quality=6&window=1');
    const parameters = parsed.ok ? parsed.value : new Map();
    expect(listParameter(parameters, 'accept')).toBe('image/png,image/gif');
    expect(listParameter(parameters, 'charset')).toBeUndefined();
    expect(singleParameter(parameters, 'window')).toEqual({ ok: true, value: '1' });
    expect(singleParameter(parameters, 'viewport')).toEqual({ ok: true, value: undefined });
    expect(singleParameter(parameters, 'quality')).toMatchObject({
      ok: false,
      message: 'quality: one value was expected, found 2',
    });
  });
});

describe('frame list', () => {
  requirement('R-001-266', 'frame numbers count from 1 and keep their order', () => {
    expect(parseFrameList('3,1,1')).toEqual({ ok: true, value: [3, 1, 1] });
    expect(parseFrameList('0')).toMatchObject({
      message: 'frame list: at column 1 a frame number from 1 was expected, found "0"',
    });
    expect(parseFrameList('1,')).toMatchObject({ ok: false, at: 2 });
  });
});

describe('UID (PS3.5 9.1)', () => {
  test('components of digits, at most 64 characters', () => {
    expect(parseUid('1.2.840.10008.1.2')).toEqual({ ok: true, value: '1.2.840.10008.1.2' });
    expect(parseUid(`1.${'2'.repeat(62)}`).ok).toBe(true);
    expect(parseUid(`1.${'2'.repeat(63)}`)).toMatchObject({
      message: 'UID: at column 65 at most 64 characters were expected, found 65',
    });
    expect(parseUid('1..2')).toMatchObject({
      message: 'UID: at column 3 a component of digits was expected, found "."',
    });
  });

  test('leading zeros are let through and kept', () => {
    expect(parseUid('1.02')).toEqual({ ok: true, value: '1.02' });
  });
});
