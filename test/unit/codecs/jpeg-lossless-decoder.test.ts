import { describe, expect, test } from 'vitest';
import { decodeLosslessJpeg } from '../../../src/codecs/jpeg-lossless-decoder.ts';
import { decodeNativeJpeg, encodeJpegLossless } from '../../../src/codecs/native-jpeg.ts';
import type { ImagePixel } from '../../../src/dicom/image-pixel.ts';

const image: ImagePixel = {
  Rows: 40,
  Columns: 33,
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

/** All categories of differences, the largest too. */
const samples = Uint16Array.from({ length: 40 * 33 }, (_, i) => (i % 5 === 0 ? (i * 32_768) % 65_536 : (i * i) >> 3));

describe('the decoder of lossless JPEG', () => {
  test('gives the samples that were encoded', async () => {
    const whole = await encodeJpegLossless({ ...image, samples });
    expect(decodeLosslessJpeg(whole, image)?.samples).toEqual(samples);
  });

  test('undoes every prediction as an independent library does', async () => {
    const whole = await encodeJpegLossless({ ...image, samples });
    const selectionValueAt = startOfScan(whole) + 7;
    for (const selectionValue of [1, 2, 3, 4, 5, 6, 7]) {
      // The same differences, said to be from another prediction: another image, but one all the same.
      const other = Uint8Array.from(whole).fill(selectionValue, selectionValueAt, selectionValueAt + 1);
      const { samples: expected } = await decodeNativeJpeg(other, image);
      expect(decodeLosslessJpeg(other, image)?.samples, `Selection Value ${selectionValue}`).toEqual(expected);
    }
  });

  test('leaves a stream alone that ends early, or is of another size', async () => {
    const whole = await encodeJpegLossless({ ...image, samples });
    for (let length = 0; length < whole.length - 1; length += 7)
      expect(decodeLosslessJpeg(whole.subarray(0, length), image)).toBeUndefined();
    expect(decodeLosslessJpeg(whole, { ...image, Columns: 34 })).toBeUndefined();
  });

  test('comes to an end with any octet damaged', async () => {
    const whole = await encodeJpegLossless({ ...image, samples });
    for (let at = 0; at < whole.length; at++) {
      const damaged = Uint8Array.from(whole);
      damaged[at] = damaged[at]! ^ 0xff;
      const length = decodeLosslessJpeg(damaged, image)?.samples.length ?? samples.length;
      expect(length).toBe(samples.length);
    }
  });
});

function startOfScan(stream: Uint8Array): number {
  return Buffer.from(stream).indexOf(Uint8Array.of(0xff, 0xda));
}
