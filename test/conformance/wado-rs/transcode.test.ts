import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { Tag } from '../../../generated/dictionary.ts';
import { memorySource } from '../../../src/dicom/byte-source.ts';
import { type Part10, readPart10 } from '../../../src/dicom/part10.ts';
import { TransferSyntaxUID as Uid } from '../../../src/dicom/transfer-syntax.ts';
import { type BuiltElements, buildInstance, testUID } from '../../support/dicom-builder.ts';
import { partsOfResponse } from '../../support/multipart.ts';
import { requirement } from '../../support/requirement.ts';
import { startServer, storeInstances, type TestServer } from '../../support/server.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { describeWithTool } from '../../support/tool.ts';
import { entriesOf } from '../../support/zip-reader.ts';

const dicom = 'multipart/related; type="application/dicom"';
const octets = 'multipart/related; type="application/octet-stream"';
const columns = 40;
const rows = 24;

interface Image {
  readonly title: string;
  readonly frames: readonly Buffer[];
  readonly elements: BuiltElements;
}

/** A slope with a little noise, the same in every run. */
function slope(samples: number, range: number, seed: number): readonly number[] {
  return Array.from(
    { length: samples },
    (_, i) => (Math.floor(i / 3) * 5 + ((i * 7919 + seed * 104_729) % 23)) % range,
  );
}

function words(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  for (const [i, value] of values.entries()) bytes.writeUInt16LE(value & 0xffff, i * 2);
  return bytes;
}

const size = { Rows: rows, Columns: columns } as const;

const images: readonly Image[] = [
  {
    title: '8 bits',
    frames: [Buffer.from(slope(rows * columns, 256, 1))],
    elements: size,
  },
  {
    title: '12 bits of 16, three frames',
    frames: [1, 2, 3].map((seed) => words(slope(rows * columns, 4096, seed))),
    elements: { ...size, BitsAllocated: 16, BitsStored: 12, HighBit: 11, NumberOfFrames: '3' },
  },
  {
    title: '16 bits signed',
    frames: [words(slope(rows * columns, 65_536, 5).map((value) => value - 32_768))],
    elements: { ...size, BitsAllocated: 16, BitsStored: 16, HighBit: 15, PixelRepresentation: 1 },
  },
  {
    title: 'RGB',
    frames: [Buffer.from(slope(rows * columns * 3, 256, 9))],
    elements: { ...size, SamplesPerPixel: 3, PhotometricInterpretation: 'RGB', PlanarConfiguration: 0 },
  },
];

const lossless = {
  RLE: Uid.RLELossless,
  JPEG: Uid.JPEGLosslessSV1,
  JPEG14: Uid.JPEGLossless,
  JPEGLS: Uid.JPEGLSLossless,
  JPEG2000: Uid.JPEG2000Lossless,
  HTJ2K: Uid.HTJ2KLossless,
};

let server: TestServer;
/** Reads what the first one wrote: an archive for each transfer syntax. */
let reader: TestServer;
beforeAll(async () => {
  server = await startServer();
  reader = await startServer('--ae-title', Object.keys(lossless).join(','));
  await server.store(
    ...images.map(({ frames, elements }, i) =>
      buildInstance({ pixelData: Buffer.concat(frames), elements: { ...elements, ...identifiers(i) } }),
    ),
  );
});
afterAll(() => Promise.all([server.close(), reader.close()]));

function identifiers(image: number): BuiltElements {
  return { SOPInstanceUID: testUID(1, 1, image + 1), InstanceNumber: image + 1 };
}

function target(image: number): string {
  return `/studies/${testUID(1)}/series/${testUID(1, 1)}/instances/${testUID(1, 1, image + 1)}`;
}

async function transcoded(image: number, uid: string): Promise<Buffer> {
  const response = await server.get(target(image), `${dicom}; transfer-syntax=${uid}`);
  if (response.status !== 200) throw new Error(await response.text());
  return (await partsOfResponse(response))[0]!.content;
}

async function framesOf(serviceRoot: string, image: number): Promise<readonly Buffer[]> {
  const list = images[image]!.frames.map((_, i) => i + 1).join(',');
  const response = await fetch(`${serviceRoot}${target(image)}/frames/${list}`, { headers: { Accept: octets } });
  return (await partsOfResponse(response)).map(({ content }) => content);
}

/** Service root of an archive of the second server. */
function archive(aeTitle: string): string {
  return `${reader.origin}/dcm4chee-arc/aets/${aeTitle}/rs`;
}

function read(object: Buffer): Part10 {
  const parsed = readPart10(memorySource(object));
  if (!parsed.ok) throw new Error(parsed.detail);
  return parsed.part10;
}

describe('lossless transfer syntaxes (PS3.18 Sup174 6.5)', () => {
  for (const [image, { title, frames }] of images.entries()) {
    for (const [aeTitle, uid] of Object.entries(lossless)) {
      requirement(['R-000-013', 'R-001-241'], `${title} goes to ${aeTitle} and comes back exactly`, async () => {
        const object = await transcoded(image, uid);
        const { dataSet, transferSyntax } = read(object);
        expect(transferSyntax.uid).toBe(uid);
        expect(dataSet.has(Tag.LossyImageCompression)).toBe(false);
        await storeInstances(archive(aeTitle), [object]);
        const back = await framesOf(archive(aeTitle), image);
        expect(back.map((frame, i) => frame.equals(frames[i]!))).toEqual(frames.map(() => true));
      });
    }
  }

  requirement('R-001-241', 'what came in fragments goes out native by default', async () => {
    const response = await fetch(`${archive('JPEG2000')}${target(3)}`, { headers: { Accept: dicom } });
    const { dataSet, transferSyntax } = read((await partsOfResponse(response))[0]!.content);
    expect(transferSyntax.uid).toBe(Uid.ExplicitVRLittleEndian);
    expect(dataSet.text(Tag.PhotometricInterpretation)).toBe('RGB');
    expect(dataSet.number(Tag.PlanarConfiguration)).toBe(0);
    expect(Buffer.from(dataSet.bytes(Tag.PixelData)!).equals(images[3]!.frames[0]!)).toBe(true);
  });
});

describe('a study with a frame that cannot be decoded (D-28)', () => {
  const damaged = testUID(3);
  const study = `/studies/${damaged}`;
  const objectOf = (number: number, codestream: Uint8Array): Uint8Array =>
    buildInstance({
      transferSyntax: Uid.JPEGBaseline8Bit,
      pixelData: { fragments: [codestream] },
      elements: {
        ...size,
        StudyInstanceUID: damaged,
        SeriesInstanceUID: testUID(3, 1),
        SOPInstanceUID: testUID(3, 1, number),
        InstanceNumber: number,
      },
    });

  beforeAll(async () => {
    const { dataSet } = read(await transcoded(0, Uid.JPEGBaseline8Bit));
    // Behind the offset table of one frame stands the item of the frame.
    const good = Buffer.from(dataSet.bytes(Tag.PixelData)!).subarray(20);
    await server.store(objectOf(1, good), objectOf(2, Buffer.from('no codestream at all')), objectOf(3, good));
  });

  requirement('R-001-373', 'comes without that instance, as 206', async () => {
    const response = await server.get(study, dicom);
    expect(response.status).toBe(206);
    const parts = await partsOfResponse(response);
    expect(parts.map((part) => part.headers.get('content-location')?.split('.').at(-1))).toEqual(['1', '3']);
    const archiveOfStudy = await server.get(study, 'application/zip');
    expect(archiveOfStudy.status).toBe(206);
    expect(entriesOf(Buffer.from(await archiveOfStudy.arrayBuffer()))).toHaveLength(2);
  });

  requirement('R-001-373', 'is whole as it is stored', async () => {
    const response = await server.get(study, `${dicom}; transfer-syntax=*`);
    expect(response.status).toBe(200);
    expect(await partsOfResponse(response)).toHaveLength(3);
  });

  requirement('R-001-241', 'the instance by itself is 406', async () => {
    const response = await server.get(`${study}/series/${testUID(3, 1)}/instances/${testUID(3, 1, 2)}`, dicom);
    expect(response.status).toBe(406);
  });
});

describe('lossy transfer syntaxes', () => {
  requirement('R-001-241', 'JPEG Baseline says that it has lost something, by what, and how much', async () => {
    const { dataSet } = read(await transcoded(3, Uid.JPEGBaseline8Bit));
    expect(dataSet.text(Tag.PhotometricInterpretation)).toMatch(/^YBR_FULL/);
    expect(dataSet.text(Tag.LossyImageCompression)).toBe('01');
    expect(dataSet.text(Tag.LossyImageCompressionMethod)).toBe('ISO_10918_1');
    expect(dataSet.number(Tag.LossyImageCompressionRatio)).toBeGreaterThan(1);
  });

  requirement('R-001-241', 'what an encoding cannot hold is 406 with the reason', async () => {
    const response = await server.get(target(1), `${dicom}; transfer-syntax=${Uid.JPEGBaseline8Bit}`);
    expect(response.status).toBe(406);
    expect(await response.json()).toMatchObject({
      type: 'urn:fiducial:problem:transfer-syntax-not-acceptable',
      detail: expect.stringContaining('12'),
    });
  });

  requirement('R-001-241', 'an overlay in the words of the pixels is lost to none of them: 406 says so', async () => {
    const identified = {
      StudyInstanceUID: testUID(9),
      SeriesInstanceUID: testUID(9, 1),
      SOPInstanceUID: testUID(9, 1, 1),
    };
    const pixelData = words(slope(rows * columns, 4096, 3).map((value, i) => value | (i % 7 === 0 ? 0x8000 : 0)));
    const elements = { ...size, ...identified, BitsAllocated: 16, BitsStored: 12, HighBit: 11 };
    await server.store(buildInstance({ pixelData, elements }));
    const uri = `/studies/${testUID(9)}/series/${testUID(9, 1)}/instances/${testUID(9, 1, 1)}`;
    for (const uid of [Uid.JPEG2000, Uid.HTJ2K, Uid.JPEGLSNearLossless]) {
      const response = await server.get(uri, `${dicom}; transfer-syntax=${uid}`);
      expect(response.status, uid).toBe(406);
      expect(await response.json()).toMatchObject({ detail: expect.stringContaining('overlay') });
    }
    const frame = await server.get(
      `${uri}/frames/1`,
      `multipart/related; type="image/jp2"; transfer-syntax=${Uid.JPEG2000}`,
    );
    expect(frame.status).toBe(406);
    const lossless = await server.get(uri, `${dicom}; transfer-syntax=${Uid.JPEGLSLossless}`);
    expect(lossless.status).toBe(200);
    await lossless.arrayBuffer();
  });

  requirement(['R-000-013', 'R-001-223'], 'of a study what can be encoded so, with 206 (D-28)', async () => {
    const response = await server.get(`/studies/${testUID(1)}`, `${dicom}; transfer-syntax=${Uid.JPEGBaseline8Bit}`);
    expect(response.status).toBe(206);
    expect(await partsOfResponse(response)).toHaveLength(2);
  });
});

describe('frames in a media type that they are not stored in', () => {
  for (const [mediaType, aeTitle] of [
    ['image/jpeg', 'JPEG'],
    ['image/jp2', 'JPEG2000'],
    ['image/x-jls', 'JPEGLS'],
    ['image/x-dicom+rle', 'RLE'],
    ['image/jphc', 'HTJ2K'],
  ] as const) {
    requirement('R-000-054', `${mediaType} without a transfer syntax is the default of its table`, async () => {
      const response = await server.get(`${target(1)}/frames/2`, `multipart/related; type="${mediaType}"`);
      const [part] = await partsOfResponse(response);
      expect(part?.headers.get('content-type')).toBe(`${mediaType}; transfer-syntax=${lossless[aeTitle]}`);
      const stored = await fetch(`${archive(aeTitle)}${target(1)}/frames/2`, {
        headers: { Accept: `${octets}; transfer-syntax=*` },
      });
      const [same] = await partsOfResponse(stored);
      expect(part!.content.subarray(0, same!.content.length - 1)).toEqual(same!.content.subarray(0, -1));
    });
  }
});

describeWithTool('gdcmconv', 'read by GDCM', () => {
  for (const [aeTitle, uid] of Object.entries(lossless)) {
    // GDCM does not know High-Throughput JPEG 2000.
    if (uid === Uid.HTJ2KLossless) continue;
    for (const [image, { title, frames }] of images.entries()) {
      requirement('R-001-241', `${title} in ${aeTitle} has the same pixels`, async () => {
        const directory = temporaryDirectory();
        const [from, to] = [path.join(directory, 'encoded.dcm'), path.join(directory, 'native.dcm')];
        writeFileSync(from, await transcoded(image, uid));
        expect(spawnSync('gdcmconv', ['--raw', from, to])).toMatchObject({ status: 0 });
        const { dataSet } = read(readFileSync(to));
        const pixels = Buffer.from(dataSet.bytes(Tag.PixelData)!);
        expect(pixels.subarray(0, Buffer.concat(frames).length).equals(Buffer.concat(frames))).toBe(true);
      });
    }
  }
});
