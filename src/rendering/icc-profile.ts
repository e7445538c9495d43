import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { Tag } from '../../generated/dictionary.ts';
import type { DataSet } from '../dicom/data-set.ts';
import type { RenderedImage } from './rendered-image.ts';

/** Header of a profile (ICC.1 7.2), and what stands in it at octet 36. */
const headerLength = 128;
const signature = 'acsp';

/** Octets of a profile at the most: those of displays and scanners have far less. */
const mostOctets = 1 << 24;

/**
 * The ICC Profile that the colours of an image are meant in: its own (PS3.3 C.11.15), or that of the first optical path of
 * a whole slide image (PS3.3 C.8.12.5).
 *
 * @returns undefined where there is none, where it is that of sRGB, or where it is no profile at all
 */
export function iccProfileOf(dataSet: DataSet): Uint8Array | undefined {
  const profile = dataSet.bytes(Tag.ICCProfile) ?? dataSet.sequence(Tag.OpticalPathSequence)[0]?.bytes(Tag.ICCProfile);
  if (profile === undefined || profile.length < headerLength || profile.length > mostOctets) return undefined;
  const octets = Buffer.from(profile.buffer, profile.byteOffset, profile.length);
  if (octets.toString('latin1', 36, 40) !== signature) return undefined;
  return octets.includes('sRGB') || octets.includes(Buffer.from('s\0R\0G\0B', 'latin1')) ? undefined : profile;
}

/**
 * Brings colours from the profile that they are meant in to sRGB; colours of a profile that is broken stay as they are.
 */
export async function toStandardColors(image: RenderedImage, profile: Uint8Array | undefined): Promise<RenderedImage> {
  if (profile === undefined || image.channels !== 3) return image;
  const { width, height, channels, pixels } = image;
  try {
    const raw = { raw: { width, height, channels }, limitInputPixels: false };
    const png = await sharp(pixels, raw).png({ compressionLevel: 0 }).toBuffer();
    // Pixels with a profile are brought to sRGB as they are read.
    const { data, info } = await sharp(withProfile(png, profile), { limitInputPixels: false })
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    return info.channels === 3 ? { ...image, pixels: data } : image;
  } catch {
    return image;
  }
}

/** Where the first chunk of a PNG ends, its header: signature, length, type, thirteen octets, checksum. */
const endOfHeader = 8 + 4 + 4 + 13 + 4;

/** Adds an iCCP chunk (PNG 11.3.2.3) to a PNG. */
function withProfile(png: Uint8Array, profile: Uint8Array): Buffer {
  const chunk = Buffer.concat([Buffer.from('iCCPsource\0\0', 'latin1'), deflateSync(profile, { level: 1 })]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(chunk.length - 4);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(chunk));
  return Buffer.concat([png.subarray(0, endOfHeader), length, chunk, checksum, png.subarray(endOfHeader)]);
}
