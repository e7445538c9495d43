import turbo from '@julusian/jpeg-turbo';
import { giveBackBuffer, takeBuffer } from '../../buffers/reusable-buffers.ts';
import { originServerError } from '../../errors/origin-server-error.ts';
import type { RenderedImage } from '../rendered-image.ts';

const defaultQuality = 90;

/** From this quality on chrominance keeps the resolution of luminance. */
const fullChrominanceQuality = 90;

/** What the library takes; the file format has 35 pixels more. */
const longestSide = 65500;

/**
 * Encodes an image as image/jpeg: baseline, Huffman, sequential, eight bits; one component for grey (PS3.18 Sup174 6.1.1.3).
 *
 * The file holds no profile and no metadata. Huffman tables are the standard's own: better ones cost half the speed.
 *
 * @param quality 1 to 100; the scale of libjpeg
 * @throws OriginServerError `too-large-to-render`
 * @requirement R-001-086
 * @requirement R-001-297
 */
export async function encodeJpeg(image: RenderedImage, quality: number = defaultQuality): Promise<Uint8Array> {
  const { width, height, channels, pixels } = image;
  if (width > longestSide || height > longestSide) {
    throw originServerError('too-large-to-render', `image/jpeg holds ${longestSide} pixels on a side.`);
  }
  const format = channels === 1 ? turbo.FORMAT_GRAY : turbo.FORMAT_RGB;
  const chrominance = quality >= fullChrominanceQuality ? turbo.SAMP_444 : turbo.SAMP_420;
  const subsampling = channels === 1 ? turbo.SAMP_GRAY : chrominance;
  const source = Buffer.from(pixels.buffer, pixels.byteOffset, pixels.length);
  const target = takeBuffer(turbo.bufferSize({ width, height, subsampling }));
  try {
    return new Uint8Array(turbo.compressSync(source, target, { format, width, height, subsampling, quality }));
  } finally {
    giveBackBuffer(target);
  }
}
