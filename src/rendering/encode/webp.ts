import sharp from 'sharp';
import { originServerError } from '../../errors/origin-server-error.ts';
import type { RenderedImage } from '../rendered-image.ts';

const defaultQuality = 90;

/** Sides have fourteen bits in a WebP file (RFC 9649 2.6). */
const longestSide = 16383;

/**
 * Encodes an image as image/webp, lossy, without profile and metadata: a type that the clause leaves to the origin server
 * (PS3.18 Sup174 6.1.1.3).
 *
 * @param quality 1 to 100
 * @throws OriginServerError `too-large-to-render`
 */
export async function encodeWebp(image: RenderedImage, quality: number = defaultQuality): Promise<Uint8Array> {
  const { width, height, channels, pixels } = image;
  if (width > longestSide || height > longestSide) {
    throw originServerError('too-large-to-render', `image/webp holds ${longestSide} pixels on a side.`);
  }
  return sharp(pixels, { raw: { width, height, channels }, limitInputPixels: false })
    .webp({ quality, effort: 0 })
    .toBuffer();
}
