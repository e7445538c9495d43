import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { decodeReversible } from '../../../src/codecs/jpeg-2000/reversible-decoder.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { describeWithTool } from '../../support/tool.ts';

interface Picture {
  readonly width: number;
  readonly height: number;
  readonly components: 1 | 3;
  readonly most: number;
}

/** Odd sides, so that no subband and no code-block is like another. */
const pictures: readonly Picture[] = [
  { width: 200, height: 151, components: 1, most: 4095 },
  { width: 65, height: 130, components: 3, most: 255 },
  { width: 131, height: 66, components: 1, most: 255 },
  { width: 90, height: 70, components: 1, most: 65535 },
];

/** Too small for more than the transform's first step, or for any. */
const smallPictures: readonly Picture[] = [
  { width: 1, height: 7, components: 1, most: 255 },
  { width: 9, height: 1, components: 3, most: 255 },
  { width: 1, height: 1, components: 1, most: 4095 },
  { width: 3, height: 2, components: 1, most: 65535 },
];

/** What a codestream of the kind that is decoded here may be like: options of opj_compress. */
const reversible: readonly string[] = [
  '',
  '-p RLCP',
  '-p RPCL -c [64,64],[32,32]',
  '-p PCRL -c [64,64],[64,64] -n 4',
  '-p CPRL -c [128,128]',
  '-b 32,32',
  '-b 16,64',
  '-b 4,4 -n 2',
  '-b 1024,4',
  '-SOP -EPH',
  '-n 1',
  '-n 7',
  '-TP R -p RLCP',
  '-PLT',
];

/** Layers of which none is the whole: coefficients are not known to their last bit. */
const incomplete: readonly string[] = ['-r 8,4,2', '-r 20,5 -p RPCL -c [64,64]', '-r 9 -SOP -EPH'];

/** What is left to the library: styles of code-blocks, tiles, offsets, the irreversible transform. */
const ofOtherKinds: readonly string[] = ['-M 1', '-M 2', '-M 4', '-M 8', '-M 32', '-t 64,64', '-d 3,5', '-I'];

describeWithTool('opj_compress', 'reversible JPEG 2000 (ISO/IEC 15444-1)', () => {
  for (const picture of pictures) {
    const { width, height, components, most } = picture;
    describe(`${width} x ${height}, ${components} components up to ${most}`, () => {
      test.each(reversible)('opj_compress %s: every sample comes back', (options) => {
        const { source, codestream } = compressed(picture, options);
        expect(decodeReversible(codestream, () => 0)?.octets).toEqual(source);
      });

      test.each(incomplete)('opj_compress %s: as opj_decompress decodes it', (options) => {
        const { codestream } = compressed(picture, options);
        expect(decodeReversible(codestream, () => 0)?.octets).toEqual(decompressed(codestream, components, 0));
      });

      test.each([1, 2, 5])('halved %i times: as opj_decompress decodes it', (halvings) => {
        const { codestream } = compressed(picture, '-n 6');
        const decoded = decodeReversible(codestream, () => halvings);
        expect(decoded?.halvings).toBe(halvings);
        expect(decoded?.octets).toEqual(decompressed(codestream, components, halvings));
      });
    });
  }

  test.each(smallPictures)('$width x $height of $components components: every sample comes back', (picture) => {
    const { source, codestream } = compressed(picture, Math.min(picture.width, picture.height) > 1 ? '-n 2' : '-n 1');
    expect(decodeReversible(codestream, () => 0)?.octets).toEqual(source);
  });

  test.each(ofOtherKinds)('opj_compress %s: left to the library', (options) => {
    const { codestream } = compressed(pictures[0]!, options);
    expect(decodeReversible(codestream, () => 0)).toBeUndefined();
  });
});

/** Flat parts, edges and noise: all contexts, and runs. */
function samplesOf({ width, height, components, most }: Picture): readonly number[] {
  let noise = 1;
  return Array.from({ length: width * height * components }, (_, i) => {
    const x = Math.floor(i / components) % width;
    const y = Math.floor(i / components / width);
    noise = (noise * 48271) % 0x7fffffff;
    const isFlat = ((x >> 4) + (y >> 4)) % 3 === 0;
    return isFlat
      ? most >> 1
      : Math.min(most, (((x * 37 + y * 91 + i) % (most + 1)) >> 1) + (noise % ((most >> 2) + 1)));
  });
}

function compressed(picture: Picture, options: string): { source: Uint8Array; codestream: Uint8Array } {
  const { width, height, components, most } = picture;
  const samples = samplesOf(picture);
  const folder = temporaryDirectory();
  const file = path.join(folder, components === 3 ? 'picture.ppm' : 'picture.pgm');
  const bigEndian = Buffer.from(most > 255 ? samples.flatMap((sample) => [sample >> 8, sample & 0xff]) : samples);
  writeFileSync(
    file,
    Buffer.concat([Buffer.from(`P${components === 3 ? 6 : 5}\n${width} ${height}\n${most}\n`), bigEndian]),
  );
  const encoded = path.join(folder, 'picture.j2k');
  execFileSync('opj_compress', ['-i', file, '-o', encoded, ...options.split(' ').filter(Boolean)], { stdio: 'pipe' });
  return { source: littleEndian(bigEndian, most > 255), codestream: readFileSync(encoded) };
}

function decompressed(codestream: Uint8Array, components: number, halvings: number): Uint8Array {
  const folder = temporaryDirectory();
  const file = path.join(folder, 'picture.j2k');
  const decoded = path.join(folder, components === 3 ? 'decoded.ppm' : 'decoded.pgm');
  writeFileSync(file, codestream);
  execFileSync('opj_decompress', ['-i', file, '-o', decoded, '-r', String(halvings)], { stdio: 'pipe' });
  const octets = readFileSync(decoded);
  const header = /^P[56]\s(?:#.*\n)?\d+\s\d+\s(\d+)\s/.exec(octets.toString('latin1', 0, 200))!;
  return littleEndian(octets.subarray(header[0].length), Number(header[1]) > 255);
}

function littleEndian(octets: Buffer, isWide: boolean): Uint8Array {
  return Uint8Array.from(isWide ? Buffer.from(octets).swap16() : octets);
}
