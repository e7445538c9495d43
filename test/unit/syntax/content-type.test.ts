import { describe, expect, test } from 'vitest';
import { parseMultipartRelated } from '../../../src/syntax/content-type.ts';
import { formatMediaType } from '../../../src/syntax/media-type.ts';
import { requirement } from '../../support/requirement.ts';

const read = (contentType: string): unknown => {
  const parsed = parseMultipartRelated(contentType);
  if (!parsed.ok) return parsed.message;
  const { type, ...rest } = parsed.value;
  return { ...rest, ...(type === undefined ? {} : { type: formatMediaType(type) }) };
};

describe('Content-Type multipart/related (PS3.18 Sup174 6.1.1.1)', () => {
  requirement(['R-001-040', 'R-001-049'], 'type is read with and without quotes, in any order of parameters', () => {
    const value = { type: 'application/dicom', boundary: 'abc' };
    expect(read('multipart/related; type="application/dicom"; boundary=abc')).toEqual(value);
    expect(read('Multipart/Related;Boundary="abc";Type=application/dicom;transfer-syntax=1.2')).toEqual(value);
  });

  requirement(['R-001-041', 'R-001-042', 'R-001-043'], 'any legal boundary is read, with and without quotes', () => {
    for (const boundary of ['a', "--=_(x)?/:,'+.-_", 'a b', '0'.repeat(70)]) {
      expect(read(`multipart/related; boundary=${boundary}; type="a/b"`), boundary).toEqual({ type: 'a/b', boundary });
      expect(read(`multipart/related; type="a/b"; boundary="${boundary}"`), boundary).toEqual({
        type: 'a/b',
        boundary,
      });
    }
  });

  requirement('R-001-041', 'a boundary is needed, of at most 70 characters, not ending in a space', () => {
    expect(read('multipart/related; type="a/b"')).toBe(
      'Content-Type: at column 30 a boundary was expected, found none',
    );
    expect(read(`multipart/related; boundary=${'a '.repeat(40)}a`)).toBe(
      'Content-Type: at column 20 a boundary of at most 70 characters was expected, found 81',
    );
    expect(read('multipart/related; boundary="a "')).toBe(
      'Content-Type: at column 20 a boundary was expected, found "a "',
    );
    expect(read('multipart/related; boundary=a!b')).toBe(
      'Content-Type: at column 20 a boundary was expected, found "a!b"',
    );
    expect(read('multipart/related; boundary=""')).toBe('Content-Type: at column 20 a boundary was expected, found ""');
  });

  test('the boundary of Orthanc, which is longer, is read', () => {
    const uuid = 'be1bfd7b-6a06-40cf-899b-f2f36a066fb8';
    const boundary = `${uuid}-${uuid}`;
    expect(read(`multipart/related; type="application/dicom"; boundary=${boundary}`)).toEqual({
      type: 'application/dicom',
      boundary,
    });
  });

  requirement(['R-001-044', 'R-001-046'], 'start names the root part', () => {
    expect(read('multipart/related; boundary=x; start="<1@host>"; start-info="y"')).toEqual({
      boundary: 'x',
      start: '<1@host>',
    });
  });

  requirement('R-001-048', 'the type of the root part may have parameters of its own', () => {
    expect(read('multipart/related; boundary=x; type="a/b;c=\\"d e\\""')).toEqual({
      boundary: 'x',
      type: 'a/b; c="d e"',
    });
  });

  test('what is no multipart/related, repeats a parameter or has no media type as type is an error', () => {
    expect(read('application/dicom')).toBe('Content-Type: at column 1 "multipart/related" was expected, found "a"');
    expect(read('multipart/related; boundary=a; boundary=b')).toMatch(/found boundary again$/);
    expect(read('multipart/related; boundary=a; type=dicom')).toMatch(
      /a media type was expected as type, found "dicom"$/,
    );
    expect(read('multipart/relatedX; boundary=a')).toMatch(/^Content-Type: at column 18 /);
  });
});
