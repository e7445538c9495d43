import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Tag } from '../../generated/dictionary.ts';
import { memorySource } from '../../src/dicom/byte-source.ts';
import type { DataSet } from '../../src/dicom/data-set.ts';
import { frameBytes, frameCount, frameRange } from '../../src/dicom/frame-index.ts';
import { indexInstance } from '../../src/dicom/instance-index.ts';
import { readPart10 } from '../../src/dicom/part10.ts';
import { TransferSyntaxUID } from '../../src/dicom/transfer-syntax.ts';
import { type BuiltElements, buildInstance } from '../support/dicom-builder.ts';

const nativeSyntaxes = [
  TransferSyntaxUID.ImplicitVRLittleEndian,
  TransferSyntaxUID.ExplicitVRLittleEndian,
  TransferSyntaxUID.ExplicitVRBigEndian,
  TransferSyntaxUID.DeflatedExplicitVRLittleEndian,
];

const word = fc.stringMatching(/^[A-Za-z0-9]([A-Za-z0-9 ^]{0,10}[A-Za-z0-9])?$/);

/** What can be said in a data set, one element for each way of writing a value. */
const plainElements = fc.record(
  {
    StudyDescription: word,
    OtherPatientIDs: fc.array(word, { minLength: 2, maxLength: 4 }),
    TextValue: word,
    PixelSpacing: fc
      .tuple(fc.integer({ min: -999, max: 999 }), fc.integer({ min: 0, max: 999 }))
      .map((pair) => pair.map(String)),
    Rows: fc.nat(0xffff),
    ReferencePixelX0: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    FrameIncrementPointer: fc.array(fc.nat(0xffffffff), { minLength: 1, maxLength: 3 }),
    RecommendedDisplayFrameRateInFloat: fc.float({ noNaN: true }),
    DiffusionBValue: fc.double({ noNaN: true }),
  },
  { requiredKeys: [] },
);

/** Keywords that stand for their own kind of value above, checked by {@link expectElements}. */
const textKeywords = ['StudyDescription', 'TextValue'] as const;
const numberKeywords = ['Rows', 'ReferencePixelX0', 'RecommendedDisplayFrameRateInFloat', 'DiffusionBValue'] as const;

const elements: fc.Arbitrary<BuiltElements> = fc.letrec<{ dataSet: BuiltElements }>((tie) => ({
  dataSet: fc
    .tuple(plainElements, fc.option(fc.array(tie('dataSet'), { maxLength: 3 }), { nil: undefined, maxDepth: 4 }))
    .map(([plain, items]) => ({ ...plain, ...(items && { ReferencedSeriesSequence: { items } }) }) as BuiltElements),
})).dataSet;

function expectElements(dataSet: DataSet, built: BuiltElements): void {
  for (const keyword of textKeywords) expect(dataSet.text(Tag[keyword])).toBe(built[keyword]);
  for (const keyword of numberKeywords) expect(dataSet.number(Tag[keyword])).toBe(built[keyword]);
  if (built.OtherPatientIDs) expect(dataSet.texts(Tag.OtherPatientIDs)).toEqual(built.OtherPatientIDs);
  if (built.PixelSpacing)
    expect(dataSet.numbers(Tag.PixelSpacing)).toEqual((built.PixelSpacing as string[]).map(Number));
  if (built.FrameIncrementPointer)
    expect(dataSet.numbers(Tag.FrameIncrementPointer)).toEqual(built.FrameIncrementPointer);
  const items = (built.ReferencedSeriesSequence as { items: readonly BuiltElements[] } | undefined)?.items ?? [];
  const found = dataSet.sequence(Tag.ReferencedSeriesSequence);
  expect(found).toHaveLength(items.length);
  for (const [i, item] of items.entries()) expectElements(found[i]!, item);
}

describe('reading a data set (PS3.5 7)', () => {
  test('what was written is what is read, in every native transfer syntax and with either kind of length', () => {
    fc.assert(
      fc.property(
        elements,
        fc.constantFrom(...nativeSyntaxes),
        fc.constantFrom('defined' as const, 'undefined' as const),
        (built, transferSyntax, lengths) => {
          const read = readPart10(memorySource(buildInstance({ elements: built, transferSyntax, lengths })));
          expect(read).toMatchObject({ ok: true, part10: { warnings: [] } });
          if (read.ok) expectElements(read.part10.dataSet, built);
        },
      ),
      { numRuns: 300 },
    );
  });
});

const pixels = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

/** Objects with something of everything that a reader follows: lengths, delimiters, fragments, an offset table. */
const specimens = [
  ...nativeSyntaxes.map((transferSyntax) =>
    buildInstance({ transferSyntax, lengths: 'undefined', elements: nested(4), pixelData: new Uint8Array(16) }),
  ),
  buildInstance({ elements: nested(6), pixelData: new Uint8Array(16), lengths: 'defined' }),
  buildInstance({
    transferSyntax: TransferSyntaxUID.JPEGBaseline8Bit,
    elements: { ...nested(2), NumberOfFrames: '2' },
    pixelData: {
      fragments: [Uint8Array.of(0xff, 0xd8, 0xff, 0xe0), Uint8Array.of(1, 2), Uint8Array.of(0xff, 0xd8, 0xff, 0xd9)],
      basicOffsetTable: [0, 22],
      extendedOffsetTable: { offsets: [0, 22], lengths: [14, 4] },
    },
  }),
];

function nested(depth: number): BuiltElements {
  return depth === 0
    ? { TextValue: 'deepest' }
    : { TextValue: `${depth}`, ContentSequence: { items: [nested(depth - 1), {}] } };
}

const mutation = fc.oneof(
  fc.record({ kind: fc.constant('cut' as const), at: fc.nat(), value: fc.nat(255) }),
  fc.record({
    kind: fc.constant('set' as const),
    at: fc.nat(),
    value: fc.constantFrom(0, 1, 2, 0x7f, 0x80, 0xfe, 0xff),
  }),
  fc.record({ kind: fc.constant('insert' as const), at: fc.nat(), value: fc.nat(255) }),
);

describe('reading damaged octets', () => {
  test('is a located failure or an object whose frames can be read, never anything else', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...specimens),
        fc.array(mutation, { minLength: 1, maxLength: 4 }),
        (specimen, mutations) => {
          let octets = Uint8Array.from(specimen);
          for (const { kind, at, value } of mutations) {
            // The preamble means nothing, so it is left alone.
            const place = 128 + (at % Math.max(1, octets.length - 128));
            if (kind === 'cut') octets = octets.slice(0, place);
            else if (kind === 'set') octets[place] = value;
            else octets = Uint8Array.from([...octets.slice(0, place), value, ...octets.slice(place)]);
          }
          const indexed = indexInstance(memorySource(octets));
          if (!indexed.ok) {
            expect(indexed.detail).toMatch(/\.$/);
            expect(indexed.at).toBeGreaterThanOrEqual(0);
            return;
          }
          const { frames } = indexed.index;
          if (!frames) return;
          for (let frameNumber = 1; frameNumber <= Math.min(frameCount(frames), 5); frameNumber++) {
            const { offset, length } = frameRange(frames, frameNumber)!;
            frameBytes(frames, frameNumber, indexed.part10.dataSet.source.read(offset, length));
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('random octets are never an object', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (octets) => {
        expect(indexInstance(memorySource(octets)).ok).toBe(false);
      }),
      { numRuns: 500 },
    );
  });
});

describe('finding frames (PS3.5 8.1.1, A.4)', () => {
  test('native frames of any number of bits come back, each from an octet of its own', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1, 8, 12, 16, 32),
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 5 }),
        fc.constantFrom(...nativeSyntaxes),
        fc.infiniteStream(fc.nat(1)),
        (BitsAllocated, Rows, Columns, NumberOfFrames, transferSyntax, bits) => {
          const bitsPerFrame = Rows * Columns * BitsAllocated;
          const frames = Array.from({ length: NumberOfFrames }, () =>
            Array.from({ length: bitsPerFrame }, () => bits.next().value as number),
          );
          const instance = buildInstance({
            transferSyntax,
            elements: { BitsAllocated, Rows, Columns, NumberOfFrames: String(NumberOfFrames) },
            pixelData: packed(frames.flat()),
          });
          expect(framesOf(instance)).toEqual(frames.map(packed));
        },
      ),
      { numRuns: 200 },
    );
  });

  const codestream = fc.uint8Array({ maxLength: 40 }).map((inner) => {
    const octets = [0xff, 0xd8, 0xff, ...inner.map((octet) => octet & 0x7f), 0xff, 0xd9];
    return Uint8Array.from(octets.length % 2 === 0 ? octets : [...octets.slice(0, -2), 0, 0xff, 0xd9]);
  });

  test('encapsulated frames come back, however they are cut into fragments and whatever table there is', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(codestream, fc.integer({ min: 1, max: 4 })), { minLength: 1, maxLength: 6 }),
        fc.constantFrom('none' as const, 'basic' as const, 'extended' as const, 'garbage' as const),
        (frames, table) => {
          const isExtended = table === 'extended';
          const cut = frames.map(([octets, pieces]) => (isExtended ? [octets] : inPieces(octets, pieces)));
          const offsets: number[] = [];
          let end = 0;
          for (const pieces of cut) {
            offsets.push(end);
            for (const piece of pieces) end += 8 + piece.length;
          }
          const instance = buildInstance({
            transferSyntax: TransferSyntaxUID.JPEGBaseline8Bit,
            elements: { NumberOfFrames: String(frames.length) },
            pixelData: {
              fragments: cut.flat(),
              ...(table === 'basic' && { basicOffsetTable: offsets }),
              ...(table === 'garbage' && { basicOffsetTable: offsets.map((offset) => offset + 3) }),
              ...(isExtended && { extendedOffsetTable: { offsets, lengths: frames.map(([octets]) => octets.length) } }),
            },
          });
          expect(framesOf(instance)).toEqual(frames.map(([octets]) => octets));
        },
      ),
      { numRuns: 300 },
    );
  });

  test('a frame of one fragment comes back whatever octets it has', () => {
    fc.assert(
      fc.property(fc.array(pixels(24), { minLength: 1, maxLength: 5 }), (fragments) => {
        const instance = buildInstance({
          transferSyntax: TransferSyntaxUID.RLELossless,
          elements: { NumberOfFrames: String(fragments.length) },
          pixelData: { fragments },
        });
        expect(framesOf(instance)).toEqual(fragments);
      }),
      { numRuns: 100 },
    );
  });
});

function framesOf(instance: Uint8Array): Uint8Array[] {
  const indexed = indexInstance(memorySource(instance));
  if (!indexed.ok) throw new Error(indexed.detail);
  const { index, part10 } = indexed;
  return Array.from({ length: frameCount(index.frames!) }, (_, i) => {
    const { offset, length } = frameRange(index.frames!, i + 1)!;
    return Uint8Array.from(frameBytes(index.frames!, i + 1, part10.dataSet.source.read(offset, length)));
  });
}

/** Bits as octets, the first in the least significant bit (PS3.5 8.1.1). */
function packed(bits: readonly number[]): Uint8Array {
  const octets = new Uint8Array(Math.ceil(bits.length / 8));
  for (const [i, bit] of bits.entries()) octets[i >> 3]! |= bit << (i & 7);
  return octets;
}

/** Octets in so many pieces of even length, or fewer where they are too short. */
function inPieces(octets: Uint8Array, pieces: number): Uint8Array[] {
  const length = Math.max(4, Math.ceil(octets.length / pieces / 2) * 2);
  const cut: Uint8Array[] = [];
  for (let at = 0; at < octets.length; at += length) cut.push(octets.subarray(at, at + length));
  return cut;
}
