import { describe, expect, test } from 'vitest';
import { Tag } from '../../../generated/dictionary.ts';
import { memorySource } from '../../../src/dicom/byte-source.ts';
import {
  type EncodeOptions,
  encodeDataSet,
  encodeFileMeta,
  ImplementationClassUID,
  ImplementationVersionName,
  type ReplacedElement,
} from '../../../src/dicom/native-encoding.ts';
import { type Part10, readPart10 } from '../../../src/dicom/part10.ts';
import { TransferSyntaxUID, transferSyntaxOf } from '../../../src/dicom/transfer-syntax.ts';
import { encodeValue } from '../../../src/dicom/value.ts';
import { buildInstance, type InstanceToBuild } from '../../support/dicom-builder.ts';

function read(octets: Uint8Array): Part10 {
  const result = readPart10(memorySource(octets));
  if (!result.ok) throw new Error(`At octet ${result.at}: ${result.detail}`);
  return result.part10;
}

async function converted(instance: InstanceToBuild, uid: string, options: EncodeOptions = {}): Promise<Part10> {
  const { fileMeta, dataSet } = read(buildInstance(instance));
  const encoded = await octetsOf(encodeDataSet(dataSet, transferSyntaxOf(uid)!, options));
  return read(Buffer.concat([encodeFileMeta(fileMeta, uid), encoded]));
}

async function octetsOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

const { ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian } =
  TransferSyntaxUID;

describe('native encoding (PS3.5 A)', () => {
  test('eight bits in the words of OW change places in Big Endian, those of OB do not', async () => {
    const pixelData = Uint8Array.of(1, 2, 3, 4);
    for (const [vr, expected] of [
      ['OW', [2, 1, 4, 3]],
      ['OB', [1, 2, 3, 4]],
    ] as const) {
      const { dataSet } = await converted(
        { elements: { more: [{ tag: Tag.PixelData, vr, value: pixelData }] } },
        ExplicitVRBigEndian,
      );
      expect([...dataSet.bytes(Tag.PixelData)!]).toEqual(expected);
    }
  });

  test('a large value is turned round as a small one', async () => {
    const value = Uint8Array.from({ length: 700_001 }, (_, i) => i % 251);
    const instance = { elements: { more: [{ tag: Tag.PixelData, vr: 'OW' as const, value }] } };
    const { dataSet } = await converted(instance, ExplicitVRBigEndian);
    const expected = Buffer.concat([value, Uint8Array.of(0)]).swap16();
    expect(Buffer.compare(dataSet.bytes(Tag.PixelData)!, expected)).toBe(0);
  });

  test('UN stays as it is in Big Endian (PS3.5 6.2.2)', async () => {
    const { dataSet } = await converted(
      { elements: { more: [{ tag: Tag.Rows, vr: 'UN', value: Uint8Array.of(4, 0) }] } },
      ExplicitVRBigEndian,
    );
    expect([...dataSet.bytes(Tag.Rows)!]).toEqual([4, 0]);
    expect(dataSet.number(Tag.Rows)).toBe(4);
  });

  test('a value too long for its VR becomes UN, and can still be read', async () => {
    const DimensionIndexValues = Array.from({ length: 20_000 }, (_, i) => i);
    const instance = { transferSyntax: ImplicitVRLittleEndian, elements: { DimensionIndexValues } };
    for (const uid of [ExplicitVRLittleEndian, ExplicitVRBigEndian]) {
      const { dataSet } = await converted(instance, uid);
      expect(dataSet.get(Tag.DimensionIndexValues)!.vr).toBe('UN');
      expect(dataSet.numbers(Tag.DimensionIndexValues)).toEqual(DimensionIndexValues);
    }
  });

  test('private elements of Implicit VR become UN', async () => {
    const more = [
      { tag: 0x00090010, vr: 'LO', value: 'CREATOR' },
      { tag: 0x00091001, vr: 'US', value: 7 },
    ] as const;
    const { dataSet } = await converted(
      { transferSyntax: ImplicitVRLittleEndian, elements: { more } },
      ExplicitVRLittleEndian,
    );
    expect(dataSet.get(0x00090010)!.vr).toBe('LO');
    expect(dataSet.get(0x00091001)!.vr).toBe('UN');
    expect([...dataSet.bytes(0x00091001)!]).toEqual([7, 0]);
  });

  test('a private sequence stays a sequence in Implicit VR', async () => {
    const more = [{ tag: 0x00091001, vr: 'SQ', value: { items: [{ PatientID: 'ID' }] } }] as const;
    const { dataSet } = await converted({ elements: { more }, lengths: 'defined' }, ImplicitVRLittleEndian);
    expect(dataSet.sequence(0x00091001)[0]!.text(Tag.PatientID)).toBe('ID');
  });

  test('elements out of order are put in order, and group lengths left out', async () => {
    const more = [{ tag: 0x00100000, vr: 'UL', value: 1 }] as const;
    const { dataSet } = await converted({ elements: { more } }, ExplicitVRLittleEndian, {
      replace: new Map([[Tag.AccessionNumber, { kind: 'value', vr: 'SH', value: encodeValue('SH', ['A1']) }]]),
    });
    const tags = [...dataSet.elements.keys()];
    expect(tags).toEqual(tags.toSorted((a, b) => a - b));
    expect(dataSet.text(Tag.AccessionNumber)).toBe('A1');
    expect(dataSet.has(0x00100000)).toBe(false);
  });

  test('without pixel data, and without an element', async () => {
    const { dataSet } = await converted({ pixelData: new Uint8Array(16) }, ExplicitVRLittleEndian, {
      omitPixelData: true,
      replace: new Map([[Tag.PatientID, { kind: 'removed' }]]),
    });
    expect(dataSet.has(Tag.PixelData)).toBe(false);
    expect(dataSet.has(Tag.PatientID)).toBe(false);
    expect(dataSet.has(Tag.Rows)).toBe(true);
  });

  test('encapsulated pixel data is copied', async () => {
    const instance = {
      transferSyntax: TransferSyntaxUID.RLELossless,
      pixelData: { fragments: [Uint8Array.of(1, 2), Uint8Array.of(3, 4)] },
    };
    const original = read(buildInstance(instance)).dataSet.bytes(Tag.PixelData)!;
    const { dataSet } = await converted(instance, TransferSyntaxUID.RLELossless);
    expect(dataSet.bytes(Tag.PixelData)).toEqual(original);
  });

  test('a deflated data set has an even number of octets', async () => {
    for (const PatientName of ['A', 'AB', 'ABC', 'ABCDEFG', 'QWERTZ^UIOP']) {
      const { dataSet } = read(buildInstance({ elements: { PatientName } }));
      const octets = await octetsOf(encodeDataSet(dataSet, transferSyntaxOf(DeflatedExplicitVRLittleEndian)!));
      expect(octets.length % 2).toBe(0);
    }
  });

  test('a failure while frames are read is a failure of the data set', async () => {
    const { dataSet } = read(buildInstance({ pixelData: new Uint8Array(16) }));
    // biome-ignore lint/correctness/useYield: the stream fails before it has anything to give
    async function* failing(): AsyncGenerator<Uint8Array> {
      throw new Error('no more frames');
    }
    for (const uid of [TransferSyntaxUID.RLELossless, DeflatedExplicitVRLittleEndian]) {
      const replace = new Map<number, ReplacedElement>([[Tag.PixelData, { kind: 'frames', frames: failing() }]]);
      const encoded = encodeDataSet(dataSet, transferSyntaxOf(uid)!, { replace });
      await expect(octetsOf(encoded)).rejects.toThrow('no more frames');
    }
  });
});

describe('offset tables of frames that are written (PS3.5 A.4)', () => {
  async function* none(): AsyncGenerator<Uint8Array> {}

  async function tablesOf(lengths: readonly number[]) {
    const { fileMeta, dataSet } = read(buildInstance({ pixelData: new Uint8Array(16) }));
    const replace = new Map<number, ReplacedElement>([[Tag.PixelData, { kind: 'frames', lengths, frames: none() }]]);
    const encoded = encodeDataSet(dataSet, transferSyntaxOf(TransferSyntaxUID.RLELossless)!, { replace });
    const octets = await octetsOf(encoded);
    const head = encodeFileMeta(fileMeta, TransferSyntaxUID.RLELossless);
    return { encoded, written: read(Buffer.concat([head, octets])).dataSet, octets };
  }

  test('a Basic Offset Table while 32 bits are enough', async () => {
    const { written, octets, encoded } = await tablesOf([5, 7]);
    expect(written.has(Tag.ExtendedOffsetTable)).toBe(false);
    // Item of 8 octets: offsets 0 and 8 + 6.
    expect(Buffer.from(written.bytes(Tag.PixelData)!).toString('hex')).toBe('feff00e008000000000000000e000000');
    // The frames themselves were not given: 8 + 6 and 8 + 8 octets.
    expect(encoded.length).toBe(octets.length + 30);
  });

  test('an Extended Offset Table beyond', async () => {
    const { written, encoded } = await tablesOf([5_000_000_001, 7]);
    expect(written.numbers(Tag.ExtendedOffsetTable)).toEqual([0, 5_000_000_010]);
    expect(written.numbers(Tag.ExtendedOffsetTableLengths)).toEqual([5_000_000_001, 7]);
    expect(encoded.length).toBeGreaterThan(5_000_000_000);
  });
});

describe('File Meta Information (PS3.10 7.1)', () => {
  test('names the transfer syntax and this implementation, and keeps the rest', () => {
    const { fileMeta } = read(buildInstance());
    const octets = encodeFileMeta(fileMeta, ImplicitVRLittleEndian);
    expect(octets.subarray(0, 128).every((octet) => octet === 0)).toBe(true);
    const written = read(octets).fileMeta;
    expect(written.text(Tag.TransferSyntaxUID)).toBe(ImplicitVRLittleEndian);
    expect(written.text(Tag.ImplementationClassUID)).toBe(ImplementationClassUID);
    expect(written.text(Tag.ImplementationVersionName)).toBe(ImplementationVersionName);
    expect(written.text(Tag.MediaStorageSOPInstanceUID)).toBe(fileMeta.text(Tag.MediaStorageSOPInstanceUID));
    expect([...written.bytes(Tag.FileMetaInformationVersion)!]).toEqual([0, 1]);
    expect(written.number(Tag.FileMetaInformationGroupLength)).toBe(octets.length - 128 - 4 - 12);
  });

  test('is made for an object that came without', () => {
    const { fileMeta } = read(buildInstance({ fileMeta: false }));
    const written = read(
      encodeFileMeta(fileMeta, ExplicitVRLittleEndian, { SOPClassUID: '1.2.3', SOPInstanceUID: '1.2.4' }),
    ).fileMeta;
    expect(written.text(Tag.MediaStorageSOPClassUID)).toBe('1.2.3');
    expect(written.text(Tag.MediaStorageSOPInstanceUID)).toBe('1.2.4');
  });
});
