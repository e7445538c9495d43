import type { PixelFrame } from '../codecs/pixel-frame.ts';
import { originServerError } from '../errors/origin-server-error.ts';
import type { Palette } from './palette-color.ts';
import { toEightBits } from './true-color.ts';

/** One pixel to R G B: what stands at `from` becomes three octets at `to`. */
type ToRGB = (octets: Uint8Array, from: number, colors: Uint8ClampedArray, to: number) => void;

interface RetiredColor {
  readonly SamplesPerPixel: 3 | 4;
  readonly convert: ToRGB;
}

/** Colours by the photometric interpretations that PS3.3 had before 2001 (retired), but for ARGB, which has a palette. */
const retiredColors: Readonly<Record<string, RetiredColor>> = {
  HSV: { SamplesPerPixel: 3, convert: fromHueSaturationValue },
  CMYK: { SamplesPerPixel: 4, convert: fromInks },
};

const ARGB = 'ARGB';

/** Whether frames of the photometric interpretation are rendered by {@link renderRetiredColor}. */
export function isRetiredColor(PhotometricInterpretation: string): boolean {
  return PhotometricInterpretation === ARGB || Object.hasOwn(retiredColors, PhotometricInterpretation);
}

/**
 * Renders a frame of HSV, CMYK or ARGB as R G B by pixel.
 *
 * @param paletteOf the palette of the image, which ARGB has for pixels whose first sample is not 0
 * @throws OriginServerError `not-renderable` where the samples of a pixel are more or fewer
 */
export function renderRetiredColor(frame: PixelFrame, paletteOf: () => Palette): Uint8Array {
  const { PhotometricInterpretation, SamplesPerPixel } = frame;
  const color: RetiredColor =
    PhotometricInterpretation === ARGB
      ? { SamplesPerPixel: 4, convert: throughPalette(paletteOf()) }
      : retiredColors[PhotometricInterpretation]!;
  if (SamplesPerPixel !== color.SamplesPerPixel) {
    throw originServerError(
      'not-renderable',
      `Photometric Interpretation ${PhotometricInterpretation} with ${SamplesPerPixel} samples per pixel is not supported.`,
    );
  }
  const octets = toEightBits(frame);
  const colors = new Uint8ClampedArray((octets.length / SamplesPerPixel) * 3);
  for (let from = 0, to = 0; to < colors.length; from += SamplesPerPixel, to += 3) {
    color.convert(octets, from, colors, to);
  }
  return new Uint8Array(colors.buffer);
}

/** A whole turn of hue is one more than its greatest value. */
function fromHueSaturationValue(octets: Uint8Array, from: number, colors: Uint8ClampedArray, to: number): void {
  const sector = (octets[from]! * 6) / 256;
  const saturation = octets[from + 1]! / 255;
  const value = octets[from + 2]!;
  for (const [channel, turn] of [5, 3, 1].entries()) {
    const k = (sector + turn) % 6;
    colors[to + channel] = value - value * saturation * Math.max(0, Math.min(k, 4 - k, 1));
  }
}

/** What cyan, magenta and yellow, each with black, leave of white. */
function fromInks(octets: Uint8Array, from: number, colors: Uint8ClampedArray, to: number): void {
  const black = octets[from + 3]!;
  for (let channel = 0; channel < 3; channel++) colors[to + channel] = 255 - octets[from + channel]! - black;
}

function throughPalette(palette: Palette): ToRGB {
  return (octets, from, colors, to) => {
    const alpha = octets[from]!;
    for (let channel = 0; channel < 3; channel++) {
      const { firstMapped, entries } = palette[channel as 0 | 1 | 2];
      const index = Math.max(0, Math.min(entries.length - 1, alpha - firstMapped));
      colors[to + channel] = alpha === 0 ? octets[from + 1 + channel]! : entries[index]!;
    }
  };
}
