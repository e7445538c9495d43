import { execFileSync } from 'node:child_process';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { isWholeBaselineStream } from '../../../src/codecs/jpeg-baseline-walk.ts';
import { memorySource } from '../../../src/dicom/byte-source.ts';
import type { ImagePixel } from '../../../src/dicom/image-pixel.ts';
import { readPart10 } from '../../../src/dicom/part10.ts';
import { TransferSyntaxUID } from '../../../src/dicom/transfer-syntax.ts';
import { renderFrame } from '../../../src/rendering/pixel-pipeline.ts';
import { buildInstance } from '../../support/dicom-builder.ts';
import { describeWithTool } from '../../support/tool.ts';

const side = 64;
const image: ImagePixel = {
  Rows: side,
  Columns: side,
  SamplesPerPixel: 1,
  PhotometricInterpretation: 'MONOCHROME2',
  BitsAllocated: 8,
  BitsStored: 8,
  HighBit: 7,
  PixelRepresentation: 0,
  PlanarConfiguration: 0,
  NumberOfFrames: 1,
  pixelData: 'PixelData',
};
const noise = Uint8Array.from({ length: side * side }, (_, i) => Math.imul(i + 1, 2654435761) >>> 25);
const read = readPart10(memorySource(buildInstance({ elements: {} })));
if (!read.ok) throw new Error(read.detail);
const { dataSet } = read.part10;

const rendered = (frame: Uint8Array): Promise<Uint8Array> =>
  renderFrame(
    { dataSet, image, transferSyntaxUID: TransferSyntaxUID.JPEGBaseline8Bit, frame, frameNumber: 1 },
    'image/jpeg',
    {},
  );

describe('a frame that is stored as baseline JPEG', () => {
  const stored = sharp(noise, { raw: { width: side, height: side, channels: 1 } })
    .toColourspace('b-w')
    .jpeg()
    .toBuffer();

  test('is sent as it is', async () => {
    expect(await rendered(await stored)).toEqual(await stored);
  });

  test.each([0.5, 0.7, 0.9, 0.99])('is not sent where it ends after %d of it', async (part) => {
    const jpeg = await stored;
    const short = Buffer.concat([jpeg.subarray(0, Math.floor(jpeg.length * part)), Buffer.from([0xff, 0xd9])]);
    const sent = await rendered(short);
    expect(sent).not.toEqual(short);
    expect(isWholeBaselineStream(sent)).toBe(true);
  });
});

describe('a walk through a baseline stream', () => {
  const pixels = sharp(
    Uint8Array.from({ length: 50 * 30 * 3 }, (_, i) => Math.imul(i + 7, 2654435761) >>> 24),
    { raw: { width: 50, height: 30, channels: 3 } },
  );

  test.each(['4:2:0', '4:4:4'])('finds colours in %s whole', async (chromaSubsampling) => {
    for (const quality of [1, 30, 80, 100]) {
      const jpeg = await pixels.clone().jpeg({ chromaSubsampling, quality, optimiseCoding: false }).toBuffer();
      expect(isWholeBaselineStream(jpeg)).toBe(true);
      expect(isWholeBaselineStream(jpeg.subarray(0, -2))).toBe(false);
    }
  });

  test('knows no progressive stream', async () => {
    expect(isWholeBaselineStream(await pixels.clone().jpeg({ progressive: true }).toBuffer())).toBe(false);
  });

  describeWithTool('cjpeg', 'restart markers', () => {
    test('stand between its intervals', async () => {
      const anymap = Buffer.concat([Buffer.from('P6 50 30 255\n'), await pixels.clone().raw().toBuffer()]);
      const jpeg = execFileSync('cjpeg', ['-restart', '3B'], { input: anymap });
      expect(isWholeBaselineStream(jpeg)).toBe(true);
      expect(jpeg.includes(Buffer.from([0xff, 0xd1]))).toBe(true);
      const without = Buffer.from(jpeg);
      without[without.indexOf(Buffer.from([0xff, 0xd1])) + 1] = 0;
      expect(isWholeBaselineStream(without)).toBe(false);
    });
  });
});
