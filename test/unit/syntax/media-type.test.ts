import { describe, expect, test } from 'vitest';
import { formatMediaType, parseMediaType } from '../../../src/syntax/media-type.ts';
import { requirement } from '../../support/requirement.ts';

const read = (text: string): unknown => {
  const parsed = parseMediaType(text);
  if (!parsed.ok) return parsed.message;
  const { type, subtype, parameters } = parsed.value;
  return [type, subtype, Object.fromEntries(parameters)];
};

describe('media type (PS3.18 Sup174 6.1.1)', () => {
  requirement(['R-001-025', 'R-001-026', 'R-001-027', 'R-001-029'], 'type, subtype and parameters are read', () => {
    expect(read('text/html ; level=1;x=y')).toEqual(['text', 'html', { level: '1', x: 'y' }]);
  });

  requirement('R-001-030', 'type, subtype and parameter names have no case', () => {
    expect(read('Text/HTML;Charset=UTF-8')).toEqual(['text', 'html', { charset: 'UTF-8' }]);
  });

  requirement('R-001-031', 'the case of a parameter value is kept, for its parameter to judge', () => {
    expect(read('a/b;x=Yz')).toEqual(['a', 'b', { x: 'Yz' }]);
  });

  requirement(['R-001-028', 'R-001-033', 'R-001-034'], 'a quoted value means what the unquoted one means', () => {
    expect(read('text/html;charset="utf-8"')).toEqual(read('text/html;charset=utf-8'));
    expect(read('a/b;x="say \\"A\\\\B\\"; now"')).toEqual(['a', 'b', { x: 'say "A\\B"; now' }]);
    expect(read('a/b;x=""')).toEqual(['a', 'b', { x: '' }]);
  });

  test('a failure says where and what was expected', () => {
    expect(read('text')).toBe('media type: at column 5 "/" was expected, found the end');
    expect(read('text/html;')).toBe('media type: at column 11 a parameter name was expected, found the end');
    expect(read('text/html;level=')).toBe(
      'media type: at column 17 a token or a quoted string was expected, found the end',
    );
    expect(read('text/html;a=1;a=2')).toBe('media type: at column 15 another parameter was expected, found a again');
  });

  test('q is no parameter of a media type', () => {
    expect(read('text/html;q=0.5')).toBe('media type: at column 11 a parameter name was expected, found "q"');
  });

  test('names of properties that every object has are ordinary parameter names', () => {
    expect(read('a/b;__proto__=1;constructor=2')).toEqual([
      'a',
      'b',
      Object.fromEntries([
        ['__proto__', '1'],
        ['constructor', '2'],
      ]),
    ]);
  });
});

describe('writing a media type', () => {
  const write = (type: string, subtype: string, parameters: Record<string, string> = {}): string =>
    formatMediaType({ type, subtype, parameters: new Map(Object.entries(parameters)) });

  requirement('R-001-049', 'the type of a multipart gets quotes', () => {
    expect(write('multipart', 'related', { type: 'application/dicom', boundary: 'x' })).toBe(
      'multipart/related; type="application/dicom"; boundary=x',
    );
  });

  test('other values get quotes where they are no token', () => {
    expect(write('a', 'b', { x: 'y', z: 'a b', e: '', q: '"\\' })).toBe('a/b; x=y; z="a b"; e=""; q="\\"\\\\"');
  });
});
