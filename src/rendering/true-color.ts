import type { PixelFrame, Samples } from '../codecs/pixel-frame.ts';
import { fromFullRange } from '../codecs/ybr-full.ts';
import { originServerError } from '../errors/origin-server-error.ts';
import { storedValue, storedValueFormatOf } from './stored-value.ts';

/** One pixel to R G B: what stands at `at` and the two samples after it becomes three octets at the same place. */
type ToRGB = (from: Uint8Array, at: number, to: Uint8ClampedArray) => void;

/**
 * Colours by Photometric Interpretation (PS3.3 C.7.6.3.1.2). The chrominance of the subsampled ones is at full
 * resolution by now; the two of JPEG 2000 are RGB after decoding.
 */
const toRGB: Readonly<Record<string, ToRGB | 'as it is'>> = {
  RGB: 'as it is',
  YBR_RCT: 'as it is',
  YBR_ICT: 'as it is',
  YBR_FULL: fromFullRange,
  YBR_FULL_422: fromFullRange,
  YBR_PARTIAL: fromPartialRange,
  YBR_PARTIAL_422: fromPartialRange,
  YBR_PARTIAL_420: fromPartialRange,
};

/** Whether frames of the photometric interpretation are rendered as true colour. */
export function isTrueColor(PhotometricInterpretation: string): boolean {
  return Object.hasOwn(toRGB, PhotometricInterpretation);
}

/**
 * Renders a frame of three samples by pixel as R G B by pixel.
 *
 * @throws OriginServerError `not-renderable` for a photometric interpretation that is no true colour
 */
export function renderTrueColor(frame: PixelFrame): Uint8Array {
  const convert = isTrueColor(frame.PhotometricInterpretation) ? toRGB[frame.PhotometricInterpretation] : undefined;
  if (convert === undefined || frame.SamplesPerPixel !== 3) {
    throw originServerError(
      'not-renderable',
      `Photometric Interpretation ${frame.PhotometricInterpretation} with ${frame.SamplesPerPixel} samples per pixel is not supported.`,
    );
  }
  const octets = toEightBits(frame);
  if (convert === 'as it is') return octets;
  const colors = new Uint8ClampedArray(octets.length);
  for (let at = 0; at < octets.length; at += 3) convert(octets, at, colors);
  return new Uint8Array(colors.buffer);
}

/** Samples of other depths are scaled so that the greatest value becomes 255. */
export function toEightBits(frame: PixelFrame): Uint8Array {
  const { samples } = frame;
  const format = storedValueFormatOf(frame);
  if (samples instanceof Uint8Array && format.BitsStored === 8) return samples;
  const greatest = 2 ** format.BitsStored - 1;
  const lift = format.PixelRepresentation === 1 ? 2 ** (format.BitsStored - 1) : 0;
  return mapSamples(samples, (sample) => Math.round(((storedValue(sample, format) + lift) * 255) / greatest));
}

function mapSamples(samples: Samples, map: (sample: number) => number): Uint8Array {
  const octets = new Uint8Array(samples.length);
  for (let i = 0; i < octets.length; i++) octets[i] = map(samples[i]!);
  return octets;
}

/** YCbCr with luminance in 16..235 and chrominance in 16..240 (PS3.3 C.7.6.3.1.2, ITU-R BT.601). */
function fromPartialRange(from: Uint8Array, at: number, to: Uint8ClampedArray): void {
  const y = (from[at]! - 16) * (255 / 219);
  const cb = (from[at + 1]! - 128) * (255 / 224);
  const cr = (from[at + 2]! - 128) * (255 / 224);
  to[at] = y + 1.402 * cr;
  to[at + 1] = y - 0.344136286 * cb - 0.714136286 * cr;
  to[at + 2] = y + 1.772 * cb;
}
