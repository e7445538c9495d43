import { describe, expect, test } from 'vitest';
import { Tag } from '../../../generated/dictionary.ts';
import { memorySource } from '../../../src/dicom/byte-source.ts';
import { imagePixelOf } from '../../../src/dicom/image-pixel.ts';
import { readPart10 } from '../../../src/dicom/part10.ts';
import { type BuiltElements, buildInstance } from '../../support/dicom-builder.ts';

function imageWith(elements: BuiltElements, options: { stopBeforePixelData?: boolean } = {}) {
  const read = readPart10(memorySource(buildInstance({ elements, pixelData: new Uint8Array(16) })), options);
  if (!read.ok) throw new Error(read.detail);
  return imagePixelOf(read.part10.dataSet);
}

describe('Image Pixel Module (PS3.3 C.7.6.3)', () => {
  test('its attributes', () => {
    expect(
      imageWith({ NumberOfFrames: '3', BitsAllocated: 16, BitsStored: 12, HighBit: 11, PixelRepresentation: 1 }),
    ).toEqual({
      Rows: 4,
      Columns: 4,
      SamplesPerPixel: 1,
      PhotometricInterpretation: 'MONOCHROME2',
      BitsAllocated: 16,
      BitsStored: 12,
      HighBit: 11,
      PixelRepresentation: 1,
      PlanarConfiguration: 0,
      NumberOfFrames: 3,
      pixelData: 'PixelData',
    });
  });

  test.each([
    ['1A', 1],
    ['12 frames', 12],
    ['0', 1],
    ['-3', 1],
    ['many', 1],
  ])('Number of Frames %j counts as %d', (value, expected) => {
    expect(imageWith({ NumberOfFrames: value })?.NumberOfFrames).toBe(expected);
  });

  test('the same, read up to the pixel data', () => {
    expect(imageWith({}, { stopBeforePixelData: true })).toEqual(imageWith({}));
  });

  test('floating point pixels are known by their missing Bits Stored', () => {
    const floating = { BitsStored: undefined, HighBit: undefined, PixelRepresentation: undefined } as const;
    expect(imageWith({ ...floating, BitsAllocated: 32 }, { stopBeforePixelData: true })?.pixelData).toBe(
      'FloatPixelData',
    );
    expect(imageWith({ ...floating, BitsAllocated: 64 }, { stopBeforePixelData: true })?.pixelData).toBe(
      'DoubleFloatPixelData',
    );
  });

  test.each(['Rows', 'Columns', 'BitsAllocated'] as const)('without %s there is no image', (keyword) => {
    expect(Tag[keyword]).toBeDefined();
    expect(imageWith({ [keyword]: undefined })).toBeUndefined();
  });
});
