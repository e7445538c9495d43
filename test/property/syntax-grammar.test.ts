/** The generated parsers read what the ABNF derives: no more, no less. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as characterSetStrings from '../../generated/arbitraries/character-sets.ts';
import type { Drawn } from '../../generated/arbitraries/drawn.ts';
import * as mediaTypeStrings from '../../generated/arbitraries/media-types.ts';
import * as renderingStrings from '../../generated/arbitraries/rendering.ts';
import * as resourceStrings from '../../generated/arbitraries/resources.ts';
import * as characterSets from '../../generated/parsers/character-sets.js';
import * as mediaTypes from '../../generated/parsers/media-types.js';
import * as rendering from '../../generated/parsers/rendering.js';
import * as resources from '../../generated/parsers/resources.js';
import { parserPlans } from '../../scripts/generate/grammar/parsers.ts';
import { derives } from '../support/abnf.ts';
import { type Parser, parses } from '../support/parser.ts';

const numRuns = Number(process.env.FIDUCIAL_PROPERTY_RUNS ?? 300);

const rooms: Readonly<Record<string, { readonly parser: Parser; readonly strings: Readonly<Record<string, Drawn>> }>> =
  {
    'media-types': { parser: mediaTypes, strings: mediaTypeStrings },
    'character-sets': { parser: characterSets, strings: characterSetStrings },
    rendering: { parser: rendering, strings: renderingStrings },
    resources: { parser: resources, strings: resourceStrings },
  };

const camel = (name: string): string => name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());

describe.each(parserPlans)('the parser of $name', ({ name, start }) => {
  const room = rooms[name];

  test.each(start)('every string drawn from the ABNF rule %s parses to its end', (rule) => {
    fc.assert(
      fc.property(room!.strings[camel(rule)]!.valid, (text) => {
        expect(derives(rule, text), 'the rule derives it').toBe(true);
        expect(parses(room!.parser, rule, text), 'the parser reads it').toBe(true);
      }),
      { numRuns },
    );
  });

  test.each(start)('a string next to one of the ABNF rule %s parses exactly if the rule derives it', (rule) => {
    fc.assert(
      fc.property(room!.strings[camel(rule)]!.near, (text) => {
        expect(parses(room!.parser, rule, text)).toBe(derives(rule, text));
      }),
      { numRuns },
    );
  });
});
