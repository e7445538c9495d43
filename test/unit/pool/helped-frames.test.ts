import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeJpeg2000 } from '../../../src/codecs/jpeg-2000.ts';
import type { PixelFrame } from '../../../src/codecs/pixel-frame.ts';
import { TransferSyntaxUID as Uid } from '../../../src/dicom/transfer-syntax.ts';
import { HelpedFrames } from '../../../src/pool/helped-frames.ts';
import { createPixelPool, type PixelPool } from '../../../src/pool/pixel-pool.ts';
import type { TranscodeTask } from '../../../src/pool/pixel-task.ts';

const frame: PixelFrame = {
  Rows: 300,
  Columns: 260,
  SamplesPerPixel: 1,
  PhotometricInterpretation: 'MONOCHROME2',
  BitsStored: 12,
  HighBit: 11,
  PixelRepresentation: 0,
  samples: Uint16Array.from({ length: 300 * 260 }, (_, i) => ((i * i * 7) ^ (i << 3)) & 0xfff),
};

const { samples: _samples, ...attributes } = frame;
const image = {
  ...attributes,
  BitsAllocated: 16,
  PlanarConfiguration: 0,
  NumberOfFrames: 1,
  pixelData: 'PixelData',
} as const;

function task(encoded: Uint8Array): TranscodeTask {
  return {
    image,
    frame: encoded,
    fromTransferSyntaxUID: Uid.JPEG2000Lossless,
    toTransferSyntaxUID: Uid.ExplicitVRLittleEndian,
  };
}

describe('frames that two threads decode together', () => {
  let pool: PixelPool;
  beforeAll(() => {
    pool = createPixelPool({ workers: 2 });
  });
  afterAll(() => pool.close());

  const expected = Buffer.from(frame.samples.buffer);

  test('are the same, one after the other and many at a time', async () => {
    const encoded = await encodeJpeg2000(frame);
    const decode = async () => Buffer.from(await pool.transcode(async () => task(encoded.slice())));
    for (let i = 0; i < 12; i++) expect((await decode()).equals(expected)).toBe(true);
    const together = await Promise.all(Array.from({ length: 12 }, decode));
    expect(together.map((octets) => octets.equals(expected))).toEqual(Array(12).fill(true));
  });

  test('a damaged one fails by itself, and the next is whole', async () => {
    const encoded = await encodeJpeg2000(frame);
    const damaged = encoded.slice(0, 60);
    await expect(pool.transcode(async () => task(damaged))).rejects.toMatchObject({ code: 'not-renderable' });
    expect(Buffer.from(await pool.transcode(async () => task(encoded.slice()))).equals(expected)).toBe(true);
  });
});

describe('buffers of frames that two threads decode', () => {
  const encoded = new Uint8Array(1000);

  test('are used again when both have done with them', () => {
    const frames = new HelpedFrames();
    const first = frames.take({ kind: 'transcode', ...task(encoded) });
    const second = frames.take({ kind: 'transcode', ...task(encoded) });
    expect(second).not.toBe(first);
    frames.giveBack(first!);
    expect(frames.take({ kind: 'transcode', ...task(encoded) })).toBe(first);
  });

  test('are for JPEG 2000 that is worth it', () => {
    const frames = new HelpedFrames();
    const native = { ...task(encoded), fromTransferSyntaxUID: Uid.ExplicitVRLittleEndian };
    const small = { ...task(encoded), image: { ...image, Rows: 16 } };
    const vast = { ...task(encoded), image: { ...image, Rows: 60_000, Columns: 60_000 } };
    for (const other of [native, small, vast]) expect(frames.take({ kind: 'transcode', ...other })).toBeUndefined();
  });
});
