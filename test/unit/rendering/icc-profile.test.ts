import { describe, expect, test } from 'vitest';
import { memorySource } from '../../../src/dicom/byte-source.ts';
import type { DataSet } from '../../../src/dicom/data-set.ts';
import { readPart10 } from '../../../src/dicom/part10.ts';
import { iccProfileOf, toStandardColors } from '../../../src/rendering/icc-profile.ts';
import { paletteOf, renderSupplementalPalette, supplementalPaletteOf } from '../../../src/rendering/palette-color.ts';
import { type BuiltElements, buildInstance } from '../../support/dicom-builder.ts';
import { displayProfile } from '../../support/icc-profile.ts';
import { requirement } from '../../support/requirement.ts';

function dataSetWith(elements: BuiltElements): DataSet {
  const read = readPart10(memorySource(buildInstance({ elements })));
  if (!read.ok) throw new Error(read.detail);
  return read.part10.dataSet;
}

const colors = {
  width: 4,
  height: 1,
  channels: 3,
  pixels: Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 128, 128, 128),
} as const;

describe('ICC Profile (PS3.3 C.11.15)', () => {
  requirement('R-001-249', 'a profile whose primary colours are exchanged exchanges the colours', async () => {
    const { pixels } = await toStandardColors(colors, displayProfile('green', 'blue', 'red'));
    const expected = [0, 255, 0, 0, 0, 255, 255, 0, 0];
    for (const [i, value] of expected.entries())
      expect(Math.abs(pixels[i]! - value), `octet ${i}`).toBeLessThanOrEqual(3);
  });

  test('a gamma of its own makes grey darker, by the formulas of both curves', async () => {
    const { pixels } = await toStandardColors(colors, displayProfile('red', 'green', 'blue', 3));
    const linear = (128 / 255) ** 3;
    const encoded = 255 * (1.055 * linear ** (1 / 2.4) - 0.055);
    for (const octet of pixels.subarray(9)) expect(Math.abs(octet - encoded)).toBeLessThanOrEqual(2);
  });

  test('a profile that is broken, or none, changes nothing', async () => {
    const broken = displayProfile('green', 'blue', 'red').slice(0, 200);
    expect([...(await toStandardColors(colors, broken)).pixels]).toEqual([...colors.pixels]);
    expect(await toStandardColors(colors, undefined)).toBe(colors);
    expect(iccProfileOf(dataSetWith({ ICCProfile: new Uint8Array(300) }))).toBeUndefined();
    expect(iccProfileOf(dataSetWith({ ICCProfile: new Uint8Array(10) }))).toBeUndefined();
  });

  test('is that of the image, or of its first optical path', () => {
    const profile = displayProfile('green', 'blue', 'red');
    expect(iccProfileOf(dataSetWith({ ICCProfile: profile }))?.length).toBe(profile.length);
    const inPath = dataSetWith({ OpticalPathSequence: { items: [{ ICCProfile: profile }] } });
    expect(iccProfileOf(inPath)?.length).toBe(profile.length);
    expect(iccProfileOf(dataSetWith({}))).toBeUndefined();
  });
});

describe('Supplemental Palette Color Lookup Table (PS3.3 C.7.6.19)', () => {
  const words = (...values: number[]): Uint8Array => new Uint8Array(Uint16Array.from(values).buffer);
  const palette: BuiltElements = {
    RedPaletteColorLookupTableDescriptor: words(2, 200, 16),
    GreenPaletteColorLookupTableDescriptor: words(2, 200, 16),
    BluePaletteColorLookupTableDescriptor: words(2, 200, 16),
    RedPaletteColorLookupTableData: words(0xff00, 0x1000),
    GreenPaletteColorLookupTableData: words(0x0000, 0x2000),
    BluePaletteColorLookupTableData: words(0x0000, 0x3000),
  };

  requirement('R-001-249', 'values from its first entry on are colours, those below it stay grey', () => {
    const dataSet = dataSetWith({ ...palette, PixelPresentation: 'MIXED' });
    const frame = {
      Rows: 1,
      Columns: 4,
      SamplesPerPixel: 1,
      PhotometricInterpretation: 'MONOCHROME2',
      BitsStored: 8,
      HighBit: 7,
      PixelRepresentation: 0,
      samples: Uint8Array.of(10, 199, 200, 201),
    } as const;
    const shown = renderSupplementalPalette(frame, supplementalPaletteOf(dataSet)!, Uint8Array.of(11, 222, 1, 2));
    expect([...shown]).toEqual([11, 11, 11, 222, 222, 222, 255, 0, 0, 16, 32, 48]);
  });

  test('is there only where Pixel Presentation says so', () => {
    expect(supplementalPaletteOf(dataSetWith(palette))).toBeUndefined();
    expect(supplementalPaletteOf(dataSetWith({ ...palette, PixelPresentation: 'MONOCHROME' }))).toBeUndefined();
    expect(supplementalPaletteOf(dataSetWith({ PixelPresentation: 'COLOR' }))).toBeUndefined();
    expect(paletteOf(dataSetWith(palette))[0].firstMapped).toBe(200);
  });
});
