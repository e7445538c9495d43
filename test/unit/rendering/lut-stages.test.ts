import { describe, expect, test } from 'vitest';
import type { PixelFrame } from '../../../src/codecs/pixel-frame.ts';
import { renderGrayscale } from '../../../src/rendering/grayscale.ts';
import { applyModalityLut, identityModalityLut } from '../../../src/rendering/modality-lut.ts';
import { applyPresentationLut } from '../../../src/rendering/presentation-lut.ts';
import { storedValue } from '../../../src/rendering/stored-value.ts';
import { applyVoiLut, type VoiLut } from '../../../src/rendering/voi-lut.ts';
import type { WindowShape } from '../../../src/syntax/window.ts';
import golden from '../../golden/rendering/lut-stages.json' with { type: 'json' };
import { requirement } from '../../support/requirement.ts';

/** Expected arrays: test/golden/rendering/lut-stages.py, which computes them with numpy from the formulas of the standard. */

describe('Stored values (PS3.5 8.1.1)', () => {
  test.each(golden.storedValues)(
    '$BitsStored bits up to bit $HighBit, Pixel Representation $PixelRepresentation',
    (row) => {
      const format = { ...row, PixelRepresentation: row.PixelRepresentation as 0 | 1 };
      expect(row.samples.map((sample) => storedValue(sample, format))).toEqual(row.expected);
    },
  );

  test('a sample of a signed array gives the same as its bit pattern', () => {
    const format = { BitsStored: 16, HighBit: 15, PixelRepresentation: 1 } as const;
    expect([-1, -32768, 32767].map((sample) => storedValue(sample, format))).toEqual([-1, -32768, 32767]);
  });

  test('thirty-two bits keep all of them', () => {
    const signed = { BitsStored: 32, HighBit: 31, PixelRepresentation: 1 } as const;
    const unsigned = { ...signed, PixelRepresentation: 0 } as const;
    expect(storedValue(-5, signed)).toBe(-5);
    expect(storedValue(0xfffffffb, unsigned)).toBe(0xfffffffb);
  });
});

describe('Modality LUT (PS3.3 C.11.1)', () => {
  test.each(golden.rescale)('slope $slope, intercept $intercept', ({ slope, intercept, storedValues, expected }) => {
    const lut = { kind: 'linear', slope, intercept } as const;
    expect(storedValues.map((stored) => applyModalityLut(lut, stored))).toEqual(expected);
  });

  test('a table holds its first and last entry beyond its ends', () => {
    const { firstMapped, entries, storedValues, expected } = golden.modalityTable;
    const table = { firstMapped, maximum: 15, entries: Uint16Array.from(entries) };
    expect(storedValues.map((stored) => applyModalityLut({ kind: 'table', table }, stored))).toEqual(expected);
  });
});

describe('VOI LUT and Presentation LUT (PS3.3 C.11.2.1.2, C.11.2.1.3, PS3.4 N.2.1)', () => {
  for (const { shape, center, width, values, expected, inverse } of golden.window) {
    requirement(['R-001-330', 'R-001-335'], `${shape} with center ${center} and width ${width}`, () => {
      const lut: VoiLut = { kind: 'window', window: { center, width, shape: shape as WindowShape } };
      const output = values.map((value) => applyVoiLut(lut, value));
      expect(output.map((value) => applyPresentationLut('IDENTITY', value))).toEqual(expected);
      const inverted = output.map((value) => applyPresentationLut('INVERSE', value));
      // Halves are rounded up in both directions, so 255 - y and its opposite may differ by the one level between them.
      for (const [i, level] of inverted.entries()) expect(Math.abs(level - inverse[i]!)).toBeLessThanOrEqual(1);
    });
  }

  test('a table is spread over the output range by the bits it has', () => {
    const table = { firstMapped: 10, maximum: 1023, entries: Uint16Array.from([0, 341, 682, 1023]) };
    const lut: VoiLut = { kind: 'table', table };
    expect([0, 10, 11, 12, 13, 500].map((x) => applyPresentationLut('IDENTITY', applyVoiLut(lut, x)))).toEqual([
      0, 0, 85, 170, 255, 255,
    ]);
  });

  test('a range of one value is dark', () => {
    expect(applyVoiLut({ kind: 'range', minimum: 7, maximum: 7 }, 7)).toBe(0);
  });
});

describe('Grayscale transformation, all steps (PS3.4 N.2.1)', () => {
  const samples = Uint16Array.from(golden.wholePipeline.samples);
  const frame: PixelFrame = {
    Rows: 1,
    Columns: samples.length,
    SamplesPerPixel: 1,
    PhotometricInterpretation: 'MONOCHROME1',
    BitsStored: 12,
    HighBit: 11,
    PixelRepresentation: 0,
    samples,
  };
  const transformation = {
    padding: undefined,
    modality: { kind: 'linear', slope: 1, intercept: -1024 },
    voi: { kind: 'window', window: { center: 40, width: 400, shape: 'linear' } },
    presentation: 'INVERSE',
  } as const;

  requirement(['R-001-342', 'R-001-278'], golden.wholePipeline.explanation, () => {
    expect([...renderGrayscale(frame, transformation)]).toEqual(golden.wholePipeline.expected);
  });

  test('the combined table and the single values agree', () => {
    const direct = renderGrayscale({ ...frame, samples: Uint32Array.from(samples) }, transformation);
    expect([...direct]).toEqual(golden.wholePipeline.expected);
  });

  test('floating point values go the same way', () => {
    const values = Float32Array.from(samples, (sample) => sample - 1024);
    const output = renderGrayscale({ ...frame, samples: values }, { ...transformation, modality: identityModalityLut });
    expect([...output]).toEqual(golden.wholePipeline.expected);
  });

  test('pixel padding stays dark, even where the lowest value is white', () => {
    const output = renderGrayscale(frame, { ...transformation, padding: { from: 800, to: 814 } });
    expect([...output.subarray(0, 4)]).toEqual([0, 0, 0, 255]);
  });
});
