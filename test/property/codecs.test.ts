import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { canEncode, decodeFrame, encodeFrame } from '../../src/codecs/decode-frame.ts';
import type { PixelFrame, Samples } from '../../src/codecs/pixel-frame.ts';
import type { ImagePixel } from '../../src/dicom/image-pixel.ts';
import { TransferSyntaxUID } from '../../src/dicom/transfer-syntax.ts';
import { requirement } from '../support/requirement.ts';

interface Shape {
  readonly BitsStored: number;
  readonly PixelRepresentation: 0 | 1;
  readonly SamplesPerPixel: 1 | 3;
}

const monochrome = [8, 10, 12, 16].flatMap((BitsStored) =>
  ([0, 1] as const).map((PixelRepresentation): Shape => ({ BitsStored, PixelRepresentation, SamplesPerPixel: 1 })),
);
const colour: Shape = { BitsStored: 8, PixelRepresentation: 0, SamplesPerPixel: 3 };

/** The lossless transfer syntaxes, and what each can hold. */
const lossless: readonly { readonly uid: string; readonly shapes: readonly Shape[] }[] = [
  TransferSyntaxUID.RLELossless,
  TransferSyntaxUID.JPEGLossless,
  TransferSyntaxUID.JPEGLosslessSV1,
  TransferSyntaxUID.JPEGLSLossless,
  TransferSyntaxUID.JPEG2000Lossless,
  TransferSyntaxUID.HTJ2KLossless,
  TransferSyntaxUID.HTJ2KLosslessRPCL,
].map((uid) => ({ uid, shapes: [...monochrome, colour] }));

function imageOf(shape: Shape, Rows: number, Columns: number): ImagePixel {
  return {
    Rows,
    Columns,
    ...shape,
    PhotometricInterpretation: shape.SamplesPerPixel === 3 ? 'RGB' : 'MONOCHROME2',
    BitsAllocated: shape.BitsStored <= 8 ? 8 : 16,
    HighBit: shape.BitsStored - 1,
    PlanarConfiguration: 0,
    NumberOfFrames: 1,
    pixelData: 'PixelData',
  };
}

/** Frames with flat runs as well as noise: both branches of every run-length and context coder. */
function frames(shape: Shape): fc.Arbitrary<{ frame: PixelFrame; image: ImagePixel }> {
  const low = shape.PixelRepresentation === 1 ? -(2 ** (shape.BitsStored - 1)) : 0;
  const value = fc.integer({ min: low, max: low + 2 ** shape.BitsStored - 1 });
  const runs = fc.array(fc.tuple(value, fc.integer({ min: 1, max: 300 })), { minLength: 1, maxLength: 40 });
  return fc
    .tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }), runs)
    .map(([Rows, Columns, given]) => {
      const image = imageOf(shape, Rows, Columns);
      const values = given.flatMap(([sample, length]) => new Array<number>(length).fill(sample));
      const count = Rows * Columns * shape.SamplesPerPixel;
      const samples = arrayOf(shape, count);
      for (let i = 0; i < count; i++) samples[i] = values[i % values.length]!;
      const { PhotometricInterpretation, BitsStored, HighBit, PixelRepresentation, SamplesPerPixel } = image;
      return {
        image,
        frame: {
          Rows,
          Columns,
          SamplesPerPixel,
          PhotometricInterpretation,
          BitsStored,
          HighBit,
          PixelRepresentation,
          samples,
        },
      };
    });
}

function arrayOf({ BitsStored, PixelRepresentation }: Shape, count: number): Samples {
  if (BitsStored <= 8) return PixelRepresentation === 1 ? new Int8Array(count) : new Uint8Array(count);
  return PixelRepresentation === 1 ? new Int16Array(count) : new Uint16Array(count);
}

describe('lossless codecs (PS3.5 8.2, Annex G)', () => {
  for (const { uid, shapes } of lossless) {
    for (const shape of shapes) {
      const sign = shape.PixelRepresentation === 1 ? 'signed' : 'unsigned';
      requirement(
        'R-001-241',
        `${uid}: decoding what was encoded gives every sample back, ${shape.SamplesPerPixel} x ${shape.BitsStored} bits ${sign}`,
        async () => {
          expect(canEncode(uid)).toBe(true);
          await fc.assert(
            fc.asyncProperty(frames(shape), async ({ frame, image }) => {
              const encoded = await encodeFrame(frame, image, { transferSyntaxUID: uid });
              const decoded = await decodeFrame(encoded, image, { transferSyntaxUID: uid });
              expect(decoded.samples).toEqual(frame.samples);
            }),
            { numRuns: 15 },
          );
        },
      );
    }
  }
});
