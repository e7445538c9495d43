import { constants, crc32, deflateSync } from 'node:zlib';
import type { RenderedImage } from '../rendered-image.ts';

/**
 * Encodes an image as image/png of eight bits a channel, without profile and metadata.
 *
 * Every row is filtered by the one above it and then coded by run lengths and Huffman codes alone. Strings that repeat are
 * not looked for: medical images are noise to them, so the search takes most of the time and saves next to nothing.
 *
 * @requirement R-001-075
 */
export async function encodePng({ width, height, channels, pixels }: RenderedImage): Promise<Uint8Array> {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  header[9] = channels === 1 ? grayscale : trueColor;
  const data = deflateSync(filtered(pixels, width * channels, height), { level: 1, strategy: constants.Z_RLE });
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]);
}

const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

/** Colour types (ISO/IEC 15948 11.2.2). */
const grayscale = 0;
const trueColor = 2;

/** Filter type Up (ISO/IEC 15948 9.2): each octet less the one above it. */
const up = 2;

function filtered(pixels: Uint8Array, rowLength: number, height: number): Uint8Array {
  const rows = new Uint8Array(height * (rowLength + 1));
  rows.set(pixels.subarray(0, rowLength), 1);
  rows[0] = up;
  let to = rowLength + 1;
  let at = rowLength;
  for (let y = 1; y < height; y++) {
    rows[to++] = up;
    for (const end = at + rowLength; at < end; at++) rows[to++] = pixels[at]! - pixels[at - rowLength]!;
  }
  return rows;
}

function chunk(type: string, data: Uint8Array): Buffer {
  const octets = Buffer.alloc(data.length + 12);
  octets.writeUInt32BE(data.length, 0);
  octets.write(type, 4, 'latin1');
  octets.set(data, 8);
  octets.writeUInt32BE(crc32(octets.subarray(4, data.length + 8)), data.length + 8);
  return octets;
}
