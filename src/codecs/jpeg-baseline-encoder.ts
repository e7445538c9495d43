import sharp from 'sharp';
import type { ImagePixel } from '../dicom/image-pixel.ts';
import { originServerError } from '../errors/origin-server-error.ts';
import { octetsOf } from './encapsulated-samples.ts';
import type { PixelFrame } from './pixel-frame.ts';

const quality = 95;

/**
 * Encodes a frame of eight bits as a baseline stream, colours with full chrominance (PS3.5 8.2.1).
 *
 * @throws OriginServerError `transfer-syntax-not-acceptable` if the image has more bits than the process holds
 */
export async function encodeJpegBaseline(frame: PixelFrame, _image: ImagePixel): Promise<Uint8Array> {
  if (frame.samples.BYTES_PER_ELEMENT !== 1 || frame.PixelRepresentation === 1) {
    throw originServerError(
      'transfer-syntax-not-acceptable',
      `JPEG Baseline holds 8 unsigned bits; the image has ${frame.BitsStored}${frame.PixelRepresentation === 1 ? ' with a sign' : ''}.`,
    );
  }
  const isGray = frame.SamplesPerPixel === 1;
  const raw = { width: frame.Columns, height: frame.Rows, channels: frame.SamplesPerPixel as 1 | 3 };
  return sharp(octetsOf(frame.samples, 1), { raw, limitInputPixels: false })
    .toColourspace(isGray ? 'b-w' : 'srgb')
    .jpeg({ quality, chromaSubsampling: '4:4:4', optimiseCoding: false })
    .toBuffer();
}
