import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { decodeJpegBaseline } from '../../../src/codecs/jpeg-baseline.ts';

const [width, height] = [32, 16];

/** A flat orange, whose channels are far enough apart that no other reading of them is near. */
const orange = [230, 120, 20];
const picture = sharp(
  Uint8Array.from({ length: width * height * 3 }, (_, i) => orange[i % 3]!),
  { raw: { width, height, channels: 3 } },
);

/** YCbCr in a stream without a JFIF or Adobe segment that would say so. */
async function bareStream(chromaSubsampling: string): Promise<Uint8Array> {
  const stream = await picture.clone().jpeg({ chromaSubsampling }).toBuffer();
  expect(stream.includes('JFIF') || stream.includes('Adobe')).toBe(false);
  return stream;
}

async function firstPixelOf(stream: Uint8Array, PhotometricInterpretation: string): Promise<readonly number[]> {
  const { samples } = await decodeJpegBaseline(stream, {
    Rows: height,
    Columns: width,
    SamplesPerPixel: 3,
    PhotometricInterpretation,
    BitsAllocated: 8,
    BitsStored: 8,
    HighBit: 7,
    PixelRepresentation: 0,
    PlanarConfiguration: 0,
    NumberOfFrames: 1,
    pixelData: 'PixelData',
  });
  return Array.from(samples.subarray(0, 3), Number);
}

function isOrange(pixel: readonly number[]): boolean {
  return pixel.every((sample, i) => Math.abs(sample - orange[i]!) <= 4);
}

describe('components of a JPEG stream that does not say what they are (PS3.5 8.2.1)', () => {
  test.each(['4:2:0', '4:4:4'])('%s called YBR_FULL_422 is YCbCr', async (chromaSubsampling) => {
    expect(isOrange(await firstPixelOf(await bareStream(chromaSubsampling), 'YBR_FULL_422'))).toBe(true);
  });

  test('4:4:4 called RGB is taken by its word', async () => {
    expect(isOrange(await firstPixelOf(await bareStream('4:4:4'), 'RGB'))).toBe(false);
  });

  test('4:2:0 called RGB is YCbCr: nobody leaves out half of green', async () => {
    expect(isOrange(await firstPixelOf(await bareStream('4:2:0'), 'RGB'))).toBe(true);
  });
});

describe('a JPEG stream that ends without its marker', () => {
  test('is shown where nothing else is missing', async () => {
    const stream = await bareStream('4:2:0');
    expect(isOrange(await firstPixelOf(stream.subarray(0, -2), 'YBR_FULL_422'))).toBe(true);
    await expect(firstPixelOf(stream.subarray(0, -6), 'YBR_FULL_422')).rejects.toMatchObject({
      code: 'not-renderable',
    });
  });
});
