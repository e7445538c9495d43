import { describe, expect, test } from 'vitest';
import { decodeNative } from '../../../src/codecs/native.ts';
import type { PixelFrame } from '../../../src/codecs/pixel-frame.ts';
import { memorySource } from '../../../src/dicom/byte-source.ts';
import type { DataSet } from '../../../src/dicom/data-set.ts';
import type { ImagePixel } from '../../../src/dicom/image-pixel.ts';
import { readPart10 } from '../../../src/dicom/part10.ts';
import { expandSegments, paletteOf, renderPaletteColor } from '../../../src/rendering/palette-color.ts';
import { renderTrueColor } from '../../../src/rendering/true-color.ts';
import { type BuiltElements, buildInstance } from '../../support/dicom-builder.ts';
import { requirement } from '../../support/requirement.ts';

const image: ImagePixel = {
  Rows: 1,
  Columns: 2,
  SamplesPerPixel: 3,
  PhotometricInterpretation: 'RGB',
  BitsAllocated: 8,
  BitsStored: 8,
  HighBit: 7,
  PixelRepresentation: 0,
  PlanarConfiguration: 0,
  NumberOfFrames: 1,
  pixelData: 'PixelData',
};

function dataSetWith(elements: BuiltElements): DataSet {
  const read = readPart10(memorySource(buildInstance({ elements })));
  if (!read.ok) throw new Error(read.detail);
  return read.part10.dataSet;
}

describe('True colour (PS3.3 C.7.6.3.1.2)', () => {
  requirement('R-001-249', 'RGB is what it is, by pixel and by plane', () => {
    const byPixel = decodeNative(Uint8Array.of(1, 2, 3, 4, 5, 6), image);
    const byPlane = decodeNative(Uint8Array.of(1, 4, 2, 5, 3, 6), { ...image, PlanarConfiguration: 1 });
    expect([...renderTrueColor(byPixel)]).toEqual([1, 2, 3, 4, 5, 6]);
    expect([...renderTrueColor(byPlane)]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  requirement('R-001-249', 'YBR_FULL: the primaries by the matrix of C.7.6.3.1.2', () => {
    // Red and blue are Y 76.245, 29.07; CB 84.9719, 255.5; CR 255.5, 107.2643, rounded.
    const frame = decodeNative(Uint8Array.of(76, 85, 255, 29, 255, 107), {
      ...image,
      PhotometricInterpretation: 'YBR_FULL',
    });
    expect([...renderTrueColor(frame)]).toEqual([254, 0, 0, 0, 0, 254]);
  });

  requirement('R-001-249', 'YBR_FULL_422: two neighbours share their chrominance', () => {
    const frame = decodeNative(Uint8Array.of(76, 29, 85, 255), { ...image, PhotometricInterpretation: 'YBR_FULL_422' });
    expect(frame.PhotometricInterpretation).toBe('YBR_FULL');
    expect([...(frame.samples as Uint8Array)]).toEqual([76, 85, 255, 29, 85, 255]);
  });

  test('more than eight bits are scaled to eight', () => {
    const octets = new Uint8Array(Uint16Array.of(0, 2048, 4095, 4095, 16, 1).buffer);
    const frame = decodeNative(octets, { ...image, BitsAllocated: 16, BitsStored: 12, HighBit: 11 });
    expect([...renderTrueColor(frame)]).toEqual([0, 128, 255, 255, 1, 0]);
  });

  test('a photometric interpretation that nobody renders is refused', () => {
    const frame: PixelFrame = { ...decodeNative(new Uint8Array(6), image), PhotometricInterpretation: 'CMYK' };
    expect(() => renderTrueColor(frame)).toThrow(/CMYK/);
  });
});

describe('Native frames (PS3.5 8.1.1)', () => {
  test('one bit a pixel, least significant first', () => {
    const frame = decodeNative(Uint8Array.of(0b01000101, 0b1), {
      ...image,
      SamplesPerPixel: 1,
      Columns: 9,
      BitsAllocated: 1,
      BitsStored: 1,
      HighBit: 0,
    });
    expect([...frame.samples]).toEqual([1, 0, 1, 0, 0, 0, 1, 0, 1]);
  });

  test('twelve bits a pixel without a gap', () => {
    const frame = decodeNative(Uint8Array.of(0xbc, 0xfa, 0xde), {
      ...image,
      SamplesPerPixel: 1,
      BitsAllocated: 12,
      BitsStored: 12,
      HighBit: 11,
    });
    expect([...frame.samples]).toEqual([0xabc, 0xdef]);
  });

  test('a frame that is too short is refused, whatever its attributes declare', () => {
    expect(() => decodeNative(new Uint8Array(5), image)).toThrow(/5 octets/);
    expect(() => decodeNative(new Uint8Array(5), { ...image, Rows: 65535, Columns: 65535 })).toThrow(/octets/);
  });
});

const paletteChannels = (descriptor: readonly number[], data: Uint8Array): BuiltElements => ({
  RedPaletteColorLookupTableDescriptor: descriptor,
  GreenPaletteColorLookupTableDescriptor: descriptor,
  BluePaletteColorLookupTableDescriptor: descriptor,
  RedPaletteColorLookupTableData: data,
  GreenPaletteColorLookupTableData: data,
  BluePaletteColorLookupTableData: data,
});

describe('Palette colour (PS3.3 C.7.6.3.1.5, C.7.6.3.1.6)', () => {
  const frame: PixelFrame = {
    ...decodeNative(Uint8Array.of(0, 10, 11, 12, 255, 10), { ...image, Columns: 6, SamplesPerPixel: 1 }),
    PhotometricInterpretation: 'PALETTE COLOR',
  };
  const reds = (elements: BuiltElements): number[] =>
    [...renderPaletteColor(frame, paletteOf(dataSetWith(elements)))].filter((_, i) => i % 3 === 0);

  requirement('R-001-249', 'sixteen bit entries keep their high octet', () => {
    expect(reds(paletteChannels([3, 10, 16], Uint8Array.of(0, 0x10, 0xff, 0x20, 0, 0xff)))).toEqual([
      16, 16, 32, 255, 255, 16,
    ]);
  });

  test('eight bit entries stand two in a word', () => {
    expect(reds(paletteChannels([4, 10, 8], Uint8Array.of(7, 8, 9, 6)))).toEqual([7, 7, 8, 9, 6, 7]);
  });

  test('entries that use the low octet of sixteen bits are taken as eight bits', () => {
    expect(reds(paletteChannels([3, 10, 16], Uint8Array.of(7, 0, 8, 0, 9, 0)))).toEqual([7, 7, 8, 9, 9, 7]);
  });

  test('an image without a palette is refused', () => {
    expect(() => paletteOf(dataSetWith({}))).toThrow(/palette/);
  });
});

describe('Segmented palette (PS3.3 C.7.9.2)', () => {
  test('discrete, linear and indirect segments', () => {
    // Discrete: 10, 20. Linear: 4 entries up to 100. Indirect: one segment, the linear one at word 4, from 100 on.
    const words = Uint16Array.of(0, 2, 10, 20, 1, 4, 100, 2, 1, 4, 0);
    expect([...expandSegments(words, 10)]).toEqual([10, 20, 40, 60, 80, 100, 100, 100, 100, 100]);
  });

  test('an indirect segment counts octets, of words as well (C.7.9.2.3)', () => {
    // The linear segment is at word 4, which is octet 8; at octet 4 nothing begins.
    const words = Uint16Array.of(0, 2, 10, 20, 1, 4, 100, 2, 1, 8, 0);
    expect([...expandSegments(words, 10)]).toEqual([10, 20, 40, 60, 80, 100, 100, 100, 100, 100]);
  });

  test('segments of eight bits: an offset of four octets, as pydicom expands them', () => {
    const octets = Uint16Array.of(0, 2, 28, 159, 1, 3, 201, 2, 1, 4, 0, 0, 0, 0, 1, 7);
    expect([...expandSegments(octets, 9, 1)]).toEqual([28, 159, 173, 187, 201, 201, 201, 201, 7]);
  });

  test.each([
    ['a linear segment at the start', [1, 4, 100]],
    ['a discrete segment past the end', [0, 9, 1]],
    ['an indirect segment into the middle of another', [0, 3, 5, 6, 7, 2, 1, 2, 0]],
    ['an indirect segment that names itself', [0, 1, 5, 2, 1, 3, 0]],
    ['an unknown segment', [9, 1, 1]],
  ])('%s is refused', (_, words) => {
    expect(() => expandSegments(Uint16Array.from(words), 16)).toThrow(/segmented palette/);
  });

  test('no more entries are written than the descriptor promises', () => {
    expect([...expandSegments(Uint16Array.of(0, 1, 5, 1, 60000, 9), 4)]).toHaveLength(4);
  });
});
