import sharp from 'sharp';
import type { DisplayColor } from './cielab.ts';
import { fontFamily } from './corner-text.ts';
import type { RenderedImage } from './rendered-image.ts';

/**
 * Draws SVG elements over an image; pixels that they do not touch stay what they are.
 *
 * @param elements in pixels of the image; of a grey image, in grey
 */
export async function drawVectors(image: RenderedImage, elements: string): Promise<RenderedImage> {
  const { width, height } = image;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><g font-family="${fontFamily}" xml:space="preserve">${elements}</g></svg>`;
  const drawing = await sharp(Buffer.from(svg), { limitInputPixels: false, unlimited: true })
    .ensureAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer();
  const { channels } = image;
  const pixels = image.pixels.slice();
  for (let at = 0; at < width * height; at++) {
    const opacity = drawing[4 * at + 3]!;
    if (opacity === 0) continue;
    for (let channel = 0; channel < channels; channel++) {
      const i = at * channels + channel;
      pixels[i] = mixed(pixels[i]!, drawing[4 * at + channel]!, opacity);
    }
  }
  return { ...image, pixels };
}

/** Lays one colour over an image, by the opacity of each pixel. */
export function drawColor(image: RenderedImage, opacity: RenderedImage, color: DisplayColor): RenderedImage {
  const { width, height, channels } = image;
  const pixels = image.pixels.slice();
  for (let at = 0; at < width * height; at++) {
    if (opacity.pixels[at] === 0) continue;
    for (let channel = 0; channel < channels; channel++) {
      const i = at * channels + channel;
      pixels[i] = mixed(pixels[i]!, color[channel]!, opacity.pixels[at]!);
    }
  }
  return { ...image, pixels };
}

function mixed(below: number, above: number, opacity: number): number {
  return Math.round((below * (255 - opacity) + above * opacity) / 255);
}

/** A grey image as R G B. */
export function inColor(image: RenderedImage): RenderedImage {
  if (image.channels === 3) return image;
  const pixels = new Uint8Array(image.pixels.length * 3);
  for (let i = 0, to = 0; i < image.pixels.length; i++) {
    const gray = image.pixels[i]!;
    pixels[to++] = gray;
    pixels[to++] = gray;
    pixels[to++] = gray;
  }
  return { ...image, channels: 3, pixels };
}
