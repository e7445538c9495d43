import { describe, expect, test } from 'vitest';
import { Tag } from '../../../generated/dictionary.ts';
import { memorySource } from '../../../src/dicom/byte-source.ts';
import { indexInstance } from '../../../src/dicom/instance-index.ts';
import { TransferSyntaxUID } from '../../../src/dicom/transfer-syntax.ts';
import { type BuiltElements, buildInstance, type InstanceToBuild, testUID } from '../../support/dicom-builder.ts';

function indexOf(instance: InstanceToBuild) {
  const octets = buildInstance(instance);
  const indexed = indexInstance(memorySource(octets));
  if (!indexed.ok) throw new Error(indexed.detail);
  return { index: indexed.index, octets };
}

describe('the index of an instance', () => {
  test('names it', () => {
    expect(indexOf({ elements: { InstanceNumber: '7', SeriesNumber: '3', Modality: 'CT' } }).index).toMatchObject({
      SOPInstanceUID: testUID(1, 1, 1),
      SeriesInstanceUID: testUID(1, 1),
      StudyInstanceUID: testUID(1),
      TransferSyntaxUID: TransferSyntaxUID.ExplicitVRLittleEndian,
      InstanceNumber: 7,
      SeriesNumber: 3,
      Modality: 'CT',
      timeBased: false,
    });
  });

  test.each([
    ['native', TransferSyntaxUID.ExplicitVRLittleEndian, new Uint8Array(16).fill(9), 'e07f10004f42000010000000'],
    ['implicit', TransferSyntaxUID.ImplicitVRLittleEndian, new Uint8Array(16).fill(9), 'e07f100010000000'],
    ['encapsulated', TransferSyntaxUID.RLELossless, { fragments: [new Uint8Array(4)] }, 'e07f10004f420000ffffffff'],
  ] as const)('says where %s pixel data begins', (_, transferSyntax, pixelData, header) => {
    const { index, octets } = indexOf({ transferSyntax, pixelData });
    const element = Buffer.from(octets).subarray(index.headLength, index.headLength + header.length / 2);
    expect(element.toString('hex')).toBe(header);
    expect(index.pixelData).toMatchObject({ tag: Tag.PixelData, offset: index.headLength + header.length / 2 });
  });

  test('says that there is no pixel data', () => {
    const { index, octets } = indexOf({});
    expect(index.headLength).toBe(octets.length);
    expect(index.pixelData).toBeUndefined();
    expect(index.image).toBeUndefined();
    expect(index.frames).toBeUndefined();
  });

  test('says that pixel data without an Image Pixel Module has no frames', () => {
    const { index } = indexOf({ elements: { Rows: undefined }, pixelData: new Uint8Array(16) });
    expect(index.pixelData).toBeDefined();
    expect(index.frames).toBeUndefined();
    expect(index.content).toBe('other');
  });
});

describe('what an instance is', () => {
  const sopClass = (uid: string): BuiltElements => ({ SOPClassUID: uid });

  test.each([
    ['a Grayscale Softcopy Presentation State', sopClass('1.2.840.10008.5.1.4.1.1.11.1'), 'presentation-state'],
    ['a Comprehensive SR', sopClass('1.2.840.10008.5.1.4.1.1.88.33'), 'structured-report'],
    ['a Key Object Selection', sopClass('1.2.840.10008.5.1.4.1.1.88.59'), 'structured-report'],
    [
      'a private report',
      { ValueType: 'CONTAINER', CompletionFlag: 'COMPLETE', ...sopClass('1.2.3') },
      'structured-report',
    ],
    ['an Encapsulated PDF', sopClass('1.2.840.10008.5.1.4.1.1.104.1'), 'encapsulated-document'],
    [
      'a private document',
      { EncapsulatedDocument: Uint8Array.of(1, 2), ...sopClass('1.2.3') },
      'encapsulated-document',
    ],
    ['an RT Plan', sopClass('1.2.840.10008.5.1.4.1.1.481.5'), 'other'],
    // 1.2.840.10008.5.1.4.1.1.1040 is below no root, only beside one.
    ['a class with a similar UID', sopClass('1.2.840.10008.5.1.4.1.1.1040'), 'other'],
  ] as const)('%s', (_, elements, content) => {
    expect(indexOf({ elements }).index.content).toBe(content);
  });

  test('an image', () => {
    expect(indexOf({ pixelData: new Uint8Array(16), elements: { SOPClassUID: '1.2.3' } }).index.content).toBe('image');
  });

  test('an encapsulated document has a media type', () => {
    const elements = {
      SOPClassUID: '1.2.840.10008.5.1.4.1.1.104.1',
      MIMETypeOfEncapsulatedDocument: 'application/pdf',
    };
    expect(indexOf({ elements }).index.encapsulatedDocumentMediaType).toBe('application/pdf');
  });

  test.each([
    ['Frame Time', { FrameTime: '33' }],
    ['Cine Rate', { CineRate: '30' }],
    ['a Frame Increment Pointer to Frame Time Vector', { FrameIncrementPointer: Tag.FrameTimeVector }],
  ] as const)('%s makes it time based', (_, elements) => {
    expect(indexOf({ elements }).index.timeBased).toBe(true);
  });

  test('a Frame Increment Pointer to something else does not', () => {
    expect(indexOf({ elements: { FrameIncrementPointer: Tag.SliceLocation } }).index.timeBased).toBe(false);
  });
});

describe('an instance that names itself in its File Meta Information alone', () => {
  test.each(['SOPClassUID', 'SOPInstanceUID'] as const)('has the %s that is said there', (keyword) => {
    const expected = indexOf({}).index[keyword];
    for (const value of [undefined, ''])
      expect(indexOf({ elements: { [keyword]: value } }).index[keyword]).toBe(expected);
  });

  test('is believed in its data set first', () => {
    const octets = Buffer.from(buildInstance({ elements: { SOPInstanceUID: '1.2.3' } }));
    octets.write('1.2.4', octets.indexOf('1.2.3'), 'latin1');
    expect(indexInstance(memorySource(octets))).toMatchObject({ ok: true, index: { SOPInstanceUID: '1.2.3' } });
  });
});

describe('instances that cannot be stored', () => {
  test.each(['SOPClassUID', 'SOPInstanceUID'] as const)(
    'without %s, in a file that does not name it either',
    (keyword) => {
      for (const value of [undefined, '']) {
        const octets = buildInstance({ elements: { [keyword]: value }, fileMeta: false });
        const indexed = indexInstance(memorySource(octets));
        expect(indexed).toMatchObject({ ok: false, reason: 'attribute-missing' });
        if (!indexed.ok) expect(indexed.detail).toContain(keyword);
      }
    },
  );

  test.each(['StudyInstanceUID', 'SeriesInstanceUID'] as const)('without %s', (keyword) => {
    for (const value of [undefined, '']) {
      const indexed = indexInstance(memorySource(buildInstance({ elements: { [keyword]: value } })));
      expect(indexed).toMatchObject({
        ok: false,
        reason: 'attribute-missing',
        reference: { SOPInstanceUID: testUID(1, 1, 1) },
      });
      if (!indexed.ok) expect(indexed.detail).toContain(keyword);
    }
  });

  test('because they are cut off, and yet say which they are', () => {
    const octets = buildInstance({ pixelData: new Uint8Array(16) });
    expect(indexInstance(memorySource(octets.subarray(0, -1)))).toMatchObject({
      ok: false,
      reason: 'truncated',
      reference: { SOPInstanceUID: testUID(1, 1, 1) },
    });
  });

  test.each(['1.2.3/../../etc', '1..2', 'abc', `1.${'2'.repeat(70)}`])('with the UID %s', (SOPInstanceUID) => {
    const indexed = indexInstance(memorySource(buildInstance({ elements: { SOPInstanceUID } })));
    expect(indexed).toMatchObject({ ok: false, reason: 'attribute-invalid' });
  });

  test('a UID with leading zeros can', () => {
    expect(indexOf({ elements: { SOPInstanceUID: '1.02.003' } }).index.SOPInstanceUID).toBe('1.02.003');
  });
});
