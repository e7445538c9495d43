import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { Tag } from '../../../generated/dictionary.ts';
import { memorySource } from '../../../src/dicom/byte-source.ts';
import { type FrameIndex, frameBytes, frameCount, frameRange } from '../../../src/dicom/frame-index.ts';
import { indexInstance } from '../../../src/dicom/instance-index.ts';
import { type Part10, readPart10 } from '../../../src/dicom/part10.ts';
import { type TransferSyntax, TransferSyntaxUID } from '../../../src/dicom/transfer-syntax.ts';

const run = promisify(execFile);

/** A program that takes longer than this, in milliseconds, does not read the object. */
const timeout = 10_000;

/** Pixels as another program sees them: samples interleaved by pixel, little endian, in cells of Bits Allocated. */
export interface DecodedPixels {
  readonly by: string;
  readonly PhotometricInterpretation: string;
  readonly BitsAllocated: number;
  readonly octets: Buffer;
}

type Family = TransferSyntax['family'];

/** Programs that write an object in Explicit VR Little Endian, the first one tried first. */
const decoders: Readonly<Partial<Record<Family, readonly (readonly [program: string, ...options: string[]])[]>>> = {
  native: [['dcmconv', '+te']],
  rle: [
    ['dcmdrle', '+te'],
    ['gdcmconv', '--raw'],
  ],
  jpeg: [
    ['dcmdjpeg', '+te'],
    ['gdcmconv', '--raw'],
  ],
  'jpeg-lossless': [
    ['dcmdjpeg', '+te', '+cl'],
    ['gdcmconv', '--raw'],
  ],
  'jpeg-ls': [
    ['dcmdjpls', '+te'],
    ['gdcmconv', '--raw'],
  ],
  'jpeg-2000': [['gdcmconv', '--raw']],
};

/** Decodes an object by a program that is not ours; undefined where none that is installed can. */
export async function decodedElsewhere(
  object: Buffer,
  folder: string,
  name: string,
): Promise<DecodedPixels | undefined> {
  const file = path.join(folder, `${name}.dcm`);
  writeFileSync(file, object);
  const part10 = readObject(object);
  for (const [program, ...options] of decoders[part10.transferSyntax.family] ?? []) {
    const native = `${file}.native`;
    try {
      await run(program, [...options, file, native], { timeout });
      return pixelsOf(readObject(readFileSync(native)), program);
    } catch {
      // Not every program reads every object; the next one may.
    }
  }
  const { family } = part10.transferSyntax;
  return family === 'htj2k' || family === 'jpeg-2000' ? await decodedByOpenJPEG(object, part10, file) : undefined;
}

export function readObject(object: Uint8Array): Part10 {
  const parsed = readPart10(memorySource(object));
  if (!parsed.ok) throw new Error(parsed.detail);
  return parsed.part10;
}

/** Native pixels of an object in Explicit VR Little Endian. */
export function pixelsOf({ dataSet, transferSyntax }: Part10, by: string): DecodedPixels {
  if (transferSyntax.uid !== TransferSyntaxUID.ExplicitVRLittleEndian) throw new Error(`${by} decoded nothing`);
  const BitsAllocated = dataSet.number(Tag.BitsAllocated) ?? 8;
  const value = Buffer.from(dataSet.bytes(Tag.PixelData) ?? []);
  const SamplesPerPixel = dataSet.number(Tag.SamplesPerPixel) ?? 1;
  const pixels = (dataSet.number(Tag.Rows) ?? 0) * (dataSet.number(Tag.Columns) ?? 0);
  const count = Number(dataSet.text(Tag.NumberOfFrames) ?? 1);
  const PhotometricInterpretation = dataSet.text(Tag.PhotometricInterpretation) ?? '';
  const samples = PhotometricInterpretation.endsWith('_422') ? 2 : SamplesPerPixel;
  const whole = value.subarray(0, Math.ceil((pixels * samples * count * BitsAllocated) / 8));
  const isPlanar = SamplesPerPixel > 1 && dataSet.number(Tag.PlanarConfiguration) === 1;
  return {
    by,
    PhotometricInterpretation,
    BitsAllocated,
    octets: isPlanar ? interleaved(whole, pixels, SamplesPerPixel, BitsAllocated / 8) : whole,
  };
}

/** Frames of colour planes as frames of colours by pixel. */
function interleaved(planes: Buffer, pixels: number, samples: number, width: number): Buffer {
  const octets = Buffer.alloc(planes.length);
  const frameLength = pixels * samples * width;
  for (let frame = 0; frame + frameLength <= planes.length; frame += frameLength) {
    for (let sample = 0; sample < samples; sample++) {
      let from = frame + sample * pixels * width;
      let to = frame + sample * width;
      for (let pixel = 0; pixel < pixels; pixel++, to += samples * width) {
        for (let octet = 0; octet < width; octet++) octets[to + octet] = planes[from++]!;
      }
    }
  }
  return octets;
}

/** Every frame of an object as OpenJPEG decodes its codestream: components one after the other, in 8 or 16 bits. */
async function decodedByOpenJPEG(
  object: Buffer,
  { dataSet }: Part10,
  file: string,
): Promise<DecodedPixels | undefined> {
  const indexed = indexInstance(memorySource(object));
  if (!indexed.ok || indexed.index.frames === undefined || indexed.index.image === undefined) return undefined;
  const { frames, image } = indexed.index;
  const pixels = image.Rows * image.Columns;
  const decoded: Buffer[] = [];
  for (const codestream of codestreamsOf(object, frames)) {
    writeFileSync(`${file}.j2k`, codestream);
    try {
      await run('opj_decompress', ['-quiet', '-i', `${file}.j2k`, '-o', `${file}.rawl`], { timeout });
    } catch {
      return undefined;
    }
    const raw = readFileSync(`${file}.rawl`);
    const width = raw.length / (pixels * image.SamplesPerPixel);
    const byPixel = image.SamplesPerPixel === 1 ? raw : interleaved(raw, pixels, image.SamplesPerPixel, width);
    decoded.push(inCells(byPixel, width, image.BitsAllocated / 8, image.PixelRepresentation === 1));
  }
  const PhotometricInterpretation = dataSet.text(Tag.PhotometricInterpretation) ?? '';
  return {
    by: 'opj_decompress',
    PhotometricInterpretation: PhotometricInterpretation.replace(/^YBR_(RCT|ICT)$/, 'RGB'),
    BitsAllocated: image.BitsAllocated,
    octets: Buffer.concat(decoded),
  };
}

function* codestreamsOf(object: Buffer, frames: FrameIndex): Generator<Uint8Array> {
  for (let number = 1; number <= frameCount(frames); number++) {
    const { offset, length } = frameRange(frames, number)!;
    yield frameBytes(frames, number, object.subarray(offset, offset + length));
  }
}

/** Samples of one width in cells of another, signs extended. */
function inCells(octets: Buffer, width: number, cell: number, isSigned: boolean): Buffer {
  if (width === cell) return octets;
  const count = octets.length / width;
  const cells = Buffer.alloc(count * cell);
  for (let i = 0; i < count; i++) {
    const value = isSigned ? octets.readIntLE(i * width, width) : octets.readUIntLE(i * width, width);
    if (isSigned) cells.writeIntLE(value, i * cell, cell);
    else cells.writeUIntLE(value, i * cell, cell);
  }
  return cells;
}
