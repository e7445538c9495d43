import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect } from 'vitest';
import { Tag } from '../../../generated/dictionary.ts';
import { transferSyntaxOf, TransferSyntaxUID as Uid } from '../../../src/dicom/transfer-syntax.ts';
import { corpusPath, describeCorpus, hasCorpus } from '../../support/corpus.ts';
import { type IdentifiedObject, identifiedObject } from '../../support/identified-object.ts';
import { partsOfResponse } from '../../support/multipart.ts';
import { requirement } from '../../support/requirement.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { describeWithTool } from '../../support/tool.ts';
import { type DecodedPixels, decodedElsewhere, pixelsOf, readObject } from './independent-decoder.ts';

/** Transfer syntaxes to ask for, and by how much samples may differ from the native ones on average, in parts of their range. */
const targets: Readonly<Record<string, number>> = {
  [Uid.ImplicitVRLittleEndian]: 0,
  [Uid.ExplicitVRBigEndian]: 0,
  [Uid.RLELossless]: 0,
  [Uid.JPEGLossless]: 0,
  [Uid.JPEGLosslessSV1]: 0,
  [Uid.JPEGLSLossless]: 0,
  [Uid.JPEG2000Lossless]: 0,
  [Uid.HTJ2KLossless]: 0,
  [Uid.HTJ2KLosslessRPCL]: 0,
  [Uid.JPEGBaseline8Bit]: 0.02,
  [Uid.JPEGLSNearLossless]: 0.01,
  [Uid.JPEG2000]: 0.02,
  [Uid.HTJ2K]: 0.02,
};

/** What integer grayscale of 8 to 16 bits goes into without loss. */
const always = Object.keys(targets).filter((uid) => targets[uid] === 0);

/** Of objects with more pixel data than this, in bytes, only some are asked for: others of one object than of the next. */
const largePixelData = 2_000_000;
const somePixelData = 200_000;

function targetsOf(number: number, pixelData: number): readonly string[] {
  if (pixelData > largePixelData) return [Uid.RLELossless, Uid.JPEGLSLossless];
  const all = Object.keys(targets);
  return pixelData > somePixelData ? all.filter((_, place) => place % 3 === number % 3) : all;
}

/** Images left out, and why. */
const leftOut: Readonly<Record<string, string>> = {
  'image/J2K_pixelrep_mismatch.dcm':
    'its codestream is signed and its Pixel Representation is not: GDCM goes by the codestream, we by the attribute',
  'image/SC_ybr_full_422_uncompressed.dcm': 'native it has half of the chrominance that every encoded form has',
};

/** Targets left out of an image, and why. */
const leftOutTargets: Readonly<Record<string, readonly string[]>> = {
  // Compressing with loss does not keep the overlay in the unused bits of its samples.
  'image/sc_embedded_overlay.dcm': [Uid.JPEGLSNearLossless, Uid.JPEG2000, Uid.HTJ2K],
};

const images = hasCorpus
  ? [
      ...readdirSync(corpusPath('image')).map((name) => `image/${name}`),
      'series-ct/ct_0267.dcm',
      'seg/liver_1frame.dcm',
      'seg/liver_deflate.dcm',
      'seg/23x38x3_seg.dcm',
      'seg/23x38x3_legacy_enhanced_ct.dcm',
    ].filter((image) => !Object.hasOwn(leftOut, image))
  : [];

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

async function retrieved({ target }: IdentifiedObject, uid: string): Promise<Buffer | undefined> {
  const response = await server.get(target, `multipart/related; type="application/dicom"; transfer-syntax=${uid}`);
  if (response.status === 406) {
    expect(await response.json()).toHaveProperty('detail');
    return undefined;
  }
  expect(response.status, uid).toBe(200);
  return (await partsOfResponse(response))[0]!.content;
}

/** Average difference of two samples, in parts of the range of Bits Stored; 0 only for what is equal octet by octet. */
function difference(one: DecodedPixels, other: DecodedPixels, BitsStored: number, isSigned: boolean): number {
  if (one.octets.equals(other.octets)) return 0;
  expect(one.octets.length, `${one.by} and ${other.by}`).toBe(other.octets.length);
  const width = one.BitsAllocated / 8;
  if (!Number.isInteger(width)) return 1;
  let sum = 0;
  const [a, b] = [one, other].map(({ octets }) => samplesOf(octets, width, isSigned)) as [
    ArrayLike<number>,
    ArrayLike<number>,
  ];
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i]! - b[i]!);
  return sum / a.length / (2 ** BitsStored - 1);
}

function samplesOf(octets: Buffer, width: number, isSigned: boolean): ArrayLike<number> {
  const { buffer } = Uint8Array.from(octets);
  if (width === 1) return isSigned ? new Int8Array(buffer) : new Uint8Array(buffer);
  if (width === 2) return isSigned ? new Int16Array(buffer) : new Uint16Array(buffer);
  return isSigned ? new Int32Array(buffer) : new Uint32Array(buffer);
}

describeCorpus('every image in every transfer syntax', () => {
  describeWithTool('gdcmconv', 'as DCMTK, GDCM and OpenJPEG decode it', () => {
    for (const [number, image] of images.entries()) {
      requirement(['R-000-013', 'R-001-241'], image, () => checkImage(image, number + 1));
    }
  });
});

async function checkImage(image: string, number: number): Promise<void> {
  const folder = temporaryDirectory();
  const source = await identifiedObject(readFileSync(corpusPath(image)), number);
  await server.store(source.object);
  const { dataSet } = readObject(source.object);
  const BitsStored = dataSet.number(Tag.BitsStored) ?? 8;
  const isSigned = dataSet.number(Tag.PixelRepresentation) === 1;
  const wasLossy = transferSyntaxOf(source.TransferSyntaxUID)?.lossless === false;

  const nativeObject = await retrieved(source, Uid.ExplicitVRLittleEndian);
  if (nativeObject === undefined) throw new Error('It cannot be decoded.');
  const native = pixelsOf(readObject(nativeObject), 'Fiducial');
  const reference = await decodedElsewhere(source.object, folder, `source-${number}`);
  if (reference !== undefined && reference.PhotometricInterpretation === native.PhotometricInterpretation) {
    const most = wasLossy ? 0.01 : 0;
    expect(difference(native, reference, BitsStored, isSigned), `source by ${reference.by}`).toBeLessThanOrEqual(most);
  }

  const uids = targetsOf(number, native.octets.length);
  const refused: string[] = [];
  for (const uid of uids) {
    if (uid === source.TransferSyntaxUID || leftOutTargets[image]?.includes(uid) === true) continue;
    const object = await retrieved(source, uid);
    if (object === undefined) {
      refused.push(uid);
      continue;
    }
    checkAttributes(object, uid, wasLossy);
    const decoded = await decodedElsewhere(object, folder, `target-${number}-${uid}`);
    expect(decoded, `no independent program decodes ${uid}`).toBeDefined();
    const label = `${uid} by ${decoded!.by}`;
    const expected = inBitsOf(native, decoded!.BitsAllocated);
    expect(difference(expected, decoded!, BitsStored, isSigned), label).toBeLessThanOrEqual(targets[uid]!);
  }
  const isPlain = dataSet.number(Tag.SamplesPerPixel) !== 3 && [8, 16].includes(native.BitsAllocated);
  if (isPlain) expect(refused.filter((uid) => always.includes(uid))).toEqual([]);
}

/** Eight bits or fewer that JPEG Baseline takes out of cells of sixteen. */
function inBitsOf(pixels: DecodedPixels, BitsAllocated: number): DecodedPixels {
  if (pixels.BitsAllocated !== 16 || BitsAllocated !== 8) return pixels;
  return { ...pixels, BitsAllocated, octets: Buffer.from(pixels.octets.filter((_, i) => i % 2 === 0)) };
}

function checkAttributes(object: Buffer, uid: string, wasLossy: boolean): void {
  const { dataSet, transferSyntax } = readObject(object);
  expect(transferSyntax.uid).toBe(uid);
  const isLossy = targets[uid]! > 0;
  if (isLossy || wasLossy) expect(dataSet.text(Tag.LossyImageCompression), uid).toBe('01');
  if (isLossy) {
    const ratios = dataSet.numbers(Tag.LossyImageCompressionRatio);
    expect(ratios.at(-1), uid).toBeGreaterThan(0);
    expect(dataSet.texts(Tag.LossyImageCompressionMethod).length, uid).toBeGreaterThan(0);
  }
  if (dataSet.number(Tag.SamplesPerPixel) === 3 && transferSyntax.family !== 'native') {
    expect(dataSet.number(Tag.PlanarConfiguration), uid).toBe(0);
  }
  expect(dataSet.number(Tag.HighBit), uid).toBeLessThan(dataSet.number(Tag.BitsAllocated)!);
}
