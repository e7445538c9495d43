import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { animatedGif } from '../../../src/rendering/encode/animated-gif.ts';
import { encodeGif } from '../../../src/rendering/encode/gif.ts';
import { encodeJpeg } from '../../../src/rendering/encode/jpeg.ts';
import { encodePng } from '../../../src/rendering/encode/png.ts';
import type { RenderedImage } from '../../../src/rendering/rendered-image.ts';
import { requirement } from '../../support/requirement.ts';

/** Noise from a linear congruential generator: the hardest case for the string table of LZW. */
function noise(width: number, height: number, channels: 1 | 3, levels = 256): RenderedImage {
  let state = 12345;
  const pixels = Uint8Array.from({ length: width * height * channels }, () => {
    state = (state * 1103515245 + 12345) & 0x7fffffff;
    return Math.floor(((state >> 16) & 0xff) * (levels / 256));
  });
  return { width, height, channels, pixels };
}

async function decoded(file: Uint8Array, channels: 1 | 3): Promise<Uint8Array> {
  const image = sharp(file).removeAlpha();
  return channels === 1 ? image.extractChannel(0).raw().toBuffer() : image.toColourspace('srgb').raw().toBuffer();
}

describe('image/jpeg (PS3.18 Sup174 6.1.1.3)', () => {
  const markersOf = (jpeg: Uint8Array): string[] => {
    const markers: string[] = [];
    for (let at = 2; at < jpeg.length && jpeg[at + 1] !== 0xda; at += 2 + (jpeg[at + 2]! << 8) + jpeg[at + 3]!) {
      markers.push(jpeg[at + 1]!.toString(16));
    }
    return markers;
  };

  requirement(
    ['R-001-086', 'R-001-344'],
    'is baseline, Huffman, sequential, eight bits, without metadata',
    async () => {
      const gray = await encodeJpeg(noise(40, 30, 1));
      const color = await encodeJpeg(noise(40, 30, 3), 50);
      for (const jpeg of [gray, color]) {
        const markers = markersOf(jpeg);
        expect(markers.filter((marker) => /^c[0-9a-f]$/.test(marker) && marker !== 'c4')).toEqual(['c0']);
        expect(markers.filter((marker) => /^e|fe/.test(marker) && marker !== 'e0')).toEqual([]);
      }
      expect((await sharp(gray).metadata()).channels).toBe(1);
      expect((await sharp(color).metadata()).channels).toBe(3);
    },
  );

  /** Soft slopes, as images have them: what a picture loses by its quality alone. */
  const slopes = (width: number, height: number, channels: 1 | 3): RenderedImage => ({
    width,
    height,
    channels,
    pixels: Uint8Array.from({ length: width * height * channels }, (_, i) => {
      const [x, y] = [Math.floor(i / channels) % width, Math.floor(i / channels / width)];
      return 128 + 60 * Math.sin(x / 9 + (i % channels)) + 50 * Math.cos(y / 7);
    }),
  });

  test.each([
    [1, 1, 1, 90],
    [1, 1, 3, 50],
    [37, 23, 1, 90],
    [37, 23, 3, 90],
    [512, 511, 1, 100],
    [129, 65, 3, 75],
  ] as const)(
    '%i x %i pixels of %i channels at quality %i look like themselves',
    async (width, height, channels, quality) => {
      const image = slopes(width, height, channels);
      const back = await decoded(await encodeJpeg(image, quality), channels);
      expect(back.length).toBe(image.pixels.length);
      const error = back.reduce((sum, value, i) => sum + Math.abs(value - image.pixels[i]!), 0) / back.length;
      expect(error).toBeLessThan(quality >= 90 ? 1.5 : 3);
    },
  );

  test('chrominance has half the resolution below quality 90', async () => {
    const samplingOf = async (quality: number) =>
      (await sharp(await encodeJpeg(noise(40, 30, 3), quality)).metadata()).chromaSubsampling;
    expect([await samplingOf(89), await samplingOf(90)]).toEqual(['4:2:0', '4:4:4']);
  });

  test('a file is whole whatever was encoded before it, and stays as it is', async () => {
    const image = slopes(200, 100, 1);
    const first = await encodeJpeg(image);
    const copy = Buffer.from(first);
    await encodeJpeg(noise(300, 300, 3));
    expect(copy.equals(first)).toBe(true);
    expect(
      copy.equals(await encodeJpeg({ ...image, pixels: new Uint8Array([9, 9, ...image.pixels]).subarray(2) })),
    ).toBe(true);
  });

  test('more pixels on a side than the format has are refused', async () => {
    const strip = { width: 65_501, height: 1, channels: 1, pixels: new Uint8Array(65_501) } as const;
    await expect(encodeJpeg(strip)).rejects.toMatchObject({ code: 'too-large-to-render' });
  });

  requirement('R-001-297', 'less quality is fewer octets', async () => {
    const image = noise(64, 64, 3);
    const sizes = await Promise.all([5, 50, 90, 100].map(async (quality) => (await encodeJpeg(image, quality)).length));
    expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
  });
});

describe('image/png', () => {
  requirement('R-001-344', 'keeps every pixel, with eight bits a channel', async () => {
    for (const channels of [1, 3] as const) {
      const image = noise(37, 23, channels);
      const png = await encodePng(image);
      expect(png[24]).toBe(8); // bit depth of IHDR
      expect(await decoded(png, channels)).toEqual(Buffer.from(image.pixels));
    }
  });
});

describe('image/gif', () => {
  test.each([
    [1, 1, 256],
    [256, 1, 256],
    [37, 23, 256],
    [200, 200, 256],
    [300, 200, 2],
    [400, 300, 1],
    [64, 511, 7],
  ])('grey of %i x %i pixels and %i levels comes back exactly', async (width, height, levels) => {
    const image = noise(width, height, 1, levels);
    expect(await decoded(await encodeGif(image), 1)).toEqual(Buffer.from(image.pixels));
  });

  test('colours stay near', async () => {
    const pixels = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => Math.floor(i / 3 / 64) * 4);
    const image: RenderedImage = { width: 64, height: 64, channels: 3, pixels };
    const back = await decoded(await encodeGif(image), 3);
    expect(Math.max(...back.map((value, i) => Math.abs(value - pixels[i]!)))).toBeLessThanOrEqual(8);
  });

  test('frames follow each other with their delays', async () => {
    const images = [noise(20, 10, 1), noise(20, 10, 1, 9), noise(20, 10, 3)];
    async function* files() {
      for (const image of images) yield encodeGif(image);
    }
    const pieces: Uint8Array[] = [];
    for await (const piece of animatedGif(files(), (image) => 100 + 50 * image)) pieces.push(piece);
    const gif = Buffer.concat(pieces);
    expect(await sharp(gif, { animated: true }).metadata()).toMatchObject({
      pages: 3,
      width: 20,
      pageHeight: 10,
      delay: [100, 150, 200],
      loop: 0,
    });
    expect(await decoded(await sharp(gif, { page: 1 }).png().toBuffer(), 1)).toEqual(Buffer.from(images[1]!.pixels));
  });

  test('what a delay loses by rounding, the next ones get', async () => {
    async function* files() {
      for (let frame = 0; frame < 30; frame++) yield encodeGif(noise(4, 4, 1));
    }
    const pieces: Uint8Array[] = [];
    for await (const piece of animatedGif(files(), () => 100 / 3)) pieces.push(piece);
    const { delay = [] } = await sharp(Buffer.concat(pieces), { animated: true }).metadata();
    expect(delay.slice(0, 4)).toEqual([30, 40, 30, 30]);
    expect(delay.reduce((sum, one) => sum + one, 0)).toBe(1000);
  });
});
