import { describe, expect, test } from 'vitest';
import { parseAnnotation } from '../../../src/syntax/annotation.ts';
import type { Parsed } from '../../../src/syntax/parsed.ts';
import { parseQuality } from '../../../src/syntax/quality.ts';
import { formatViewport, parseViewport } from '../../../src/syntax/viewport.ts';
import { formatWindow, parseWindow } from '../../../src/syntax/window.ts';
import { requirement } from '../../support/requirement.ts';

function valueOr<T>(parsed: Parsed<T>): T | string {
  return parsed.ok ? parsed.value : parsed.message;
}

describe('annotation (PS3.18 Sup174 6.5.8.1.2.1)', () => {
  const read = (value: string) => valueOr(parseAnnotation(value));

  requirement(['R-001-286', 'R-001-287'], 'the value is a list of keywords, each of which counts once', () => {
    expect(read('technique,patient')).toEqual({ keywords: ['technique', 'patient'], unknown: [] });
    expect(read('patient , patient')).toEqual({ keywords: ['patient'], unknown: [] });
  });

  requirement('R-001-279', 'procedure, as Table 6.5.8-2 has it, means technique', () => {
    expect(read('procedure,technique')).toEqual({ keywords: ['technique'], unknown: [] });
  });

  requirement('R-001-292', 'keywords that are not known are told apart', () => {
    expect(read('patient,x-device,Patient')).toEqual({ keywords: ['patient'], unknown: ['x-device', 'Patient'] });
  });

  test('nothing but unknown keywords is an error, as is a malformed list', () => {
    expect(read('Patient')).toBe('annotation: at column 1 patient or technique was expected, found "Patient"');
    expect(read('')).toBe('annotation: at column 1 a keyword was expected, found the end');
    expect(read('patient,')).toBe('annotation: at column 9 a keyword was expected, found the end');
    expect(read('patient technique')).toBe('annotation: at column 9 a comma was expected, found "t"');
  });
});

describe('quality (PS3.18 Sup174 6.5.8.1.2.2)', () => {
  const read = (value: string) => valueOr(parseQuality(value));

  requirement(['R-001-298', 'R-001-299'], 'the value is an integer from 1 to 100', () => {
    for (let quality = 1; quality <= 100; quality++) expect(read(`${quality}`)).toBe(quality);
    expect(read('0')).toBe('quality: at column 1 an integer from 1 to 100 was expected, found "0"');
    for (const wrong of ['101', '50.5', '', '-1', '1e1', 'x', '1000', ' 5'])
      expect(read(wrong)).toMatch(/^quality: at column /);
  });
});

describe('viewport (PS3.18 Sup174 6.5.8.1.2.3)', () => {
  const read = (value: string) => valueOr(parseViewport(value));

  requirement(['R-001-307', 'R-001-325'], 'width and height alone leave the region open', () => {
    expect(read('1024,1024')).toEqual({ vw: 1024, vh: 1024 });
    expect(read('0,512')).toBe('viewport: at column 1 a positive integer was expected, found "0"');
    expect(read('512.5,512')).toBe('viewport: at column 4 a comma was expected, found "."');
  });

  requirement(['R-001-306', 'R-001-320', 'R-001-322'], 'single values may be left out', () => {
    expect(read('512,512,,,512,512')).toEqual({ vw: 512, vh: 512, region: { sw: 512, sh: 512 } });
    expect(read('512,512,,20,,100')).toEqual({ vw: 512, vh: 512, region: { sy: 20, sh: 100 } });
  });

  requirement('R-001-321', 'a value means what its place says', () => {
    expect(read('512,512,512,512')).toEqual({ vw: 512, vh: 512, region: { sx: 512, sy: 512 } });
  });

  requirement('R-001-324', 'trailing values are left out with their commas', () => {
    expect(read('512,512,10,20')).toEqual({ vw: 512, vh: 512, region: { sx: 10, sy: 20 } });
    expect(read('512,512,')).toBe('viewport: at column 9 a decimal number or a comma was expected, found the end');
    expect(read('512,512,,,,')).toBe('viewport: at column 12 a decimal number was expected, found the end');
    expect(formatViewport({ vw: 1, vh: 2, region: { sy: -0.5 } })).toBe('1,2,,-0.5');
  });

  requirement(['R-001-308', 'R-001-310'], 'the region takes decimals of either sign', () => {
    expect(read('9,9,-1.5,+.5,-2.,1e2')).toEqual({ vw: 9, vh: 9, region: { sx: -1.5, sy: 0.5, sw: -2, sh: 100 } });
  });

  test('no value within the length of the parameter is infinite', () => {
    expect(read(`1,1,${'9'.repeat(190)}e99`)).toMatchObject({ region: { sx: expect.closeTo(1e289, -288) } });
    expect(read(`1,1,${'9'.repeat(400)}`)).toBe(
      'viewport: at column 201 at most 200 characters were expected, found 404',
    );
  });
});

describe('window (PS3.18 Sup174 6.5.8.1.2.4)', () => {
  const read = (value: string) => valueOr(parseWindow(value));

  requirement(['R-001-331', 'R-001-332', 'R-001-333', 'R-001-334'], 'center, width and function are read', () => {
    expect(read('40,400,linear')).toEqual({ center: 40, width: 400, shape: 'linear' });
    expect(read('-600.5,1500,linear-exact')).toEqual({ center: -600.5, width: 1500, shape: 'linear-exact' });
    expect(read('0,.5,sigmoid')).toEqual({ center: 0, width: 0.5, shape: 'sigmoid' });
    expect(formatWindow({ center: -1.5, width: 2, shape: 'sigmoid' })).toBe('-1.5,2,sigmoid');
  });

  requirement('R-001-336', 'all three values are needed', () => {
    expect(read('40,400')).toBe('window: at column 7 a comma was expected, found the end');
    expect(read('40,,linear')).toBe('window: at column 4 a decimal number was expected, found ","');
  });

  requirement('R-001-334', 'the function is one of three keywords, in lower case', () => {
    expect(read('40,400,LINEAR')).toBe('window: at column 8 linear, linear-exact or sigmoid was expected, found "L"');
  });

  requirement('R-001-333', 'a width that the function has no value for is an error', () => {
    expect(read('40,0,sigmoid')).toBe('window: at column 4 a width above 0 was expected, found 0');
    expect(read('40,-1,linear-exact')).toBe('window: at column 4 a width above 0 was expected, found -1');
    expect(read('40,0.5,linear')).toBe('window: at column 4 a width of 1 or more was expected, found 0.5');
  });
});
