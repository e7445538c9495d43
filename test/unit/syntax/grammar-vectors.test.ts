/** The generated parsers and the recogniser both agree with the lists of valid and invalid strings of each rule. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import * as characterSets from '../../../generated/parsers/character-sets.js';
import * as mediaTypes from '../../../generated/parsers/media-types.js';
import * as rendering from '../../../generated/parsers/rendering.js';
import * as resources from '../../../generated/parsers/resources.js';
import { parserPlans } from '../../../scripts/generate/grammar/parsers.ts';
import { derives, requirementsOf } from '../../support/abnf.ts';
import { type Parser, parses } from '../../support/parser.ts';
import { requirement } from '../../support/requirement.ts';

const parsers: Readonly<Record<string, Parser>> = {
  'media-types': mediaTypes,
  'character-sets': characterSets,
  rendering,
  resources,
};

const folder = path.resolve(import.meta.dirname, '../../vectors/grammar');

const withVectors = parserPlans.flatMap((plan) => plan.start);

function vectors(rule: string, kind: 'valid' | 'invalid'): readonly string[] {
  const text = readFileSync(path.join(folder, `${rule}.${kind}.txt`), 'utf8');
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as string);
}

describe.each(parserPlans)('the rules of $name', ({ name, start }) => {
  for (const rule of start) {
    const prove = (title: string, run: () => void): void => {
      const ids = requirementsOf(rule, withVectors);
      if (ids.length > 0) requirement(ids, title, run);
      else test(title, run);
    };
    prove(`${rule} derives its valid strings`, () => {
      for (const text of vectors(rule, 'valid')) {
        expect.soft(parses(parsers[name]!, rule, text), `the parser on ${JSON.stringify(text)}`).toBe(true);
        expect.soft(derives(rule, text), `the recogniser on ${JSON.stringify(text)}`).toBe(true);
      }
    });
    prove(`${rule} does not derive its invalid strings`, () => {
      for (const text of vectors(rule, 'invalid')) {
        expect.soft(parses(parsers[name]!, rule, text), `the parser on ${JSON.stringify(text)}`).toBe(false);
        expect.soft(derives(rule, text), `the recogniser on ${JSON.stringify(text)}`).toBe(false);
      }
    });
  }
});
