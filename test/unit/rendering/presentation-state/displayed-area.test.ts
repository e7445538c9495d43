import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type DisplayedArea,
  displayedAreaGeometry,
  pointInArea,
  showArea,
} from '../../../../src/rendering/presentation-state/displayed-area.ts';
import {
  originOfPoint,
  type SpatialTransformation,
  transformImage,
  transformPoint,
} from '../../../../src/rendering/presentation-state/spatial-transformation.ts';
import type { RenderedImage } from '../../../../src/rendering/rendered-image.ts';
import { requirement } from '../../../support/requirement.ts';

const upright: SpatialTransformation = { rotation: 0, isFlippedHorizontally: false };
const image: RenderedImage = { width: 3, height: 2, channels: 1, pixels: Uint8Array.of(1, 2, 3, 4, 5, 6) };
const area = (left: number, top: number, width: number, height: number, more: Partial<DisplayedArea> = {}) => ({
  references: [],
  region: { left, top, width, height },
  isInMatrix: false,
  magnification: undefined,
  pixelAspectRatio: 1,
  ...more,
});
const rowsOf = ({ width, pixels }: RenderedImage): number[][] =>
  Array.from({ length: pixels.length / width }, (_, y) => [...pixels.subarray(y * width, (y + 1) * width)]);

describe('the spatial transformation', () => {
  test.each<[SpatialTransformation['rotation'], boolean, number[][]]>([
    [
      0,
      false,
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
    [
      90,
      false,
      [
        [4, 1],
        [5, 2],
        [6, 3],
      ],
    ],
    [
      180,
      false,
      [
        [6, 5, 4],
        [3, 2, 1],
      ],
    ],
    [
      270,
      false,
      [
        [3, 6],
        [2, 5],
        [1, 4],
      ],
    ],
    [
      0,
      true,
      [
        [3, 2, 1],
        [6, 5, 4],
      ],
    ],
    [
      90,
      true,
      [
        [1, 4],
        [2, 5],
        [3, 6],
      ],
    ],
    [
      180,
      true,
      [
        [4, 5, 6],
        [1, 2, 3],
      ],
    ],
    [
      270,
      true,
      [
        [6, 3],
        [5, 2],
        [4, 1],
      ],
    ],
  ])('turns by %i degrees clockwise, and then flips: %s', (rotation, isFlippedHorizontally, expected) => {
    expect(rowsOf(transformImage(image, { rotation, isFlippedHorizontally }))).toEqual(expected);
  });

  const transformations = fc.record({
    rotation: fc.constantFrom<SpatialTransformation['rotation']>(0, 90, 180, 270),
    isFlippedHorizontally: fc.boolean(),
  });

  test('points go where pixels go, and come back from there', () => {
    fc.assert(
      fc.property(transformations, fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 1 }), (how, x, y) => {
        const turned = transformImage(image, how);
        const [u, v] = transformPoint(how, [(x + 0.5) / 3, (y + 0.5) / 2]);
        const at = Math.floor(v * turned.height) * turned.width + Math.floor(u * turned.width);
        expect(turned.pixels[at]).toBe(image.pixels[y * 3 + x]);
        const [backX, backY] = originOfPoint(how, [u, v]);
        expect([backX * 3 - 0.5, backY * 2 - 0.5].map((place) => Math.round(place) + 0)).toEqual([x, y]);
      }),
    );
  });
});

describe('the displayed area', () => {
  const shown = (left: number, top: number, width: number, height: number, how = upright): number[][] =>
    rowsOf(showArea(image, displayedAreaGeometry(area(left, top, width, height), how, 3, 2, undefined)));

  test('is a part of the image, at its own size', () => {
    expect(shown(1, 0, 2, 1)).toEqual([[2, 3]]);
    expect(shown(1, 0, 2, 1, { rotation: 90, isFlippedHorizontally: false })).toEqual([[2], [3]]);
  });

  test('is dark over the edges, on every side, and all of it beside the image', () => {
    expect(shown(-1, -1, 5, 4)).toEqual([
      [0, 0, 0, 0, 0],
      [0, 1, 2, 3, 0],
      [0, 4, 5, 6, 0],
      [0, 0, 0, 0, 0],
    ]);
    expect(shown(10, 10, 2, 1)).toEqual([[0, 0]]);
    expect(shown(-7, 0, 2, 1)).toEqual([[0, 0]]);
  });

  test('an image that is scaled keeps its place among what is dark', () => {
    const geometry = displayedAreaGeometry(area(-3, -2, 9, 6), upright, 3, 2, { vw: 90, vh: 600 });
    expect([geometry.renderedWidth, geometry.renderedHeight]).toEqual([90, 60]);
    const { pixels } = showArea({ ...image, pixels: new Uint8Array(6).fill(200) }, geometry);
    const bright = (x: number, y: number): boolean => pixels[y * 90 + x] === 200;
    expect([bright(30, 20), bright(59, 39), bright(29, 20), bright(30, 19), bright(60, 39), bright(59, 40)]).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });

  test('pixels that are not square are undistorted in a viewport', () => {
    const tall = area(0, 0, 100, 50, { pixelAspectRatio: 2 });
    expect(displayedAreaGeometry(tall, upright, 100, 50, { vw: 200, vh: 300 })).toMatchObject({
      renderedWidth: 200,
      renderedHeight: 200,
    });
  });

  requirement('R-001-357', 'meets one side of any viewport and stays within the other', () => {
    const lengths = fc.integer({ min: 1, max: 4000 });
    fc.assert(
      fc.property(lengths, lengths, lengths, lengths, fc.boolean(), (width, height, vw, vh, isTurned) => {
        const how = { rotation: isTurned ? 90 : 0, isFlippedHorizontally: false } as const;
        const { renderedWidth, renderedHeight } = displayedAreaGeometry(area(0, 0, width, height), how, 9, 9, {
          vw,
          vh,
        });
        expect(renderedWidth === vw || renderedHeight === vh).toBe(true);
        expect(renderedWidth >= 1 && renderedWidth <= vw && renderedHeight >= 1 && renderedHeight <= vh).toBe(true);
      }),
    );
  });

  requirement('R-001-359', 'a point of the image stays where it was when a viewport cuts what is magnified', () => {
    const magnified = area(10, 20, 30, 40, { magnification: 3 });
    for (const rotation of [0, 90, 180, 270] as const) {
      const how = { rotation, isFlippedHorizontally: rotation === 90 };
      const whole = displayedAreaGeometry(magnified, how, 100, 100, undefined);
      const cut = displayedAreaGeometry(magnified, how, 100, 100, { vw: 50, vh: 60 });
      expect([cut.renderedWidth, cut.renderedHeight]).toEqual([50, 60]);
      const [x, y] = pointInArea(cut, [17.5, 31]);
      const [expectedX, expectedY] = pointInArea(whole, [17.5, 31]);
      expect(x).toBeCloseTo(expectedX, 6);
      expect(y).toBeCloseTo(expectedY, 6);
    }
  });
});
