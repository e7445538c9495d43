import sharp from 'sharp';
import type { ImagePixel } from '../dicom/image-pixel.ts';
import { originServerError } from '../errors/origin-server-error.ts';
import type { Codec, FrameEncoding } from './codec.ts';
import { fitsFrame, wholeTile } from './encapsulated-samples.ts';
import { encodeJpegBaseline } from './jpeg-baseline-encoder.ts';
import { isWholeBaselineStream } from './jpeg-baseline-walk.ts';
import type { PixelFrame } from './pixel-frame.ts';

/** JPEG Baseline (Process 1), 8 bit (PS3.5 8.2.1, A.4.1). */
export const jpegBaselineCodec: Codec = {
  transferSyntaxes: ['1.2.840.10008.1.2.4.50'],
  decode: decodeJpegBaseline,
  encode: encodeJpegBaseline,
};

/**
 * Decodes a JPEG interchange stream of eight bits: grayscale as it is, colour as RGB.
 *
 * @throws OriginServerError `not-renderable` if the stream is damaged, or its size is not that of the image nor of the edge of a
 *   tiled one
 */
export async function decodeJpegBaseline(
  encoded: Uint8Array,
  image: ImagePixel,
  { halvings: wanted = 0 }: Pick<FrameEncoding, 'halvings'> = {},
): Promise<PixelFrame> {
  const stream = readJpegHeader(encoded);
  if (stream === undefined) throw originServerError('not-renderable', 'The frame is no JPEG stream.');
  const { components, height, width } = stream;
  if (!fitsFrame({ Rows: height, Columns: width }, image)) {
    throw originServerError(
      'not-renderable',
      `The JPEG stream is ${width} x ${height} pixels, the image ${image.Columns} x ${image.Rows}.`,
    );
  }
  if (stream.precision !== 8 || (components !== 1 && components !== 3)) {
    throw originServerError(
      'not-renderable',
      `The JPEG stream has ${components} components of ${stream.precision} bits; 1 or 3 of 8 bits can be read.`,
    );
  }
  // Any other size would be stretched over the halves.
  const isWhole = width === image.Columns && height === image.Rows;
  const halvings = isWhole ? Math.min(wanted, factorsOfTwo(width), factorsOfTwo(height)) : 0;
  const Rows = height / 2 ** halvings;
  const Columns = width / 2 ** halvings;
  const size = halvings === 0 ? undefined : { width: Columns, height: Rows };
  const samples = await decodePixels(plainStream(ended(encoded), stream, image), components, size);
  const frame: PixelFrame = {
    Rows,
    Columns,
    SamplesPerPixel: components,
    PhotometricInterpretation: components === 3 ? 'RGB' : image.PhotometricInterpretation,
    BitsStored: 8,
    HighBit: 7,
    PixelRepresentation: image.PixelRepresentation,
    samples:
      image.PixelRepresentation === 1 ? new Int8Array(samples.buffer, samples.byteOffset, samples.length) : samples,
  };
  return {
    ...(isWhole ? frame : wholeTile(frame, image.Rows, image.Columns)),
    ...(halvings === 0 ? {} : { reduction: { halvings, firstCenter: 2 ** halvings / 2 } }),
  };
}

function factorsOfTwo(size: number): number {
  return 31 - Math.clz32(size & -size);
}

/** @param size halves of the size of the stream, which the library leaves to the inverse transform of the blocks */
async function decodePixels(
  jpeg: Uint8Array,
  components: number,
  size: { width: number; height: number } | undefined,
): Promise<Uint8Array> {
  try {
    const decoding = sharp(jpeg, { failOn: 'error', limitInputPixels: false });
    if (size !== undefined) decoding.resize({ ...size, fit: 'fill' });
    return await decoding
      .toColourspace(components === 1 ? 'b-w' : 'srgb')
      .raw()
      .toBuffer();
  } catch (cause) {
    throw originServerError('not-renderable', 'The JPEG stream is damaged.', { cause });
  }
}

interface JpegHeader {
  /** Marker of the start of frame, which says by what process it is encoded: C0 is baseline. */
  readonly startOfFrame: number;
  readonly precision: number;
  readonly height: number;
  readonly width: number;
  readonly components: number;
  readonly componentIds: readonly number[];
  /** Whether a component has fewer samples than another. */
  readonly isSubsampled: boolean;
  readonly hasJfif: boolean;
  /** Colour transform of the Adobe segment: 0 none, 1 YCbCr. */
  readonly adobeTransform: number | undefined;
  /** Whether quantization and Huffman tables stand before the first scan. */
  readonly hasTables: boolean;
  /** Offset and length of every application segment and comment, marker included. */
  readonly applicationSegments: readonly { readonly offset: number; readonly length: number }[];
}

const adobe = 'Adobe';

/** Reads the segments up to the first scan (ISO/IEC 10918-1 B.1, B.2); `undefined` where they do not hold together. */
export function readJpegHeader(stream: Uint8Array): JpegHeader | undefined {
  const view = new DataView(stream.buffer, stream.byteOffset, stream.byteLength);
  if (stream.length < 4 || view.getUint16(0) !== 0xffd8) return undefined;
  const applicationSegments: { offset: number; length: number }[] = [];
  const tables = new Set<number>();
  let hasJfif = false;
  let adobeTransform: number | undefined;
  let frame:
    | Pick<
        JpegHeader,
        'startOfFrame' | 'precision' | 'height' | 'width' | 'components' | 'componentIds' | 'isSubsampled'
      >
    | undefined;
  for (let at = 2; at + 4 <= stream.length; ) {
    if (stream[at] !== 0xff) return undefined;
    const marker = stream[at + 1]!;
    if (marker === 0xff) {
      at++; // fill octet
      continue;
    }
    if (marker === 0xda) break;
    const length = view.getUint16(at + 2);
    const end = at + 2 + length;
    if (length < 2 || end > stream.length) return undefined;
    if (isStartOfFrame(marker) && length >= 8) {
      const components = stream[at + 9]!;
      if (length < 8 + components * 3) return undefined;
      frame = {
        startOfFrame: marker,
        precision: stream[at + 4]!,
        height: view.getUint16(at + 5),
        width: view.getUint16(at + 7),
        components,
        componentIds: Array.from({ length: components }, (_, i) => stream[at + 10 + i * 3]!),
        isSubsampled: new Set(Array.from({ length: components }, (_, i) => stream[at + 11 + i * 3])).size > 1,
      };
    }
    tables.add(marker);
    if ((marker >= 0xe0 && marker <= 0xef) || marker === 0xfe) {
      applicationSegments.push({ offset: at, length: end - at });
      if (marker === 0xe0 && startsWith(stream, at + 4, 'JFIF')) hasJfif = true;
      if (marker === 0xee && length >= 14 && startsWith(stream, at + 4, adobe)) adobeTransform = stream[at + 15];
    }
    at = end;
  }
  const hasTables = tables.has(0xdb) && tables.has(0xc4);
  return frame === undefined ? undefined : { ...frame, hasTables, hasJfif, adobeTransform, applicationSegments };
}

/** SOF0 to SOF15 without DHT, JPG and DAC, which share their range. */
function isStartOfFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

function startsWith(stream: Uint8Array, at: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (stream[at + i] !== text.charCodeAt(i)) return false;
  return true;
}

/**
 * The stream without its application segments, so that no profile or orientation in them can change a pixel; a colour
 * stream gets an Adobe segment instead, which alone says what its components are.
 */
function plainStream(stream: Uint8Array, header: JpegHeader, image: ImagePixel): Uint8Array {
  const pieces: Uint8Array[] = [stream.subarray(0, 2)];
  if (header.components === 3) pieces.push(adobeSegment(isYCbCr(header, image) ? 1 : 0));
  let from = 2;
  for (const segment of header.applicationSegments) {
    pieces.push(stream.subarray(from, segment.offset));
    from = segment.offset + segment.length;
  }
  pieces.push(stream.subarray(from));
  return Buffer.concat(pieces);
}

/**
 * The frame as a file of its own, if it is baseline JPEG of eight bits and whole: the stream up to its end of image marker,
 * without application segments and comments.
 *
 * @returns undefined where it is anything else
 */
export function baselineInterchangeStream(encoded: Uint8Array, image: ImagePixel): Uint8Array | undefined {
  const header = readJpegHeader(encoded);
  if (header === undefined || header.startOfFrame !== baseline || !header.hasTables) return undefined;
  const { precision, width, height, components } = header;
  if (precision !== 8 || width !== image.Columns || height !== image.Rows || components !== image.SamplesPerPixel)
    return undefined;
  const end = encoded.lastIndexOf(0xd9) + 1;
  // What may follow the marker is one octet of padding.
  if (end < encoded.length - 1 || encoded[end - 2] !== 0xff) return undefined;
  return plainStream(encoded.subarray(0, end), header, image);
}

const endOfImage = Buffer.from([0xff, 0xd9]);

/** The stream with the end of image marker that some writers forget, if it is whole but for that. */
function ended(stream: Uint8Array): Uint8Array {
  const octets = Buffer.from(stream.buffer, stream.byteOffset, stream.byteLength);
  if (octets.includes(endOfImage)) return stream;
  const withEnd = Buffer.concat([octets, endOfImage]);
  return isWholeBaselineStream(withEnd) ? withEnd : stream;
}

/** Start of frame of the baseline process, SOF0. */
const baseline = 0xc0;

/**
 * Photometric Interpretation decides what the components are (PS3.5 8.2.1), unless the stream itself contradicts it:
 * many senders write RGB and mean the image after decoding. Green and blue are never subsampled, so such a stream is YCbCr.
 */
function isYCbCr(header: JpegHeader, image: ImagePixel): boolean {
  if (header.hasJfif || header.adobeTransform === 1) return true;
  if (header.adobeTransform === 0 || String.fromCharCode(...header.componentIds) === 'RGB') return false;
  return header.isSubsampled || image.PhotometricInterpretation !== 'RGB';
}

function adobeSegment(transform: 0 | 1): Uint8Array {
  return Uint8Array.from([0xff, 0xee, 0, 14, ...Buffer.from(adobe), 0, 100, 0, 0, 0, 0, transform]);
}
