import { describe, expect, test } from 'vitest';
import { Tag, type VR } from '../../../generated/dictionary.ts';
import { memorySource } from '../../../src/dicom/byte-source.ts';
import type { DataSet } from '../../../src/dicom/data-set.ts';
import { readPart10 } from '../../../src/dicom/part10.ts';
import { TransferSyntaxUID } from '../../../src/dicom/transfer-syntax.ts';
import { type BuiltElements, type BuiltValue, buildInstance } from '../../support/dicom-builder.ts';

function dataSetWith(
  elements: BuiltElements,
  transferSyntax: string = TransferSyntaxUID.ExplicitVRLittleEndian,
): DataSet {
  const read = readPart10(memorySource(buildInstance({ elements, transferSyntax })));
  if (!read.ok) throw new Error(read.detail);
  return read.part10.dataSet;
}

const tag = 0x00111001;

function dataSetOf(vr: VR, value: BuiltValue): DataSet {
  return dataSetWith({ more: [{ tag, vr, value }] });
}

describe('text values (PS3.5 6.2)', () => {
  test.each([
    ['CS', ' ORIGINAL \\ PRIMARY', ['ORIGINAL', 'PRIMARY']],
    ['LO', ' a b ', ['a b']],
    ['PN', 'Doe^John ', ['Doe^John']],
    ['UI', '1.2.3\0', ['1.2.3']],
    ['LO', 'padded\0\0', ['padded']],
    ['LT', ' one\\two ', [' one\\two']],
    ['UT', ' one\\two ', [' one\\two']],
    ['UR', 'http://a/b\\c ', ['http://a/b\\c']],
    ['UC', 'a\\b', ['a', 'b']],
    ['DA', '20240102', ['20240102']],
    ['SH', 'a\\\\c', ['a', '', 'c']],
    ['LO', '', []],
  ] as const)('%s %j', (vr, value, expected) => {
    expect(dataSetOf(vr, value).texts(tag)).toEqual(expected);
  });

  test('an absent and an empty value are undefined', () => {
    const dataSet = dataSetWith({ PatientName: '' });
    expect(dataSet.text(Tag.PatientName)).toBeUndefined();
    expect(dataSet.text(Tag.PatientComments)).toBeUndefined();
    expect(dataSet.has(Tag.PatientName)).toBe(true);
  });

  test('Specific Character Set decodes the text, in items as well, unless they have their own', () => {
    const dataSet = dataSetWith({
      SpecificCharacterSet: 'ISO_IR 100',
      PatientName: Buffer.from('Müller^', 'latin1'),
      ReferencedSeriesSequence: {
        items: [
          { SeriesDescription: Buffer.from('Hüfte', 'latin1') },
          { SpecificCharacterSet: 'ISO_IR 192', SeriesDescription: Buffer.from('Hüfte', 'utf8') },
        ],
      },
    });
    expect(dataSet.text(Tag.PatientName)).toBe('Müller^');
    expect(dataSet.sequence(Tag.ReferencedSeriesSequence).map((item) => item.text(Tag.SeriesDescription))).toEqual([
      'Hüfte',
      'Hüfte',
    ]);
  });

  test('a value sent as UN is read by the VR of the dictionary', () => {
    const dataSet = dataSetWith({ more: [{ tag: Tag.StudyDescription, vr: 'UN', value: 'Abdomen ' }] });
    expect(dataSet.get(Tag.StudyDescription)!.vr).toBe('UN');
    expect(dataSet.text(Tag.StudyDescription)).toBe('Abdomen');
  });
});

describe('numbers', () => {
  const numbers: readonly (readonly [VR, readonly number[]])[] = [
    ['US', [0, 65535]],
    ['SS', [-32768, 32767]],
    ['UL', [0, 4294967295]],
    ['SL', [-2147483648, 2147483647]],
    ['FL', [0.5, -1.25]],
    ['FD', [Math.PI, -1e300]],
    ['SV', [-5, 2 ** 40]],
    ['UV', [2 ** 53]],
    ['AT', [0x00181063, 0xfffee000]],
    ['OW', [1, 2]],
    ['OF', [1.5]],
    ['OD', [1e-300]],
    ['OL', [4294967295]],
    ['OV', [2 ** 40]],
  ];

  test.each(
    numbers.flatMap(([vr, values]) => [
      [vr, 'little endian', TransferSyntaxUID.ExplicitVRLittleEndian, values] as const,
      [vr, 'big endian', TransferSyntaxUID.ExplicitVRBigEndian, values] as const,
    ]),
  )('%s in %s', (vr, _, transferSyntax, value) => {
    expect(dataSetWith({ more: [{ tag, vr, value }] }, transferSyntax).numbers(tag)).toEqual(value);
  });

  test('IS and DS', () => {
    expect(dataSetOf('DS', '1.5\\-2e3\\ 7 ').numbers(tag)).toEqual([1.5, -2000, 7]);
    expect(dataSetOf('IS', '1A').numbers(tag)).toEqual([Number.NaN]);
    expect(dataSetOf('IS', '1A').number(tag)).toBeUndefined();
    expect(dataSetOf('DS', '\\2').numbers(tag)).toEqual([Number.NaN, 2]);
  });

  test('octets that fill no value are left out', () => {
    expect(dataSetOf('UL', Uint8Array.of(1, 0, 0, 0, 2, 0)).numbers(tag)).toEqual([1]);
  });
});
