import { describe, expect, test } from 'vitest';
import { decodeFrame, encodeFrame } from '../../../src/codecs/decode-frame.ts';
import type { PixelFrame } from '../../../src/codecs/pixel-frame.ts';
import { transcodingOf } from '../../../src/codecs/transcoding.ts';
import type { ImagePixel } from '../../../src/dicom/image-pixel.ts';
import { TransferSyntaxUID } from '../../../src/dicom/transfer-syntax.ts';

/** A smooth picture of two waves: what lossy encodings are made for. */
function waves(image: ImagePixel): PixelFrame {
  const { Rows, Columns, SamplesPerPixel, BitsStored, PixelRepresentation } = image;
  const count = Rows * Columns * SamplesPerPixel;
  const half = 2 ** (BitsStored - 1);
  const lift = PixelRepresentation === 1 ? 0 : half;
  const samples =
    BitsStored <= 8
      ? new Uint8Array(count)
      : PixelRepresentation === 1
        ? new Int16Array(count)
        : new Uint16Array(count);
  for (let i = 0; i < count; i++) {
    const pixel = Math.floor(i / SamplesPerPixel);
    const wave = Math.sin((pixel % Columns) / 9 + (i % SamplesPerPixel)) + Math.cos(pixel / Columns / 13);
    samples[i] = Math.round(lift + wave * 0.45 * half);
  }
  const { PhotometricInterpretation, HighBit } = image;
  return {
    Rows,
    Columns,
    SamplesPerPixel,
    PhotometricInterpretation,
    BitsStored,
    HighBit,
    PixelRepresentation,
    samples,
  };
}

function image(BitsStored: number, PixelRepresentation: 0 | 1, SamplesPerPixel: 1 | 3): ImagePixel {
  return {
    Rows: 128,
    Columns: 160,
    SamplesPerPixel,
    PhotometricInterpretation: SamplesPerPixel === 3 ? 'RGB' : 'MONOCHROME2',
    BitsAllocated: BitsStored <= 8 ? 8 : 16,
    BitsStored,
    HighBit: BitsStored - 1,
    PixelRepresentation,
    PlanarConfiguration: 0,
    NumberOfFrames: 1,
    pixelData: 'PixelData',
  };
}

const { JPEG2000, HTJ2K, JPEGLSNearLossless, JPEGBaseline8Bit } = TransferSyntaxUID;
const { JPEG2000Lossless, HTJ2KLossless, JPEGLSLossless, JPEGLosslessSV1, RLELossless } = TransferSyntaxUID;

describe('lossy codecs (PS3.5 8.2)', () => {
  test.each([
    ['JPEG 2000', JPEG2000, image(8, 0, 1)],
    ['JPEG 2000', JPEG2000, image(12, 0, 1)],
    ['JPEG 2000', JPEG2000, image(12, 1, 1)],
    ['JPEG 2000', JPEG2000, image(8, 0, 3)],
    ['HTJ2K', HTJ2K, image(8, 0, 1)],
    ['HTJ2K', HTJ2K, image(12, 1, 1)],
    ['HTJ2K', HTJ2K, image(8, 0, 3)],
    ['JPEG-LS near-lossless', JPEGLSNearLossless, image(8, 0, 1)],
    ['JPEG-LS near-lossless', JPEGLSNearLossless, image(12, 0, 1)],
    ['JPEG Baseline', JPEGBaseline8Bit, image(8, 0, 1)],
    ['JPEG Baseline', JPEGBaseline8Bit, image(8, 0, 3)],
  ])(
    '%s shrinks a smooth picture four times at least, and stays within four percent of the range',
    async (_, uid, attributes) => {
      const frame = waves(attributes);
      const encoded = await encodeFrame(frame, attributes, { transferSyntaxUID: uid });
      expect(encoded.length).toBeLessThan(frame.samples.byteLength / 4);
      const transcoding = transcodingOf(attributes, TransferSyntaxUID.ExplicitVRLittleEndian, uid);
      if (transcoding.kind === 'impossible') throw new Error(transcoding.why);
      const decoded = await decodeFrame(encoded, { ...attributes, ...transcoding.pixels }, { transferSyntaxUID: uid });
      const worst = Math.max(...Array.from(frame.samples, (sample, i) => Math.abs(sample - decoded.samples[i]!)));
      expect(worst).toBeLessThan(2 ** attributes.BitsStored * 0.04);
    },
  );
});

describe('bits beside the stored value (PS3.5 8.1.1, 8.1.2)', () => {
  const twelveBits = image(12, 0, 1);
  const withBits = (attributes: ImagePixel, change: (sample: number, i: number) => number): PixelFrame => {
    const frame = waves(attributes);
    return { ...frame, samples: frame.samples.map((sample: number, i: number) => change(sample, i)) as Uint16Array };
  };

  test.each([JPEG2000, HTJ2K, JPEGLSNearLossless])('an overlay in them is refused by %s', async (transferSyntaxUID) => {
    const frame = withBits(twelveBits, (sample, i) => sample | (i % 7 === 0 ? 0x8000 : 0));
    await expect(encodeFrame(frame, twelveBits, { transferSyntaxUID })).rejects.toMatchObject({
      code: 'transfer-syntax-not-acceptable',
      message: expect.stringContaining('overlay'),
    });
  });

  test('an overlay below the value is refused too, and in eight bits by JPEG', async () => {
    const above = { ...twelveBits, HighBit: 15 };
    const below = withBits(above, (sample, i) => (sample << 4) | (i % 7 === 0 ? 1 : 0));
    await expect(encodeFrame(below, above, { transferSyntaxUID: JPEG2000 })).rejects.toThrow('overlay');
    const seven = image(7, 0, 1);
    const inOctets = withBits(seven, (sample, i) => sample | (i % 7 === 0 ? 0x80 : 0));
    await expect(encodeFrame(inOctets, seven, { transferSyntaxUID: JPEGBaseline8Bit })).rejects.toThrow('overlay');
  });

  test.each([JPEG2000Lossless, HTJ2KLossless, JPEGLSLossless, JPEGLosslessSV1, RLELossless])(
    'lossless encodings keep it (%s)',
    async (transferSyntaxUID) => {
      const frame = withBits(twelveBits, (sample, i) => sample | (i % 7 === 0 ? 0x8000 : 0));
      const encoded = await encodeFrame(frame, twelveBits, { transferSyntaxUID });
      const decoded = await decodeFrame(encoded, twelveBits, { transferSyntaxUID });
      expect(Uint16Array.from(decoded.samples)).toEqual(frame.samples);
    },
  );

  test('values that do not begin at the lowest bit are the same values, and begin there afterwards', async () => {
    for (const isSigned of [0, 1] as const) {
      const usual = image(12, isSigned, 1);
      const raised = { ...usual, HighBit: 14 };
      const frame = waves(usual);
      const lifted = {
        ...frame,
        HighBit: 14,
        samples: frame.samples.map((sample: number) => sample << 3) as Uint16Array,
      };
      const [one, other] = await Promise.all([
        encodeFrame(frame, usual, { transferSyntaxUID: JPEG2000 }),
        encodeFrame(lifted, raised, { transferSyntaxUID: JPEG2000 }),
      ]);
      expect(Buffer.from(other).equals(one)).toBe(true);
      const transcoding = transcodingOf(raised, TransferSyntaxUID.ExplicitVRLittleEndian, JPEG2000);
      expect(transcoding).toMatchObject({ pixels: { HighBit: 11 } });
    }
  });
});
