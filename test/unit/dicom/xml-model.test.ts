import { describe, expect, test } from 'vitest';
import type { DicomJson } from '../../../src/dicom/json-model.ts';
import { parseXmlModel, toXmlModel } from '../../../src/dicom/xml-model.ts';
import { requirement } from '../../support/requirement.ts';

const model = (attributes: string) => `<NativeDicomModel>${attributes}</NativeDicomModel>`;

function parsed(xml: string): DicomJson {
  const result = parseXmlModel(xml);
  if (!result.ok) throw new Error(result.message);
  return result.json;
}

/** The DicomAttribute elements of a model. */
function attributesOf(json: DicomJson): string {
  return /<NativeDicomModel [^>]*>(.*)<\/NativeDicomModel>/s.exec(toXmlModel(json))?.[1] ?? '';
}

const examples: readonly [title: string, json: DicomJson, xml: string][] = [
  [
    'values',
    { '00080008': { vr: 'CS', Value: ['ORIGINAL', null, 'AXIAL'] } },
    '<DicomAttribute tag="00080008" keyword="ImageType" vr="CS"><Value number="1">ORIGINAL</Value><Value number="2"/><Value number="3">AXIAL</Value></DicomAttribute>',
  ],
  ['no value', { '00080050': { vr: 'SH' } }, '<DicomAttribute tag="00080050" keyword="AccessionNumber" vr="SH"/>'],
  [
    'numbers and tags',
    { '00280009': { vr: 'AT', Value: ['00181063'] }, '00280010': { vr: 'US', Value: [512] } },
    '<DicomAttribute tag="00280009" keyword="FrameIncrementPointer" vr="AT"><Value number="1">00181063</Value></DicomAttribute><DicomAttribute tag="00280010" keyword="Rows" vr="US"><Value number="1">512</Value></DicomAttribute>',
  ],
  [
    'a person name',
    { '00100010': { vr: 'PN', Value: [{ Alphabetic: 'Yamada^Tarou^^Dr', Ideographic: '\u5c71\u7530' }] } },
    '<DicomAttribute tag="00100010" keyword="PatientName" vr="PN"><PersonName number="1"><Alphabetic><FamilyName>Yamada</FamilyName><GivenName>Tarou</GivenName><MiddleName/><NamePrefix>Dr</NamePrefix></Alphabetic><Ideographic><FamilyName>\u5c71\u7530</FamilyName></Ideographic></PersonName></DicomAttribute>',
  ],
  [
    'items',
    { '00081140': { vr: 'SQ', Value: [{}, { '00081155': { vr: 'UI', Value: ['1.2'] } }] } },
    '<DicomAttribute tag="00081140" keyword="ReferencedImageSequence" vr="SQ"><Item number="1"/><Item number="2"><DicomAttribute tag="00081155" keyword="ReferencedSOPInstanceUID" vr="UI"><Value number="1">1.2</Value></DicomAttribute></Item></DicomAttribute>',
  ],
  [
    'octets',
    { '00091001': { vr: 'UN', InlineBinary: 'AQI=' }, '7FE00010': { vr: 'OW', BulkDataURI: 'http://h/a?b=1&c="2"' } },
    '<DicomAttribute tag="00091001" vr="UN"><InlineBinary>AQI=</InlineBinary></DicomAttribute><DicomAttribute tag="7FE00010" keyword="PixelData" vr="OW"><BulkData uri="http://h/a?b=1&#38;c=&#34;2&#34;"/></DicomAttribute>',
  ],
  [
    'a private attribute, by its private creator instead of its block',
    { '00090011': { vr: 'LO', Value: ['A & B'] }, '00091102': { vr: 'SH', Value: ['x'] } },
    '<DicomAttribute tag="00090011" vr="LO"><Value number="1">A &#38; B</Value></DicomAttribute><DicomAttribute tag="00090002" privateCreator="A &#38; B" vr="SH"><Value number="1">x</Value></DicomAttribute>',
  ],
];

describe('Native DICOM Model (PS3.19 A.1)', () => {
  for (const [title, json, xml] of examples) {
    requirement('R-000-070', `${title}: written, and read back`, () => {
      expect(attributesOf(json)).toBe(xml);
      expect(parsed(toXmlModel(json))).toEqual(json);
    });
  }

  test('the document is in its namespace and keeps white space', () => {
    expect(toXmlModel({})).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<NativeDicomModel xmlns="http://dicom.nema.org/PS3.19/models/NativeDICOM" xml:space="preserve"></NativeDicomModel>\n',
    );
  });

  test.each([
    [
      'two blocks of one private creator',
      {
        '00090010': { vr: 'LO', Value: ['A'] },
        '00090011': { vr: 'LO', Value: ['A'] },
        '00091001': { vr: 'IS', Value: [1] },
        '00091101': { vr: 'IS', Value: [2] },
      },
    ],
    ['a block without a private creator', { '00091001': { vr: 'IS', Value: [1] } }],
    ['text with markup, quotes and line ends', { '00104000': { vr: 'LT', Value: ['<a b="\'">&amp;\r\n\t]]> '] } }],
    [
      'a name of delimiters',
      { '00100010': { vr: 'PN', Value: [{ Alphabetic: '^^^^' }, null, { Phonetic: 'a^b^c^d^e^f' }] } },
    ],
    [
      'numbers that JSON has none for',
      { '00189087': { vr: 'FD', Value: ['NaN', 1e-7] }, '00280030': { vr: 'DS', Value: ['1,5', 0.5] } },
    ],
    ['long integers', { '00080040': { vr: 'UV', Value: ['18446744073709551615', 7] } }],
  ] as const)('%s come back as they were', (_, json) => {
    expect(parsed(toXmlModel(json as unknown as DicomJson))).toEqual(json);
  });

  test('a character that XML cannot hold becomes U+FFFD', () => {
    const json = parsed(toXmlModel({ '00104000': { vr: 'LT', Value: ['a\fb\u0000c\ud800d\ufffee\u{1f600}'] } }));
    expect(json['00104000']?.Value).toEqual(['a\ufffdb\ufffdc\ufffdd\ufffde\u{1f600}']);
  });

  test('another writer: prefix, white space, CDATA, comments, references, values left out, a creator without its element', () => {
    const xml = `<?xml version="1.0"?><!-- c --><n:NativeDicomModel xmlns:n="x">
      <n:DicomAttribute tag="00080060" vr="CS"><n:Value number="1"><![CDATA[C]]>&#x54;</n:Value></n:DicomAttribute>
      <n:DicomAttribute vr='CS' tag='00080008' ><n:Value number='3' >A<?p i?>B</n:Value></n:DicomAttribute>
      <n:DicomAttribute tag="00090001" vr="LO" privateCreator="ACME"><n:Value number="1">x</n:Value></n:DicomAttribute>
      <n:DicomAttribute tag="7FE00010" vr="OW"><n:BulkData uuid="f81d4fae-7dec-11d0-a765-00a0c91e6bf6"/></n:DicomAttribute>
    </n:NativeDicomModel>`;
    expect(parsed(xml)).toEqual({
      '00080060': { vr: 'CS', Value: ['CT'] },
      '00080008': { vr: 'CS', Value: [null, null, 'AB'] },
      '00090010': { vr: 'LO', Value: ['ACME'] },
      '00091001': { vr: 'LO', Value: ['x'] },
      '7FE00010': { vr: 'OW', BulkDataURI: 'urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6' },
    });
  });

  test.each([
    ['a document type declaration', '<!DOCTYPE a [<!ENTITY b "c">]><NativeDicomModel/>'],
    [
      'an entity that is not predefined',
      model('<DicomAttribute tag="00080060" vr="CS"><Value number="1">&b;</Value></DicomAttribute>'),
    ],
    [
      'a reference to no character',
      model('<DicomAttribute tag="00080060" vr="CS"><Value number="1">&#0;</Value></DicomAttribute>'),
    ],
    ['another root', '<DicomModel/>'],
    ['an element that is not closed', '<NativeDicomModel>'],
    ['tags that do not match', '<NativeDicomModel></Other>'],
    ['something after the root', '<NativeDicomModel/><a/>'],
    ['a bare ampersand', model('&')],
    ['"<" in an attribute', '<NativeDicomModel a="<"/>'],
    ['an attribute twice', '<NativeDicomModel a="1" a="2"/>'],
    ['a bad tag', model('<DicomAttribute tag="0008006" vr="CS"/>')],
    ['a bad VR', model('<DicomAttribute tag="00080060" vr="cs"/>')],
    ['a tag twice', model('<DicomAttribute tag="00080060" vr="CS"/><DicomAttribute tag="00080060" vr="CS"/>')],
    ['a Value in a sequence', model('<DicomAttribute tag="00081140" vr="SQ"><Value number="1"/></DicomAttribute>')],
    [
      'numbers that do not ascend',
      model('<DicomAttribute tag="00080008" vr="CS"><Value number="2"/><Value number="1"/></DicomAttribute>'),
    ],
    [
      'a number that is far too high',
      model('<DicomAttribute tag="00080008" vr="CS"><Value number="99999999"/></DicomAttribute>'),
    ],
    ['nothing', ''],
    ['a deep nesting', '<a>'.repeat(100_000)],
    ['no XML', '{"00080060":{"vr":"CS"}}'],
  ])('%s is refused, and the message says where', (_, xml) => {
    const result = parseXmlModel(xml);
    expect(result.ok).toBe(false);
    if (!result.ok) {
      expect(result.at).toBeGreaterThanOrEqual(0);
      expect(result.at).toBeLessThanOrEqual(xml.length);
      expect(result.message).toMatch(/\.$/);
    }
  });
});
