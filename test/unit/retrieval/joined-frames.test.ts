import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type FrameIndex, frameBytes, frameRange } from '../../../src/dicom/frame-index.ts';
import { joinedFrames } from '../../../src/retrieval/joined-frames.ts';

async function joined(frames: readonly Uint8Array[], frameBits: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  async function* each(): AsyncGenerator<Uint8Array> {
    yield* frames;
  }
  for await (const chunk of joinedFrames(each(), frameBits)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('native frames joined (PS3.5 8.1.1)', () => {
  test('three frames of three bits are nine bits', async () => {
    const frames = [0b101, 0b011, 0b110].map((bits) => Uint8Array.of(bits));
    expect([...(await joined(frames, 3))]).toEqual([0b10011101, 0b1]);
  });

  test('cutting frames out of pixel data and joining them gives the pixel data', async () => {
    const anyBits = fc.integer({ min: 1, max: 70 });
    await fc.assert(
      fc.asyncProperty(
        anyBits,
        fc.integer({ min: 1, max: 9 }),
        fc.infiniteStream(fc.nat(255)),
        async (bits, count, octets) => {
          const pixelData = Uint8Array.from({ length: Math.ceil((bits * count) / 8) }, () => octets.next().value!);
          const unused = (8 - ((bits * count) % 8)) % 8;
          pixelData[pixelData.length - 1]! &= 0xff >> unused;
          const { length } = pixelData;
          const index: FrameIndex = { kind: 'native', offset: 0, length, bitsPerFrame: bits, count, wordLength: 1 };
          const frames = Array.from({ length: count }, (_, i) => {
            const range = frameRange(index, i + 1)!;
            return frameBytes(index, i + 1, pixelData.subarray(range.offset, range.offset + range.length));
          });
          expect(Buffer.compare(await joined(frames, bits), pixelData)).toBe(0);
        },
      ),
      { numRuns: 200 },
    );
  });
});
