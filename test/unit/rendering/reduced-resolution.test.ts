import { describe, expect, test } from 'vitest';
import { encodeFrame } from '../../../src/codecs/decode-frame.ts';
import { memorySource } from '../../../src/dicom/byte-source.ts';
import type { ImagePixel } from '../../../src/dicom/image-pixel.ts';
import { readPart10 } from '../../../src/dicom/part10.ts';
import { decodePortableAnymap, portableAnymap } from '../../../src/rendering/encode/portable-anymap.ts';
import { renderFrame } from '../../../src/rendering/pixel-pipeline.ts';
import { halvingsOf } from '../../../src/rendering/reduced-resolution.ts';
import { buildInstance } from '../../support/dicom-builder.ts';

const size = 256;
const image: ImagePixel = {
  Rows: size,
  Columns: size,
  SamplesPerPixel: 1,
  PhotometricInterpretation: 'MONOCHROME2',
  BitsAllocated: 16,
  BitsStored: 12,
  HighBit: 11,
  PixelRepresentation: 0,
  PlanarConfiguration: 0,
  NumberOfFrames: 1,
  pixelData: 'PixelData',
};

/** A bright disc off the middle on a slope, with noise: a picture that is moved or of another size is far from itself. */
const samples = Uint16Array.from({ length: size * size }, (_, i) => {
  const [x, y] = [i % size, Math.floor(i / size)];
  const noise = (Math.imul(i, 2654435761) >>> 27) - 16;
  return 600 + x + noise + (Math.hypot(x - 90, y - 120) < 60 ? 700 : 0);
});

const read = readPart10(memorySource(buildInstance({ elements: {} })));
if (!read.ok) throw new Error(read.detail);
const { dataSet } = read.part10;
const window = { center: 1000, width: 1200, shape: 'linear' } as const;

async function rendered(frame: Uint8Array, transferSyntaxUID: string, side: number) {
  const source = { dataSet, image, transferSyntaxUID, frame, frameNumber: 1 };
  const viewport = { vw: side, vh: side };
  return decodePortableAnymap(await renderFrame(source, portableAnymap, { viewport, window }));
}

describe('A frame that is halved while it is decoded', () => {
  const native = new Uint8Array(samples.buffer);

  test.each([
    ['JPEG 2000', '1.2.840.10008.1.2.4.90'],
    ['HTJ2K', '1.2.840.10008.1.2.4.201'],
  ])('%s is less than two levels off in the mean, and of the same size', async (_, transferSyntaxUID) => {
    const encoded = await encodeFrame({ ...image, samples }, image, { transferSyntaxUID });
    for (const side of [128, 85, 64, 30, 17]) {
      const whole = await rendered(native, '1.2.840.10008.1.2.1', side);
      const halved = await rendered(encoded, transferSyntaxUID, side);
      expect([halved.width, halved.height]).toEqual([side, side]);
      const total = whole.pixels.reduce((sum, gray, i) => sum + Math.abs(gray - halved.pixels[i]!), 0);
      expect(total / whole.pixels.length, `${side} pixels`).toBeLessThan(2);
    }
  });

  test('has all the pixels of the picture', () => {
    const halvings = (side: number): number =>
      halvingsOf(dataSet, image, 1, { viewport: { vw: side, vh: side }, window }, 1);
    expect([256, 129, 128, 43, 42, 21, 8].map(halvings)).toEqual([0, 0, 1, 1, 2, 3, 3]);
  });

  test('is decoded whole where a region, a narrow window or no window is asked', () => {
    const viewport = { vw: 32, vh: 32 };
    const region = { sx: 1, sy: 1, sw: 200, sh: 200 };
    expect(halvingsOf(dataSet, image, 1, { viewport: { ...viewport, region }, window }, 1)).toBe(0);
    expect(halvingsOf(dataSet, image, 1, { viewport, window: { ...window, width: 20 } }, 1)).toBe(0);
    expect(halvingsOf(dataSet, image, 1, { viewport }, 1)).toBe(0);
  });
});
