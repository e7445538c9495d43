import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeFrame } from '../../../src/codecs/decode-frame.ts';
import { TransferSyntaxUID as Uid } from '../../../src/dicom/transfer-syntax.ts';
import { type BuiltElements, buildInstance, type Fragments, testUID } from '../../support/dicom-builder.ts';
import { displayProfile } from '../../support/icc-profile.ts';
import { buildPresentationState, displayedArea, referencedSeries, SOPClass } from '../../support/presentation-state.ts';
import { requirement } from '../../support/requirement.ts';
import { startServer, type TestServer } from '../../support/server.ts';

const Rows = 8;
const Columns = 8;
const pixels = Rows * Columns;

interface Case {
  readonly title: string;
  readonly elements: BuiltElements;
  readonly pixelData: Uint8Array | Fragments;
  readonly transferSyntax?: string;
  /** Grey or R G B that every pixel gets; the left half of the image where there are two. */
  readonly shown: readonly (readonly number[])[];
  /** Levels that a lossy codestream may be off by. */
  readonly within?: number;
}

type Triple = readonly [number, number, number];

/** The left half in one colour, the right half in another; by pixel. */
function halves(left: readonly number[], right: readonly number[]): Uint8Array {
  return Uint8Array.from({ length: pixels }, (_, i) => i).reduce(
    (all, i) => {
      all.set(i % Columns < Columns / 2 ? left : right, i * left.length);
      return all;
    },
    new Uint8Array(pixels * left.length),
  );
}

function byPlane(colors: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: pixels * 3 }, (_, i) => colors[(i % pixels) * 3 + Math.floor(i / pixels)]!);
}

/** Y1 Y2 CB CR of two neighbours that are alike. */
function byPair(colors: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: pixels * 2 }, (_, i) => {
    const pair = Math.floor(i / 4) * 6;
    return colors[pair + [0, 3, 1, 2][i % 4]!]!;
  });
}

const color = (PhotometricInterpretation: string, PlanarConfiguration = 0): BuiltElements => ({
  SamplesPerPixel: 3,
  PhotometricInterpretation,
  PlanarConfiguration,
});

const orange: Triple = [255, 128, 0];
const teal: Triple = [0, 100, 120];
const colors = halves(orange, teal);

/** PS3.3 C.7.6.3.1.2, by hand: red and blue, in full range and in that of ITU-R BT.601. */
const redAndBlueFull = halves([76, 85, 255], [29, 255, 107]);
const redAndBluePartial = halves([81, 90, 240], [41, 240, 110]);
const redAndBlue: readonly Triple[] = [
  [254, 0, 0],
  [0, 0, 254],
];

const words = (...values: number[]): Uint8Array => new Uint8Array(Uint16Array.from(values).buffer);
const palette: BuiltElements = {
  RedPaletteColorLookupTableDescriptor: words(3, 10, 16),
  GreenPaletteColorLookupTableDescriptor: words(3, 10, 16),
  BluePaletteColorLookupTableDescriptor: words(3, 10, 16),
  RedPaletteColorLookupTableData: words(0x1000, 0xff00, 0x4000),
  GreenPaletteColorLookupTableData: words(0x2000, 0x8000, 0x5000),
  BluePaletteColorLookupTableData: words(0x3000, 0x0000, 0x6000),
};

const profile = displayProfile('green', 'blue', 'red');

async function encoded(
  transferSyntaxUID: string,
  PhotometricInterpretation = 'RGB',
  samples = colors,
): Promise<Fragments> {
  const image = {
    ...{ Rows, Columns, SamplesPerPixel: 3, PhotometricInterpretation },
    ...{ BitsAllocated: 8, BitsStored: 8, HighBit: 7 },
    NumberOfFrames: 1,
    PlanarConfiguration: 0,
    PixelRepresentation: 0,
    pixelData: 'PixelData',
  } as const;
  return { fragments: [await encodeFrame({ ...image, samples }, image, { transferSyntaxUID })] };
}

const cases: readonly Case[] = [
  {
    title: 'MONOCHROME2: the lowest value is black',
    elements: { PhotometricInterpretation: 'MONOCHROME2' },
    pixelData: halves([0], [200]),
    shown: [[0], [200]],
  },
  {
    title: 'MONOCHROME1: the lowest value is white',
    elements: { PhotometricInterpretation: 'MONOCHROME1' },
    pixelData: halves([0], [200]),
    shown: [[255], [55]],
  },
  {
    title: 'PALETTE COLOR',
    elements: { PhotometricInterpretation: 'PALETTE COLOR', ...palette },
    pixelData: halves([11], [200]),
    shown: [
      [255, 128, 0],
      [64, 80, 96],
    ],
  },
  {
    title: 'MONOCHROME2 with a supplemental palette',
    elements: { PhotometricInterpretation: 'MONOCHROME2', PixelPresentation: 'COLOR', ...palette },
    pixelData: halves([5], [11]),
    shown: [
      [5, 5, 5],
      [255, 128, 0],
    ],
  },
  { title: 'RGB by pixel', elements: color('RGB'), pixelData: colors, shown: [orange, teal] },
  { title: 'RGB by plane', elements: color('RGB', 1), pixelData: byPlane(colors), shown: [orange, teal] },
  { title: 'YBR_FULL', elements: color('YBR_FULL'), pixelData: redAndBlueFull, shown: redAndBlue, within: 1 },
  {
    title: 'YBR_FULL by plane',
    elements: color('YBR_FULL', 1),
    pixelData: byPlane(redAndBlueFull),
    shown: redAndBlue,
    within: 1,
  },
  {
    title: 'YBR_FULL_422',
    elements: color('YBR_FULL_422'),
    pixelData: byPair(redAndBlueFull),
    shown: redAndBlue,
    within: 1,
  },
  {
    title: 'YBR_PARTIAL_422, retired',
    elements: color('YBR_PARTIAL_422'),
    pixelData: byPair(redAndBluePartial),
    shown: redAndBlue,
    within: 1,
  },
  // The three that are retired, as dcm2pnm of DCMTK shows them; its levels of CMYK begin anew where ink exceeds all white.
  {
    title: 'HSV, retired',
    elements: color('HSV'),
    pixelData: halves([85, 170, 200], [200, 255, 127]),
    shown: [
      [67, 200, 66],
      [87, 0, 127],
    ],
    within: 1,
  },
  {
    title: 'CMYK, retired',
    elements: { ...color('CMYK'), SamplesPerPixel: 4 },
    pixelData: halves([0, 0, 60, 128], [60, 128, 255, 60]),
    shown: [
      [127, 127, 67],
      [135, 67, 0],
    ],
  },
  {
    title: 'ARGB, retired: a palette where the first sample is not 0',
    elements: { ...color('ARGB'), SamplesPerPixel: 4, ...palette },
    pixelData: halves([11, 1, 2, 3], [0, 1, 2, 3]),
    shown: [
      [255, 128, 0],
      [1, 2, 3],
    ],
  },
  {
    title: 'YBR_RCT in JPEG 2000',
    elements: color('YBR_RCT'),
    pixelData: await encoded(Uid.JPEG2000Lossless),
    transferSyntax: Uid.JPEG2000Lossless,
    shown: [orange, teal],
  },
  {
    title: 'RGB in JPEG 2000, although its codestream has the transformation',
    elements: color('RGB'),
    pixelData: await encoded(Uid.JPEG2000Lossless),
    transferSyntax: Uid.JPEG2000Lossless,
    shown: [orange, teal],
  },
  {
    title: 'YBR_RCT in JPEG 2000, although its codestream has no transformation',
    elements: color('YBR_RCT'),
    pixelData: await encoded(Uid.JPEG2000Lossless, 'YBR_FULL'),
    transferSyntax: Uid.JPEG2000Lossless,
    shown: [orange, teal],
  },
  {
    title: 'YBR_FULL in JPEG 2000 without a transformation',
    elements: color('YBR_FULL'),
    pixelData: await encoded(Uid.JPEG2000Lossless, 'YBR_FULL', redAndBlueFull),
    transferSyntax: Uid.JPEG2000Lossless,
    shown: redAndBlue,
    within: 1,
  },
  {
    title: 'YBR_ICT in JPEG 2000 with loss',
    elements: color('YBR_ICT'),
    pixelData: await encoded(Uid.JPEG2000),
    transferSyntax: Uid.JPEG2000,
    shown: [orange, teal],
    within: 60,
  },
  {
    title: 'RGB in RLE',
    elements: color('RGB'),
    pixelData: await encoded(Uid.RLELossless),
    transferSyntax: Uid.RLELossless,
    shown: [orange, teal],
  },
  {
    title: 'YBR_FULL_422 in JPEG',
    elements: color('YBR_FULL_422'),
    pixelData: await encoded(Uid.JPEGBaseline8Bit),
    transferSyntax: Uid.JPEGBaseline8Bit,
    shown: [orange, teal],
    within: 40,
  },
];

const refused: readonly Pick<Case, 'title' | 'elements' | 'pixelData'>[] = [
  { title: 'YBR_PARTIAL_420', elements: color('YBR_PARTIAL_420'), pixelData: new Uint8Array(pixels * 1.5) },
  {
    title: 'CIELAB',
    elements: { ...color('CIELAB'), SamplesPerPixel: 4 },
    pixelData: new Uint8Array(pixels * 4),
  },
  { title: 'CMYK', elements: color('CMYK'), pixelData: colors },
];

const instance = (number: number): string =>
  `/studies/${testUID(1)}/series/${testUID(1, 1)}/instances/${testUID(1, 1, number)}`;
const withProfile = 100;
const presented = testUID(1, 90, 1);

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
  const profiled: BuiltElements = { ICCProfile: profile, Rows, Columns };
  await server.store(
    ...[...cases, ...refused].map(({ title: _, elements, pixelData, ...more }, i) =>
      buildInstance({
        ...more,
        pixelData,
        elements: { Rows, Columns, ...elements, SOPInstanceUID: testUID(1, 1, i + 1) },
      }),
    ),
    buildInstance({
      pixelData: halves([255, 0, 0], [0, 0, 255]),
      elements: { ...color('RGB'), ...profiled, SOPInstanceUID: testUID(1, 1, withProfile) },
    }),
    buildInstance({
      pixelData: await encoded(Uid.JPEGBaseline8Bit),
      transferSyntax: Uid.JPEGBaseline8Bit,
      elements: { ...color('YBR_FULL_422'), ...profiled, SOPInstanceUID: testUID(1, 1, withProfile + 1) },
    }),
    buildPresentationState(presented, {
      SOPClassUID: SOPClass.ColorSoftcopyPresentationState,
      ...referencedSeries([{ SeriesInstanceUID: testUID(1, 1), SOPInstanceUID: testUID(1, 1, withProfile) }]),
      ...displayedArea([1, 1], [Columns, Rows]),
    }),
  );
});
afterAll(() => server.close());

async function shownHalves(target: string, channels: number, mediaType = 'image/png'): Promise<readonly number[][]> {
  const response = await server.get(`${target}/rendered`, mediaType);
  expect(response.status, await response.clone().text()).toBe(200);
  const image = sharp(Buffer.from(await response.arrayBuffer()));
  const { data, info } = await image
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect([info.width, info.height, info.channels]).toEqual([Columns, Rows, channels]);
  const at = (x: number, y: number) => [
    ...data.subarray((y * Columns + x) * channels, (y * Columns + x + 1) * channels),
  ];
  return [at(1, 1), at(Columns - 2, Rows - 2)];
}

function expectNear(actual: readonly number[][], expected: readonly (readonly number[])[], within: number): void {
  for (const [i, value] of actual.flat().entries()) {
    expect(Math.abs(value - expected.flat()[i]!), `${actual} near ${expected.join(';')}`).toBeLessThanOrEqual(within);
  }
}

describe('every Photometric Interpretation (PS3.3 C.7.6.3.1.2)', () => {
  for (const [i, { title, shown, within = 0 }] of cases.entries()) {
    requirement('R-001-249', title, async () => {
      expectNear(await shownHalves(instance(i + 1), shown[0]!.length), shown, within);
    });
  }

  for (const [i, { title }] of refused.entries()) {
    test(`${title} is refused by name`, async () => {
      const response = await server.get(`${instance(cases.length + i + 1)}/rendered`, 'image/png');
      expect(response.status).toBe(406);
      expect(await response.json()).toMatchObject({ detail: expect.stringContaining(title) });
    });
  }
});

describe('an image with an ICC Profile', () => {
  const exchanged: readonly Triple[] = [
    [0, 255, 0],
    [255, 0, 0],
  ];

  requirement('R-001-249', 'is brought to sRGB', async () => {
    expectNear(await shownHalves(instance(withProfile), 3), exchanged, 3);
  });

  test('is so as a Presentation State shows it', async () => {
    const target = `/studies/${testUID(1)}/series/${testUID(1, 90)}/instances/${presented}`;
    expectNear(await shownHalves(target, 3), exchanged, 3);
  });

  test('is not sent as the JPEG that is stored', async () => {
    const [left] = await shownHalves(instance(withProfile + 1), 3, 'image/jpeg');
    const [red, green, blue] = left!;
    // Orange, with red meant as green and green as blue.
    expect(green).toBeGreaterThan(blue!);
    expect(blue).toBeGreaterThan(red!);
  });
});
