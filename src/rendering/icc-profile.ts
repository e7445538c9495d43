import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { Tag } from '../../generated/dictionary.ts';
import type { DataSet } from '../dicom/data-set.ts';
import { functionalGroup } from './functional-group.ts';
import { type MatrixColorSpace, matrixProfile } from './matrix-profile.ts';
import type { RenderedImage } from './rendered-image.ts';

/** Header of a profile (ICC.1 7.2), and what stands in it at octet 36. */
const headerLength = 128;
const signature = 'acsp';

/** Octets of a profile at the most: those of displays and scanners have far less. */
const mostOctets = 1 << 24;

/** Terms of Color Space that are not the colours of the display (PS3.3 C.11.15.1.2), by the definitions of both. */
const colorSpaces: Readonly<Record<string, MatrixColorSpace>> = {
  /** Adobe RGB (1998). */
  ADOBERGB: {
    primaries: [
      [0.60974, 0.31111, 0.01947],
      [0.20528, 0.62567, 0.06087],
      [0.14919, 0.06322, 0.74457],
    ],
    gamma: 563 / 256,
  },
  /** ISO 22028-2. */
  ROMMRGB: {
    primaries: [
      [0.79767, 0.28804, 0],
      [0.13519, 0.71188, 0],
      [0.03134, 0.00009, 0.8249],
    ],
    gamma: 1.8,
  },
};

/**
 * The ICC Profile that the colours of a frame are meant in: that of the image (PS3.3 C.11.15), that of the optical path of the
 * frame (PS3.3 C.8.12.5), or one of the space that Color Space names.
 *
 * @param frameNumber from 1
 * @returns undefined where there is none, where it is that of sRGB, or where it is no profile at all
 */
export function iccProfileOf(dataSet: DataSet, frameNumber: number): Uint8Array | undefined {
  const profile = dataSet.bytes(Tag.ICCProfile) ?? opticalPathOf(dataSet, frameNumber)?.bytes(Tag.ICCProfile);
  if (profile === undefined) return namedProfile(dataSet.text(Tag.ColorSpace));
  if (profile.length < headerLength || profile.length > mostOctets) return undefined;
  const octets = Buffer.from(profile.buffer, profile.byteOffset, profile.length);
  if (octets.toString('latin1', 36, 40) !== signature) return undefined;
  return isOfDisplay(octets) ? undefined : profile;
}

function namedProfile(ColorSpace = ''): Uint8Array | undefined {
  return Object.hasOwn(colorSpaces, ColorSpace) ? matrixProfile(colorSpaces[ColorSpace]!) : undefined;
}

function opticalPathOf(dataSet: DataSet, frameNumber: number): DataSet | undefined {
  const paths = dataSet.sequence(Tag.OpticalPathSequence);
  const identification = functionalGroup(dataSet, frameNumber, Tag.OpticalPathIdentificationSequence);
  const identifier = identification?.text(Tag.OpticalPathIdentifier);
  return (
    paths.find((path) => identifier !== undefined && path.text(Tag.OpticalPathIdentifier) === identifier) ?? paths[0]
  );
}

/** Where the table of tags begins with their number, and how long an entry is (ICC.1 7.3). */
const tagTableAt = 128;
const tagLength = 12;
const mostTags = 100;

/** Whether the description of a profile names sRGB, in octets or in words of sixteen bits. */
function isOfDisplay(profile: Buffer): boolean {
  if (profile.length < tagTableAt + 4) return false;
  const count = Math.min(mostTags, profile.readUInt32BE(tagTableAt));
  for (let i = 0, at = tagTableAt + 4; i < count && at + tagLength <= profile.length; i++, at += tagLength) {
    if (profile.toString('latin1', at, at + 4) !== 'desc') continue;
    const offset = profile.readUInt32BE(at + 4);
    const description = profile.subarray(offset, offset + profile.readUInt32BE(at + 8));
    return description.includes('sRGB') || description.includes(Buffer.from('s\0R\0G\0B', 'latin1'));
  }
  return false;
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
