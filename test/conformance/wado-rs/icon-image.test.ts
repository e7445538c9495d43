import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Tag } from '../../../generated/dictionary.ts';
import { memorySource } from '../../../src/dicom/byte-source.ts';
import type { DataSet } from '../../../src/dicom/data-set.ts';
import { readPart10 } from '../../../src/dicom/part10.ts';
import { TransferSyntaxUID as Uid } from '../../../src/dicom/transfer-syntax.ts';
import { type BuiltElements, buildInstance, testUID } from '../../support/dicom-builder.ts';
import { partsOfResponse } from '../../support/multipart.ts';
import { requirement } from '../../support/requirement.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { describeWithTool } from '../../support/tool.ts';

const dicom = 'multipart/related; type="application/dicom"';

/** Octet planes in RLE (PS3.5 G), each a literal run of 16 octets. */
function runLength(...planes: readonly (readonly number[])[]): Uint8Array {
  const header = Buffer.alloc(64);
  header.writeUInt32LE(planes.length, 0);
  for (const i of planes.keys()) header.writeUInt32LE(64 + i * 18, 4 + 4 * i);
  return Buffer.concat([header, ...planes.map((plane) => Buffer.from([15, ...plane, 0]))]);
}

const octets = (seed: number): number[] => Array.from({ length: 16 }, (_, i) => (i * 7 + seed) & 0xff);
const [imagePlane, grayPlane] = [octets(1), octets(100)];
const colorPlanes = [octets(3), octets(50), octets(90)] as const;

/** Pixel Data of an item, in fragments: undefined length, an empty offset table, a fragment, a delimiter. */
const encapsulated = (fragment: Uint8Array): Uint8Array => {
  const item = (tag: readonly number[], length: number): Buffer => {
    const header = Buffer.from([...tag, 0, 0, 0, 0]);
    header.writeUInt32LE(length, 4);
    return header;
  };
  const begin = [0xfe, 0xff, 0x00, 0xe0];
  return Buffer.concat([item(begin, 0), item(begin, fragment.length), fragment, item([0xfe, 0xff, 0xdd, 0xe0], 0)]);
};

const fourByFour = {
  Rows: 4,
  Columns: 4,
  BitsAllocated: 8,
  BitsStored: 8,
  HighBit: 7,
  PixelRepresentation: 0,
} as const;
const gray: BuiltElements = { ...fourByFour, SamplesPerPixel: 1, PhotometricInterpretation: 'MONOCHROME2' };
const color: BuiltElements = {
  ...fourByFour,
  ...{ SamplesPerPixel: 3, PhotometricInterpretation: 'RGB', PlanarConfiguration: 1 },
};

/** An image in RLE with an icon whose pixel data, of 0 octets as it is built, is in fragments. */
function withIcon(number: number, icon: BuiltElements, fragment: Uint8Array): Uint8Array {
  const built = Buffer.from(
    buildInstance({
      transferSyntax: Uid.RLELossless,
      pixelData: { fragments: [runLength(imagePlane)] },
      lengths: 'undefined',
      elements: {
        SOPInstanceUID: testUID(1, 1, number),
        InstanceNumber: number,
        IconImageSequence: { items: [{ ...icon, PixelData: new Uint8Array(0) }] },
      },
    }),
  );
  const header = Buffer.from([0xe0, 0x7f, 0x10, 0x00]);
  const at = built.indexOf(header);
  const rest = built.subarray(at + 12);
  const own = Buffer.concat([header, Buffer.from('OB\0\0\xff\xff\xff\xff', 'latin1'), encapsulated(fragment)]);
  return Buffer.concat([built.subarray(0, at), own, rest]);
}

const objects = {
  gray: withIcon(1, gray, runLength(grayPlane)),
  colors: withIcon(2, color, runLength(...colorPlanes)),
  broken: withIcon(3, gray, new Uint8Array(64)),
};
const target = (number: number): string =>
  `/studies/${testUID(1)}/series/${testUID(1, 1)}/instances/${testUID(1, 1, number)}`;
const iconPath = '00880200.1.7FE00010';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
  await server.store(...Object.values(objects));
});
afterAll(() => server.close());

async function retrieved(number: number, uid: string): Promise<Buffer> {
  const response = await server.get(target(number), `${dicom}; transfer-syntax=${uid}`);
  expect(response.status, await response.clone().text()).toBe(200);
  return (await partsOfResponse(response))[0]!.content;
}

function dataSetOf(object: Uint8Array): DataSet {
  const read = readPart10(memorySource(object));
  if (!read.ok) throw new Error(read.detail);
  return read.part10.dataSet;
}

const byPixel = Array.from({ length: 48 }, (_, i) => colorPlanes[i % 3]![Math.floor(i / 3)]!);

describe('a compressed Icon Image (PS3.3 C.7.6.1.1.6, PS3.5 A.4)', () => {
  for (const uid of [
    Uid.ExplicitVRLittleEndian,
    Uid.ImplicitVRLittleEndian,
    Uid.ExplicitVRBigEndian,
    Uid.DeflatedExplicitVRLittleEndian,
    Uid.JPEGLSLossless,
  ]) {
    requirement('R-001-241', `is native once its image is transcoded to ${uid}`, async () => {
      const icon = dataSetOf(await retrieved(1, uid)).sequence(Tag.IconImageSequence)[0]!;
      expect([...icon.bytes(Tag.PixelData)!]).toEqual(grayPlane);
      expect(icon.get(Tag.PixelData)!.encapsulated).toBeFalsy();
      const colors = dataSetOf(await retrieved(2, uid)).sequence(Tag.IconImageSequence)[0]!;
      expect([...colors.bytes(Tag.PixelData)!]).toEqual(byPixel);
      expect(colors.number(Tag.PlanarConfiguration)).toBe(0);
    });
  }

  requirement('R-001-241', 'is left out where it cannot be decoded, and the image is not', async () => {
    const dataSet = dataSetOf(await retrieved(3, Uid.ExplicitVRLittleEndian));
    expect(dataSet.has(Tag.IconImageSequence)).toBe(false);
    expect([...dataSet.bytes(Tag.PixelData)!]).toEqual(imagePlane);
  });

  requirement('R-001-231', 'its BulkDataURI gives it, decoded or as it is stored, and not the image', async () => {
    const metadata = await server.get(`${target(1)}/metadata`, 'application/dicom+json');
    const [uri] = /[^"]*\/bulkdata\/00880200[^"]*/.exec(await metadata.text())!;
    expect(uri.endsWith(`${target(1)}/bulkdata/${iconPath}`)).toBe(true);
    const octetStream = await fetch(uri, { headers: { Accept: 'application/octet-stream' } });
    expect(octetStream.status, await octetStream.clone().text()).toBe(200);
    expect([...Buffer.from(await octetStream.arrayBuffer())]).toEqual(grayPlane);
    const rle = await fetch(uri, { headers: { Accept: 'multipart/related; type="image/x-dicom+rle"' } });
    const [part] = await partsOfResponse(rle);
    expect(part!.content).toEqual(Buffer.from(runLength(grayPlane)));
    expect(part!.headers.get('content-location')).toContain(iconPath);
  });

  test('that is broken is 406 by its URI', async () => {
    const uri = `${server.url}${target(3)}/bulkdata/${iconPath}`;
    expect((await fetch(uri, { headers: { Accept: 'application/octet-stream' } })).status).toBe(406);
  });
});

describeWithTool('dcmdrle', 'an image with a compressed icon, beside DCMTK', () => {
  test('DCMTK reads what is written, and decodes the image to the same', async () => {
    const folder = temporaryDirectory();
    const [stored, ours, theirs] = ['stored', 'ours', 'theirs'].map((name) => path.join(folder, `${name}.dcm`));
    writeFileSync(stored!, objects.gray);
    writeFileSync(ours!, await retrieved(1, Uid.JPEGLSLossless));
    const dump = execFileSync('dcmdump', ['-q', '+P', '0088,0200', '+P', '7fe0,0010', ours!]).toString('latin1');
    expect(dump).toMatch(/7fe0,0010\) OB (?:64\\6b|\d)/);
    execFileSync('dcmdrle', [stored!, theirs!]);
    const decoded = dataSetOf(await retrieved(1, Uid.ExplicitVRLittleEndian));
    expect(decoded.bytes(Tag.PixelData)).toEqual(dataSetOf(readFileSync(theirs!)).bytes(Tag.PixelData));
  });
});
