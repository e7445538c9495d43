import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { selectCharacterSet } from '../../../src/negotiation/selected-character-set.ts';
import { parseAcceptCharsetField, parseCharsetParameter } from '../../../src/syntax/character-set.ts';

interface Vector {
  readonly title: string;
  readonly charsets: readonly string[];
  readonly charsetParameter?: string;
  readonly acceptCharset?: string;
  readonly supported: readonly string[];
  readonly expected: string | null;
}

const file = path.resolve(import.meta.dirname, '../../vectors/negotiation/selected-character-set.json');
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: readonly Vector[] };

// The selection alone is no answer in the selected character set, so the requirements that the vectors name are not proven here.
describe('Selected Character Set (PS3.18 Sup174 6.1.2.4)', () => {
  for (const { title, charsets, charsetParameter, acceptCharset, supported, expected } of cases) {
    test(title, () => {
      const parameter = charsetParameter === undefined ? undefined : parseCharsetParameter(charsetParameter);
      if (parameter?.ok === false) throw new Error(parameter.message);
      const selected = selectCharacterSet(
        {
          charsets,
          ...(parameter === undefined ? {} : { parameter: parameter.value }),
          ...(acceptCharset === undefined ? {} : { field: parseAcceptCharsetField(acceptCharset) }),
        },
        supported,
      );
      expect(selected.kind === 'selected' ? selected.characterSet : null).toBe(expected);
    });
  }
});
