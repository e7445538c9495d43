import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { decodeFrame, encodeFrame } from '../../../src/codecs/decode-frame.ts';
import type { PixelFrame } from '../../../src/codecs/pixel-frame.ts';
import { memorySource } from '../../../src/dicom/byte-source.ts';
import { frameBytes, frameCount, frameRange } from '../../../src/dicom/frame-index.ts';
import { type InstanceIndex, indexInstance } from '../../../src/dicom/instance-index.ts';
import { TransferSyntaxUID as Uid } from '../../../src/dicom/transfer-syntax.ts';
import { corpusPath, describeCorpus, hasCorpus } from '../../support/corpus.ts';
import { type BuiltElements, buildInstance } from '../../support/dicom-builder.ts';
import { identifiedObject } from '../../support/identified-object.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { describeWithTool } from '../../support/tool.ts';
import { type DecodedPixels, decodedElsewhere, readObject } from '../transcoding/independent-decoder.ts';

/** Provenance of the expectations, and what differs and why: test/golden/provenance.yaml. */
const comparedOtherwise: readonly string[] = [
  'image/J2K_pixelrep_mismatch.dcm',
  'multiframe/will-jxl.dcm',
  'multiframe/wsi_140_tiles_jpeg.dcm',
  'seg/liver_deflate.dcm',
];

const encapsulated = hasCorpus
  ? ['image', 'multiframe', 'seg']
      .flatMap((folder) => readdirSync(corpusPath(folder)).map((name) => `${folder}/${name}`))
      .filter((file) => readObject(readFileSync(corpusPath(file))).transferSyntax.encapsulated)
  : [];

describeCorpus('every encapsulated image, its first, middle and last frame', () => {
  describeWithTool('gdcmconv', 'as DCMTK, GDCM and OpenJPEG decode it', () => {
    test.each(encapsulated.filter((file) => !comparedOtherwise.includes(file)))(
      '%s: sample by sample',
      async (file) => {
        await expectEqual(await corpusObject(file));
      },
    );

    test('a codestream without signs of a signed image: the same bits, extended by their sign', async () => {
      const { object, index } = await corpusObject('image/J2K_pixelrep_mismatch.dcm');
      const { octets } = (await decodedElsewhere(object, temporaryDirectory(), 'object'))!;
      const { BitsStored } = index.image!;
      const theirs = new Int16Array(Uint8Array.from(octets).buffer).map(
        (cell) => (cell << (32 - BitsStored)) >> (32 - BitsStored),
      );
      expect(differences((await decoded(object, index, 1)).samples, theirs)).toEqual([]);
    });

    test('whole tiles of a slide are equal; one whose stream is smaller is white beside it (D-53)', async () => {
      const { object, index } = await corpusObject('multiframe/wsi_140_tiles_jpeg.dcm');
      const theirs = (await decodedElsewhere(object, temporaryDirectory(), 'object'))!;
      for (const number of [1, 2]) {
        const { samples } = await decoded(object, index, number);
        expect(differences(samples, frameOf(theirs, samples.length, number, false))).toEqual([]);
      }
      const { Rows, Columns } = index.image!;
      const tile = await sharp(frameAt(object, index, 140))
        .toColourspace('srgb')
        .raw()
        .toBuffer({ resolveWithObject: true });
      const { width, height } = tile.info;
      expect([width < Columns || height < Rows, width <= Columns, height <= Rows]).toEqual([true, true, true]);
      const { samples } = await decoded(object, index, 140);
      expect(samples.length).toBe(Rows * Columns * 3);
      const expected = new Uint8Array(samples.length).fill(255);
      for (let y = 0; y < height; y++)
        expected.set(tile.data.subarray(y * width * 3, (y + 1) * width * 3), y * Columns * 3);
      expect(differences(samples, expected)).toEqual([]);
    });
  });

  describeWithTool('djxl', 'as libjxl decodes it', () => {
    test.each([1, 14, 27])('multiframe/will-jxl.dcm frame %i', async (number) => {
      const { object, index } = await corpusObject('multiframe/will-jxl.dcm');
      const [folder, frame] = [temporaryDirectory(), frameAt(object, index, number)];
      writeFileSync(path.join(folder, 'frame.jxl'), frame);
      execFileSync('djxl', [path.join(folder, 'frame.jxl'), path.join(folder, 'frame.png')], { stdio: 'ignore' });
      const theirs = await sharp(path.join(folder, 'frame.png')).removeAlpha().raw().toBuffer();
      const { samples } = await decoded(object, index, number);
      expect(samples.length).toBe(theirs.length);
      expect(greatestDifference(samples, theirs)).toBeLessThanOrEqual(1);
    });
  });

  describeWithTool('python3', 'as zlib of Python inflates it', () => {
    test.each([1, 2, 3])('seg/liver_deflate.dcm frame %i', async (number) => {
      const { object, index } = await corpusObject('seg/liver_deflate.dcm');
      const inflate =
        'import sys,zlib;sys.stdout.buffer.write(zlib.decompressobj(-15).decompress(sys.stdin.buffer.read()))';
      const octets = execFileSync('python3', ['-c', inflate], { input: frameAt(object, index, number) });
      const { samples } = await decoded(object, index, number);
      const bits = Uint8Array.from(samples, (_, at) => (octets[at >> 3]! >> (at & 7)) & 1);
      expect(differences(samples, bits)).toEqual([]);
    });
  });
});

interface Encoding {
  readonly program: string;
  readonly options: readonly string[];
}

const encodings: Readonly<Record<string, Encoding>> = {
  'JPEG Lossless': { program: 'dcmcjpeg', options: ['+e1'] },
  'JPEG Lossless, Process 14': { program: 'dcmcjpeg', options: ['+el', '+sv', '6'] },
  RLE: { program: 'dcmcrle', options: [] },
  'JPEG-LS interleaved by line': { program: 'dcmcjpls', options: ['+il'] },
  'JPEG-LS interleaved by sample': { program: 'dcmcjpls', options: ['+is'] },
  'JPEG-LS not interleaved': { program: 'dcmcjpls', options: ['+in'] },
  'JPEG 2000': { program: 'gdcmconv', options: ['--j2k'] },
};

interface BuiltImage {
  readonly elements: BuiltElements;
  readonly pixelData: Uint8Array;
  /** Encodings that do not hold such an image, or whose program does not write it. */
  readonly without?: readonly string[];
}

/** Pixels that leave no bit unused: a walk through all values in steps that no prediction guesses. */
function walk(count: number, octets: 1 | 2 | 4, BitsStored: number, isSigned: boolean): Uint8Array {
  const values = Uint32Array.from({ length: count }, (_, i) => {
    const value = Math.imul(i * i + 7 * i, 2654435761) >>> (32 - BitsStored);
    return isSigned ? (value << (32 - BitsStored)) >> (32 - BitsStored) : value;
  });
  if (octets === 4) return new Uint8Array(values.buffer);
  return octets === 1 ? Uint8Array.from(values) : new Uint8Array(Uint16Array.from(values).buffer);
}

const size = { Rows: 21, Columns: 34 } as const;
const pixels = size.Rows * size.Columns;
const rgb = { ...size, SamplesPerPixel: 3, PhotometricInterpretation: 'RGB' } as const;
const bits = (BitsAllocated: number, BitsStored: number, PixelRepresentation: 0 | 1) => ({
  BitsAllocated,
  BitsStored,
  HighBit: BitsStored - 1,
  PixelRepresentation,
});

const built: Readonly<Record<string, BuiltImage>> = {
  'eight bits, colours by pixel': {
    elements: { ...rgb, ...bits(8, 8, 0), PlanarConfiguration: 0 },
    pixelData: walk(pixels * 3, 1, 8, false),
  },
  'eight bits, colours by plane': {
    elements: { ...rgb, ...bits(8, 8, 0), PlanarConfiguration: 1 },
    pixelData: walk(pixels * 3, 1, 8, false),
  },
  'eight bits, signed': { elements: { ...size, ...bits(8, 8, 1) }, pixelData: walk(pixels, 1, 8, true) },
  'ten of sixteen bits, signed': { elements: { ...size, ...bits(16, 10, 1) }, pixelData: walk(pixels, 2, 10, true) },
  'twelve of sixteen bits': { elements: { ...size, ...bits(16, 12, 0) }, pixelData: walk(pixels, 2, 12, false) },
  'sixteen bits, signed': { elements: { ...size, ...bits(16, 16, 1) }, pixelData: walk(pixels, 2, 16, true) },
};

describe('built images, as other programs encode and decode them', () => {
  for (const [encoding, { program, options }] of Object.entries(encodings)) {
    describeWithTool(program, encoding, () => {
      for (const [title, { elements, pixelData, without = [] }] of Object.entries(built)) {
        if (without.includes(encoding)) continue;
        test(title, async () => {
          const folder = temporaryDirectory();
          const [native, encoded] = [path.join(folder, 'native.dcm'), path.join(folder, 'encoded.dcm')];
          writeFileSync(native, buildInstance({ elements, pixelData }));
          execFileSync(program, [...options, native, encoded], { stdio: 'ignore' });
          const object = readFileSync(encoded);
          await expectEqual({ object, index: indexOf(object) });
        });
      }
    });
  }

  describeWithTool('dcmcrle', 'RLE', () => {
    test('32 bits: what is encoded comes back', async () => {
      const folder = temporaryDirectory();
      const [native, encoded] = [path.join(folder, 'native.dcm'), path.join(folder, 'encoded.dcm')];
      const pixelData = walk(pixels, 4, 32, false);
      writeFileSync(native, buildInstance({ elements: { ...size, ...bits(32, 32, 0) }, pixelData }));
      execFileSync('dcmcrle', [native, encoded], { stdio: 'ignore' });
      const object = readFileSync(encoded);
      const { samples } = await decoded(object, indexOf(object), 1);
      expect(differences(samples, new Uint32Array(pixelData.buffer))).toEqual([]);
    });
  });
});

describeWithTool(
  'opj_decompress',
  'signed samples of eight bits and less, encoded here and decoded by OpenJPEG',
  () => {
    const eachUID = [Uid.JPEG2000Lossless, Uid.HTJ2KLossless, Uid.HTJ2KLosslessRPCL];
    test.each(eachUID.flatMap((uid) => [8, 7, 5].map((BitsStored) => ({ uid, BitsStored }))))(
      '$uid with $BitsStored bits',
      async ({ uid, BitsStored }) => {
        const samples = new Int8Array(walk(pixels, 1, BitsStored, true).buffer);
        const elements = { ...size, ...bits(8, BitsStored, 1) };
        const index = indexOf(buildInstance({ elements, pixelData: new Uint8Array(samples.buffer) }));
        const image = index.image!;
        const codestream = await encodeFrame({ ...image, samples }, image, { transferSyntaxUID: uid });
        expect((await decodeFrame(codestream, image, { transferSyntaxUID: uid })).samples).toEqual(samples);
        const [folder, name] = [temporaryDirectory(), 'frame'];
        writeFileSync(path.join(folder, `${name}.j2k`), codestream);
        execFileSync('opj_decompress', ['-quiet', '-i', `${name}.j2k`, '-o', `${name}.rawl`], { cwd: folder });
        // OpenJPEG writes the bits of the sample alone, without extending its sign.
        const cells = Int8Array.from(
          readFileSync(path.join(folder, `${name}.rawl`)),
          (cell) => (cell << (32 - BitsStored)) >> (32 - BitsStored),
        );
        expect(cells).toEqual(samples);
      },
    );
  },
);

describe('signed samples of eight bits, encoded with loss', () => {
  test.each([Uid.JPEG2000, Uid.HTJ2K])('%s stays within 4 levels of a wave', async (uid) => {
    const [Rows, Columns] = [64, 64];
    const samples = Int8Array.from({ length: Rows * Columns }, (_, i) => Math.round(100 * Math.sin(i / 200)));
    const elements = { Rows, Columns, ...bits(8, 8, 1) };
    const image = indexOf(buildInstance({ elements, pixelData: new Uint8Array(samples.buffer) })).image!;
    const codestream = await encodeFrame({ ...image, samples }, image, { transferSyntaxUID: uid });
    const back = await decodeFrame(codestream, image, { transferSyntaxUID: uid });
    expect(greatestDifference(back.samples, samples)).toBeLessThanOrEqual(4);
  });
});

interface ObjectToDecode {
  readonly object: Buffer;
  readonly index: InstanceIndex;
}

async function corpusObject(file: string): Promise<ObjectToDecode> {
  const { object } = await identifiedObject(readFileSync(corpusPath(file)), 1);
  return { object, index: indexOf(object) };
}

function indexOf(object: Uint8Array): InstanceIndex {
  const indexed = indexInstance(memorySource(object));
  if (!indexed.ok) throw new Error(indexed.detail);
  return indexed.index;
}

function frameAt(object: Uint8Array, { frames }: InstanceIndex, frameNumber: number): Uint8Array {
  const { offset, length } = frameRange(frames!, frameNumber)!;
  return frameBytes(frames!, frameNumber, object.subarray(offset, offset + length));
}

async function decoded(object: Uint8Array, index: InstanceIndex, frameNumber: number): Promise<PixelFrame> {
  const { TransferSyntaxUID: transferSyntaxUID } = index;
  return decodeFrame(frameAt(object, index, frameNumber), index.image!, { transferSyntaxUID });
}

/** Every sample of the first, the middle and the last frame is what another program says it is. */
async function expectEqual({ object, index }: ObjectToDecode): Promise<void> {
  const theirs = await decodedElsewhere(object, temporaryDirectory(), 'object');
  if (theirs === undefined) throw new Error('No independent program decodes it.');
  const count = frameCount(index.frames!);
  for (const number of new Set([1, Math.ceil(count / 2), count])) {
    const { samples, PhotometricInterpretation } = await decoded(object, index, number);
    expect(PhotometricInterpretation, theirs.by).toBe(theirs.PhotometricInterpretation);
    const expected = frameOf(theirs, samples.length, number, index.image!.PixelRepresentation === 1);
    expect(differences(samples, expected), `frame ${number} by ${theirs.by}`).toEqual([]);
  }
}

function frameOf(
  { octets, BitsAllocated }: DecodedPixels,
  samples: number,
  frameNumber: number,
  isSigned: boolean,
): ArrayLike<number> {
  const length = (samples * BitsAllocated) / 8;
  const { buffer } = Uint8Array.from(octets.subarray((frameNumber - 1) * length, frameNumber * length));
  if (BitsAllocated === 8) return isSigned ? new Int8Array(buffer) : new Uint8Array(buffer);
  if (BitsAllocated === 16) return isSigned ? new Int16Array(buffer) : new Uint16Array(buffer);
  return isSigned ? new Int32Array(buffer) : new Uint32Array(buffer);
}

/** The first few places where samples differ. */
function differences(ours: ArrayLike<number>, theirs: ArrayLike<number>): readonly string[] {
  const found: string[] = ours.length === theirs.length ? [] : [`${ours.length} samples, not ${theirs.length}`];
  for (let i = 0; i < theirs.length && found.length < 5; i++)
    if (ours[i] !== theirs[i]) found.push(`${i}: ${ours[i]}, not ${theirs[i]}`);
  return found;
}

function greatestDifference(ours: ArrayLike<number>, theirs: ArrayLike<number>): number {
  let greatest = 0;
  for (let i = 0; i < theirs.length; i++) greatest = Math.max(greatest, Math.abs(ours[i]! - theirs[i]!));
  return greatest;
}
