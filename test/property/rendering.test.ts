import fc from 'fast-check';
import { describe, expect } from 'vitest';
import * as arbitraries from '../../generated/arbitraries/rendering.ts';
import { OriginServerError } from '../../src/errors/origin-server-error.ts';
import { applyPresentationLut } from '../../src/rendering/presentation-lut.ts';
import { resample } from '../../src/rendering/resample.ts';
import { viewportGeometry } from '../../src/rendering/viewport.ts';
import { applyVoiLut } from '../../src/rendering/voi-lut.ts';
import { parseViewport } from '../../src/syntax/viewport.ts';
import { requirement } from '../support/requirement.ts';

const windows = fc.record({
  center: fc.double({ min: -5000, max: 5000, noNaN: true }),
  width: fc.double({ min: 1, max: 10000, noNaN: true }),
  shape: fc.constantFrom('linear' as const, 'linear-exact' as const, 'sigmoid' as const),
});

describe('laws of the VOI LUT', () => {
  requirement('R-001-330', 'a window never decreases and stays in range', () => {
    fc.assert(
      fc.property(
        windows,
        fc.array(fc.double({ min: -1e5, max: 1e5, noNaN: true }), { maxLength: 50 }),
        (window, values) => {
          const levels = values
            .sort((a, b) => a - b)
            .map((value) => applyPresentationLut('IDENTITY', applyVoiLut({ kind: 'window', window }, value)));
          for (const [i, level] of levels.entries()) {
            expect(level).toBeGreaterThanOrEqual(levels[i - 1] ?? 0);
            expect(level).toBeLessThanOrEqual(255);
          }
        },
      ),
    );
  });
});

const images = fc
  .record({
    width: fc.integer({ min: 1, max: 24 }),
    height: fc.integer({ min: 1, max: 24 }),
    channels: fc.constantFrom(1 as const, 3 as const),
  })
  .chain(({ width, height, channels }) => {
    const length = width * height * channels;
    return fc
      .uint8Array({ minLength: length, maxLength: length })
      .map((pixels) => ({ width, height, channels, pixels }));
  });

describe('laws of the viewport', () => {
  requirement(['R-001-313', 'R-001-314'], 'flipping twice is the identity', () => {
    fc.assert(
      fc.property(images, fc.boolean(), fc.boolean(), (image, across, down) => {
        const { width, height } = image;
        const region = { sw: across ? -width : width, sh: down ? -height : height };
        const geometry = viewportGeometry({ vw: width, vh: height, region }, width, height);
        expect(resample(resample(image, geometry), geometry)).toEqual(image);
      }),
    );
  });

  requirement(['R-001-313', 'R-001-314'], 'a flipped rendering is the rendering, flipped', () => {
    fc.assert(
      fc.property(images, fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }), (image, vw, vh) => {
        const { width, height, channels } = image;
        const plain = resample(image, viewportGeometry({ vw, vh }, width, height));
        const region = { sw: -width, sh: -height };
        const flipped = resample(image, viewportGeometry({ vw, vh, region }, width, height));
        const pixels = Array.from({ length: plain.pixels.length / channels }, (_, i) =>
          plain.pixels.slice(i * channels, (i + 1) * channels),
        );
        expect(Buffer.concat(pixels.reverse()).equals(flipped.pixels)).toBe(true);
      }),
    );
  });

  requirement(
    ['R-001-307', 'R-001-317', 'R-001-318'],
    'every viewport of the grammar gives the size of D-38, or is refused',
    () => {
      fc.assert(
        fc.property(
          arbitraries.viewportValue.valid,
          fc.integer({ min: 1, max: 4000 }),
          fc.integer({ min: 1, max: 4000 }),
          (text, columns, rows) => {
            const parsed = parseViewport(text);
            if (!parsed.ok) return;
            const { vw, vh, region: { sx = 0, sy = 0, sw = columns, sh = rows } = {} } = parsed.value;
            const [left, top] = [Math.abs(sx), Math.abs(sy)];
            const width = Math.min(columns, left + Math.abs(sw)) - left;
            const height = Math.min(rows, top + Math.abs(sh)) - top;
            if (!(width > 0 && height > 0)) {
              expect(() => viewportGeometry(parsed.value, columns, rows)).toThrow(OriginServerError);
              return;
            }
            const scale = Math.min(vw / width, vh / height);
            const { renderedWidth, renderedHeight } = viewportGeometry(parsed.value, columns, rows);
            expect(renderedWidth === vw || renderedHeight === vh).toBe(true);
            expect(renderedWidth).toBeLessThanOrEqual(vw);
            expect(renderedHeight).toBeLessThanOrEqual(vh);
            expect(Math.abs(renderedWidth - Math.max(1, width * scale))).toBeLessThanOrEqual(1);
            expect(Math.abs(renderedHeight - Math.max(1, height * scale))).toBeLessThanOrEqual(1);
          },
        ),
      );
    },
  );
});
