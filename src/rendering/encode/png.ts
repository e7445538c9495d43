import sharp from 'sharp';
import type { RenderedImage } from '../rendered-image.ts';

/** Level of zlib: a third of the time of the default, for a few per cent more octets. */
const compressionLevel = 3;

/**
 * Encodes an image as image/png of eight bits a channel, without profile and metadata.
 *
 * @requirement R-001-075
 */
export async function encodePng(image: RenderedImage): Promise<Uint8Array> {
  const { width, height, channels, pixels } = image;
  return sharp(pixels, { raw: { width, height, channels }, limitInputPixels: false })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .png({ compressionLevel })
    .toBuffer();
}
