import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { characterSets } from '../../../generated/tables.ts';
import { encoderOf } from '../../../src/dicom/character-set-encoder.ts';
import { requirement } from '../../support/requirement.ts';
import { describeWithTool } from '../../support/tool.ts';

/** Text that each charset can hold. */
const texts: Readonly<Record<string, string>> = {
  'US-ASCII': 'plain',
  'ISO-8859-1': 'd\u00e9j\u00e0 vu',
  'ISO-8859-2': 'Wa\u0142\u0119sa',
  'ISO-8859-3': '\u0125o\u0109',
  'ISO-8859-4': '\u0113\u0123',
  'ISO-8859-5': '\u041b\u044e\u043ace',
  'ISO-8859-6': '\u0642\u0628\u0627\u0646\u064a',
  'ISO-8859-7': '\u0394\u03b9\u03bf\u03bd\u03c5\u03c3\u03b9\u03bf\u03c2',
  'ISO-8859-8': '\u05e9\u05e8\u05d5\u05df',
  'ISO-8859-9': '\u00c7avu\u015fo\u011flu',
  'TIS-620': '\u0e2a\u0e21\u0e0a\u0e32\u0e22',
  'ISO-2022-JP': 'Yamada \u5c71\u7530\r\n\u3084\u307e\u3060 \u00a5',
  'ISO-2022-KR': 'Hong \ud64d\uae38\ub3d9\n\u6d2a, \u5409',
  'ISO-2022-CN': '1. \u7b2c\u4e00\u884c\n2. \u7b2c\u4e8c\u884c\u3002',
  GB18030: '\u738b^\u5c0f\u4e1c\u{20000}',
  GBK: '\u738b\u5c0f\u6771',
  'UTF-8': '\u738b\u{1f600}',
};

describe('charset encoders (PS3.18 Sup174 Table D-1)', () => {
  test('every charset of the table has one, whatever the case of its name', () => {
    for (const { charset } of characterSets) {
      expect(encoderOf(charset)?.('A'), charset).toBeDefined();
      expect(encoderOf(charset.toLowerCase())).toBe(encoderOf(charset));
    }
    expect(encoderOf('utf-16')).toBeUndefined();
  });

  requirement('R-001-429', 'ISO-2022-JP begins and ends each line in ASCII', () => {
    const encoded = Buffer.from(encoderOf('ISO-2022-JP')!('A\u5c71\n\u3084')!).toString('latin1');
    expect(encoded).toBe('A\x1b$B;3\x1b(B\n\x1b$B$d\x1b(B');
  });

  requirement('R-001-430', 'ISO-2022-KR designates at the start and shifts', () => {
    const encoded = Buffer.from(encoderOf('ISO-2022-KR')!('A\ud55c\uae00\nB')!).toString('latin1');
    expect(encoded).toBe('\x1b$)CA\x0eGQ1[\x0f\nB');
  });

  requirement('R-001-431', 'ISO-2022-CN designates on each line and shifts', () => {
    const encoded = Buffer.from(encoderOf('ISO-2022-CN')!('\u7b2c\n\u7b2c')!).toString('latin1');
    expect(encoded).toBe('\x1b$)A\x0e5Z\x0f\n\x1b$)A\x0e5Z\x0f');
  });

  test.each([
    ['US-ASCII', '\u00e9'],
    ['ISO-8859-1', '\u20ac'],
    ['ISO-2022-JP', '\uff94'],
    ['ISO-2022-KR', '\u20ac'],
    ['ISO-2022-KR', '\x0e'],
    ['ISO-2022-CN', '\u6771\ud55c'],
    ['UTF-8', '\ud800'],
  ])('%s refuses a text that it cannot hold', (charset, text) => {
    expect(encoderOf(charset)!(text)).toBeUndefined();
  });

  describeWithTool('iconv', 'against iconv', () => {
    test.each(Object.entries(texts))('%s is read back by an independent decoder', (charset, text) => {
      const encoded = encoderOf(charset)!(text)!;
      expect(encoded).toBeDefined();
      const decoded = spawnSync('iconv', ['-f', charset, '-t', 'UTF-8'], { input: encoded });
      expect(decoded.stdout.toString('utf8')).toBe(text);
    });
  });
});
