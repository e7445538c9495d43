import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TransferSyntaxUID as Uid } from '../../../src/dicom/transfer-syntax.ts';
import { type BuiltElements, buildInstance, type InstanceToBuild, testUID } from '../../support/dicom-builder.ts';
import { startServer, type TestServer } from '../../support/server.ts';

/** An image as it is, and not as it should be. */
interface Case extends Pick<InstanceToBuild, 'transferSyntax'> {
  readonly elements: BuiltElements;
  readonly pixelData?: Uint8Array;
  /** What is shown of the first pixels: grey, or R G B one after the other. */
  readonly shown: readonly number[];
}

const fourPixels = { Rows: 1, Columns: 4 } as const;
const sixteenBits = { ...fourPixels, BitsAllocated: 16, BitsStored: 16, HighBit: 15 } as const;
const words = (...values: number[]): Uint8Array => new Uint8Array(Int16Array.from(values).buffer);
const range = words(0, 100, 200, 400);
const smallest = 0x00280106;
const largest = 0x00280107;
const paddingValue = 0x00280120;
const paddingRangeLimit = 0x00280121;
const floatPixelData = 0x7fe00008;
const doubleFloatPixelData = 0x7fe00009;

/** A floating point image: no Bits Stored, no High Bit, no Pixel Representation (PS3.3 C.7.6.24). */
const floatingPoint = (BitsAllocated: number, tag: number, values: Uint8Array): BuiltElements => ({
  ...fourPixels,
  SamplesPerPixel: 1,
  PhotometricInterpretation: 'MONOCHROME2',
  BitsAllocated,
  more: [{ tag, vr: tag === floatPixelData ? 'OF' : 'OD', value: values }],
});

const cases: Readonly<Record<string, Case>> = {
  'twelve bits without a gap between the samples': {
    elements: {
      ...fourPixels,
      BitsAllocated: 12,
      BitsStored: 12,
      HighBit: 11,
      WindowCenter: '2048',
      WindowWidth: '4096',
    },
    // 000, FFF, 800, 010 from the least significant bit on.
    pixelData: Uint8Array.of(0x00, 0xf0, 0xff, 0x00, 0x08, 0x01),
    shown: [0, 255, 128, 1],
  },
  'thirty-two bits, signed': {
    elements: { ...fourPixels, BitsAllocated: 32, BitsStored: 32, HighBit: 31, PixelRepresentation: 1 },
    pixelData: new Uint8Array(Int32Array.of(-2147483648, -1, 0, 2147483647).buffer),
    shown: [0, 127, 128, 255],
  },
  'floats that are no numbers, or without an end': {
    elements: floatingPoint(
      32,
      floatPixelData,
      new Uint8Array(Float32Array.of(0, Number.NaN, 10, Number.POSITIVE_INFINITY).buffer),
    ),
    shown: [0, 0, 255, 255],
  },
  'doubles without an end below': {
    elements: floatingPoint(
      64,
      doubleFloatPixelData,
      new Uint8Array(Float64Array.of(-1, 0, Number.NEGATIVE_INFINITY, 1).buffer),
    ),
    shown: [0, 128, 0, 255],
  },
  'a range of padding, its ends the wrong way round': {
    elements: {
      ...sixteenBits,
      more: [
        { tag: paddingValue, vr: 'US', value: 500 },
        { tag: paddingRangeLimit, vr: 'US', value: 300 },
      ],
    },
    pixelData: range,
    shown: [0, 128, 255, 0],
  },
  'padding in the VR of the other sign': {
    elements: {
      ...sixteenBits,
      PixelRepresentation: 1,
      more: [{ tag: paddingValue, vr: 'US', value: 0xfc18 }],
    },
    pixelData: words(-1000, 0, 100, 200),
    shown: [0, 0, 128, 255],
  },
  'a window of no width on RGB': {
    elements: {
      Rows: 1,
      Columns: 2,
      SamplesPerPixel: 3,
      PhotometricInterpretation: 'RGB',
      PlanarConfiguration: 0,
      WindowCenter: '0',
      WindowWidth: '0',
    },
    pixelData: Uint8Array.of(1, 2, 3, 250, 251, 252),
    shown: [1, 2, 3, 250, 251, 252],
  },
  'a window of no width on grey': {
    elements: { ...sixteenBits, WindowCenter: '100', WindowWidth: '0' },
    pixelData: range,
    shown: [0, 64, 128, 255],
  },
  'several windows, of which the first counts': {
    elements: { ...sixteenBits, WindowCenter: ['100.5', '7'], WindowWidth: ['201', '9'] },
    pixelData: range,
    shown: [0, 128, 255, 255],
  },
  'an overlay of no rows': {
    elements: {
      ...fourPixels,
      more: [
        { tag: 0x60000010, vr: 'US', value: 0 },
        { tag: 0x60000011, vr: 'US', value: 4 },
        { tag: 0x60000040, vr: 'CS', value: 'G' },
        { tag: 0x60000050, vr: 'SS', value: [1, 1] },
        { tag: 0x60000100, vr: 'US', value: 1 },
        { tag: 0x60000102, vr: 'US', value: 0 },
        { tag: 0x60003000, vr: 'OW', value: Uint8Array.of(0xff, 0xff) },
      ],
    },
    pixelData: Uint8Array.of(1, 2, 3, 4),
    shown: [1, 2, 3, 4],
  },
  'Smallest and Largest Image Pixel Value that are not': {
    elements: {
      ...sixteenBits,
      more: [
        { tag: smallest, vr: 'US', value: 300 },
        { tag: largest, vr: 'US', value: 301 },
      ],
    },
    pixelData: range,
    shown: [0, 64, 128, 255],
  },
  'no Photometric Interpretation, one sample': {
    elements: { ...fourPixels, PhotometricInterpretation: undefined },
    pixelData: Uint8Array.of(1, 2, 3, 255),
    shown: [1, 2, 3, 255],
  },
  'no Photometric Interpretation, three samples': {
    elements: { Rows: 1, Columns: 2, SamplesPerPixel: 3, PhotometricInterpretation: undefined },
    pixelData: Uint8Array.of(255, 0, 0, 0, 0, 255),
    shown: [255, 0, 0, 0, 0, 255],
  },
  'Number of Frames 0': {
    elements: { ...fourPixels, NumberOfFrames: '0' },
    pixelData: Uint8Array.of(1, 2, 3, 255),
    shown: [1, 2, 3, 255],
  },
  'High Bit and Bits Stored that contradict Bits Allocated': {
    elements: { ...fourPixels, BitsStored: 12, HighBit: 15 },
    pixelData: Uint8Array.of(1, 2, 3, 255),
    shown: [1, 2, 3, 255],
  },
  'a supplemental palette over the window of a functional group': {
    elements: {
      ...fourPixels,
      PixelPresentation: 'COLOR',
      NumberOfFrames: '1',
      RedPaletteColorLookupTableDescriptor: words(2, 10, 8),
      GreenPaletteColorLookupTableDescriptor: words(2, 10, 8),
      BluePaletteColorLookupTableDescriptor: words(2, 10, 8),
      RedPaletteColorLookupTableData: Uint8Array.of(200, 1),
      GreenPaletteColorLookupTableData: Uint8Array.of(100, 2),
      BluePaletteColorLookupTableData: Uint8Array.of(0, 3),
      SharedFunctionalGroupsSequence: {
        items: [{ FrameVOILUTSequence: { items: [{ WindowCenter: '128', WindowWidth: '256' }] } }],
      },
    },
    pixelData: Uint8Array.of(0, 9, 10, 11),
    shown: [0, 0, 0, 9, 9, 9, 200, 100, 0, 1, 2, 3],
  },
};

const instance = (number: number): string =>
  `/studies/${testUID(1)}/series/${testUID(1, 1)}/instances/${testUID(1, 1, number)}`;
const declaredHuge = 500;
const declaredHugeRle = 501;
const tooShort = 502;

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
  const huge: BuiltElements = { Rows: 65535, Columns: 65535 };
  await server.store(
    ...Object.values(cases).map(({ elements, shown: _, ...more }, i) =>
      buildInstance({ ...more, elements: { ...elements, SOPInstanceUID: testUID(1, 1, i + 1) } }),
    ),
    buildInstance({
      pixelData: new Uint8Array(16),
      elements: { ...huge, SOPInstanceUID: testUID(1, 1, declaredHuge) },
    }),
    buildInstance({
      pixelData: { fragments: [new Uint8Array(66)] },
      transferSyntax: Uid.RLELossless,
      elements: { ...huge, SOPInstanceUID: testUID(1, 1, declaredHugeRle) },
    }),
    buildInstance({
      pixelData: new Uint8Array(16),
      elements: { Rows: 3, Columns: 8, NumberOfFrames: '2', SOPInstanceUID: testUID(1, 1, tooShort) },
    }),
  );
});
afterAll(() => server.close());

describe('images of the world, as they are', () => {
  test.each(Object.entries(cases).map(([title, { shown }], i) => ({ title, shown, number: i + 1 })))(
    '$title',
    async ({ shown, number }) => {
      const response = await server.get(`${instance(number)}/rendered`, 'image/png');
      expect(response.status, await response.clone().text()).toBe(200);
      const image = sharp(Buffer.from(await response.arrayBuffer()));
      const { channels } = await image.metadata();
      const octets = await image
        .toColourspace(channels === 1 ? 'b-w' : 'srgb')
        .raw()
        .toBuffer();
      expect([...octets]).toEqual(shown);
    },
  );
});

describe('an image that declares 65535 x 65535 pixels and has few octets', () => {
  test.each([declaredHuge, declaredHugeRle])('costs nothing but the answer 413 (%i)', async (number) => {
    await server.get(`${instance(number)}/rendered`, 'image/png');
    const start = performance.now();
    const response = await server.get(`${instance(number)}/rendered`, 'image/png');
    const took = performance.now() - start;
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ detail: expect.stringContaining('65535 x 65535') });
    expect(took).toBeLessThan(50);
  });

  test.each(['frames/1/rendered', 'thumbnail'])('as %s too', async (resource) => {
    expect((await server.get(`${instance(declaredHuge)}/${resource}`, 'image/jpeg')).status).toBe(413);
  });
});

describe('an image with less Pixel Data than its attributes say', () => {
  test.each(['rendered', 'frames/1/rendered', 'frames/2/rendered', 'thumbnail'])(
    'is there, but not rendered: 406 says why (%s)',
    async (resource) => {
      const response = await server.get(
        `${instance(tooShort)}/${resource}`,
        resource === 'rendered' ? 'image/gif' : 'image/jpeg',
      );
      expect(response.status).toBe(406);
      expect(await response.json()).toMatchObject({ detail: expect.stringContaining('Pixel Data ends before') });
    },
  );

  test('has no frame beyond what they say', async () => {
    expect((await server.get(`${instance(tooShort)}/frames/3/rendered`, 'image/jpeg')).status).toBe(404);
  });
});
