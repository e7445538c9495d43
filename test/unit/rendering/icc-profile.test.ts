import { describe, expect, test } from 'vitest';
import { memorySource } from '../../../src/dicom/byte-source.ts';
import type { DataSet } from '../../../src/dicom/data-set.ts';
import { readPart10 } from '../../../src/dicom/part10.ts';
import { iccProfileOf, toStandardColors } from '../../../src/rendering/icc-profile.ts';
import { paletteOf, renderSupplementalPalette, supplementalPaletteOf } from '../../../src/rendering/palette-color.ts';
import { type BuiltElements, buildInstance } from '../../support/dicom-builder.ts';
import { requirement } from '../../support/requirement.ts';

function dataSetWith(elements: BuiltElements): DataSet {
  const read = readPart10(memorySource(buildInstance({ elements })));
  if (!read.ok) throw new Error(read.detail);
  return read.part10.dataSet;
}

/** X Y Z of the primary colours of sRGB under D50 (IEC 61966-2-1, adapted). */
const primaries = {
  red: [0.43607, 0.22249, 0.01392],
  green: [0.38515, 0.71687, 0.09708],
  blue: [0.14307, 0.06061, 0.7141],
};
type Primary = keyof typeof primaries;

/** A display profile (ICC.1, version 2) of three primary colours and one gamma. */
function displayProfile(red: Primary, green: Primary, blue: Primary, gamma = 2.2): Uint8Array {
  const fixed = (values: readonly number[]): Buffer => {
    const octets = Buffer.alloc(values.length * 4);
    for (const [i, value] of values.entries()) octets.writeInt32BE(Math.round(value * 65536), i * 4);
    return octets;
  };
  const xyz = (values: readonly number[]): Buffer =>
    Buffer.concat([Buffer.from('XYZ \0\0\0\0', 'latin1'), fixed(values)]);
  const curve = Buffer.concat([Buffer.from('curv\0\0\0\0\0\0\0\x01\0\0\0\0', 'latin1')]);
  curve.writeUInt16BE(Math.round(gamma * 256), 12);
  const text = Buffer.from('text\0\0\0\0none\0\0\0\0', 'latin1');
  const desc = Buffer.alloc(104);
  desc.write('desc', 'latin1');
  desc.writeUInt32BE(5, 8);
  desc.write('test', 12, 'latin1');
  const tags: readonly (readonly [string, Buffer])[] = [
    ['desc', desc],
    ['cprt', text],
    ['wtpt', xyz([0.9642, 1, 0.8249])],
    ['rXYZ', xyz(primaries[red])],
    ['gXYZ', xyz(primaries[green])],
    ['bXYZ', xyz(primaries[blue])],
    ['rTRC', curve],
    ['gTRC', curve],
    ['bTRC', curve],
  ];
  const header = Buffer.alloc(128);
  header.writeUInt32BE(0x02400000, 8);
  header.write('mntrRGB XYZ ', 12, 'latin1');
  header.write('acsp', 36, 'latin1');
  fixed([0.9642, 1, 0.8249]).copy(header, 68);
  const table = Buffer.alloc(4 + 12 * tags.length);
  table.writeUInt32BE(tags.length);
  let at = 128 + table.length;
  for (const [i, [name, value]] of tags.entries()) {
    table.write(name, 4 + 12 * i, 'latin1');
    table.writeUInt32BE(at, 8 + 12 * i);
    table.writeUInt32BE(value.length, 12 + 12 * i);
    at += value.length;
  }
  const profile = Buffer.concat([header, table, ...tags.map(([, value]) => value)]);
  profile.writeUInt32BE(profile.length, 0);
  return profile;
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
