import sharp from 'sharp';
import type { ImagePixel } from '../dicom/image-pixel.ts';
import { originServerError } from '../errors/origin-server-error.ts';
import { octetsOf } from './encapsulated-samples.ts';
import type { PixelFrame } from './pixel-frame.ts';
import { fromFullRange } from './ybr-full.ts';

const quality = 95;

/**
 * Encodes a frame of eight bits as a baseline stream, colours with full chrominance (PS3.5 8.2.1). Eight bits or fewer in
 * words of sixteen lose nothing but the empty half.
 *
 * @throws OriginServerError `transfer-syntax-not-acceptable` if the image has more bits than the process holds
 */
export async function encodeJpegBaseline(frame: PixelFrame, _image: ImagePixel): Promise<Uint8Array> {
  if (frame.BitsStored > 8 || frame.HighBit >= 8 || frame.PixelRepresentation === 1) {
    throw originServerError(
      'transfer-syntax-not-acceptable',
      `JPEG Baseline holds 8 unsigned bits; the image has ${frame.BitsStored}${frame.PixelRepresentation === 1 ? ' with a sign' : ''}.`,
    );
  }
  const isGray = frame.SamplesPerPixel === 1;
  const octets = octetsOf(frame.samples, 1);
  const pixels = frame.PhotometricInterpretation.startsWith('YBR_FULL') ? toRGB(octets) : octets;
  const raw = { width: frame.Columns, height: frame.Rows, channels: frame.SamplesPerPixel as 1 | 3 };
  return sharp(pixels, { raw, limitInputPixels: false })
    .toColourspace(isGray ? 'b-w' : 'srgb')
    .jpeg({ quality, chromaSubsampling: '4:4:4', optimiseCoding: false })
    .toBuffer();
}

/** The encoder makes YCbCr itself, and of RGB alone. */
function toRGB(octets: Uint8Array): Uint8Array {
  const colors = new Uint8ClampedArray(octets.length);
  for (let at = 0; at + 2 < octets.length; at += 3) fromFullRange(octets, at, colors);
  return new Uint8Array(colors.buffer);
}
