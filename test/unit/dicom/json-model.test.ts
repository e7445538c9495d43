import { describe, expect, test } from 'vitest';
import { type DicomJson, jsonAttributes, jsonObject } from '../../../src/dicom/json-model.ts';
import { dataSetOf, elementWriter } from '../../support/data-set-bytes.ts';
import { requirement } from '../../support/requirement.ts';

const { element, sequence } = elementWriter();
const bigEndian = '1.2.840.10008.1.2.2';

function jsonTextOf(elements: readonly Uint8Array[], transferSyntaxUID?: string): string {
  return jsonObject(jsonAttributes(dataSetOf(elements, transferSyntaxUID), (path) => `bulk/${path}`));
}

function jsonOf(elements: readonly Uint8Array[], transferSyntaxUID?: string): DicomJson {
  return JSON.parse(jsonTextOf(elements, transferSyntaxUID)) as DicomJson;
}

function float32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}

function float64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
}

describe('DICOM JSON Model (PS3.18 F.2)', () => {
  const cases: readonly [title: string, tag: number, vr: string, value: string | Uint8Array, Value: unknown][] = [
    ['text', 0x00100020, 'LO', 'FID-1', ['FID-1']],
    ['several values', 0x00080008, 'CS', 'ORIGINAL\\PRIMARY', ['ORIGINAL', 'PRIMARY']],
    ['an empty value among others (F.2.5)', 0x00080008, 'CS', 'ORIGINAL\\\\AXIAL', ['ORIGINAL', null, 'AXIAL']],
    ['no value (F.2.5)', 0x00080050, 'SH', '', undefined],
    ['padding alone', 0x00080050, 'SH', '  ', undefined],
    ['a person name', 0x00100010, 'PN', 'A^B=C^D=E', [{ Alphabetic: 'A^B', Ideographic: 'C^D', Phonetic: 'E' }]],
    ['a person name without its first group', 0x00100010, 'PN', '=C^D', [{ Ideographic: 'C^D' }]],
    ['an empty person name among others', 0x00100010, 'PN', 'A\\\\B', [{ Alphabetic: 'A' }, null, { Alphabetic: 'B' }]],
    ['a backslash in a text', 0x00104000, 'LT', 'C:\\a ', ['C:\\a']],
    ['a Decimal String', 0x00280030, 'DS', '0.50\\+1e-2\\-.5', [0.5, 0.01, -0.5]],
    ['a Decimal String that is none', 0x00280030, 'DS', '1,5\\1e999', ['1,5', '1e999']],
    ['an Integer String', 0x00200013, 'IS', '+007', [7]],
    ['an Integer String that is none or out of range', 0x00200013, 'IS', '1.5\\99999999999', ['1.5', '99999999999']],
    ['an attribute tag', 0x00280009, 'AT', Buffer.from('18006310', 'hex'), ['00181063']],
    ['unsigned short', 0x00280010, 'US', Buffer.from('0002ffff', 'hex'), [512, 65535]],
    ['signed short', 0x00280106, 'SS', Buffer.from('ffff', 'hex'), [-1]],
    [
      'unsigned very long',
      0x00080040,
      'UV',
      Buffer.from('0500000000000000ffffffffffffffff', 'hex'),
      [5, '18446744073709551615'],
    ],
    [
      'signed very long',
      0x00080040,
      'SV',
      Buffer.from('ffffffffffffffff0000000000000080', 'hex'),
      [-1, '-9223372036854775808'],
    ],
    ['a float', 0x00280034, 'FL', float32(0.5), [0.5]],
    [
      'doubles that JSON has no number for',
      0x00180000 + 0x9087,
      'FD',
      Buffer.concat([float64(Number.NaN), float64(Number.POSITIVE_INFINITY), float64(Number.NEGATIVE_INFINITY)]),
      ['NaN', 'Infinity', '-Infinity'],
    ],
  ];
  test.each(cases)('%s', (_, tag, vr, value, Value) => {
    const name = tag.toString(16).toUpperCase().padStart(8, '0');
    expect(jsonOf([element(tag, vr, value)])).toEqual({ [name]: Value === undefined ? { vr } : { vr, Value } });
  });

  test('Specific Character Set keeps its value, and an item has one of its own (F.2.2 note 3)', () => {
    const json = jsonOf([
      element(0x00080005, 'CS', 'ISO_IR 100'),
      element(0x00080080, 'LO', 'Universit\xe4t'),
      sequence(0x00321064, [
        Buffer.concat([element(0x00080005, 'CS', 'ISO_IR 192'), element(0x00080104, 'LO', 'd\xc3\xa9j\xc3\xa0')]),
        element(0x00080104, 'LO', 'd\xe9j\xe0 vu'),
      ]),
    ]);
    expect(json).toEqual({
      '00080005': { vr: 'CS', Value: ['ISO_IR 100'] },
      '00080080': { vr: 'LO', Value: ['Universit\u00e4t'] },
      '00321064': {
        vr: 'SQ',
        Value: [
          { '00080005': { vr: 'CS', Value: ['ISO_IR 192'] }, '00080104': { vr: 'LO', Value: ['d\u00e9j\u00e0'] } },
          { '00080104': { vr: 'LO', Value: ['d\u00e9j\u00e0 vu'] } },
        ],
      },
    });
  });

  test('an empty sequence has no Value, an empty item is an empty object (F.2.5)', () => {
    expect(jsonOf([sequence(0x00081140, []), sequence(0x00081199, [Buffer.alloc(0)])])).toEqual({
      '00081140': { vr: 'SQ' },
      '00081199': { vr: 'SQ', Value: [{}] },
    });
  });

  test('group lengths are left out (F.2.2)', () => {
    expect(jsonOf([element(0x00080000, 'UL', Buffer.alloc(4)), element(0x00080060, 'CS', 'CT')])).toEqual({
      '00080060': { vr: 'CS', Value: ['CT'] },
    });
  });

  requirement('R-001-232', 'pixel data is left at its bulk data URI at any depth, however small', () => {
    const json = jsonOf([
      sequence(0x00880200, [element(0x7fe00010, 'OB', Buffer.from([1, 2]))]),
      element(0x7fe00008, 'OF', float32(1)),
      element(0x7fe00010, 'OW', Buffer.from([1, 2])),
    ]);
    expect(json).toEqual({
      '00880200': {
        vr: 'SQ',
        Value: [{ '7FE00010': { vr: 'OB', BulkDataURI: 'bulk/00880200.1.7FE00010' } }],
      },
      '7FE00008': { vr: 'OF', BulkDataURI: 'bulk/7FE00008' },
      '7FE00010': { vr: 'OW', BulkDataURI: 'bulk/7FE00010' },
    });
  });

  test('octets stand inline up to 1024 of them, and other values up to 65536 octets', () => {
    const json = jsonOf([
      element(0x00091001, 'UN', Buffer.alloc(1024, 1)),
      element(0x00091002, 'OB', Buffer.alloc(1026, 1)),
      element(0x00091003, 'UT', 'x'.repeat(65_536)),
      element(0x00091004, 'UT', 'x'.repeat(65_538)),
    ]);
    expect(json['00091001']?.InlineBinary).toBe(Buffer.alloc(1024, 1).toString('base64'));
    expect(json['00091002']).toEqual({ vr: 'OB', BulkDataURI: 'bulk/00091002' });
    expect(json['00091003']?.Value).toHaveLength(1);
    expect(json['00091004']).toEqual({ vr: 'UT', BulkDataURI: 'bulk/00091004' });
  });

  test('words of a big endian object are inline in little endian (F.2.7)', () => {
    const writer = elementWriter(false);
    const json = jsonOf(
      [
        writer.element(0x00091001, 'OW', Buffer.from('0102', 'hex')),
        writer.element(0x00091002, 'OF', Buffer.from('01020304', 'hex')),
        writer.element(0x00091003, 'OD', Buffer.from('0102030405060708', 'hex')),
        writer.element(0x00091004, 'OB', Buffer.from('0102', 'hex')),
        writer.element(0x00280010, 'US', Buffer.from('0102', 'hex')),
      ],
      bigEndian,
    );
    const inline = Object.values(json).map(
      ({ InlineBinary }) => InlineBinary && Buffer.from(InlineBinary, 'base64').toString('hex'),
    );
    expect(inline).toEqual(['0201', '04030201', '0807060504030201', '0102', undefined]);
    expect(json['00280010']?.Value).toEqual([0x0102]);
  });

  requirement('R-000-071', 'JSON text has its attributes in the order of their tags', () => {
    const text = jsonTextOf([
      element(0x00080060, 'CS', 'CT'),
      element(0x00200013, 'IS', '1'),
      element(0x20010010, 'LO', 'A CREATOR'),
      sequence(
        0x300a0010,
        [element(0x00080060, 'CS', 'CT'), element(0x54000100, 'CS', 'X')].map((e) => e),
      ),
      element(0x7fe00010, 'OB', Buffer.alloc(2)),
    ]);
    expect([...text.matchAll(/"([0-9A-F]{8})":/g)].map(([, tag]) => tag)).toEqual([
      '00080060',
      '00200013',
      '20010010',
      '300A0010',
      '00080060',
      '54000100',
      '7FE00010',
    ]);
  });
});
