/** What holds for every value that syntax reads or writes. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as characterSets from '../../generated/arbitraries/character-sets.ts';
import * as mediaTypes from '../../generated/arbitraries/media-types.ts';
import * as rendering from '../../generated/arbitraries/rendering.ts';
import * as resources from '../../generated/arbitraries/resources.ts';
import { parseAcceptField, parseAcceptParameter } from '../../src/syntax/accept.ts';
import { parseAnnotation } from '../../src/syntax/annotation.ts';
import { parseAcceptCharsetField, parseCharsetParameter } from '../../src/syntax/character-set.ts';
import { parseMultipartRelated } from '../../src/syntax/content-type.ts';
import { parseFrameList } from '../../src/syntax/frame-list.ts';
import { formatMediaType, type MediaType, parseMediaType } from '../../src/syntax/media-type.ts';
import type { Parsed } from '../../src/syntax/parsed.ts';
import { parseQuality } from '../../src/syntax/quality.ts';
import { parseQueryString } from '../../src/syntax/query-string.ts';
import { parseUid } from '../../src/syntax/uid.ts';
import { formatViewport, parseViewport, type Viewport } from '../../src/syntax/viewport.ts';
import { formatWindow, parseWindow, type Window } from '../../src/syntax/window.ts';
import { requirement } from '../support/requirement.ts';

const numRuns = Number(process.env.FIDUCIAL_PROPERTY_RUNS ?? 300);

function law<Values extends [unknown, ...unknown[]]>(
  arbitraries: { [K in keyof Values]: fc.Arbitrary<Values[K]> },
  holds: (...values: Values) => void,
): () => void {
  return () => fc.assert(fc.property(...arbitraries, holds), { numRuns });
}

const token = fc.stringMatching(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,12}$/);
const name = fc.stringMatching(/^[!#$%&'+\-.^_`|~0-9a-z]{1,12}$/);
const text = fc.string({
  unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
  maxLength: 20,
});

const mediaType: fc.Arbitrary<MediaType> = fc.record({
  type: name,
  subtype: name,
  parameters: fc
    .uniqueArray(
      fc.tuple(
        name.filter((one) => one !== 'q'),
        fc.oneof(token, text),
      ),
      { selector: ([key]) => key, maxLength: 4 },
    )
    .map((entries) => new Map(entries)),
});

const decimal = fc
  .oneof(fc.integer({ min: -5000, max: 5000 }), fc.double({ min: -1e9, max: 1e9, noNaN: true }))
  // Values without a sign of zero and without a three-digit exponent, which no viewport and no window has.
  .map((value) => (Math.abs(value) < 1e-90 ? 0 : value));

const viewport: fc.Arbitrary<Viewport> = fc
  .record(
    {
      vw: fc.integer({ min: 1, max: 999_999_999 }),
      vh: fc.integer({ min: 1, max: 999_999_999 }),
      region: fc
        .record({ sx: decimal, sy: decimal, sw: decimal, sh: decimal }, { requiredKeys: [] })
        .filter((region) => Object.keys(region).length > 0),
    },
    { requiredKeys: ['vw', 'vh'] },
  )
  .map((value) => value as Viewport);

const window: fc.Arbitrary<Window> = fc.record({
  center: decimal,
  width: fc.double({ min: 1, max: 1e6, noNaN: true }),
  shape: fc.constantFrom('linear', 'linear-exact', 'sigmoid'),
});

function ok<T>(parsed: Parsed<T>): T {
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.value;
}

describe('printing and parsing', () => {
  requirement(
    ['R-001-025', 'R-001-028', 'R-001-034'],
    'printing then parsing a media type gives the same media type',
    law([mediaType], (value) => {
      expect(ok(parseMediaType(formatMediaType(value)))).toEqual(value);
    }),
  );

  requirement(
    ['R-001-306', 'R-001-320', 'R-001-324'],
    'printing then parsing a viewport gives the same viewport',
    law([viewport], (value) => {
      expect(ok(parseViewport(formatViewport(value)))).toEqual(value);
    }),
  );

  requirement(
    ['R-001-331', 'R-001-336'],
    'printing then parsing a window gives the same window',
    law([window], (value) => {
      expect(ok(parseWindow(formatWindow(value)))).toEqual(value);
    }),
  );

  requirement(
    'R-001-030',
    'the case of a media type and of its parameter names changes nothing',
    law([mediaType], ({ type, subtype }) => {
      expect(parseMediaType(`${type.toUpperCase()}/${subtype.toUpperCase()};X=Y`)).toEqual(
        parseMediaType(`${type}/${subtype};x=Y`),
      );
    }),
  );
});

describe('lists', () => {
  requirement(
    ['R-001-104', 'R-001-119'],
    'what an accept parameter says, the Accept header field says as well',
    law([mediaTypes.acceptList.valid], (value) => {
      const parameter = parseAcceptParameter(value);
      if (parameter.ok) expect(parseAcceptField(value)).toEqual(parameter.value);
    }),
  );

  requirement(
    'R-001-119',
    'a malformed element takes nothing away from the elements round it',
    law(
      [
        mediaTypes.acceptRange.valid,
        fc.constantFrom('x', 'x/', '/y', 'a/b;q=2', 'a/b;q', '*', '*/x', 'a b', '=', 'a/b;;c', 'a/b;c'),
        mediaTypes.acceptRange.valid,
      ],
      (before, malformed, after) => {
        const alone = [...parseAcceptField(before), ...parseAcceptField(after)];
        expect(parseAcceptField(`${before},${malformed},${after}`)).toEqual(alone);
      },
    ),
  );

  requirement(
    'R-001-119',
    'empty elements of a header field change nothing',
    law([mediaTypes.Accept.valid, fc.constantFrom(',', ' , ', ',,', '\t,')], (value, empty) => {
      expect(parseAcceptField(`${empty}${value}${empty}`)).toEqual(parseAcceptField(value));
    }),
  );

  requirement(
    ['R-001-100', 'R-001-101'],
    'every weight is a number from 0 to 1 with at most three decimals',
    law([mediaTypes.Accept.valid, characterSets.AcceptCharset.valid], (accept, charset) => {
      for (const { weight } of [...parseAcceptField(accept), ...parseAcceptCharsetField(charset)]) {
        expect(weight).toBeGreaterThanOrEqual(0);
        expect(weight).toBeLessThanOrEqual(1);
        expect(weight).toBe(Math.round(weight * 1000) / 1000);
      }
    }),
  );

  requirement(
    'R-001-103',
    'an accept parameter never has a wildcard',
    law([fc.oneof(mediaTypes.acceptList.valid, mediaTypes.Accept.valid, mediaTypes.Accept.near)], (value) => {
      const parsed = parseAcceptParameter(value);
      if (parsed.ok)
        for (const member of parsed.value) expect([member.value.type, member.value.subtype]).not.toContain('*');
    }),
  );

  requirement(
    ['R-001-160', 'R-001-161'],
    'what Accept-Charset says without a wildcard, the charset parameter says as well',
    law([characterSets.fieldCharset.valid], (value) => {
      expect(parseAcceptCharsetField(value)).toEqual(ok(parseCharsetParameter(value)));
    }),
  );
});

describe('query component', () => {
  test(
    'encoding then parsing names and values gives the same names and values',
    law(
      [
        fc.array(fc.tuple(fc.string({ minLength: 1, unit: 'grapheme' }), fc.string({ unit: 'grapheme' })), {
          maxLength: 6,
        }),
      ],
      (pairs) => {
        fc.pre(pairs.every((pair) => pair.every((part) => part.isWellFormed() && !part.includes('\0'))));
        const raw = pairs.map((pair) => pair.map(encodeURIComponent).join('=')).join('&');
        const read = [...ok(parseQueryString(raw))].flatMap(([key, values]) =>
          values.map((value) => `${key}=${value}`),
        );
        expect(read.sort()).toEqual(pairs.map((pair) => pair.join('=')).sort());
      },
    ),
  );
});

describe('any text at all', () => {
  const parsers: readonly ((value: string) => Parsed<unknown> | readonly unknown[])[] = [
    parseMediaType,
    parseAcceptField,
    parseAcceptParameter,
    parseAcceptCharsetField,
    parseCharsetParameter,
    parseAnnotation,
    parseQuality,
    parseViewport,
    parseWindow,
    parseQueryString,
    parseFrameList,
    parseUid,
    parseMultipartRelated,
  ];
  const near = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    ...[mediaTypes, characterSets, rendering, resources].flatMap((room) =>
      Object.values(room).map((drawn) => drawn.near),
    ),
  );

  test(
    'is read or refused with a sentence that names a column within it',
    law([near], (value) => {
      for (const parse of parsers) {
        const parsed = parse(value);
        if ('ok' in parsed && !parsed.ok) {
          expect(parsed.at).toBeGreaterThanOrEqual(0);
          expect(parsed.at).toBeLessThanOrEqual(value.length);
          expect(parsed.message).toMatch(/^[\w -]+: at column \d+ .* (was|were) expected, found /s);
          expect(parsed.message).not.toContain('undefined');
        }
      }
    }),
  );

  test('takes no more than a moment, whatever is repeated up to the longest that is read', () => {
    for (const part of [
      ',',
      ', ',
      'a/b,',
      'a,',
      'a/b;',
      ';x=1',
      ' ',
      '"',
      '\\',
      '\\"',
      'a/b;x="\\',
      ';q=1',
      '%41',
      '&',
      '=',
      '1,',
      '1.',
      '-',
      '*/*,',
    ]) {
      const value = `a/b;x=1${part.repeat(10_000)}`.slice(0, 8192);
      for (const parse of parsers) {
        const before = performance.now();
        parse(value);
        expect(performance.now() - before, `${parse.name} of ${JSON.stringify(part)} again and again`).toBeLessThan(
          1000,
        );
      }
    }
  });
});
