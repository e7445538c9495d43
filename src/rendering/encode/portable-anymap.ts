import type { RenderedImage } from '../rendered-image.ts';

/** Pixels as they are behind a short header: for those who go on with them, never for a user agent. */
export const portableAnymap = 'image/x-portable-anymap';

/** Encodes an image as PGM or PPM in binary form. */
export function encodePortableAnymap({ width, height, channels, pixels }: RenderedImage): Uint8Array {
  const header = Buffer.from(`${channels === 1 ? 'P5' : 'P6'}\n${width} ${height}\n255\n`, 'latin1');
  const file = new Uint8Array(header.length + pixels.length);
  file.set(header);
  file.set(pixels, header.length);
  return file;
}

/** The image that {@link encodePortableAnymap} wrote; its pixels are not copied. */
export function decodePortableAnymap(file: Uint8Array): RenderedImage {
  const start = Buffer.from(file.buffer, file.byteOffset, Math.min(file.length, 64)).toString('latin1');
  const header = /^P([56])\n(\d+) (\d+)\n255\n/.exec(start);
  if (header === null) throw new Error('This is no portable anymap of this server.');
  return {
    width: Number(header[2]),
    height: Number(header[3]),
    channels: header[1] === '5' ? 1 : 3,
    pixels: file.subarray(header[0].length),
  };
}
