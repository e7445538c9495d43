import { describe, expect, test } from 'vitest';
import { parseAcceptField, parseAcceptParameter } from '../../../src/syntax/accept.ts';
import { formatMediaType, type MediaType } from '../../../src/syntax/media-type.ts';
import type { Weighted } from '../../../src/syntax/weighted.ts';
import { requirement } from '../../support/requirement.ts';

const shown = (list: readonly Weighted<MediaType>[]): readonly string[] =>
  list.map(({ value, weight }) => `${formatMediaType(value)} ${weight}`);

const field = (value: string): readonly string[] => shown(parseAcceptField(value));

const parameter = (value: string): readonly string[] | string => {
  const parsed = parseAcceptParameter(value);
  return parsed.ok ? shown(parsed.value) : parsed.message;
};

describe('Accept header field (PS3.18 Sup174 6.1.1.6)', () => {
  requirement(['R-001-118', 'R-001-119', 'R-001-123'], 'the media ranges are read in the order of the field', () => {
    expect(
      field('text/*; q=0.5, text/html; q=0.4, text/html; level=1, text/html; level=2; q=0.7, image/png, */*; q=0.4'),
    ).toEqual([
      'text/* 0.5',
      'text/html 0.4',
      'text/html; level=1 1',
      'text/html; level=2 0.7',
      'image/png 1',
      '*/* 0.4',
    ]);
  });

  requirement(['R-001-120', 'R-001-124'], 'a range is a media type or a wildcard, and */png is neither', () => {
    expect(field('image/png')).toEqual(['image/png 1']);
    expect(field('image/*')).toEqual(['image/* 1']);
    expect(field('*/*;level=1')).toEqual(['*/*; level=1 1']);
    expect(field('*/png')).toEqual([]);
    expect(field('*')).toEqual([]);
  });

  requirement('R-001-101', 'without q the weight is 1', () => {
    expect(field('image/png, image/gif;q=0.999')).toEqual(['image/png 1', 'image/gif 0.999']);
  });

  requirement(
    ['R-001-098', 'R-001-099'],
    'q may be written in either case, with white space round the semicolon',
    () => {
      expect(field('image/png ;\tQ=0.5')).toEqual(['image/png 0.5']);
    },
  );

  requirement('R-001-100', 'an element with a weight that is none is dropped, the rest goes on', () => {
    for (const weight of ['2', '1.001', 'abc', '-1', '0.1234', '', '"0.5"']) {
      expect(field(`image/png;q=${weight}, image/gif;q=0.1`), weight).toContain('image/gif 0.1');
      expect(field(`image/png;q=${weight}, image/gif;q=0.1`).join(), weight).not.toContain('image/png');
    }
  });

  test('malformed elements are dropped wherever they stand', () => {
    expect(field('image, image/png, text/, a/b;x="1,2", ;q=1, image/gif;q=0.5;q=0.6')).toEqual([
      'image/png 1',
      'a/b; x="1,2" 1',
    ]);
    expect(field('image/png, a/b;x="never closed, image/gif')).toEqual(['image/png 1']);
  });

  test('empty elements are passed over, and nothing but them is nothing', () => {
    expect(field(', ,image/png,,')).toEqual(['image/png 1']);
    for (const empty of ['', ' ', ',', ' , ,']) expect(field(empty)).toEqual([]);
  });

  test('extensions behind the weight mean nothing', () => {
    expect(field('image/png;q=0.5;token=x;flag')).toEqual(['image/png 0.5']);
  });

  requirement('R-001-049', 'type= of a multipart is read with and without quotes', () => {
    const written = 'multipart/related; type="application/dicom"; transfer-syntax=* 1';
    expect(field('multipart/related;type="application/dicom";transfer-syntax=*')).toEqual([written]);
    expect(field('Multipart/Related; Type=application/dicom; transfer-syntax=*')).toEqual([written]);
  });

  test('a parameter that is given twice makes the element malformed, except charset', () => {
    expect(field('text/html;level=1;LEVEL=2, text/plain')).toEqual(['text/plain 1']);
    expect(field('text/html;charset=utf-8;charset=iso-8859-1')).toEqual(['text/html; charset="utf-8,iso-8859-1" 1']);
  });

  test('a field beyond the longest that is read is nothing', () => {
    expect(field(`${'a/b,'.repeat(6000)}image/png`)).toEqual([]);
  });
});

describe('accept query parameter (PS3.18 Sup174 6.1.1.5)', () => {
  requirement(
    ['R-001-104', 'R-001-107', 'R-001-098'],
    'a list of media types with weights is read in its order',
    () => {
      expect(parameter('image/png;q=0.1,image/gif')).toEqual(['image/png 0.1', 'image/gif 1']);
      expect(parameter('image/png , image/gif')).toEqual(['image/png 1', 'image/gif 1']);
    },
  );

  requirement('R-001-103', 'a wildcard is an error', () => {
    expect(parameter('image/*')).toBe('accept: at column 7 a subtype was expected, found "*"');
    expect(parameter('*/*')).toBe('accept: at column 1 a type was expected, found "*"');
  });

  requirement('R-001-107', 'an empty value and an empty element are errors', () => {
    expect(parameter('')).toBe('accept: at column 1 a type was expected, found the end');
    expect(parameter('image/png,')).toBe('accept: at column 11 a type was expected, found the end');
    expect(parameter('image/png,,image/gif')).toBe('accept: at column 11 a type was expected, found ","');
  });

  requirement('R-001-100', 'a weight that is none is an error that says where', () => {
    expect(parameter('image/png;q=2')).toBe(
      'accept: at column 13 a weight from 0 to 1 with at most three decimals was expected, found "2"',
    );
  });

  test('a value beyond the longest that is read is an error', () => {
    expect(parameter('a'.repeat(17000))).toBe(
      'accept: at column 16385 at most 16384 characters were expected, found 17000',
    );
  });
});
