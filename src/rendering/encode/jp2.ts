import { encodeIrreversibly, encodeJpeg2000 } from '../../codecs/jpeg-2000.ts';
import type { RenderedImage } from '../rendered-image.ts';

/**
 * Encodes an image as image/jp2 of eight bits a channel: a JPEG 2000 codestream in the boxes of ISO/IEC 15444-1 Annex I,
 * with the enumerated colour space greyscale or sRGB and nothing else that says where it comes from.
 *
 * @param quality 1 to 100: a bound for the size, beyond which something is lost; without it, and at 100, nothing is (D-25)
 * @requirement R-001-076
 * @requirement R-001-297
 */
export async function encodeJp2(
  { width, height, channels, pixels }: RenderedImage,
  quality: number = lossless,
): Promise<Uint8Array> {
  const frame = {
    Rows: height,
    Columns: width,
    SamplesPerPixel: channels,
    PhotometricInterpretation: channels === 1 ? 'MONOCHROME2' : 'RGB',
    BitsStored: 8,
    HighBit: 7,
    PixelRepresentation: 0,
    samples: pixels,
  } as const;
  const reversible = await encodeJpeg2000(frame);
  const isSmallEnough = quality >= lossless || reversible.length * ratioOf(quality) <= pixels.length;
  const codestream = isSmallEnough ? reversible : await encodeIrreversibly(frame, ratioOf(quality));
  return Buffer.concat([...header(width, height, channels), box('jp2c', codestream)]);
}

const lossless = 100;

/** Size of the pixels over the greatest size of the codestream: 4 at quality 99, 100 at quality 1, by even steps of ratio. */
function ratioOf(quality: number): number {
  return 4 * 25 ** ((99 - quality) / 98);
}

function header(width: number, height: number, channels: number): readonly Buffer[] {
  const imageHeader = Buffer.alloc(14);
  imageHeader.writeUInt32BE(height, 0);
  imageHeader.writeUInt32BE(width, 4);
  imageHeader.writeUInt16BE(channels, 8);
  imageHeader[10] = 7; // bits of a component less one, unsigned
  imageHeader[11] = 7; // compression type: JPEG 2000
  return [
    box('jP  ', Buffer.from([0x0d, 0x0a, 0x87, 0x0a])),
    box('ftyp', Buffer.from('jp2 \0\0\0\0jp2 ', 'latin1')),
    box('jp2h', box('ihdr', imageHeader), box('colr', enumeratedColorSpace(channels === 1 ? greyscale : sRGB))),
  ];
}

/** Enumerated colour spaces (ISO/IEC 15444-1 Table I.10). */
const sRGB = 16;
const greyscale = 17;

function enumeratedColorSpace(colorSpace: number): Buffer {
  return Buffer.from([1, 0, 0, 0, 0, 0, colorSpace]);
}

function box(type: string, ...contents: readonly Uint8Array[]): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(
    contents.reduce((sum, { length }) => sum + length, 8),
    0,
  );
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, ...contents]);
}
