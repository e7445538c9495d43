import { describe, expect, test } from 'vitest';
import { decodeNativeJpeg, encodeJpegLossless } from '../../../src/codecs/native-jpeg.ts';
import type { PixelFrame } from '../../../src/codecs/pixel-frame.ts';
import type { ImagePixel } from '../../../src/dicom/image-pixel.ts';

const image: ImagePixel = {
  Rows: 64,
  Columns: 64,
  SamplesPerPixel: 1,
  PhotometricInterpretation: 'MONOCHROME2',
  BitsAllocated: 16,
  BitsStored: 16,
  HighBit: 15,
  PixelRepresentation: 0,
  PlanarConfiguration: 0,
  NumberOfFrames: 1,
  pixelData: 'PixelData',
};

const samples = Uint16Array.from({ length: 64 * 64 }, (_, i) => (i * 7919) % 65_536);
const frame: PixelFrame = { ...image, samples };

describe('a codec library that has met damaged frames', () => {
  test('decodes whole ones as before', async () => {
    const whole = await encodeJpegLossless(frame);
    let failures = 0;
    for (let at = 2; at < whole.length - 2; at += Math.ceil(whole.length / 150)) {
      const damaged = Uint8Array.from(whole);
      damaged[at] = damaged[at]! ^ 0xff;
      await decodeNativeJpeg(damaged, image).catch(() => {
        failures += 1;
      });
      expect((await decodeNativeJpeg(whole, image)).samples, `after octet ${at}`).toEqual(samples);
    }
    expect(failures).toBeGreaterThan(0);
  }, 60_000);
});
