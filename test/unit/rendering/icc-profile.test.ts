import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { memorySource } from '../../../src/dicom/byte-source.ts';
import type { DataSet } from '../../../src/dicom/data-set.ts';
import { readPart10 } from '../../../src/dicom/part10.ts';
import { iccProfileOf, toStandardColors } from '../../../src/rendering/icc-profile.ts';
import { paletteOf, renderSupplementalPalette, supplementalPaletteOf } from '../../../src/rendering/palette-color.ts';
import { type BuiltElements, buildInstance } from '../../support/dicom-builder.ts';
import { displayProfile } from '../../support/icc-profile.ts';
import { requirement } from '../../support/requirement.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { describeWithTool } from '../../support/tool.ts';

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
    expect(iccProfileOf(dataSetWith({ ICCProfile: new Uint8Array(300) }), 1)).toBeUndefined();
    expect(iccProfileOf(dataSetWith({ ICCProfile: new Uint8Array(10) }), 1)).toBeUndefined();
  });

  test('is that of the image, or of its first optical path', () => {
    const profile = displayProfile('green', 'blue', 'red');
    expect(iccProfileOf(dataSetWith({ ICCProfile: profile }), 1)?.length).toBe(profile.length);
    const inPath = dataSetWith({ OpticalPathSequence: { items: [{ ICCProfile: profile }] } });
    expect(iccProfileOf(inPath, 1)?.length).toBe(profile.length);
    expect(iccProfileOf(dataSetWith({}), 1)).toBeUndefined();
  });
});

describe('which profile it is', () => {
  const profile = displayProfile('green', 'blue', 'red');

  test('that of the optical path of the frame', () => {
    const path = (OpticalPathIdentifier: string): BuiltElements => ({ OpticalPathIdentifier });
    const frame = (identifier: string): BuiltElements => ({
      OpticalPathIdentificationSequence: { items: [path(identifier)] },
    });
    const dataSet = dataSetWith({
      OpticalPathSequence: { items: [path('1'), { ...path('2'), ICCProfile: profile }] },
      PerFrameFunctionalGroupsSequence: { items: [frame('1'), frame('2'), frame('3')] },
    });
    expect([1, 2, 3].map((number) => iccProfileOf(dataSet, number)?.length)).toEqual([
      undefined,
      profile.length,
      undefined,
    ]);
  });

  test('none where the description names sRGB; elsewhere the word says nothing', () => {
    const named = (at: string, name: string): Uint8Array => {
      const octets = Buffer.from(profile);
      octets.write(name, octets.indexOf(at, 160), 'latin1');
      return octets;
    };
    expect(iccProfileOf(dataSetWith({ ICCProfile: named('test', 'sRGB') }), 1)).toBeUndefined();
    expect(iccProfileOf(dataSetWith({ ICCProfile: named('none', 'sRGB') }), 1)).toBeDefined();
  });

  test('that of a Color Space without a profile', () => {
    expect(iccProfileOf(dataSetWith({ ColorSpace: 'SRGB' }), 1)).toBeUndefined();
    expect(iccProfileOf(dataSetWith({ ColorSpace: 'ADOBERGB', ICCProfile: profile }), 1)?.length).toBe(profile.length);
    expect(iccProfileOf(dataSetWith({ ColorSpace: 'ADOBERGB' }), 1)).toBeDefined();
  });

  /** What transicc -t0 -o "*sRGB" of LittleCMS 2.14 makes of them, with the profiles a98.icc and rommrgb.icc of Ghostscript. */
  test.each([
    ['ADOBERGB', [129, 129, 129, 0, 12, 24, 217, 151, 97]],
    ['ROMMRGB', [146, 146, 146, 0, 28, 42, 252, 154, 108]],
  ])('%s becomes sRGB as LittleCMS makes it', async (ColorSpace, expected) => {
    const pixels = Uint8Array.of(128, 128, 128, 10, 20, 30, 200, 150, 100);
    const image = { width: 3, height: 1, channels: 3, pixels } as const;
    const shown = await toStandardColors(image, iccProfileOf(dataSetWith({ ColorSpace }), 1));
    for (const [i, value] of expected.entries())
      expect(Math.abs(shown.pixels[i]! - value), `octet ${i}`).toBeLessThanOrEqual(1);
  });
});

describeWithTool('transicc', 'profiles beside LittleCMS', () => {
  const corners = [0, 16, 64, 128, 200, 255];
  const all = corners.flatMap((r) => corners.flatMap((g) => corners.map((b) => [r, g, b])));
  const profiles: Readonly<Record<string, () => Uint8Array>> = {
    'primaries that change places': () => displayProfile('green', 'blue', 'red'),
    'a gamma of 3': () => displayProfile('red', 'green', 'blue', 3),
    'a gamma of 1.8 and other primaries': () => displayProfile('blue', 'red', 'green', 1.8),
  };

  test.each(Object.entries(profiles))('%s: within a level', async (_, profileOf) => {
    const profile = profileOf();
    const file = path.join(temporaryDirectory(), 'profile.icc');
    writeFileSync(file, profile);
    const input = all.map((color) => color.join(' ')).join('\n');
    const output = execFileSync('transicc', ['-n', '-t0', '-i', file, '-o', '*sRGB'], { input, encoding: 'latin1' });
    const theirs = output
      .trim()
      .split(/\s+/)
      .map((level) => Math.max(0, Math.min(255, Math.round(Number(level)))));
    const image = { width: all.length, height: 1, channels: 3, pixels: Uint8Array.from(all.flat()) } as const;
    const { pixels } = await toStandardColors(image, profile);
    expect(theirs).toHaveLength(pixels.length);
    expect(Math.max(...pixels.map((level, i) => Math.abs(level - theirs[i]!)))).toBeLessThanOrEqual(1);
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
