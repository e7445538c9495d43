import { describe, expect, test } from 'vitest';
import type { PixelFrame } from '../../../src/codecs/pixel-frame.ts';
import { memorySource } from '../../../src/dicom/byte-source.ts';
import { readPart10 } from '../../../src/dicom/part10.ts';
import { grayscaleTransformationOf, renderGrayscale } from '../../../src/rendering/grayscale.ts';
import type { Window } from '../../../src/syntax/window.ts';
import { type BuiltElements, buildInstance } from '../../support/dicom-builder.ts';
import { requirement } from '../../support/requirement.ts';

const frame: PixelFrame = {
  Rows: 1,
  Columns: 5,
  SamplesPerPixel: 1,
  PhotometricInterpretation: 'MONOCHROME2',
  BitsStored: 16,
  HighBit: 15,
  PixelRepresentation: 0,
  samples: Uint16Array.of(0, 100, 200, 300, 1000),
};

interface Asked {
  readonly frame?: Partial<PixelFrame>;
  readonly frameNumber?: number;
  readonly window?: Window;
}

function grays(elements: BuiltElements, asked: Asked = {}): number[] {
  const read = readPart10(memorySource(buildInstance({ elements })));
  if (!read.ok) throw new Error(read.detail);
  const own = { ...frame, ...asked.frame };
  const transformation = grayscaleTransformationOf(read.part10.dataSet, own, asked.frameNumber ?? 1, asked.window);
  return [...renderGrayscale(own, transformation)];
}

const table = (first: number, bits: number, entries: readonly number[]): BuiltElements => ({
  more: [
    { tag: 0x00283002, vr: 'US', value: [entries.length, first, bits] },
    { tag: 0x00283006, vr: 'OW', value: new Uint8Array(Uint16Array.from(entries).buffer) },
  ],
});

describe('An image without VOI transformation (D-49)', () => {
  test('goes from its least to its greatest value', () => {
    expect(grays({})).toEqual([0, 26, 51, 77, 255]);
  });

  test('pixel padding does not stretch the range, and is dark', () => {
    expect(grays({ more: [{ tag: 0x00280120, vr: 'US', value: 1000 }] })).toEqual([0, 85, 170, 255, 0]);
    const range: BuiltElements = {
      more: [
        { tag: 0x00280120, vr: 'US', value: 250 },
        { tag: 0x00280121, vr: 'US', value: 2000 },
      ],
    };
    expect(grays(range)).toEqual([0, 128, 255, 0, 0]);
  });

  test('eight unsigned bits stay as they are, unless there is a rescale', () => {
    const octets = { samples: Uint8Array.of(3, 4, 5, 6, 7), BitsStored: 8, HighBit: 7 };
    expect(grays({}, { frame: octets })).toEqual([3, 4, 5, 6, 7]);
    expect(grays({ RescaleSlope: '2', RescaleIntercept: '0' }, { frame: octets })).toEqual([0, 64, 128, 191, 255]);
  });

  test('one bit is black and white, even where all of a frame is one', () => {
    const bits = { samples: Uint8Array.of(1, 1, 1, 1, 1), BitsStored: 1, HighBit: 0 };
    expect(grays({}, { frame: bits })).toEqual([255, 255, 255, 255, 255]);
  });

  test('floating point values leave out what is no number', () => {
    const samples = Float32Array.of(-1, Number.NaN, 0, Number.POSITIVE_INFINITY, 1);
    expect(grays({}, { frame: { samples } })).toEqual([0, 0, 128, 255, 255]);
  });
});

describe('Float and Double Float Pixel Data (PS3.3 C.7.6.24, C.7.6.25)', () => {
  const samples = Float64Array.of(-1, -0.5, 0, 0.25, 1);

  test('a window of decimals, by the formulas of C.11.2.1.3', () => {
    const window: Window = { center: 0, width: 2, shape: 'linear-exact' };
    expect(grays({}, { frame: { samples }, window })).toEqual([0, 64, 128, 159, 255]);
    const own = { WindowCenter: '0', WindowWidth: '1', VOILUTFunction: 'LINEAR_EXACT' };
    expect(grays(own, { frame: { samples: Float32Array.from(samples) } })).toEqual([0, 0, 128, 191, 255]);
    expect(grays({ ...own, VOILUTFunction: 'SIGMOID' }, { frame: { samples } })).toEqual([5, 30, 128, 186, 250]);
  });

  test('padding that is a range of them', () => {
    const padding: BuiltElements = { DoubleFloatPixelPaddingValue: -1, DoubleFloatPixelPaddingRangeLimit: -0.5 };
    expect(grays(padding, { frame: { samples } })).toEqual([0, 0, 0, 64, 255]);
    expect(grays({ FloatPixelPaddingValue: 1 }, { frame: { samples: Float32Array.from(samples) } })).toEqual([
      0, 102, 204, 255, 0,
    ]);
  });
});

describe('Where the VOI LUT is taken from (PS3.3 C.11.2)', () => {
  requirement('R-001-330', 'the window of the request, in the units after the Modality LUT', () => {
    const rescale = { RescaleSlope: '1', RescaleIntercept: '-100', WindowCenter: '5', WindowWidth: '2' };
    const window = { center: 100, width: 200, shape: 'linear-exact' } as const;
    expect(grays(rescale, { window })).toEqual([0, 0, 128, 255, 255]);
  });

  test('the first of several windows', () => {
    expect(grays({ WindowCenter: '100\\9', WindowWidth: '200\\9', VOILUTFunction: 'LINEAR_EXACT' })).toEqual([
      0, 128, 255, 255, 255,
    ]);
  });

  test('a window of no width is none', () => {
    expect(grays({ WindowCenter: '100', WindowWidth: '0' })).toEqual(grays({}));
  });

  test('VOI LUT Sequence, where there is no window', () => {
    expect(grays({ VOILUTSequence: { items: [table(99, 8, [0, 51, 255])] } })).toEqual([0, 51, 255, 255, 255]);
  });

  test('Modality LUT Sequence before the rest', () => {
    const elements = { ModalityLUTSequence: { items: [table(100, 16, [7, 8])] }, WindowCenter: '8', WindowWidth: '2' };
    expect(grays({ ...elements, VOILUTFunction: 'LINEAR_EXACT' })).toEqual([0, 0, 128, 128, 128]);
  });

  requirement('R-001-249', 'functional groups: shared values, and those of each frame', () => {
    const voi = (center: string): BuiltElements => ({
      FrameVOILUTSequence: { items: [{ WindowCenter: center, WindowWidth: '200', VOILUTFunction: 'LINEAR_EXACT' }] },
    });
    const rescale = { RescaleSlope: '2', RescaleIntercept: '-100', RescaleType: 'US' };
    const elements: BuiltElements = {
      SharedFunctionalGroupsSequence: { items: [{ PixelValueTransformationSequence: { items: [rescale] } }] },
      PerFrameFunctionalGroupsSequence: { items: [voi('0'), voi('200')] },
    };
    expect(grays(elements, { frameNumber: 1 })).toEqual([0, 255, 255, 255, 255]);
    expect(grays(elements, { frameNumber: 2 })).toEqual([0, 0, 255, 255, 255]);
  });
});

describe('Polarity (PS3.3 C.11.6)', () => {
  requirement('R-001-249', 'MONOCHROME1 and INVERSE turn the image once, together and alone', () => {
    const inverted = [255, 230, 204, 179, 0];
    const monochrome1 = { frame: { PhotometricInterpretation: 'MONOCHROME1' } };
    const closeTo = (levels: number[]) => levels.map((level, i) => Math.abs(level - inverted[i]!) <= 1);
    for (const levels of [
      grays({}, monochrome1),
      grays({ PresentationLUTShape: 'INVERSE' }),
      grays({ PresentationLUTShape: 'INVERSE' }, monochrome1),
    ]) {
      expect(closeTo(levels)).toEqual([true, true, true, true, true]);
    }
  });
});
