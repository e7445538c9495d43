import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import sharp, { type JpegOptions } from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildInstance, testUID } from '../../support/dicom-builder.ts';
import { requirement } from '../../support/requirement.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { describeWithTool } from '../../support/tool.ts';

const series = `/studies/${testUID(1)}/series/${testUID(1, 1)}`;
const instance = (number: number): string => `${series}/instances/${testUID(1, 1, number)}/rendered`;
const [gray, color, stored, windowed, progressive] = [1, 2, 3, 4, 5].map(instance) as [
  string,
  string,
  string,
  string,
  string,
];

const width = 64;
const height = 48;
const grays = Uint8Array.from({ length: width * height }, (_, i) => (((i * 7) % 64) + Math.floor(i / 64) * 3) % 256);
const colors = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 5) % 256);

/** A JPEG file with all that a camera may have said in it, of which nothing may come out again. */
async function photograph(options: JpegOptions): Promise<Buffer> {
  return sharp(colors, { raw: { width, height, channels: 3 } })
    .withExif({ IFD0: { Artist: 'Doe^Jane' } })
    .withIccProfile('srgb')
    .jpeg({ quality: 80, ...options })
    .toBuffer();
}

let server: TestServer;
let photo: Buffer;

beforeAll(async () => {
  photo = await photograph({});
  const size = { Rows: height, Columns: width };
  const rgb = { SamplesPerPixel: 3, PlanarConfiguration: 0 };
  const jpeg = (number: number, octets: Buffer, more = {}) =>
    buildInstance({
      transferSyntax: '1.2.840.10008.1.2.4.50',
      pixelData: { fragments: [octets] },
      elements: {
        SOPInstanceUID: testUID(1, 1, number),
        InstanceNumber: number,
        ...size,
        ...rgb,
        PhotometricInterpretation: 'YBR_FULL_422',
        ...more,
      },
    });
  const grayPhoto = await sharp(grays, { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .jpeg()
    .toBuffer();
  server = await startServer();
  await server.store(
    buildInstance({ pixelData: grays, elements: { SOPInstanceUID: testUID(1, 1, 1), ...size } }),
    buildInstance({
      pixelData: colors,
      elements: { SOPInstanceUID: testUID(1, 1, 2), ...size, ...rgb, PhotometricInterpretation: 'RGB' },
    }),
    jpeg(3, photo),
    jpeg(4, grayPhoto, {
      SamplesPerPixel: 1,
      PhotometricInterpretation: 'MONOCHROME2',
      WindowCenter: '128',
      WindowWidth: '64',
    }),
    jpeg(5, await photograph({ progressive: true })),
  );
});
afterAll(() => server.close());

async function octetsOf(target: string, accept: string): Promise<Buffer> {
  const response = await server.get(target, accept);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe(accept);
  return Buffer.from(await response.arrayBuffer());
}

/** Markers of a JPEG stream up to its first scan, and the length of each segment. */
function markersOf(stream: Buffer): readonly number[] {
  const markers: number[] = [];
  for (let at = 2; at < stream.length; at += 2 + stream.readUInt16BE(at + 2)) {
    markers.push(stream[at + 1]!);
    if (stream[at + 1] === 0xda) break;
  }
  return markers;
}

const [SOF0, SOS, APP0, COM] = [0xc0, 0xda, 0xe0, 0xfe];

describe('Rendered Media Types of images (PS3.18 Sup174 Table 6.1.1-3)', () => {
  requirement(
    ['R-001-073', 'R-001-086'],
    'image/jpeg is baseline: one start of frame, SOF0, of eight bits, and one scan, whatever the image and the quality',
    async () => {
      for (const target of [gray, color, stored, windowed, progressive]) {
        for (const query of ['', '?quality=1', '?quality=100', '?viewport=17,13']) {
          const stream = await octetsOf(target + query, 'image/jpeg');
          const markers = markersOf(stream);
          const frames = markers.filter((it) => it >= 0xc0 && it <= 0xcf && it !== 0xc4);
          expect(frames, target + query).toEqual([SOF0]);
          expect(stream[stream.indexOf(Buffer.from([0xff, SOF0])) + 4]).toBe(8);
          expect(markers.filter((it) => it === SOS)).toHaveLength(1);
        }
      }
    },
  );

  test('no rendered image says more than its pixels: no profile, no comment, no name', async () => {
    for (const target of [gray, color, stored, windowed, progressive]) {
      const stream = await octetsOf(target, 'image/jpeg');
      const said = markersOf(stream).filter((it) => (it >= APP0 && it <= 0xef) || it === COM);
      // JFIF, or the Adobe segment that says what the components are.
      expect(said.every((it) => it === APP0 || it === 0xee)).toBe(true);
      for (const mediaType of ['image/jpeg', 'image/png', 'image/gif', 'image/jp2', 'image/webp']) {
        const octets = await octetsOf(target, mediaType);
        expect(octets.includes('Doe^Jane')).toBe(false);
        expect(octets.includes('ICC')).toBe(false);
        expect(octets.includes('EXIF')).toBe(false);
      }
    }
  });

  requirement('R-001-302', 'a baseline JPEG that nothing changes is sent as it is stored', async () => {
    const sent = await octetsOf(stored, 'image/jpeg');
    const scanOf = (stream: Buffer): Buffer => stream.subarray(stream.indexOf(Buffer.from([0xff, SOS])));
    expect(scanOf(sent).equals(scanOf(photo))).toBe(true);
    const [ours, theirs] = await Promise.all([sent, photo].map((it) => sharp(it).removeAlpha().raw().toBuffer()));
    expect(ours!.equals(theirs!)).toBe(true);
    // Its own window has to be applied to this one.
    const shown = await sharp(await octetsOf(windowed, 'image/jpeg'))
      .raw()
      .toBuffer();
    expect(Math.max(...shown)).toBeGreaterThan(240);
    expect((await octetsOf(`${stored}?quality=1`, 'image/jpeg')).length).toBeLessThan(sent.length);
  });

  requirement(
    ['R-001-074', 'R-001-075', 'R-001-300'],
    'image/png and a grey image/gif are exact, whatever the quality',
    async () => {
      for (const query of ['', '?quality=1']) {
        const png = await sharp(await octetsOf(gray + query, 'image/png'))
          .toColourspace('b-w')
          .raw()
          .toBuffer();
        expect(Buffer.compare(png, grays)).toBe(0);
        const gif = await sharp(await octetsOf(gray + query, 'image/gif'))
          .toColourspace('b-w')
          .raw()
          .toBuffer();
        expect(Buffer.compare(gif, grays)).toBe(0);
        const colorPng = await sharp(await octetsOf(color + query, 'image/png'))
          .raw()
          .toBuffer();
        expect(Buffer.compare(colorPng, colors)).toBe(0);
      }
    },
  );

  requirement('R-001-303', 'a higher quality is never smaller', async () => {
    for (const mediaType of ['image/jpeg', 'image/jp2', 'image/webp']) {
      const sizes: number[] = [];
      for (const quality of [1, 10, 50, 90, 100])
        sizes.push((await octetsOf(`${color}?quality=${quality}`, mediaType)).length);
      expect(sizes, mediaType).toEqual(sizes.toSorted((a, b) => a - b));
      expect(sizes[0]).toBeLessThan(sizes[4]!);
    }
  });

  requirement('R-001-076', 'image/jp2 is a file of the boxes that a JP2 file has to have', async () => {
    for (const [target, channels, colorSpace] of [
      [gray, 1, 17],
      [color, 3, 16],
    ] as const) {
      const file = await octetsOf(target, 'image/jp2');
      expect(file.subarray(0, 12)).toEqual(Buffer.from('0000000c6a5020200d0a870a', 'hex'));
      expect(file.subarray(16, 24).toString('latin1')).toBe('ftypjp2 ');
      const header = file.indexOf('ihdr') + 4;
      expect([file.readUInt32BE(header), file.readUInt32BE(header + 4)]).toEqual([height, width]);
      expect([file.readUInt16BE(header + 8), file[header + 10]]).toEqual([channels, 7]);
      expect(file.readUInt32BE(file.indexOf('colr') + 7)).toBe(colorSpace);
      const codestream = file.indexOf('jp2c') + 4;
      expect(file.readUInt16BE(codestream)).toBe(0xff4f);
      expect(file.readUInt32BE(codestream - 8)).toBe(file.length - codestream + 8);
    }
  });

  describeWithTool('opj_decompress', 'image/jp2 and OpenJPEG', () => {
    /** Pixels of a file as OpenJPEG reads it. */
    const decoded = async (query: string): Promise<{ readonly octets: Buffer; readonly pixels: Buffer }> => {
      const folder = mkdtempSync(path.join(os.tmpdir(), 'fiducial-jp2-'));
      try {
        const octets = await octetsOf(color + query, 'image/jp2');
        writeFileSync(path.join(folder, 'image.jp2'), octets);
        const args = ['-i', path.join(folder, 'image.jp2'), '-o', path.join(folder, 'image.ppm')];
        execFileSync('opj_decompress', args, { stdio: 'ignore' });
        const ppm = readFileSync(path.join(folder, 'image.ppm'));
        return { octets, pixels: ppm.subarray(ppm.length - width * height * 3) };
      } finally {
        rmSync(folder, { recursive: true });
      }
    };

    requirement('R-001-297', 'nothing is lost without quality and at 100, and something below', async () => {
      for (const query of ['', '?quality=100']) expect(Buffer.compare((await decoded(query)).pixels, colors)).toBe(0);
      const { octets, pixels } = await decoded('?quality=20');
      expect(octets.length).toBeLessThan((await decoded('')).octets.length / 2);
      const worst = pixels.reduce((most, level, i) => Math.max(most, Math.abs(level - colors[i]!)), 0);
      expect(worst).toBeGreaterThan(0);
    });
  });

  requirement('R-001-088', 'image/webp is offered beside the table, and comes after it', async () => {
    const { data, info } = await sharp(await octetsOf(color, 'image/webp'))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width, height, channels: 3 });
    expect(data).toHaveLength(width * height * 3);
    const tie = await server.get(gray, 'image/*');
    expect(tie.headers.get('content-type')).toBe('image/jpeg');
  });
});

describeWithTool('opj_decompress', 'image/jp2 against OpenJPEG', () => {
  test('grey and colour are lossless', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'fiducial-'));
    try {
      for (const [name, target, pixels, extension] of [
        ['gray', gray, grays, 'pgm'],
        ['color', color, colors, 'ppm'],
      ] as const) {
        const file = path.join(folder, `${name}.jp2`);
        writeFileSync(file, await octetsOf(target, 'image/jp2'));
        execFileSync('opj_decompress', ['-i', file, '-o', path.join(folder, `${name}.${extension}`)], {
          stdio: 'ignore',
        });
        const decoded = readFileSync(path.join(folder, `${name}.${extension}`));
        expect(Buffer.compare(decoded.subarray(decoded.length - pixels.length), pixels)).toBe(0);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('Rendered results that are kept', () => {
  test('the same request gets the same octets, from a file under the data folder too', async () => {
    const target = `${gray}?window=100,50,linear`;
    const first = await octetsOf(target, 'image/png');
    expect((await octetsOf(target, 'image/png')).equals(first)).toBe(true);
    const cache = path.join(server.dataDir, 'cache');
    const isWritten = () => readdirSync(cache).some((name) => name.startsWith('results-'));
    await expect.poll(isWritten, { timeout: 10_000 }).toBe(true);
  });

  test('requests at the same time all have their answer', async () => {
    const answers = await Promise.all(
      Array.from({ length: 24 }, () => octetsOf(`${color}?viewport=300,300`, 'image/png')),
    );
    expect(new Set(answers.map((it) => it.toString('base64'))).size).toBe(1);
  });
});
