import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OriginServerError } from '../../../src/errors/origin-server-error.ts';
import { checkUrl, clip, normalizedPath, originForm } from '../../../src/http/url-syntax.ts';

function codeOf(url: string): string | undefined {
  try {
    checkUrl(url);
    return undefined;
  } catch (error) {
    if (error instanceof OriginServerError) return error.code;
    throw error;
  }
}

describe('request target (RFC 9112 3.2, RFC 3986 2)', () => {
  test.each([
    ['/a?b', '/a?b'],
    ['http://host:1/a?b', '/a?b'],
    ['HTTPS://host', '/'],
    ['http://host?b', '/?b'],
    ['*', '*'],
  ])('%s has the origin form %s', (target, form) => {
    expect(originForm(target)).toBe(form);
  });

  test.each([
    ['/%73tudies/1%2E2?a=%41', '/studies/1.2?a=%41'],
    ['/%7e%2D%5f%30%39%41%5A%61%7A', '/~-_09AZaz'],
    ['/%25%2f%3a%40%5b%60%7B%20', '/%25%2f%3a%40%5b%60%7B%20'],
    ['/%2541', '/%2541'],
    ['/a?%41', '/a?%41'],
  ])('%s has the normalized path %s', (url, normalized) => {
    expect(normalizedPath(url)).toBe(normalized);
  });

  test.each([
    ['/studies/%20?a=%7E', undefined],
    ['/a%', 'path-invalid'],
    ['/a%2', 'path-invalid'],
    ['/a%ff', 'path-invalid'],
    ['/a%00', 'path-invalid'],
    ['/a b', 'path-invalid'],
    ['/ä', 'path-invalid'],
    ['/a#b', 'path-invalid'],
    ['a', 'path-invalid'],
    ['/a?%', 'query-string-malformed'],
    ['/a?b=%c3', 'query-string-malformed'],
    ['/a?b=%00', 'query-string-malformed'],
    ['/a?b#c', 'query-string-malformed'],
    ['/a?b=?/%C3%A4', undefined],
  ])('%s: %s', (url, code) => {
    expect(codeOf(url)).toBe(code);
  });

  test('whatever encodeURIComponent makes is sound', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const encoded = encodeURIComponent(text.replaceAll('\0', ''));
        expect(codeOf(`/${encoded}?${encoded}`)).toBeUndefined();
      }),
    );
  });

  test('what is shown of a request is short', () => {
    expect(clip('x'.repeat(80))).toHaveLength(80);
    expect(clip('x'.repeat(1_000_000))).toHaveLength(80);
  });
});
