import { describe, expect, test } from 'vitest';
import { resample } from '../../../src/rendering/resample.ts';
import { viewportGeometry } from '../../../src/rendering/viewport.ts';
import { requirement } from '../../support/requirement.ts';

describe('Viewport (PS3.18 Sup174 6.5.8.1.2.3)', () => {
  const size = (vw: number, vh: number, columns: number, rows: number, aspect?: number): string => {
    const { renderedWidth, renderedHeight } = viewportGeometry({ vw, vh }, columns, rows, aspect);
    return `${renderedWidth}x${renderedHeight}`;
  };

  requirement(['R-001-317', 'R-001-318'], 'the image grows or shrinks until it meets one side (D-38)', () => {
    expect(size(256, 256, 512, 512)).toBe('256x256');
    expect(size(1024, 1024, 512, 256)).toBe('1024x512');
    expect(size(100, 300, 640, 480)).toBe('100x75');
    expect(size(10, 10, 1000, 1)).toBe('10x1');
  });

  test('pixels that are not square keep their shape', () => {
    expect(size(512, 512, 256, 120, 4 / 3)).toBe('512x320');
  });

  requirement(
    ['R-001-308', 'R-001-309', 'R-001-310', 'R-001-311', 'R-001-312', 'R-001-313', 'R-001-314'],
    'the source region, its defaults and its signs',
    () => {
      const region = { sx: -10, sw: -300.5, sh: -20 };
      expect(viewportGeometry({ vw: 100, vh: 100, region }, 200, 100)).toMatchObject({
        x: 10,
        y: 0,
        width: 190,
        height: 20,
        isFlippedHorizontally: true,
        isFlippedVertically: true,
        renderedWidth: 100,
        renderedHeight: 11,
      });
      expect(viewportGeometry({ vw: 100, vh: 100, region: { sx: 50, sy: 25 } }, 200, 100)).toMatchObject({
        width: 150,
        height: 75,
        isFlippedHorizontally: false,
      });
    },
  );

  test.each([
    ['no width', { sw: 0 }],
    ['no height', { sh: 0 }],
    ['right of the image', { sx: 200 }],
    ['below the image', { sy: 100.5 }],
  ])('a region with or %s is refused (D-37)', (_, region) => {
    expect(() => viewportGeometry({ vw: 10, vh: 10, region }, 200, 100)).toThrow(/source region/);
  });
});

describe('Resampling', () => {
  const ramp = { width: 8, height: 4, channels: 1, pixels: Uint8Array.from({ length: 32 }, (_, i) => i * 8) } as const;
  const render = (viewport: Parameters<typeof viewportGeometry>[0]): number[] => {
    return [...resample(ramp, viewportGeometry(viewport, 8, 4)).pixels];
  };

  requirement('R-001-304', 'whole pixels at their own size come out as they are', () => {
    expect(render({ vw: 8, vh: 4 })).toEqual([...ramp.pixels]);
    expect(render({ vw: 2, vh: 2, region: { sx: 3, sy: 1, sw: 2, sh: 2 } })).toEqual([88, 96, 152, 160]);
  });

  requirement(['R-001-313', 'R-001-314'], 'a negative width and height turn the image over', () => {
    expect(render({ vw: 8, vh: 4, region: { sw: -8, sh: -4 } })).toEqual([...ramp.pixels].reverse());
  });

  test('an even image stays even, whatever its region', () => {
    const even = { ...ramp, pixels: new Uint8Array(32).fill(77) };
    const region = { sx: 0.3, sy: 0.7, sw: 5.1, sh: 2.2 };
    expect(new Set(resample(even, viewportGeometry({ vw: 31, vh: 17, region }, 8, 4)).pixels)).toEqual(new Set([77]));
  });

  test('nothing outside of the region has a share', () => {
    const step = { ...ramp, pixels: Uint8Array.from({ length: 32 }, (_, i) => (i % 8 < 4 ? 10 : 250)) };
    const region = { sx: 0, sy: 0, sw: 4, sh: 4 };
    expect(new Set(resample(step, viewportGeometry({ vw: 9, vh: 9, region }, 8, 4)).pixels)).toEqual(new Set([10]));
  });

  test('half a pixel to the right is half way between two pixels', () => {
    // Keys' kernel at 1/2: -1/16, 9/16, 9/16, -1/16; of a straight ramp that is the middle. Ends are held by one side only.
    const line = {
      width: 8,
      height: 1,
      channels: 1,
      pixels: Uint8Array.from({ length: 8 }, (_, i) => i * 20),
    } as const;
    const region = { sx: 0.5, sw: 7 };
    const moved = resample(line, viewportGeometry({ vw: 7, vh: 1, region }, 8, 1)).pixels;
    expect([...moved].slice(1, -1)).toEqual([30, 50, 70, 90, 110]);
  });
});
