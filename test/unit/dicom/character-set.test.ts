import { convertBytes } from 'dicom-character-set';
import { describe, expect, test } from 'vitest';
import { characterSetOf } from '../../../src/dicom/character-set.ts';

/** Octets as PS3.5 prints them, column/row: "13/04" is 0xD4. */
function octets(printed: string): Buffer {
  return Buffer.from(printed.split(/\s+/).map((pair) => Number(pair.slice(0, 2)) * 16 + Number(pair.slice(3))));
}

describe('Specific Character Set: the examples of PS3.5', () => {
  const examples: readonly [clause: string, terms: readonly string[], text: string, printed: string][] = [
    [
      'H.3.1',
      ['', 'ISO 2022 IR 87'],
      'Yamada^Tarou=\u5c71\u7530^\u592a\u90ce=\u3084\u307e\u3060^\u305f\u308d\u3046',
      `05/09 06/01 06/13 06/01 06/04 06/01 05/14 05/04 06/01 07/02 06/15 07/05 03/13 01/11 02/04 04/02 03/11 03/03 04/05 04/04
      01/11 02/08 04/02 05/14 01/11 02/04 04/02 04/02 04/00 04/15 03/10 01/11 02/08 04/02 03/13 01/11 02/04 04/02 02/04 06/04
      02/04 05/14 02/04 04/00 01/11 02/08 04/02 05/14 01/11 02/04 04/02 02/04 03/15 02/04 06/13 02/04 02/06 01/11 02/08 04/02`,
    ],
    [
      'H.3.2',
      ['ISO 2022 IR 13', 'ISO 2022 IR 87'],
      '\uff94\uff8f\uff80\uff9e^\uff80\uff9b\uff73=\u5c71\u7530^\u592a\u90ce=\u3084\u307e\u3060^\u305f\u308d\u3046',
      `13/04 12/15 12/00 13/14 05/14 12/00 13/11 11/03 03/13 01/11 02/04 04/02 03/11 03/03 04/05 04/04 01/11 02/08 04/10 05/14
      01/11 02/04 04/02 04/02 04/00 04/15 03/10 01/11 02/08 04/10 03/13 01/11 02/04 04/02 02/04 06/04 02/04 05/14 02/04 04/00
      01/11 02/08 04/10 05/14 01/11 02/04 04/02 02/04 03/15 02/04 06/13 02/04 02/06 01/11 02/08 04/10`,
    ],
    [
      'I.2',
      ['', 'ISO 2022 IR 149'],
      'Hong^Gildong=\u6d2a^\u5409\u6d1e=\ud64d^\uae38\ub3d9',
      `04/08 06/15 06/14 06/07 05/14 04/07 06/09 06/12 06/04 06/15 06/14 06/07 03/13 01/11 02/04 02/09 04/03 15/11 15/03 05/14
      01/11 02/04 02/09 04/03 13/01 12/14 13/04 13/07 03/13 01/11 02/04 02/09 04/03 12/08 10/11 05/14 01/11 02/04 02/09 04/03
      11/01 14/06 11/05 11/15`,
    ],
    [
      'K.2',
      ['', 'ISO 2022 IR 58'],
      'Zhang^XiaoDong=\u5f20^\u5c0f\u4e1c=',
      `05/10 06/08 06/01 06/14 06/07 05/14 05/08 06/09 06/01 06/15 04/04 06/15 06/14 06/07 03/13 01/11 02/04 02/09 04/01 13/05
      12/05 05/14 01/11 02/04 02/09 04/01 13/00 10/01 11/06 10/11 03/13`,
    ],
  ];
  test.each(examples)('%s, a person name', (_, terms, text, printed) => {
    const characterSet = characterSetOf(terms);
    expect(characterSet.decode(octets(printed), 'PN')).toBe(text);
    expect(Buffer.from(characterSet.encode(text, 'PN')!).toString('hex')).toBe(octets(printed).toString('hex'));
  });

  test('K.3, a text of several lines, each of which designates the set again', () => {
    const characterSet = characterSetOf(['', 'ISO 2022 IR 58']);
    const encoded = Buffer.from(
      '312e1b242941b5dad2bbd0d0cec4d7d6a1a30d0a322e1b242941b5dab6fed0d0cec4d7d6a1a30d0a332e1b242941b5dac8fdd0d0cec4d7d6a1a30d0a',
      'hex',
    );
    const text =
      '1.\u7b2c\u4e00\u884c\u6587\u5b57\u3002\r\n2.\u7b2c\u4e8c\u884c\u6587\u5b57\u3002\r\n3.\u7b2c\u4e09\u884c\u6587\u5b57\u3002\r\n';
    expect(characterSet.decode(encoded, 'LT')).toBe(text);
    expect(Buffer.from(characterSet.encode(text, 'LT')!)).toEqual(encoded);
  });
});

describe('Specific Character Set (PS3.3 C.12.1.1.2)', () => {
  const singleByte = [6, 100, 101, 109, 110, 144, 127, 126, 138, 148, 13, 166];
  test.each(singleByte)('every octet of ISO_IR %i is read as by an independent decoder', (registration) => {
    const characterSet = characterSetOf([`ISO_IR ${registration}`]);
    // 0x5C and 0x7E of ISO-IR 14 are tested below.
    const graphic = [...Array(256).keys()].filter((octet) => (octet >= 0x20 && octet < 0x7f) || octet >= 0xa0);
    for (const octet of graphic.filter((each) => registration !== 13 || (each !== 0x5c && each !== 0x7e))) {
      const bytes = Uint8Array.of(octet);
      const decoded = characterSet.decode(bytes, 'LT');
      if (registration !== 6 || octet < 0x80)
        expect(decoded).toBe(convertBytes(`ISO_IR ${registration}`, bytes, { vr: 'LT' }));
      if (decoded !== '\ufffd' && octet < (registration === 6 ? 0x80 : 0x100)) {
        expect(characterSet.encode(decoded)).toEqual(bytes);
      }
    }
  });

  test('ISO_IR 203 is Latin alphabet No. 9', () => {
    expect(characterSetOf(['ISO_IR 203']).decode(Uint8Array.of(0xa4, 0xbd), 'LO')).toBe('\u20ac\u0153');
  });

  test('0x5C delimits values even where it is a yen sign (PS3.5 6.1.2.3)', () => {
    const characterSet = characterSetOf(['ISO_IR 13']);
    const bytes = Buffer.from('a\\b~');
    expect(characterSet.decode(bytes, 'LO')).toBe('a\\b\u203e');
    expect(characterSet.decode(bytes, 'ST')).toBe('a\u00a5b\u203e');
    expect(characterSet.encode('a\u00a5b', 'ST')).toEqual(new Uint8Array(Buffer.from('a\\b')));
    expect(characterSet.encode('a\\b', 'ST')).toBeUndefined();
  });

  test.each([
    ['GBK', '8f5c815c', '\u5f5b\u4e57'],
    ['GB18030', '8f5c815c95328236', '\u5f5b\u4e57\u{20000}'],
    ['\\ISO 2022 IR 87', '1b2442305c1b2842', '\u5ee3'],
  ])('%s: 0x5C as the second octet of a character delimits nothing', (terms, hex, text) => {
    const decoded = characterSetOf(terms.split('\\')).decode(Buffer.from(hex, 'hex'), 'LO');
    expect(decoded).not.toContain('\\');
    expect([...decoded]).toHaveLength([...text].length);
  });

  test.each([
    ['a delimiter of values', 'LO', '\\'],
    ['a delimiter of components', 'PN', '^'],
    ['a delimiter of component groups', 'PN', '='],
    ['the end of a line', 'LT', '\r\n'],
    ['a tabulator', 'UT', '\t'],
    ['the end of a page', 'ST', '\f'],
  ] as const)('after %s the first character set is active again (PS3.5 6.1.2.5.3)', (_, vr, delimiter) => {
    const characterSet = characterSetOf(['ISO 2022 IR 100', 'ISO 2022 IR 126']);
    // Greek alpha in G1, then the same octet after the delimiter.
    const bytes = Buffer.concat([Buffer.from('\x1b-F\xe1', 'latin1'), Buffer.from(delimiter), Buffer.of(0xe1)]);
    expect(characterSet.decode(bytes, vr)).toBe(`\u03b1${delimiter}\u00e1`);
    const encoded = characterSet.encode(`\u03b1${delimiter}\u00e1`, vr)!;
    expect(Buffer.from(encoded).toString('latin1')).toBe(`\x1b-F\xe1\x1b-A${delimiter}\xe1`);
  });

  test('a yen sign is written where 0x5C delimits nothing, and cannot be where it does', () => {
    const romaji = characterSetOf(['ISO_IR 13']);
    expect(romaji.encode('¥', 'ST')).toEqual(Uint8Array.of(0x5c));
    for (const vr of ['LO', 'PN'] as const) expect(romaji.encode('¥', vr)).toBeUndefined();
  });

  test('a space behind an ideograph is written in the initial set, for readers that take octets by twos', () => {
    const japanese = characterSetOf(['', 'ISO 2022 IR 87']);
    expect(Buffer.from(japanese.encode('山 田', 'LO')!).toString('latin1')).toBe('\x1b$B;3\x1b(B \x1b$BED\x1b(B');
  });

  test('"^" delimits nothing outside PN', () => {
    const characterSet = characterSetOf(['ISO 2022 IR 100', 'ISO 2022 IR 126']);
    expect(characterSet.decode(Buffer.from('\x1b-F\xe1^\xe1', 'latin1'), 'LO')).toBe('\u03b1^\u03b1');
  });

  test.each(['AE', 'CS', 'DA', 'DS', 'IS', 'UI', 'UR'] as const)('does not affect %s (PS3.5 6.1.2.2)', (vr) => {
    expect(characterSetOf(['ISO_IR 13']).decode(Buffer.from('A\\B~'), vr)).toBe('A\\B~');
    expect(characterSetOf(['ISO_IR 192']).encode('\u00e9', vr)).toBeUndefined();
  });

  test('terms are read generously, and the unknown ones are named', () => {
    for (const term of ['ISO-IR 100', 'iso_ir 100', 'ISO 2022 IR 100', 'ISO IR 100', 'ISO2022 IR 100']) {
      const characterSet = characterSetOf([term]);
      expect(characterSet.decode(Uint8Array.of(0xe4), 'LO')).toBe('\u00e4');
      expect(characterSet.unknownTerms).toEqual([]);
    }
    const unknown = characterSetOf(['KLINGON']);
    expect(unknown.decode(Uint8Array.of(0x41, 0xe4), 'LO')).toBe('A\u00e4');
    expect(unknown.unknownTerms).toEqual(['KLINGON']);
  });

  test.each([
    ['ISO_IR 100', '\u0153'],
    ['ISO_IR 6', '\u00e9'],
    ['\\ISO 2022 IR 87', '\u2460'],
    ['\\ISO 2022 IR 58', '\u2170'],
    ['\\ISO 2022 IR 149', '\u20ac'],
    ['GBK', '\u20ac'],
    ['GBK', '\ud55c'],
    ['ISO_IR 192', '\ud800'],
    ['GB18030', '\udc00'],
    ['ISO_IR 100', '\x1b'],
  ])('%s: a character that the standard set lacks, or a vendor added, is not encoded', (terms, text) => {
    expect(characterSetOf(terms.split('\\')).encode(text)).toBeUndefined();
  });

  test('text with the form of a vendor is encoded as the same character', () => {
    const kanji = characterSetOf(['', 'ISO 2022 IR 87']);
    expect(kanji.encode('\uff5e')).toEqual(kanji.encode('\u301c'));
    expect(kanji.decode(kanji.encode('\uff5e')!, 'LT')).toBe('\u301c');
  });
});
