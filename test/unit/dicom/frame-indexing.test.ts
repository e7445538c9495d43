import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Tag } from '../../../generated/dictionary.ts';
import type { ByteSource } from '../../../src/dicom/byte-source.ts';
import { memorySource } from '../../../src/dicom/byte-source.ts';
import { DataSet } from '../../../src/dicom/data-set.ts';
import { frameBytes, frameCount, frameRange } from '../../../src/dicom/frame-index.ts';
import { indexFrames } from '../../../src/dicom/frame-indexing.ts';
import { indexInstance } from '../../../src/dicom/instance-index.ts';
import { TransferSyntaxUID, transferSyntaxOf } from '../../../src/dicom/transfer-syntax.ts';
import { corpusPath, describeCorpus } from '../../support/corpus.ts';
import { type BuiltElements, buildInstance, type Fragments } from '../../support/dicom-builder.ts';

function indexOf(octets: Uint8Array) {
  const indexed = indexInstance(memorySource(octets));
  if (!indexed.ok) throw new Error(indexed.detail);
  return indexed;
}

function framesOf(octets: Uint8Array): readonly string[] | undefined {
  const { index, part10 } = indexOf(octets);
  const { frames } = index;
  if (!frames) return undefined;
  return Array.from({ length: frameCount(frames) }, (_, i) => {
    const { offset, length } = frameRange(frames, i + 1)!;
    return Buffer.from(frameBytes(frames, i + 1, part10.dataSet.source.read(offset, length))).toString('hex');
  });
}

function encapsulated(
  NumberOfFrames: number | undefined,
  pixelData: Fragments,
  transferSyntax: string = TransferSyntaxUID.JPEGBaseline8Bit,
): readonly string[] | undefined {
  const elements: BuiltElements = NumberOfFrames === undefined ? {} : { NumberOfFrames: String(NumberOfFrames) };
  return framesOf(buildInstance({ transferSyntax, elements, pixelData }));
}

const start = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0);
const middle = Uint8Array.of(1, 2);
const end = Uint8Array.of(3, 4, 0xff, 0xd9);

describe('encapsulated frames (PS3.5 A.4)', () => {
  test('one frame in several fragments', () => {
    expect(encapsulated(undefined, { fragments: [start, middle, end] })).toEqual(['ffd8ffe001020304ffd9']);
  });

  test('codestreams that begin where a fragment does', () => {
    expect(encapsulated(2, { fragments: [start, middle, start, middle, middle] })).toEqual([
      'ffd8ffe00102',
      'ffd8ffe001020102',
    ]);
  });

  test('codestreams that end where a fragment does, padding left out', () => {
    const padded = Uint8Array.of(...end, 0, 0);
    expect(encapsulated(2, { fragments: [middle, padded, middle, middle, padded] })).toHaveLength(2);
  });

  test('a Basic Offset Table that points between fragments is not believed', () => {
    expect(encapsulated(2, { fragments: [start, start], basicOffsetTable: [0, 7] })).toEqual(['ffd8ffe0', 'ffd8ffe0']);
  });

  test('a Basic Offset Table outranks what codestreams look like', () => {
    expect(encapsulated(2, { fragments: [start, start, start], basicOffsetTable: [0, 24] })).toEqual([
      'ffd8ffe0ffd8ffe0',
      'ffd8ffe0',
    ]);
  });

  test('a Basic Offset Table that is right although Number of Frames is not', () => {
    expect(encapsulated(5, { fragments: [middle, middle, middle], basicOffsetTable: [0, 10] })).toEqual([
      '0102',
      '01020102',
    ]);
  });

  test('an Extended Offset Table', () => {
    const pixelData = { fragments: [middle, end], extendedOffsetTable: { offsets: [0, 10], lengths: [2, 4] } };
    expect(encapsulated(2, pixelData)).toEqual(['0102', '0304ffd9']);
  });

  test('fewer fragments than frames: as many frames as there are', () => {
    expect(encapsulated(3, { fragments: [start, start] })).toHaveLength(2);
    expect(encapsulated(3, { fragments: [] })).toEqual([]);
  });

  test('fragments that nothing tells apart have no frames', () => {
    expect(encapsulated(2, { fragments: [middle, middle, middle] })).toBeUndefined();
  });

  test('a stream of video is one frame', () => {
    expect(encapsulated(90, { fragments: [middle, end] }, TransferSyntaxUID.MPEG4HP41F)).toEqual(['01020304ffd9']);
  });

  test('32-bit offsets are found in pixel data of more than 4 GiB', () => {
    const distance = 3 * 2 ** 30;
    const fragments = Float64Array.from([100, 116, 116 + distance, 116 + 2 * distance]);
    const table = Buffer.alloc(8);
    table.writeUInt32LE(distance, 4);
    const source: ByteSource = { size: 7 * 2 ** 30, read: () => table };
    const dataSet = new DataSet(source, new Map(), { explicitVR: true, bigEndian: false });
    const image = { ...indexOf(buildInstance({ pixelData: new Uint8Array(16) })).index.image!, NumberOfFrames: 2 };
    const element = {
      tag: Tag.PixelData,
      vr: 'OB',
      offset: 100,
      length: 2 * distance,
      encapsulated: true,
      fragments,
    } as const;
    const index = indexFrames(dataSet, element, image, transferSyntaxOf(TransferSyntaxUID.JPEG2000)!);
    expect(index).toEqual({ kind: 'encapsulated', offsets: fragments.subarray(1) });
  });
});

describe('native frames (PS3.5 8.1.1)', () => {
  const native = (
    elements: BuiltElements,
    pixelData: Uint8Array,
    transferSyntax: string = TransferSyntaxUID.ExplicitVRLittleEndian,
  ) => framesOf(buildInstance({ elements, pixelData, transferSyntax }));

  test('frames of one bit begin on an octet of their own (D-51)', () => {
    // Three frames of 3 x 1 bits: 101, 011, 110, the first bit the lowest.
    const elements = { Rows: 1, Columns: 3, BitsAllocated: 1, BitsStored: 1, HighBit: 0, NumberOfFrames: '3' };
    expect(native(elements, Uint8Array.of(0b11110101, 0b0))).toEqual(['05', '06', '03']);
  });

  test('frames of eight bits in the words of Big Endian, an odd number of octets each', () => {
    const elements = { Rows: 1, Columns: 3, NumberOfFrames: '2', BitsAllocated: 8, more: [] };
    const pixelData = Uint8Array.of(1, 2, 3, 4, 5, 6);
    const instance = buildInstance({
      elements: {
        ...elements,
        Rows: 1,
        Columns: 3,
        SamplesPerPixel: 1,
        PhotometricInterpretation: 'MONOCHROME2',
        more: [{ tag: Tag.PixelData, vr: 'OW', value: pixelData }],
      },
      transferSyntax: TransferSyntaxUID.ExplicitVRBigEndian,
    });
    expect(framesOf(instance)).toEqual(['010203', '040506']);
  });

  test('YBR_FULL_422 has two samples a pixel', () => {
    const elements = {
      SamplesPerPixel: 3,
      PhotometricInterpretation: 'YBR_FULL_422',
      Rows: 1,
      Columns: 2,
      NumberOfFrames: '2',
    };
    expect(native(elements, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8))).toEqual(['01020304', '05060708']);
  });

  test('YBR_FULL_422 in name only has three', () => {
    const elements = { SamplesPerPixel: 3, PhotometricInterpretation: 'YBR_FULL_422', Rows: 1, Columns: 2 };
    expect(native(elements, Uint8Array.of(1, 2, 3, 4, 5, 6))).toEqual(['010203040506']);
  });

  test('fewer frames than Number of Frames says', () => {
    expect(native({ NumberOfFrames: '9' }, new Uint8Array(40))).toHaveLength(2);
  });

  test('there is no frame 0, and none after the last', () => {
    const { frames } = indexOf(buildInstance({ pixelData: new Uint8Array(16) })).index;
    expect(frameRange(frames!, 0)).toBeUndefined();
    expect(frameRange(frames!, 1)).toMatchObject({ length: 16 });
    expect(frameRange(frames!, 2)).toBeUndefined();
    expect(frameRange(frames!, 1.5)).toBeUndefined();
  });
});

describeCorpus('frames of real objects', () => {
  test.each([
    ['multiframe/CT0012.fragmented_no_bot_jpeg_baseline.51.dcm', 2],
    ['multiframe/CT0012.not_fragmented_bot_rle.dcm', 2],
    ['multiframe/examples_ybr_color.dcm', 30],
    ['multiframe/will-jxl.dcm', 27],
    ['multiframe/PM_float32_pixel.dcm', 14],
    ['malformed/JPEG2000-embedded-sequence-delimiter.dcm', 1],
    ['malformed/badVR.dcm', 1],
    ['seg/liver_deflate.dcm', 3],
  ])('%s has %d', (name, count) => {
    const { frames } = indexOf(readFileSync(corpusPath(name))).index;
    expect(frameCount(frames!)).toBe(count);
  });

  test('every frame of the fragmented CT is one JPEG image', () => {
    const frames = framesOf(readFileSync(corpusPath('multiframe/CT0012.fragmented_no_bot_jpeg_baseline.51.dcm')));
    for (const frame of frames!) {
      expect(frame).toMatch(/^ffd8ff/);
      expect(frame).toMatch(/ffd9(00)?$/);
    }
  });
});
