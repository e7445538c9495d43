import { describe, expect } from 'vitest';
import { parseAcceptCharsetField, parseCharsetParameter } from '../../../src/syntax/character-set.ts';
import { requirement } from '../../support/requirement.ts';

const field = (value: string): readonly string[] =>
  parseAcceptCharsetField(value).map(({ value: name, weight }) => `${name} ${weight}`);

const parameter = (value: string): readonly string[] | string => {
  const parsed = parseCharsetParameter(value);
  return parsed.ok ? parsed.value.map(({ value: name, weight }) => `${name} ${weight}`) : parsed.message;
};

describe('Accept-Charset header field (PS3.18 Sup174 6.1.2.3)', () => {
  requirement(['R-001-183', 'R-001-185'], 'a list may hold charsets and the wildcard', () => {
    expect(field('iso-8859-1;q=0.5, utf-8, *;q=0.1')).toEqual(['iso-8859-1 0.5', 'utf-8 1', '* 0.1']);
  });

  requirement('R-001-158', 'charset names have no case', () => {
    expect(field('UTF-8')).toEqual(field('utf-8'));
  });

  requirement(
    ['R-001-157', 'R-001-160'],
    'a Defined Term with a space stands in quotes, and is dropped without them',
    () => {
      expect(field('"ISO_IR 100", utf-8;q=0.5')).toEqual(['ISO_IR 100 1', 'utf-8 0.5']);
      expect(field('ISO_IR 100, utf-8;q=0.5')).toEqual(['utf-8 0.5']);
      expect(field('"utf-8"')).toEqual([]);
    },
  );

  requirement('R-001-171', 'several Defined Terms keep their order, with one backslash or two between them', () => {
    expect(field('"ISO 2022 IR 6\\ISO 2022 IR 87"')).toEqual(['ISO 2022 IR 6\\ISO 2022 IR 87 1']);
    expect(field('"ISO 2022 IR 6\\\\ISO 2022 IR 87"')).toEqual(['ISO 2022 IR 6\\ISO 2022 IR 87 1']);
    expect(field('"\\ISO 2022 IR 149"')).toEqual(['\\ISO 2022 IR 149 1']);
  });
});

describe('charset query parameter (PS3.18 Sup174 6.1.2.2)', () => {
  requirement(['R-001-173', 'R-001-174'], 'a list of charsets with weights is read in its order', () => {
    expect(parameter('iso-8859-1;q=0.5,utf-8')).toEqual(['iso-8859-1 0.5', 'utf-8 1']);
    expect(parameter('')).toMatch(/^charset: at column 1 .* was expected, found the end$/);
    expect(parameter('utf-8,')).toMatch(/^charset: at column 7 /);
  });

  requirement('R-001-175', 'a wildcard is an error', () => {
    expect(parameter('*')).toMatch(/^charset: at column 1 .* found "\*"$/);
  });

  requirement(['R-001-159', 'R-001-161'], 'a Defined Term may do without quotes once it is decoded', () => {
    expect(parameter('ISO_IR 100')).toEqual(['ISO_IR 100 1']);
    expect(parameter('"ISO_IR 138";q=0.5,iso_ir 13')).toEqual(['ISO_IR 138 0.5', 'ISO_IR 13 1']);
    expect(parameter('ISO 2022 IR 13\\ISO 2022 IR 87')).toEqual(['ISO 2022 IR 13\\ISO 2022 IR 87 1']);
  });
});
