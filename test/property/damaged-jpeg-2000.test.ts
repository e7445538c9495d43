import load from '@cornerstonejs/codec-openjpeg/wasmjs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeReversible } from '../../src/codecs/jpeg-2000/reversible-decoder.ts';
import { encodeJpeg2000 } from '../../src/codecs/jpeg-2000.ts';
import type { PixelFrame } from '../../src/codecs/pixel-frame.ts';

const frame: PixelFrame = {
  Rows: 70,
  Columns: 67,
  SamplesPerPixel: 1,
  PhotometricInterpretation: 'MONOCHROME2',
  BitsStored: 12,
  HighBit: 11,
  PixelRepresentation: 0,
  samples: Uint16Array.from({ length: 70 * 67 }, (_, i) => ((i * i * 7) ^ (i << 3)) & 0xfff),
};

/** What is written over the codestream, and how much of it is left. */
const damage = fc.record({
  octets: fc.array(fc.record({ place: fc.nat(), octet: fc.integer({ min: 0, max: 255 }) }), { maxLength: 4 }),
  inHeader: fc.boolean(),
  cutOff: fc.option(fc.nat(), { nil: 0 }),
});

describe('damaged JPEG 2000', () => {
  test('is left to the library, or decodes to what the library makes of it', async () => {
    const whole = await encodeJpeg2000(frame);
    await fc.assert(
      fc.asyncProperty(damage, async ({ octets, inHeader, cutOff }) => {
        const damaged = whole.slice(0, whole.length - (cutOff % whole.length));
        const reach = Math.min(damaged.length, inHeader ? 150 : damaged.length);
        for (const { place, octet } of octets) if (reach > 0) damaged[place % reach] = octet;
        const decoded = decodeReversible(damaged, () => 0);
        if (decoded !== undefined) expect(decoded.octets).toEqual(await decodedByLibrary(damaged));
      }),
      { numRuns: 400 },
    );
  }, 60_000);
});

/** An instance that met damage may not be sound any more, so each codestream gets its own. */
async function decodedByLibrary(codestream: Uint8Array): Promise<Uint8Array> {
  const { J2KDecoder } = await load({ print() {}, printErr() {} });
  const decoder = new J2KDecoder();
  decoder.getEncodedBuffer(codestream.length).set(codestream);
  decoder.decode();
  return new Uint8Array(decoder.getDecodedBuffer());
}
