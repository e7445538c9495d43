import sharp from 'sharp';
import type { RenderedImage } from '../rendered-image.ts';

const defaultQuality = 90;

/** From this quality on chrominance keeps the resolution of luminance. */
const fullChrominanceQuality = 90;

/**
 * Encodes an image as image/jpeg: baseline, Huffman, sequential, eight bits; one component for grey (PS3.18 Sup174 6.1.1.3).
 *
 * The file holds no profile and no metadata. Huffman tables are the standard's own: better ones cost half the speed.
 *
 * @param quality 1 to 100; the scale of libjpeg
 * @requirement R-001-086
 * @requirement R-001-297
 */
export async function encodeJpeg(image: RenderedImage, quality: number = defaultQuality): Promise<Uint8Array> {
  const { width, height, channels, pixels } = image;
  return sharp(pixels, { raw: { width, height, channels }, limitInputPixels: false })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .jpeg({
      quality,
      chromaSubsampling: quality >= fullChrominanceQuality ? '4:4:4' : '4:2:0',
      progressive: false,
      optimiseCoding: false,
    })
    .toBuffer();
}
