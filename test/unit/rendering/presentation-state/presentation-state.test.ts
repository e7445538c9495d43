import { describe, expect, test } from 'vitest';
import type { PixelFrame } from '../../../../src/codecs/pixel-frame.ts';
import { memorySource } from '../../../../src/dicom/byte-source.ts';
import type { DataSet } from '../../../../src/dicom/data-set.ts';
import { readPart10 } from '../../../../src/dicom/part10.ts';
import { fromCIELab, fromPValue } from '../../../../src/rendering/cielab.ts';
import { displayShutterOf, seenThrough } from '../../../../src/rendering/display-shutter.ts';
import { renderGrayscale } from '../../../../src/rendering/grayscale.ts';
import { blend } from '../../../../src/rendering/presentation-state/blending.ts';
import { activeCurvesOf } from '../../../../src/rendering/presentation-state/curve.ts';
import { displayedAreaGeometry } from '../../../../src/rendering/presentation-state/displayed-area.ts';
import { drawGraphic } from '../../../../src/rendering/presentation-state/graphic-drawing.ts';
import { maskFor, maskSubtractionsOf, subtractMask } from '../../../../src/rendering/presentation-state/mask.ts';
import {
  type PresentationState,
  presentationStateOf,
} from '../../../../src/rendering/presentation-state/presentation-state.ts';
import { softcopyGrayscaleOf } from '../../../../src/rendering/presentation-state/softcopy-grayscale.ts';
import { drawText } from '../../../../src/rendering/presentation-state/text-drawing.ts';
import { drawColor, drawVectors } from '../../../../src/rendering/vector-layer.ts';
import { type BuiltElement, type BuiltElements, buildInstance } from '../../../support/dicom-builder.ts';
import { buildPresentationState, SOPClass } from '../../../support/presentation-state.ts';

function read(object: Uint8Array): DataSet {
  const part10 = readPart10(memorySource(object));
  if (!part10.ok) throw new Error(part10.detail);
  return part10.part10.dataSet;
}

const stateDataSet = (elements: BuiltElements): DataSet => read(buildPresentationState('2.25.1', elements));
const stateOf = (elements: BuiltElements): PresentationState => presentationStateOf(stateDataSet(elements));

const frame: PixelFrame = {
  Rows: 1,
  Columns: 4,
  SamplesPerPixel: 1,
  PhotometricInterpretation: 'MONOCHROME2',
  BitsStored: 8,
  HighBit: 7,
  PixelRepresentation: 0,
  samples: Uint8Array.of(0, 1, 2, 255),
};

const table = (...entries: readonly number[]): BuiltElements => ({
  more: [
    { tag: 0x00283002, vr: 'US', value: [entries.length, 0, 8] },
    { tag: 0x00283006, vr: 'OW', value: new Uint8Array(Uint16Array.from(entries).buffer) },
  ],
});

function grays(elements: BuiltElements, own: Partial<PixelFrame> = {}, image: BuiltElements = {}): number[] {
  const state = stateOf(elements);
  const input = { dataSet: read(buildInstance({ elements: image })), SOPInstanceUID: '2.25.2', frameNumber: 1 };
  const softcopy = softcopyGrayscaleOf(state.input, { ...input, frame: { ...frame, ...own } }, state.presentationLut);
  return [...renderGrayscale(softcopy.frame, softcopy.transformation)];
}

describe('the grayscale transformations of a Presentation State', () => {
  test('are the identity where it has none, whatever the image has', () => {
    const image = { WindowCenter: '1', WindowWidth: '1', RescaleSlope: '3', PresentationLUTShape: 'INVERSE' };
    expect(grays({}, {}, image)).toEqual([0, 1, 2, 255]);
    expect(grays({}, { BitsStored: 12, HighBit: 11, samples: Uint16Array.of(0, 4095, 2048, 0) })).toEqual([
      0, 255, 128, 0,
    ]);
    expect(grays({}, { PixelRepresentation: 1, samples: Int8Array.of(-128, 127, 0, -1) })).toEqual([0, 255, 128, 127]);
    expect(grays({}, { PhotometricInterpretation: 'MONOCHROME1' })).toEqual([0, 1, 2, 255]);
  });

  test('a Modality LUT, a VOI LUT and a Presentation LUT follow each other as tables', () => {
    const elements = {
      ModalityLUTSequence: { items: [table(2, 0, 1, 3)] },
      SoftcopyVOILUTSequence: { items: [{ VOILUTSequence: { items: [table(10, 20, 255, 0)] } }] },
      PresentationLUTSequence: { items: [table(...Array.from({ length: 256 }, (_, i) => 255 - i))] },
    };
    // 0 -> 2 -> 255 -> 0; 1 -> 0 -> 10 -> 245; 2 -> 1 -> 20 -> 235; 255 -> 3 -> 0 -> 255.
    expect(grays(elements)).toEqual([0, 245, 235, 255]);
  });

  test('a short Presentation LUT is spread over the whole range', () => {
    expect(grays({ PresentationLUTSequence: { items: [table(255, 0, 51)] } })).toEqual([255, 255, 255, 51]);
  });

  test('pixel padding of the image stays dark, also where the shape is inverse', () => {
    expect(grays({ PresentationLUTShape: 'INVERSE' }, {}, { PixelPaddingValue: 1 })).toEqual([255, 0, 253, 0]);
  });

  test('floating point pixels span from the least to the greatest', () => {
    expect(grays({}, { samples: Float32Array.of(-1, 0, 1, Number.NaN) })).toEqual([0, 128, 255, 0]);
  });
});

describe('mask subtraction', () => {
  const item = { MaskOperation: 'AVG_SUB', MaskFrameNumbers: [1, 2], ApplicableFrameRange: [3, 9] };
  const subtractions = (mask: BuiltElements, mode = 'SUB') =>
    maskSubtractionsOf(stateDataSet({ RecommendedViewingMode: mode, MaskSubtractionSequence: { items: [mask] } }));

  test('is done to the frames of its range, with the frames that there are', () => {
    expect(maskFor(subtractions(item), 2, 10)).toBeUndefined();
    expect(maskFor(subtractions(item), 3, 10)?.frameNumbers).toEqual([1, 2]);
    expect(maskFor(subtractions({ ...item, MaskFrameNumbers: [1, 99] }), 3, 10)?.frameNumbers).toEqual([1]);
    expect(maskFor(subtractions(item, 'NAT'), 3, 10)).toBeUndefined();
  });

  test('of very many frames is not made', () => {
    const frames = Array.from({ length: 65 }, (_, i) => i + 1);
    expect(() => subtractions({ ...item, MaskFrameNumbers: frames })).toThrow(/65 mask frames/);
    expect(() => subtractions({ ...item, MaskFrameNumbers: [...frames.slice(1), ...frames.slice(1)] })).not.toThrow();
  });

  test('TID takes the frame away that is as far back as it says', () => {
    const mask = subtractions({ MaskOperation: 'TID', TIDOffset: 2 });
    expect([1, 2, 3, 4].map((number) => maskFor(mask, number, 4)?.frameNumbers)).toEqual([
      undefined,
      undefined,
      [1],
      [2],
    ]);
  });

  test('REV_TID goes back from the first frame of the first range: MFN = (FCFN - TID Offset) - (CFN - FCFN)', () => {
    const mask = subtractions({ MaskOperation: 'REV_TID', TIDOffset: 1, ApplicableFrameRange: [4, 7] });
    expect([3, 4, 5, 6, 7].map((number) => maskFor(mask, number, 9)?.frameNumbers)).toEqual([
      undefined,
      [3],
      [2],
      [1],
      undefined,
    ]);
  });

  test('NONE keeps its frames from what comes after it', () => {
    const none = { MaskOperation: 'NONE', ApplicableFrameRange: [1, 4] };
    const masks = maskSubtractionsOf(
      stateDataSet({ RecommendedViewingMode: 'SUB', MaskSubtractionSequence: { items: [none, item] } }),
    );
    expect([4, 5].map((number) => maskFor(masks, number, 10)?.frameNumbers)).toEqual([undefined, [1, 2]]);
  });

  test('Contrast Frame Averaging takes the frames that follow, if they are there', () => {
    const masks = subtractions({ ...item, ContrastFrameAveraging: 3 });
    expect(maskFor(masks, 7, 9)?.contrastFrameNumbers).toEqual([8, 9]);
    expect(maskFor(masks, 8, 9)).toBeUndefined();
    expect(maskFor(subtractions(item), 8, 9)?.contrastFrameNumbers).toEqual([]);
    expect(() => subtractions({ ...item, ContrastFrameAveraging: 65 })).toThrow(/65 contrast frames/);
  });

  test('takes the average away, and moves it', () => {
    const values = Float64Array.of(10, 20, 30, 40);
    const masks = [Float64Array.of(0, 2, 4, 6), Float64Array.of(2, 4, 6, 8)];
    expect([...subtractMask(values, masks, 4, { row: 0, column: 0 })]).toEqual([9, 17, 25, 33]);
    // Half a pixel to the right: what is at 1 is between what was at 0 and 1.
    expect([...subtractMask(values, masks, 4, { row: 0, column: 0.5 })]).toEqual([9, 18, 26, 34]);
    expect([...subtractMask(values, masks, 4, { row: 3, column: -1 })]).toEqual([7, 15, 23, 33]);
  });

  test('comes after the Modality LUT and before the VOI LUT, and spans as much below zero as above', () => {
    const state = stateOf({ RescaleSlope: '2', RescaleIntercept: '5' });
    const still = { shift: { row: 0, column: 0 }, contrastFrames: [] };
    const mask = { ...still, frames: [{ ...frame, samples: Uint8Array.of(0, 1, 2, 0) }] };
    const input = { dataSet: read(buildInstance()), SOPInstanceUID: '2.25.2', frameNumber: 1, frame };
    const softcopy = softcopyGrayscaleOf(state.input, input, 'IDENTITY', mask);
    expect([...renderGrayscale(softcopy.frame, softcopy.transformation)]).toEqual([128, 128, 128, 255]);
    // (0 + 100) / 2, (1 + 101) / 2 and so on less the mask: 50, 50, 50, 127.5 of 510.
    const contrastFrames = [{ ...frame, samples: Uint8Array.of(100, 101, 102, 0) }];
    const averaged = softcopyGrayscaleOf(state.input, input, 'IDENTITY', { ...mask, contrastFrames });
    expect([...renderGrayscale(averaged.frame, averaged.transformation)]).toEqual([153, 153, 153, 191]);
  });
});

describe('display shutters', () => {
  const seen = (elements: BuiltElements, width: number, height: number): string[] => {
    const openings = displayShutterOf(stateDataSet(elements))!.openings.map((one) => seenThrough(one, width, height));
    return Array.from({ length: height }, (_, y) =>
      Array.from({ length: width }, (_, x) => (openings.every((one) => one[y * width + x] === 1) ? '#' : '.')).join(''),
    );
  };
  const rectangle = {
    ShutterLeftVerticalEdge: '2',
    ShutterRightVerticalEdge: '4',
    ShutterUpperHorizontalEdge: '2',
    ShutterLowerHorizontalEdge: '3',
  };

  test('a rectangle shows its edges and what is inside', () => {
    expect(seen({ ShutterShape: 'RECTANGULAR', ...rectangle }, 5, 4)).toEqual(['.....', '.###.', '.###.', '.....']);
  });

  test('a circle reaches as far as its radius', () => {
    const circle = { ShutterShape: 'CIRCULAR', CenterOfCircularShutter: ['3', '3'], RadiusOfCircularShutter: '2' };
    expect(seen(circle, 5, 5)).toEqual(['..#..', '.###.', '#####', '.###.', '..#..']);
  });

  test('a polygon may be bent inwards and leave the image', () => {
    const vertices = ['1', '1', '1', '9', '4', '9', '4', '6', '2', '4', '5', '1'];
    const polygon = { ShutterShape: 'POLYGONAL', VerticesOfThePolygonalShutter: vertices };
    expect(seen(polygon, 7, 4)).toEqual(['#######', '#######', '###.###', '##...##']);
  });

  test('several let through what all of them show', () => {
    const both = { ...rectangle, CenterOfCircularShutter: ['2', '2'], RadiusOfCircularShutter: '1' };
    expect(seen({ ShutterShape: ['RECTANGULAR', 'CIRCULAR'], ...both }, 5, 4)).toEqual([
      '.....',
      '.##..',
      '.#...',
      '.....',
    ]);
  });

  test('have the colour that they say, and without measures shut nothing', () => {
    const color = (elements: BuiltElements) =>
      displayShutterOf(stateDataSet({ ShutterShape: 'RECTANGULAR', ...rectangle, ...elements }))?.color;
    expect(color({ ShutterPresentationValue: 32896 })).toEqual([128, 128, 128]);
    expect(color({})).toEqual([0, 0, 0]);
    expect(color({ ShutterPresentationColorCIELabValue: [65535, 32896, 32896] })).toEqual([255, 255, 255]);
    expect(displayShutterOf(stateDataSet({ ShutterShape: 'CIRCULAR' }))).toBeUndefined();
  });
});

describe('colours', () => {
  test('P-Values and CIELab become sRGB', () => {
    expect(fromPValue(65535)).toEqual([255, 255, 255]);
    expect(fromCIELab([0, 32896, 32896])).toEqual([0, 0, 0]);
    // L* 53.24, a* 80.09, b* 67.20 of D65 is red; the same colour relative to D50 is 54.29, 80.81, 69.89.
    const red = fromCIELab(
      [54.29, 80.81, 69.89].map((value, i) => Math.round(i === 0 ? value * 655.35 : (value + 128) * 257)),
    );
    expect(red!.map((channel, i) => Math.abs(channel - [255, 0, 0][i]!) <= 1)).toEqual([true, true, true]);
    expect(fromCIELab([1, 2])).toBeUndefined();
  });
});

describe('graphics and texts', () => {
  const geometry = displayedAreaGeometry(
    { references: [], region: undefined, isInMatrix: false, magnification: undefined, pixelAspectRatio: 1 },
    { rotation: 90, isFlippedHorizontally: false },
    64,
    32,
    { vw: 64, vh: 128 },
  );
  const black = { width: 64, height: 128, channels: 1, pixels: new Uint8Array(64 * 128) } as const;
  const [annotation] = stateOf({
    GraphicAnnotationSequence: {
      items: [
        {
          GraphicLayer: 'L',
          GraphicObjectSequence: {
            items: [
              { GraphicAnnotationUnits: 'PIXEL', GraphicType: 'POLYLINE', GraphicData: [0, 16, 64, 16] },
              {
                GraphicAnnotationUnits: 'PIXEL',
                GraphicType: 'CIRCLE',
                GraphicData: [32, 16, 42, 16],
                GraphicFilled: 'Y',
              },
              { GraphicAnnotationUnits: 'DISPLAY', GraphicType: 'POINT', GraphicData: [0.25, 0.75] },
              {
                GraphicAnnotationUnits: 'PIXEL',
                GraphicType: 'ELLIPSE',
                GraphicData: [22, 16, 42, 16, 32, 11, 32, 21],
              },
              { GraphicAnnotationUnits: 'PIXEL', GraphicType: 'INTERPOLATED', GraphicData: [8, 8, 32, 24, 56, 8] },
              { GraphicAnnotationUnits: 'PIXEL', GraphicType: 'POLYLINE', GraphicData: [0, 16] },
              { GraphicAnnotationUnits: 'PIXEL', GraphicType: 'SQUIGGLE', GraphicData: [0, 16, 1, 1] },
            ],
          },
          TextObjectSequence: {
            items: [
              { UnformattedTextValue: 'A & <B>\r\n\u0007C', AnchorPoint: [32, 16], AnchorPointVisibility: 'N' },
              { UnformattedTextValue: 'nowhere' },
            ],
          },
        },
      ],
    },
  }).annotations;
  const drawn = async (index: number) => {
    const { pixels } = await drawVectors(black, drawGraphic(annotation!.graphics[index]!, geometry, [255, 255, 255]));
    return (x: number, y: number): number => pixels[y * 64 + x]!;
  };
  /** Whether a line runs within a pixel of a place. */
  const isInked = (at: (x: number, y: number) => number, x: number, y: number): boolean =>
    [-1, 0, 1].some((dx) => [-1, 0, 1].some((dy) => at(x + dx, y + dy) > 60));

  test('what cannot be drawn is passed over', () => {
    expect(annotation!.graphics.map(({ type }) => type)).toEqual([
      'POLYLINE',
      'CIRCLE',
      'POINT',
      'ELLIPSE',
      'INTERPOLATED',
    ]);
    expect(annotation!.texts.map(({ lines }) => lines)).toEqual([['A & <B>', '\u0007C']]);
  });

  test('a line across the image runs down once the image is turned', async () => {
    const at = await drawn(0);
    expect([at(32, 3) > 100 || at(31, 3) > 100, at(10, 64), at(50, 64)]).toEqual([true, 0, 0]);
  });

  test('a filled circle is round and full', async () => {
    const at = await drawn(1);
    expect([at(32, 64), at(32 + 18, 64), at(32, 64 + 18), at(32 + 18, 64 + 18)]).toEqual([255, 255, 255, 0]);
  });

  test('a point in fractions stands in the displayed area, which is not turned with the image', async () => {
    const at = await drawn(2);
    expect([at(16, 96) > 100, at(48, 96), at(16, 32)]).toEqual([true, 0, 0]);
  });

  test('an ellipse has its axes, and is empty', async () => {
    const at = await drawn(3);
    expect([
      isInked(at, 32, 64 - 20),
      isInked(at, 32, 64 + 20),
      isInked(at, 32 - 10, 64),
      isInked(at, 32 + 10, 64),
      at(32, 64),
    ]).toEqual([true, true, true, true, 0]);
  });

  test('a curve goes through its points', async () => {
    const at = await drawn(4);
    expect([isInked(at, 48, 16), isInked(at, 16, 64), isInked(at, 48, 112), isInked(at, 40, 64)]).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });

  test('text is escaped, and its lines stand below each other', async () => {
    const svg = drawText(annotation!.texts[0]!, geometry, [255, 255, 255]);
    expect(svg).toContain('A &#38; &#60;B&#62;');
    expect(svg.match(/<text /g)).toHaveLength(2);
    const { pixels } = await drawVectors(black, svg);
    expect(pixels.some((gray) => gray > 200)).toBe(true);
  });

  test('what is not drawn upon stays as it is', async () => {
    const levels = { ...black, pixels: black.pixels.map((_, i) => i & 255) };
    expect((await drawVectors(levels, '<rect x="900" y="1" width="1" height="1"/>')).pixels).toEqual(levels.pixels);
    expect(drawColor(levels, black, [255, 255, 255]).pixels).toEqual(levels.pixels);
  });
});

describe('blending', () => {
  const plane = (x: string, spacing: string): BuiltElements => ({
    ImageOrientationPatient: ['1', '0', '0', '0', '1', '0'],
    ImagePositionPatient: [x, '0', '0'],
    PixelSpacing: [spacing, spacing],
  });
  const below = { width: 4, height: 1, channels: 1, pixels: Uint8Array.of(100, 100, 100, 100) } as const;
  const above = { width: 2, height: 1, channels: 3, pixels: Uint8Array.of(200, 0, 0, 0, 200, 0) } as const;
  const mixed = (under: BuiltElements, over: BuiltElements) =>
    [
      ...blend(
        { image: below, dataSet: read(buildInstance({ elements: under })), frameNumber: 1 },
        { image: above, dataSet: read(buildInstance({ elements: over })), frameNumber: 1 },
        0.5,
      ).pixels,
    ].join(' ');

  test('lies where its position says, and leaves the rest as it is', () => {
    expect(mixed(plane('0', '1'), plane('1', '1'))).toBe('100 100 100 150 50 50 50 150 50 100 100 100');
    expect(mixed(plane('0', '1'), plane('3', '1'))).toBe('100 100 100 100 100 100 100 100 100 150 50 50');
  });

  test('lies corner to corner where positions are not known', () => {
    const [first, , , last] = mixed({}, {}).match(/\d+ \d+ \d+/g)!;
    expect([first!.split(' ')[0]! > '140', last!.split(' ')[1]! > '140']).toEqual([true, true]);
  });
});

describe('curves (retired, PS3.3-2004 C.10.2, C.11.7)', () => {
  const curve = (group: number, more: readonly BuiltElement[]): readonly BuiltElement[] => {
    const base = group * 0x10000;
    return [
      { tag: base + 0x0005, vr: 'US', value: 2 },
      { tag: base + 0x0010, vr: 'US', value: 2 },
      { tag: base + 0x0020, vr: 'CS', value: 'POLY' },
      ...more.map((element) => ({ ...element, tag: base + element.tag })),
    ];
  };
  const data = (representation: number, octets: ArrayBufferView): readonly BuiltElement[] => [
    { tag: 0x0103, vr: 'US', value: representation },
    { tag: 0x3000, vr: 'OW', value: new Uint8Array(octets.buffer) },
  ];
  const activation = (group: number): BuiltElement => ({ tag: group * 0x10000 + 0x1001, vr: 'CS', value: 'LAYER' });
  const active = (state: readonly BuiltElement[], image: readonly BuiltElement[]) =>
    activeCurvesOf(stateDataSet({ more: state }), read(buildInstance({ elements: { more: image } }))).map(
      ({ layer, graphic }) => [layer, graphic.points.join(' ')],
    );

  test('of the image are shown where a Presentation State activates them; the middle of the first pixel is 1, 1', () => {
    const image = [
      ...curve(0x5000, data(0, Uint16Array.of(1, 1, 3, 5))),
      ...curve(0x5002, data(3, Float64Array.of(1.5, 2, 4, 8))),
    ];
    expect(active([], image)).toEqual([]);
    expect(active([activation(0x5002)], image)).toEqual([['LAYER', '1,1.5 3.5,7.5']]);
    expect(active([activation(0x5000), activation(0x5002)], image)).toHaveLength(2);
  });

  test('of the Presentation State come before those of the image, in every representation of numbers', () => {
    const image = curve(0x5000, data(0, Uint16Array.of(9, 9, 9, 9)));
    for (const [representation, octets] of [
      [0, Uint16Array.of(2, 3, 4, 5)],
      [1, Int16Array.of(2, 3, 4, 5)],
      [2, Float32Array.of(2, 3, 4, 5)],
      [3, Float64Array.of(2, 3, 4, 5)],
      [4, Int32Array.of(2, 3, 4, 5)],
    ] as const) {
      const state = [...curve(0x5000, data(representation, octets)), activation(0x5000)];
      expect(active(state, image)).toEqual([['LAYER', '1.5,2.5 3.5,4.5']]);
    }
  });

  test('of another dimension or kind, or without points, are passed over', () => {
    const points = data(0, Uint16Array.of(1, 1, 3, 5));
    const [, , ...rest] = curve(0x5000, points);
    expect(active([activation(0x5000)], [{ tag: 0x50000005, vr: 'US', value: 1 }, ...rest])).toEqual([]);
    const histogram = curve(0x5000, points).map((it) => (it.tag === 0x50000020 ? { ...it, value: 'HIST' } : it));
    expect(active([activation(0x5000)], histogram)).toEqual([]);
    expect(active([activation(0x5000)], curve(0x5000, data(0, Uint16Array.of(1, 1))))).toEqual([]);
  });
});

describe('kinds of Presentation State', () => {
  test('a kind that is not rendered says so', () => {
    expect(() => stateOf({ SOPClassUID: SOPClass.VolumeRenderingVolumetricPresentationState })).toThrow(
      /11\.9 are not rendered/,
    );
  });

  test('one with more graphics than can be drawn in good time says so', () => {
    const point = { GraphicAnnotationUnits: 'PIXEL', GraphicType: 'POINT', GraphicData: [1, 1] };
    const objects = (count: number) => ({
      GraphicAnnotationSequence: {
        items: [{ GraphicLayer: 'L', GraphicObjectSequence: { items: Array.from({ length: count }, () => point) } }],
      },
    });
    expect(() => stateOf(objects(10_001))).toThrow(/10001 objects/);
    expect(stateOf(objects(10)).annotations[0]!.graphics).toHaveLength(10);
    const line = { ...point, GraphicType: 'POLYLINE', GraphicData: new Array<number>(8000).fill(1) };
    const lines = Array.from({ length: 13 }, () => line);
    expect(() =>
      stateOf({ GraphicAnnotationSequence: { items: [{ GraphicObjectSequence: { items: lines } }] } }),
    ).toThrow(/52000 points/);
  });

  test('a blending has to have both of its inputs', () => {
    const SOPClassUID = SOPClass.BlendingSoftcopyPresentationState;
    expect(() => stateOf({ SOPClassUID, BlendingSequence: { items: [{ BlendingPosition: 'UNDERLYING' }] } })).toThrow(
      /SUPERIMPOSED/,
    );
  });

  test('Referenced Series Sequence, layers and areas come in their order', () => {
    const state = stateOf({
      ReferencedSeriesSequence: { items: [{ SeriesInstanceUID: '2.25.8' }] },
      GraphicLayerSequence: {
        items: [
          { GraphicLayer: 'ABOVE', GraphicLayerOrder: '2', GraphicLayerRecommendedDisplayGrayscaleValue: 65535 },
          { GraphicLayer: 'BELOW', GraphicLayerOrder: '1', GraphicLayerRecommendedDisplayGrayscaleValue: 0 },
        ],
      },
      ImageRotation: 450,
    });
    expect(state.input.series).toEqual([{ SeriesInstanceUID: '2.25.8', images: [] }]);
    expect(state.layers.map(({ name, color }) => [name, color[0]])).toEqual([
      ['BELOW', 0],
      ['ABOVE', 255],
    ]);
    expect(state.transformation.rotation).toBe(90);
  });
});
