import { convertBytes } from 'dicom-character-set';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { characterSetOf } from '../../src/dicom/character-set.ts';
import { repertoires, unicodeEncodings } from '../../src/dicom/character-set-table.ts';

const coded = [...repertoires.keys()].filter((registration) => registration !== 6);

const terms: fc.Arbitrary<readonly string[]> = fc.oneof(
  fc.constantFrom(...Object.keys(unicodeEncodings)).map((term) => [term]),
  fc.constantFrom(...coded.filter((each) => ![87, 159, 149, 58].includes(each))).map((each) => [`ISO_IR ${each}`]),
  fc
    .uniqueArray(fc.constantFrom(...coded), { minLength: 1, maxLength: 4 })
    .map((several) => ['', ...several.map((registration) => `ISO 2022 IR ${registration}`)]),
);

/** Characters of many scripts, those of the character sets among them, and delimiters. */
const character = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...'ABCxyz019 .^=\\\r\n\t') },
  { weight: 2, arbitrary: fc.integer({ min: 0xa0, max: 0x5ff }).map((unit) => String.fromCharCode(unit)) },
  { weight: 1, arbitrary: fc.integer({ min: 0xe01, max: 0xe5b }).map((unit) => String.fromCharCode(unit)) },
  { weight: 1, arbitrary: fc.integer({ min: 0xff61, max: 0xff9f }).map((unit) => String.fromCharCode(unit)) },
  { weight: 3, arbitrary: fc.integer({ min: 0x3000, max: 0x30ff }).map((unit) => String.fromCharCode(unit)) },
  { weight: 3, arbitrary: fc.integer({ min: 0x4e00, max: 0x9fff }).map((unit) => String.fromCharCode(unit)) },
  { weight: 3, arbitrary: fc.integer({ min: 0xac00, max: 0xd7a3 }).map((unit) => String.fromCharCode(unit)) },
  { weight: 1, arbitrary: fc.constantFrom('\u{20000}', '\u{1f600}', '\u20ac', '\u2460') },
);

const text = fc.array(character, { maxLength: 12 }).map((characters) => characters.join(''));
const vr = fc.constantFrom('PN', 'LO', 'LT', 'UT', 'SH', 'UC', 'ST') as fc.Arbitrary<'PN' | 'LO' | 'LT'>;

/** Text without what the character set itself lacks: what is left can be encoded. */
function encodable(characterSet: ReturnType<typeof characterSetOf>, wanted: string, of: 'PN' | 'LO' | 'LT'): string {
  return [...wanted].filter((each) => characterSet.encode(each, of) !== undefined).join('');
}

describe('character set', () => {
  test('what is encoded is decoded to the same text', () => {
    fc.assert(
      fc.property(terms, text, vr, (given, wanted, of) => {
        const characterSet = characterSetOf(given);
        const some = encodable(characterSet, wanted, of);
        const encoded = characterSet.encode(some, of)!;
        expect(encoded).toBeDefined();
        expect(characterSet.decode(encoded, of)).toBe(some);
      }),
      { numRuns: 500 },
    );
  });

  test('what is encoded is read by an independent decoder', () => {
    fc.assert(
      fc.property(terms, text, (given, wanted) => {
        const characterSet = characterSetOf(given);
        // It does not know ISO_IR 203, and reads a romaji set as ASCII would.
        fc.pre(!given.some((term) => /203|IR 13$/.test(term)));
        const some = encodable(characterSet, wanted.replace(/[\\^=]/g, ''), 'LO');
        const decoded = convertBytes(given.join('\\'), characterSet.encode(some, 'LO')!, { vr: 'LO' });
        // It maps some signs of JIS X 0208 and GB 2312 as a vendor does.
        const mapped = (value: string) => [...value].map((each) => vendorSigns[each] ?? each).join('');
        expect(mapped(decoded)).toBe(mapped(some.trimEnd() === '' ? decoded : some));
      }),
      { numRuns: 300 },
    );
  });

  test('any octets are decoded without an exception', () => {
    fc.assert(
      fc.property(terms, fc.uint8Array({ maxLength: 40 }), vr, (given, bytes, of) => {
        expect(characterSetOf(given).decode(bytes, of).length).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });

  test('any text is encoded whole or not at all', () => {
    fc.assert(
      fc.property(terms, fc.string({ unit: 'binary' }), vr, (given, wanted, of) => {
        const characterSet = characterSetOf(given);
        const encoded = characterSet.encode(wanted, of);
        if (encoded !== undefined) {
          const decoded = [...characterSet.decode(encoded, of)].map((each) => vendorSigns[each] ?? each).join('');
          expect(decoded).toBe([...wanted].map((each) => vendorSigns[each] ?? each).join(''));
        }
      }),
    );
  });
});

const vendorSigns: Readonly<Record<string, string>> = {
  '\u301c': '\uff5e',
  '\u2016': '\u2225',
  '\u2212': '\uff0d',
  '\u00a2': '\uffe0',
  '\u00a3': '\uffe1',
  '\u00ac': '\uffe2',
  '\u30fb': '\u00b7',
  '\u2015': '\u2014',
};
