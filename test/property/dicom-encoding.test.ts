import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Tag } from '../../generated/dictionary.ts';
import { memorySource } from '../../src/dicom/byte-source.ts';
import type { DataSet } from '../../src/dicom/data-set.ts';
import {
  decodeFrameIndex,
  encodeFrameIndex,
  type FrameIndex,
  frameBytes,
  frameCount,
  frameRange,
} from '../../src/dicom/frame-index.ts';
import { indexInstance } from '../../src/dicom/instance-index.ts';
import { encodeDataSet, encodeFileMeta, type ReplacedElement } from '../../src/dicom/native-encoding.ts';
import { type Part10, readPart10 } from '../../src/dicom/part10.ts';
import { TransferSyntaxUID, transferSyntaxOf } from '../../src/dicom/transfer-syntax.ts';
import { type BuiltElement, buildInstance } from '../support/dicom-builder.ts';

const nativeSyntaxes = [
  TransferSyntaxUID.ImplicitVRLittleEndian,
  TransferSyntaxUID.ExplicitVRLittleEndian,
  TransferSyntaxUID.ExplicitVRBigEndian,
  TransferSyntaxUID.DeflatedExplicitVRLittleEndian,
];

/** An element of every VR that has a word to turn round, of one that has not, and of private ones. */
const octets = (unit: number) =>
  fc
    .uint8Array({ minLength: 0, maxLength: 6 })
    .map((some) => new Uint8Array(unit).fill(some[0] ?? 1).map((octet, i) => octet + i * 7 + (some[1] ?? 0)));
const element: fc.Arbitrary<BuiltElement> = fc.oneof(
  fc.record({
    tag: fc.constant(Tag.RedPaletteColorLookupTableData),
    vr: fc.constant('OW' as const),
    value: octets(12),
  }),
  fc.record({ tag: fc.constant(Tag.FloatPixelData), vr: fc.constant('OF' as const), value: octets(12) }),
  fc.record({ tag: fc.constant(Tag.DoubleFloatPixelData), vr: fc.constant('OD' as const), value: octets(16) }),
  fc.record({ tag: fc.constant(Tag.TrackPointIndexList), vr: fc.constant('OL' as const), value: octets(8) }),
  fc.record({
    tag: fc.constant(Tag.SimpleFrameList),
    vr: fc.constant('UL' as const),
    value: fc.array(fc.nat(0xffffffff), { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ tag: fc.constant(Tag.DimensionIndexPointer), vr: fc.constant('AT' as const), value: fc.nat(0xffffffff) }),
  fc.record({ tag: fc.constant(Tag.ICCProfile), vr: fc.constant('OB' as const), value: octets(10) }),
  fc.record({ tag: fc.constant(0x00091002), vr: fc.constant('UN' as const), value: octets(6) }),
  fc.record({ tag: fc.constant(Tag.PatientComments), vr: fc.constant('LT' as const), value: fc.string() }),
);
const elements = fc.uniqueArray(element, { selector: ({ tag }) => tag, maxLength: 6 });

async function converted(part10: Part10, uid: string, replace?: ReadonlyMap<number, ReplacedElement>): Promise<Buffer> {
  const encoded = encodeDataSet(part10.dataSet, transferSyntaxOf(uid)!, replace ? { replace } : {});
  const chunks: Uint8Array[] = [];
  for await (const chunk of encoded) chunks.push(chunk);
  const dataSet = Buffer.concat(chunks);
  if (encoded.length !== undefined) expect(dataSet.length).toBe(encoded.length);
  return Buffer.concat([encodeFileMeta(part10.fileMeta, uid), dataSet]);
}

function read(octets: Uint8Array): Part10 {
  const result = readPart10(memorySource(octets));
  if (!result.ok) throw new Error(result.detail);
  return result.part10;
}

/** Tag, VR and value of every element, at every depth. */
function contents(dataSet: DataSet): readonly unknown[] {
  return [...dataSet.elements.values()].map(({ tag, vr, items }) =>
    items ? [tag, items.map(contents)] : [tag, vr, Buffer.from(dataSet.bytes(tag)!).toString('hex')],
  );
}

describe('writing a data set in another native transfer syntax (PS3.5 A)', () => {
  test('there and back again is the identity', async () => {
    await fc.assert(
      fc.asyncProperty(elements, elements, fc.constantFrom(...nativeSyntaxes), async (more, inside, through) => {
        const built = buildInstance({ elements: { more, ContentSequence: { items: [{ more: inside }, {}] } } });
        const original = read(built);
        const there = read(await converted(original, through));
        const back = read(await converted(there, TransferSyntaxUID.ExplicitVRLittleEndian));
        expect(there.transferSyntax.uid).toBe(through);
        expect(there.warnings).toEqual([]);
        expect(contents(back.dataSet)).toEqual(contents(original.dataSet));
      }),
      { numRuns: 200 },
    );
  });

  test('is what an independent writer makes of the same elements', async () => {
    await fc.assert(
      fc.asyncProperty(
        elements,
        fc.constantFrom(...nativeSyntaxes),
        fc.constantFrom(...nativeSyntaxes),
        async (more, from, to) => {
          const instance = {
            elements: { more },
            lengths: 'undefined' as const,
            pixelData: Uint8Array.from({ length: 16 }, (_, i) => i),
          };
          const result = read(await converted(read(buildInstance({ ...instance, transferSyntax: from })), to));
          const expected = read(buildInstance({ ...instance, transferSyntax: to }));
          const ofPixelData = (part10: Part10) => part10.dataSet.bytes(Tag.PixelData);
          const isSameVR =
            (from === TransferSyntaxUID.ImplicitVRLittleEndian) === (to === TransferSyntaxUID.ImplicitVRLittleEndian);
          if (isSameVR) expect(ofPixelData(result)).toEqual(ofPixelData(expected));
          for (const { tag } of more) expect(result.dataSet.bytes(tag)).toEqual(expected.dataSet.bytes(tag));
        },
      ),
      { numRuns: 200 },
    );
  });

  test('frames given for encapsulated pixel data are the frames that are found in it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 30 }), { minLength: 1, maxLength: 5 }),
        fc.boolean(),
        async (frames, knowsLengths) => {
          const part10 = read(
            buildInstance({ elements: { NumberOfFrames: String(frames.length) }, pixelData: new Uint8Array(16) }),
          );
          const replace = new Map<number, ReplacedElement>([
            [
              Tag.PixelData,
              {
                kind: 'frames',
                frames: asynchronous(frames),
                ...(knowsLengths && { lengths: frames.map((frame) => frame.length) }),
              },
            ],
          ]);
          const instance = await converted(part10, TransferSyntaxUID.RLELossless, replace);
          const indexed = indexInstance(memorySource(instance));
          if (!indexed.ok) throw new Error(indexed.detail);
          const found = indexed.index.frames!;
          expect(frameCount(found)).toBe(frames.length);
          for (const [i, frame] of frames.entries()) {
            const { offset, length } = frameRange(found, i + 1)!;
            const bytes = frameBytes(found, i + 1, instance.subarray(offset, offset + length));
            expect(Uint8Array.from(bytes.subarray(0, frame.length))).toEqual(frame);
            expect(bytes.length - frame.length).toBe(frame.length % 2);
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  test('native pixel data given in pieces is the same in Big Endian, wherever the pieces are cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 9 }), { maxLength: 6 }), async (pieces) => {
        const whole = Buffer.concat(pieces);
        const replace = new Map<number, ReplacedElement>([
          [Tag.PixelData, { kind: 'stream', vr: 'OW', length: whole.length, chunks: asynchronous(pieces) }],
        ]);
        const bigEndian = read(await converted(read(buildInstance()), TransferSyntaxUID.ExplicitVRBigEndian, replace));
        const back = read(await converted(bigEndian, TransferSyntaxUID.ExplicitVRLittleEndian));
        expect(back.dataSet.bytes(Tag.PixelData)!.subarray(0, whole.length)).toEqual(whole);
      }),
      { numRuns: 100 },
    );
  });
});

async function* asynchronous<T>(values: readonly T[]): AsyncGenerator<T> {
  yield* values;
}

describe('a frame index as octets', () => {
  const size = fc.nat(2 ** 40);
  const frameIndex: fc.Arbitrary<FrameIndex> = fc.oneof(
    fc.record({
      kind: fc.constant('native' as const),
      offset: size,
      length: size,
      bitsPerFrame: size,
      count: fc.nat(),
      wordLength: fc.constantFrom(1 as const, 2 as const, 4 as const, 8 as const),
    }),
    fc.array(size, { maxLength: 20 }).map((offsets) => ({
      kind: 'encapsulated' as const,
      offsets: Float64Array.from(offsets.sort((a, b) => a - b)),
    })),
  );

  test('is the same frame index again', () => {
    fc.assert(
      fc.property(frameIndex, (index) => {
        expect(decodeFrameIndex(encodeFrameIndex(index))).toEqual(index);
      }),
    );
  });
});
