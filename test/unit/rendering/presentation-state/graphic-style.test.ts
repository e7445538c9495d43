import { describe, expect, test } from 'vitest';
import { memorySource } from '../../../../src/dicom/byte-source.ts';
import type { DataSet } from '../../../../src/dicom/data-set.ts';
import { readPart10 } from '../../../../src/dicom/part10.ts';
import { useInstalledFonts } from '../../../../src/pool/fonts.ts';
import {
  areaInFrame,
  displayedAreaGeometry,
  displayedAreasOf,
} from '../../../../src/rendering/presentation-state/displayed-area.ts';
import { graphicAnnotationsOf, inFrame } from '../../../../src/rendering/presentation-state/graphic-annotation.ts';
import { drawGraphic } from '../../../../src/rendering/presentation-state/graphic-drawing.ts';
import { drawText } from '../../../../src/rendering/presentation-state/text-drawing.ts';
import { tileOriginOf } from '../../../../src/rendering/presentation-state/total-pixel-matrix.ts';
import type { RenderedImage } from '../../../../src/rendering/rendered-image.ts';
import { drawVectors } from '../../../../src/rendering/vector-layer.ts';
import { type BuiltElements, buildInstance } from '../../../support/dicom-builder.ts';
import { displayedArea } from '../../../support/presentation-state.ts';

useInstalledFonts();

function dataSetWith(elements: BuiltElements): DataSet {
  const read = readPart10(memorySource(buildInstance({ elements })));
  if (!read.ok) throw new Error(read.detail);
  return read.part10.dataSet;
}

const side = 96;
const geometry = displayedAreaGeometry(
  { references: [], region: undefined, isInMatrix: false, magnification: undefined, pixelAspectRatio: 1 },
  { rotation: 0, isFlippedHorizontally: false },
  side,
  side,
  undefined,
);
const ground: RenderedImage = { width: side, height: side, channels: 3, pixels: new Uint8Array(side * side * 3) };
const layerColor = [255, 255, 0] as const;

/** CIELab of sRGB colours under D50, by the formulas of PS3.3 C.10.7.1.1 (littlecms gives the same: L*, a*, b* to 8 bits). */
const lab = {
  red: [54.29, 80.8, 69.89],
  green: [87.82, -79.27, 80.99],
  blue: [29.57, 68.3, -112.03],
} as const;
const cielab = ([l, a, b]: readonly [number, number, number]): number[] => [
  Math.round((l / 100) * 65535),
  Math.round(((a + 128) / 255) * 65535),
  Math.round(((b + 128) / 255) * 65535),
];
const onOff = (on: keyof typeof lab, off?: keyof typeof lab): BuiltElements => ({
  PatternOnColorCIELabValue: cielab(lab[on]),
  PatternOnOpacity: 1,
  ...(off === undefined ? {} : { PatternOffColorCIELabValue: cielab(lab[off]), PatternOffOpacity: 1 }),
});

type Pixel = (x: number, y: number) => string;

/** The names of the colours of a picture: `r`, `g`, `b`, the layer's `y`, `.` for nothing, `?` for what is in between. */
async function picture(svg: string): Promise<Pixel> {
  const { pixels } = await drawVectors(ground, svg);
  return (x, y) => {
    const levels = [...pixels.subarray((y * side + x) * 3, (y * side + x) * 3 + 3)].map((level) =>
      level > 250 ? '1' : level < 5 ? '0' : '?',
    );
    return { '100': 'r', '010': 'g', '001': 'b', '110': 'y', '000': '.', '111': 'w' }[levels.join('')] ?? '?';
  };
}

async function graphic(elements: BuiltElements): Promise<Pixel> {
  const [annotation] = graphicAnnotationsOf(
    dataSetWith({
      GraphicAnnotationSequence: {
        items: [{ GraphicObjectSequence: { items: [{ GraphicAnnotationUnits: 'PIXEL', ...elements }] } }],
      },
    }),
  );
  return picture(drawGraphic(annotation!.graphics[0]!, geometry, layerColor));
}

const line: BuiltElements = { GraphicType: 'POLYLINE', GraphicData: [0, 48, 96, 48] };
const square: BuiltElements = {
  GraphicType: 'POLYLINE',
  GraphicData: [16, 16, 80, 16, 80, 80, 16, 80, 16, 16],
  GraphicFilled: 'Y',
};
const lineStyle = (style: BuiltElements): BuiltElements => ({ LineStyleSequence: { items: [style] } });
const fillStyle = (style: BuiltElements): BuiltElements => ({ FillStyleSequence: { items: [style] } });
const row = (at: Pixel, y: number, from: number, to: number): string =>
  Array.from({ length: to - from }, (_, i) => at(from + i, y)).join('');

describe('Line Style Sequence (PS3.3 C.10.5.1.3.13)', () => {
  test('colour and thickness', async () => {
    const at = await graphic({
      ...line,
      ...lineStyle({ ...onOff('red'), LineThickness: 8, LineDashingStyle: 'SOLID' }),
    });
    expect([at(48, 43), at(48, 44), at(48, 51), at(48, 52)].join('')).toBe('.rr.');
  });

  test('dashes by the bits of the pattern, and the other colour between them', async () => {
    const style = { ...onOff('red', 'blue'), LineThickness: 8, LineDashingStyle: 'DASHED', LinePattern: 0xff00ff00 };
    const at = await graphic({ ...line, ...lineStyle(style) });
    expect(row(at, 48, 0, 32)).toBe(`${'r'.repeat(8)}${'b'.repeat(8)}${'r'.repeat(8)}${'b'.repeat(8)}`);
  });

  test('dashes with nothing between them', async () => {
    const style = { ...onOff('red'), LineThickness: 8, LineDashingStyle: 'DASHED', LinePattern: 0xffff0000 };
    expect(row(await graphic({ ...line, ...lineStyle(style) }), 48, 0, 32)).toBe('r'.repeat(16) + '.'.repeat(16));
  });

  test('opacity lets through what is below', async () => {
    const style = { ...onOff('red'), PatternOnOpacity: 0, LineThickness: 8, LineDashingStyle: 'SOLID' };
    expect((await graphic({ ...line, ...lineStyle(style) }))(48, 48)).toBe('.');
  });

  test('a shadow lies moved, or around it', async () => {
    const shadow = (ShadowStyle: string): BuiltElements =>
      lineStyle({
        ...onOff('red'),
        LineThickness: 4,
        LineDashingStyle: 'SOLID',
        ...{ ShadowStyle, ShadowOffsetX: 0, ShadowOffsetY: 8, ShadowOpacity: 1 },
        ShadowColorCIELabValue: cielab(lab.green),
      });
    const moved = await graphic({ ...line, ...shadow('NORMAL') });
    expect([39, 47, 53, 55].map((y) => moved(48, y)).join('')).toBe('.r.g');
    const around = await graphic({ ...line, ...shadow('OUTLINED') });
    expect([37, 39, 47, 55, 59].map((y) => around(48, y)).join('')).toBe('.grg.');
    expect((await graphic({ ...line, ...shadow('OFF') }))(48, 55)).toBe('.');
  });
});

describe('Fill Style Sequence (PS3.3 C.10.5.1.3.14)', () => {
  test('a filling has the colour of the line, unless it has one of its own', async () => {
    expect((await graphic(square))(48, 48)).toBe('y');
    const own = await graphic({ ...square, ...fillStyle({ ...onOff('blue'), FillMode: 'SOLID' }) });
    expect([own(48, 48), own(48, 16)].join('')).toMatch(/^b[y?]$/);
  });

  test('a pattern of 32 x 32 bits in two colours', async () => {
    // Rows of sixteen bits on the left, in the upper half of the pattern.
    const FillPattern = Uint8Array.from({ length: 128 }, (_, i) => (i < 64 && i % 4 < 2 ? 0xff : 0));
    const at = await graphic({
      ...square,
      ...fillStyle({ ...onOff('red', 'green'), FillMode: 'STIPPELED', FillPattern }),
    });
    expect(row(at, 40, 32, 64)).toBe('r'.repeat(16) + 'g'.repeat(16));
    expect(row(at, 56, 32, 64)).toBe('g'.repeat(32));
    const alone = await graphic({ ...square, ...fillStyle({ ...onOff('red'), FillMode: 'STIPPELED', FillPattern }) });
    expect(row(alone, 40, 32, 64)).toBe('r'.repeat(16) + '.'.repeat(16));
  });
});

describe('Text Style Sequence (PS3.3 C.10.5.1.3.12)', () => {
  const svgOf = (style: BuiltElements): string => {
    const text: BuiltElements = {
      UnformattedTextValue: 'HHH',
      BoundingBoxAnnotationUnits: 'PIXEL',
      BoundingBoxTopLeftHandCorner: [0, 0],
      BoundingBoxBottomRightHandCorner: [96, 96],
      BoundingBoxTextHorizontalJustification: 'LEFT',
      TextStyleSequence: { items: [style] },
    };
    const [annotation] = graphicAnnotationsOf(
      dataSetWith({ GraphicAnnotationSequence: { items: [{ TextObjectSequence: { items: [text] } }] } }),
    );
    return drawText(annotation!.texts[0]!, geometry, layerColor);
  };
  /** Where there is ink: left, top, right, bottom, and how much. */
  const inked = async (style: BuiltElements) => {
    const { pixels } = await drawVectors(ground, svgOf({ ShadowStyle: 'OFF', ...style }));
    const places = Array.from({ length: side * side }, (_, i) => i).filter((i) => pixels[3 * i]! > 100);
    const [xs, ys] = [places.map((i) => i % side), places.map((i) => Math.floor(i / side))];
    const ink = pixels.reduce((sum, level, i) => sum + (i % 3 === 0 ? level : 0), 0);
    return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys), ink };
  };

  test('alignment in the bounding box, before its justification', async () => {
    const at = await inked({});
    expect([at.left < 10, at.top < 10]).toEqual([true, true]);
    const centered = await inked({ HorizontalAlignment: 'CENTER', VerticalAlignment: 'CENTER' });
    expect(Math.abs((centered.left + centered.right) / 2 - 48)).toBeLessThan(3);
    expect(Math.abs((centered.top + centered.bottom) / 2 - 48)).toBeLessThan(4);
    const last = await inked({ HorizontalAlignment: 'RIGHT', VerticalAlignment: 'BOTTOM' });
    expect([last.right > 86, last.bottom > 86]).toEqual([true, true]);
  });

  test('bold is thicker, italic leans, underlined has a line below', async () => {
    const [plain, bold, italic, underlined] = await Promise.all(
      [{}, { Bold: 'Y' }, { Italic: 'Y' }, { Underlined: 'Y' }].map((style) => inked(style)),
    );
    expect(bold!.ink).toBeGreaterThan(plain!.ink * 1.1);
    expect(italic!.right).toBeGreaterThan(plain!.right);
    expect(underlined!.ink).toBeGreaterThan(plain!.ink * 1.05);
  });

  test('colour, and a shadow in another', async () => {
    const style = { TextColorCIELabValue: cielab(lab.red), ShadowStyle: 'OFF' };
    const only = svgOf(style);
    expect(only).toContain('rgb(255,0,0)');
    const shadowed = svgOf({
      ...style,
      ...{ ShadowStyle: 'NORMAL', ShadowOffsetX: 2, ShadowOffsetY: 3, ShadowOpacity: 0.5 },
      ShadowColorCIELabValue: cielab(lab.blue),
    });
    expect(shadowed).toMatch(/^<g transform="translate\(2 3\)"><text [^>]*fill="rgb\(0,0,25\d\)" fill-opacity="0.5"/);
    expect(shadowed.endsWith(only)).toBe(true);
  });

  test('the name of a font comes first, and can be nothing else', () => {
    expect(svgOf({ CSSFontName: 'DejaVu Serif' })).toContain('font-family="DejaVu Serif, Noto Sans');
    expect(svgOf({ CSSFontName: '"><script>' })).toContain('font-family="script, Noto Sans');
  });
});

describe('what is placed in the Total Pixel Matrix (PS3.3 C.10.4, C.10.5)', () => {
  const full = dataSetWith({
    ...{ Rows: 100, Columns: 200, TotalPixelMatrixRows: 250, TotalPixelMatrixColumns: 500 },
    DimensionOrganizationType: 'TILED_FULL',
  });

  test('tiles lie row by row, in every focal plane again', () => {
    expect([1, 2, 3, 4, 9, 10].map((frame) => tileOriginOf(full, frame).join())).toEqual([
      '0,0',
      '200,0',
      '400,0',
      '0,100',
      '400,200',
      '0,0',
    ]);
    expect(tileOriginOf(dataSetWith({ Rows: 10, Columns: 10 }), 3)).toEqual([0, 0]);
  });

  test('tiles that say their place lie there', () => {
    const position = (x: number, y: number): BuiltElements => ({
      PlanePositionSlideSequence: {
        items: [{ ColumnPositionInTotalImagePixelMatrix: x, RowPositionInTotalImagePixelMatrix: y }],
      },
    });
    const sparse = dataSetWith({ PerFrameFunctionalGroupsSequence: { items: [position(1, 1), position(301, 51)] } });
    expect([tileOriginOf(sparse, 1), tileOriginOf(sparse, 2)]).toEqual([
      [0, 0],
      [300, 50],
    ]);
  });

  test('annotations in MATRIX units and areas of the VOLUME are moved into the frame, others are not', () => {
    const units = { GraphicAnnotationUnits: 'MATRIX', GraphicType: 'POLYLINE', GraphicData: [210, 110, 220, 120] };
    const [annotation] = graphicAnnotationsOf(
      dataSetWith({
        GraphicAnnotationSequence: {
          items: [
            {
              GraphicObjectSequence: { items: [units, { ...units, GraphicAnnotationUnits: 'PIXEL' }] },
              TextObjectSequence: {
                items: [{ UnformattedTextValue: 'A', AnchorPointAnnotationUnits: 'MATRIX', AnchorPoint: [205, 107] }],
              },
            },
          ],
        },
      }),
    );
    const { graphics, texts } = inFrame(annotation!, tileOriginOf(full, 5));
    expect(graphics.map(({ points }) => points)).toEqual([
      [
        [10, 10],
        [20, 20],
      ],
      [
        [210, 110],
        [220, 120],
      ],
    ]);
    expect(texts[0]!.anchor).toMatchObject({ units: 'PIXEL', point: [5, 7] });
    const area = (PixelOriginInterpretation: string) =>
      areaInFrame(
        displayedAreasOf(dataSetWith(displayedArea([211, 111], [220, 120], { PixelOriginInterpretation })))[0]!,
        [200, 100],
      ).region;
    expect(area('VOLUME')).toEqual({ left: 10, top: 10, width: 10, height: 10 });
    expect(area('FRAME')).toEqual({ left: 210, top: 110, width: 10, height: 10 });
  });
});
