import { beforeAll, describe, expect, test } from 'vitest';
import { useInstalledFonts } from '../../../src/pool/fonts.ts';
import { writeText } from '../../../src/rendering/corner-text.ts';
import type { RenderedImage } from '../../../src/rendering/rendered-image.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

beforeAll(() => useInstalledFonts());

function blank(width: number, height: number, gray: number, channels: 1 | 3 = 1): RenderedImage {
  return { width, height, channels, pixels: new Uint8Array(width * height * channels).fill(gray) };
}

/** The octets of a text written on black, to be compared with those of another. */
async function written(text: string): Promise<string> {
  const { pixels } = await writeText(blank(200, 60, 0), [{ corner: 'top left', lines: [text] }]);
  return Buffer.from(pixels).toString('base64');
}

const technique = [
  '2026-11-22 03:50:12',
  'Series 3  Image 112  Frame 3/200',
  'Position -125.5 -250.25 1033.75',
  'CT  Lunge 1.0 B70f',
  'CT Thorax ohne Kontrastmittel nativ',
];

describe('Text in the corners of an image', () => {
  test.each([
    ['Latin', 'Ł', 'ő'],
    ['Greek', 'Ω', 'ψ'],
    ['Cyrillic', 'Щ', 'ю'],
    ['Arabic', 'ق', 'ز'],
    ['Hebrew', 'ש', 'ד'],
    ['Chinese', '张', '东'],
    ['Japanese', '郎', 'や'],
    ['Korean', '홍', '동'],
    ['Thai', 'ส', 'ช'],
  ])('%s is written with letters, not with boxes', async (_script, one, other) => {
    const [first, second, box] = await Promise.all([written(one), written(other), written('\u{10fffd}')]);
    expect(first).not.toBe(second);
    expect(first).not.toBe(box);
    expect(second).not.toBe(box);
  });

  test('Arabic letters are joined and run from right to left', async () => {
    expect(await written('قب')).not.toBe(await written('ق\u200cب'));
    // The same letters in the order they are seen, each forced to run from left to right.
    expect(await written('\u202dשד\u202c')).not.toBe(await written('שד'));
  });

  test.each([16, 64, 128, 512, 2048])(
    'the middle of an image of %i pixels stays free, however long the text',
    async (size) => {
      const image = blank(size, size, 100);
      const { pixels } = await writeText(image, [
        { corner: 'top left', lines: ['M'.repeat(200), '山田太郎'.repeat(40), 'ID 4711'] },
        { corner: 'bottom left', lines: [...technique, ...technique] },
      ]);
      const [from, to] = [Math.ceil(0.45 * size), Math.floor(0.55 * size)];
      if (size >= 64) expect(new Set(pixels.subarray(from * size, to * size))).toEqual(new Set([100]));
      expect(pixels.length).toBe(size * size);
    },
  );

  test.each([0, 100, 255])('stands out from a ground of %i', async (gray) => {
    const { pixels } = await writeText(blank(256, 256, gray), [{ corner: 'bottom left', lines: ['HHHHHH'] }]);
    const corner = pixels.subarray(230 * 256, 256 * 256);
    expect(Math.max(...corner)).toBeGreaterThan(200);
    expect(Math.min(...corner)).toBeLessThan(100);
  });

  test('a colour image keeps its colours outside of the text', async () => {
    const image = blank(256, 256, 0, 3);
    for (let i = 0; i < image.pixels.length; i += 3) image.pixels.set([200, 100, 50], i);
    const { pixels } = await writeText(image, [{ corner: 'top left', lines: ['A'] }]);
    const below = pixels.subarray(100 * 256 * 3);
    expect(below.every((value, i) => value === [200, 100, 50][i % 3])).toBe(true);
    expect(Buffer.from(pixels).equals(Buffer.from(image.pixels))).toBe(false);
  });

  test('blocks without room for each other are one, and not one over the other', async () => {
    const [patient, other] = [['Doe, Jane', 'ID 7'], technique.slice(0, 2)];
    const low = blank(500, 16, 0);
    const both = await writeText(low, [
      { corner: 'top left', lines: patient },
      { corner: 'bottom left', lines: other },
    ]);
    expect(both).toEqual(await writeText(low, [{ corner: 'top left', lines: [...patient, ...other] }]));
  });

  test('markup in a text is text', async () => {
    const { pixels } = await writeText(blank(200, 60, 0), [
      { corner: 'top left', lines: ['</text><rect width="99"/>&\u0000'] },
    ]);
    expect(pixels.some((value) => value > 0)).toBe(true);
  });

  test('the list of fonts can be made again in the same folder', () => {
    const folder = temporaryDirectory();
    useInstalledFonts(folder);
    expect(() => useInstalledFonts(folder)).not.toThrow();
    useInstalledFonts();
  });
});
