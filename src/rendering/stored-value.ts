import type { PixelFrame, Samples } from '../codecs/pixel-frame.ts';

/** Where the stored value lies in an allocated sample (PS3.3 C.7.6.3.1). */
export interface StoredValueFormat {
  readonly BitsStored: number;
  readonly HighBit: number;
  readonly PixelRepresentation: 0 | 1;
}

/**
 * Cuts the stored value out of an allocated sample: the bits above High Bit and below the value go, two's complement
 * is widened (PS3.5 8.1.1, PS3.3 C.7.6.3.1).
 *
 * @param sample any integer of up to 32 bits, signed or not
 */
export function storedValue(sample: number, { BitsStored, HighBit, PixelRepresentation }: StoredValueFormat): number {
  const above = 32 - BitsStored;
  const atTop = (sample >>> (HighBit + 1 - BitsStored)) << above;
  return PixelRepresentation === 1 ? atTop >> above : atTop >>> above;
}

/** Whether the samples are numbers as they are: Float and Double Float Pixel Data (PS3.3 C.7.6.24, C.7.6.25). */
export function isFloatingPoint(samples: Samples): boolean {
  return samples instanceof Float32Array || samples instanceof Float64Array;
}

/** Number of bit patterns that a sample of the array can have, where a table over all of them is worth its while. */
export function patternCountOf(samples: Samples): number | undefined {
  return samples.BYTES_PER_ELEMENT <= 2 ? 2 ** (8 * samples.BYTES_PER_ELEMENT) : undefined;
}

/** Which bit patterns occur among samples of up to sixteen bits: 1 at the place of each. */
export function occurringPatterns(samples: Samples, patternCount: number): Uint8Array {
  const occurs = new Uint8Array(patternCount);
  const mask = patternCount - 1;
  for (let i = 0; i < samples.length; i++) occurs[samples[i]! & mask] = 1;
  return occurs;
}

/** The format of a frame, mended where Bits Stored and High Bit cannot be meant. */
export function storedValueFormatOf(frame: PixelFrame): StoredValueFormat {
  const allocated = 8 * frame.samples.BYTES_PER_ELEMENT;
  const BitsStored = frame.BitsStored >= 1 && frame.BitsStored <= allocated ? frame.BitsStored : allocated;
  const HighBit = frame.HighBit >= BitsStored - 1 && frame.HighBit < allocated ? frame.HighBit : BitsStored - 1;
  return { BitsStored, HighBit, PixelRepresentation: frame.PixelRepresentation };
}
