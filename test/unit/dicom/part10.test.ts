import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Tag } from '../../../generated/dictionary.ts';
import { memorySource } from '../../../src/dicom/byte-source.ts';
import { inflatedSource, type Part10, readPart10 } from '../../../src/dicom/part10.ts';
import { TransferSyntaxUID } from '../../../src/dicom/transfer-syntax.ts';
import { corpusPath, describeCorpus } from '../../support/corpus.ts';
import { buildInstance, testUID } from '../../support/dicom-builder.ts';

function read(octets: Uint8Array): Part10 {
  const result = readPart10(memorySource(octets));
  if (!result.ok) throw new Error(`At octet ${result.at}: ${result.detail}`);
  return result.part10;
}

describe('reading a Part 10 file (PS3.10 7)', () => {
  test('File Meta Information and data set', () => {
    const part10 = read(buildInstance());
    expect(part10.fileMeta.text(Tag.MediaStorageSOPInstanceUID)).toBe(testUID(1, 1, 1));
    expect(part10.transferSyntax.uid).toBe(TransferSyntaxUID.ExplicitVRLittleEndian);
    expect(part10.dataSet.text(Tag.PatientName)).toBe('Test^Patient');
    expect(part10.warnings).toEqual([]);
  });

  test('a file without preamble', () => {
    const part10 = read(buildInstance({ preamble: false }));
    expect(part10.fileMeta.text(Tag.TransferSyntaxUID)).toBe(TransferSyntaxUID.ExplicitVRLittleEndian);
    expect(part10.dataSet.text(Tag.PatientName)).toBe('Test^Patient');
  });

  test('a file without group length', () => {
    const octets = Buffer.from(buildInstance());
    // (0002,0000) UL takes 12 octets after "DICM".
    const part10 = read(Buffer.concat([octets.subarray(0, 132), octets.subarray(144)]));
    expect(part10.dataSet.text(Tag.PatientName)).toBe('Test^Patient');
  });

  test.each([
    TransferSyntaxUID.ImplicitVRLittleEndian,
    TransferSyntaxUID.ExplicitVRLittleEndian,
    TransferSyntaxUID.ExplicitVRBigEndian,
  ])('a data set alone, in %s', (transferSyntax) => {
    const part10 = read(buildInstance({ transferSyntax, fileMeta: false }));
    expect(part10.transferSyntax.uid).toBe(transferSyntax);
    expect(part10.fileMeta.elements.size).toBe(0);
    expect(part10.dataSetOffset).toBe(0);
    expect(part10.dataSet.text(Tag.PatientName)).toBe('Test^Patient');
    expect(part10.warnings).toHaveLength(3);
  });

  test('a transfer syntax of nobody is read as Explicit VR Little Endian', () => {
    const part10 = read(buildInstance({ transferSyntax: '2.25.99' }));
    expect(part10.transferSyntax).toMatchObject({ uid: '2.25.99', family: 'other', encapsulated: true });
    expect(part10.dataSet.text(Tag.PatientName)).toBe('Test^Patient');
  });

  test('a transfer syntax that is not the one of the data set', () => {
    const octets = Buffer.from(buildInstance({ transferSyntax: TransferSyntaxUID.ExplicitVRLittleEndian }));
    const wrong = Buffer.from(
      octets.toString('latin1').replace('1.2.840.10008.1.2.1\0', '1.2.840.10008.1.2\0\0\0'),
      'latin1',
    );
    const part10 = read(wrong);
    expect(part10.dataSet.explicitVR).toBe(true);
    expect(part10.dataSet.text(Tag.PatientName)).toBe('Test^Patient');
    expect(part10.warnings).toHaveLength(1);
  });

  test('up to the pixel data', () => {
    const octets = buildInstance({ pixelData: new Uint8Array(16) });
    const result = readPart10(memorySource(octets), { stopBeforePixelData: true });
    expect(result).toMatchObject({ ok: true });
    if (result.ok) expect([...result.part10.dataSet.elements.keys()].at(-1)).toBe(Tag.PixelRepresentation);
  });
});

describe('a deflated data set (PS3.5 A.5)', () => {
  const octets = buildInstance({
    transferSyntax: TransferSyntaxUID.DeflatedExplicitVRLittleEndian,
    pixelData: new Uint8Array(16).fill(7),
  });

  test('is read from its inflated octets, and its offsets hold in them', () => {
    const part10 = read(octets);
    const inflated = inflatedSource(memorySource(octets), part10.dataSetOffset);
    if (!inflated.ok) throw new Error(inflated.detail);
    const { offset, length } = part10.dataSet.get(Tag.PixelData)!;
    expect([...inflated.source.read(offset, length)]).toEqual(Array(16).fill(7));
    expect(
      Buffer.compare(inflated.source.read(0, part10.dataSetOffset), octets.subarray(0, part10.dataSetOffset)),
    ).toBe(0);
  });

  test('that cannot be inflated is a located failure', () => {
    const { dataSetOffset } = read(octets);
    const damaged = Buffer.from(octets);
    damaged.fill(0xff, dataSetOffset);
    expect(readPart10(memorySource(damaged))).toMatchObject({ ok: false, reason: 'deflate', at: dataSetOffset });
  });
});

describe('what is no DICOM object', () => {
  test.each([
    ['nothing', new Uint8Array(0)],
    ['text', Buffer.from('<html><body>502 Bad Gateway</body></html>')],
    ['a JPEG image', Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex')],
    ['zeros', new Uint8Array(1000)],
  ])('%s', (_, octets) => {
    expect(readPart10(memorySource(octets))).toMatchObject({ ok: false, reason: 'not-dicom' });
  });
});

describeCorpus('malformed objects of the corpus', () => {
  test.each([
    ['MR_truncated.dcm', 'truncated'],
    ['rtplan_truncated.dcm', 'truncated'],
    // One octet in front of the data set.
    ['no_meta.dcm', 'not-dicom'],
  ])('%s is a clear failure', (name, reason) => {
    expect(readPart10(memorySource(readFileSync(corpusPath(`malformed/${name}`))))).toMatchObject({
      ok: false,
      reason,
    });
  });

  test.each([
    ['bad_sequence.dcm', 79],
    ['badVR.dcm', 45],
    ['DICOMDIR_pydicom_reordered.dcm', 5],
    ['GH340.dcm', 48],
    ['JPEG2000-embedded-sequence-delimiter.dcm', 151],
    ['JPEGLossless_1s_1f_i_16_16_bad.dcm', 75],
    ['meta_missing_tsyntax.dcm', 2],
    ['MR_small_padded.dcm', 73],
    ['no_meta_group_length.dcm', 3],
    ['UN_sequence.dcm', 1],
  ])('%s is read: %d elements', (name, size) => {
    expect(read(readFileSync(corpusPath(`malformed/${name}`))).dataSet.elements.size).toBe(size);
  });
});
