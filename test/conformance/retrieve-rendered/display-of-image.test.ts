import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BuiltElement, type BuiltElements, buildInstance, testUID } from '../../support/dicom-builder.ts';
import { startServer, type TestServer } from '../../support/server.ts';

const [Rows, Columns] = [6, 8];
const gray = 200;
const overlayOf = (bits: readonly number[]): readonly BuiltElement[] => [
  { tag: 0x60000010, vr: 'US', value: Rows },
  { tag: 0x60000011, vr: 'US', value: Columns },
  { tag: 0x60000040, vr: 'CS', value: 'G' },
  { tag: 0x60000050, vr: 'SS', value: [1, 1] },
  { tag: 0x60000100, vr: 'US', value: 1 },
  { tag: 0x60000102, vr: 'US', value: 0 },
  { tag: 0x60003000, vr: 'OW', value: Uint8Array.from(bits) },
];
const rectangle: BuiltElements = {
  ShutterShape: 'RECTANGULAR',
  ShutterLeftVerticalEdge: '2',
  ShutterRightVerticalEdge: '7',
  ShutterUpperHorizontalEdge: '2',
  ShutterLowerHorizontalEdge: '5',
};

interface Shuttered {
  readonly elements: BuiltElements;
  /** A row of the picture each: what is seen, and `.` where it is covered, `#` where an overlay is white. */
  readonly seen: readonly string[];
  /** What covers. */
  readonly cover: number;
}

/** Edges, centre and vertices by hand from PS3.3 C.7.6.11: all of them are rows and columns from 1 and part of what is seen. */
const shutters: Readonly<Record<string, Shuttered>> = {
  rectangular: {
    elements: rectangle,
    seen: ['........', '.oooooo.', '.oooooo.', '.oooooo.', '.oooooo.', '........'],
    cover: 0,
  },
  'circular, with a presentation value': {
    elements: {
      ShutterShape: 'CIRCULAR',
      CenterOfCircularShutter: ['3', '4'],
      RadiusOfCircularShutter: '2',
      ShutterPresentationValue: 0x8000,
    },
    seen: ['...o....', '..ooo...', '.ooooo..', '..ooo...', '...o....', '........'],
    cover: 128,
  },
  polygonal: {
    elements: { ShutterShape: 'POLYGONAL', VerticesOfThePolygonalShutter: ['1', '1', '1', '6', '6', '1'] },
    seen: ['oooooo..', 'ooooo...', 'oooo....', 'ooo.....', 'oo......', 'o.......'],
    cover: 0,
  },
  'of two shapes, which both have to let a pixel through': {
    elements: {
      ...rectangle,
      ShutterShape: ['RECTANGULAR', 'CIRCULAR'],
      CenterOfCircularShutter: ['3', '4'],
      RadiusOfCircularShutter: '2',
    },
    seen: ['........', '..ooo...', '.ooooo..', '..ooo...', '...o....', '........'],
    cover: 0,
  },
  'bitmap: an overlay that covers and is no graphic': {
    elements: { ShutterShape: 'BITMAP', ShutterOverlayGroup: 0x6000, more: overlayOf([1, 2, 4, 8, 16, 32]) },
    seen: ['.ooooooo', 'o.oooooo', 'oo.ooooo', 'ooo.oooo', 'oooo.ooo', 'ooooo.oo'],
    cover: 0,
  },
  'under the overlays of the image': {
    elements: { ...rectangle, more: overlayOf([1, 2, 4, 8, 16, 32]) },
    seen: ['#.......', '.#ooooo.', '.o#oooo.', '.oo#ooo.', '.ooo#oo.', '.....#..'],
    cover: 0,
  },
  'of the frame, before that of the image': {
    elements: {
      ...rectangle,
      ShutterRightVerticalEdge: '3',
      NumberOfFrames: '1',
      PerFrameFunctionalGroupsSequence: { items: [{ FrameDisplayShutterSequence: { items: [rectangle] } }] },
    },
    seen: ['........', '.oooooo.', '.oooooo.', '.oooooo.', '.oooooo.', '........'],
    cover: 0,
  },
  'that would hide all hides nothing': {
    elements: {
      ShutterShape: 'RECTANGULAR',
      ShutterLeftVerticalEdge: '0',
      ShutterRightVerticalEdge: '0',
      ShutterUpperHorizontalEdge: '0',
      ShutterLowerHorizontalEdge: '0',
    },
    seen: Array.from({ length: Rows }, () => 'oooooooo'),
    cover: 0,
  },
  'without its measures shuts nothing': {
    elements: { ShutterShape: 'RECTANGULAR', ShutterLeftVerticalEdge: '2' },
    seen: Array.from({ length: Rows }, () => 'oooooooo'),
    cover: 0,
  },
};

const both = { PixelSpacing: ['1', '1'], PixelAspectRatio: ['2', '1'] } as const;
const shared = (PixelSpacing: readonly string[]): BuiltElements => ({
  SharedFunctionalGroupsSequence: { items: [{ PixelMeasuresSequence: { items: [{ PixelSpacing }] } }] },
});

/** Heights of 8 x 6 pixels at a width of 16, as dcm2pnm +Sxv 16 of DCMTK gives them; functional groups it does not read. */
const sizes: Readonly<Record<string, readonly [elements: BuiltElements, height: number]>> = {
  'nothing is said': [{}, 12],
  'Pixel Spacing': [{ PixelSpacing: ['0.5', '0.25'] }, 24],
  'Imager Pixel Spacing': [{ ImagerPixelSpacing: ['0.5', '0.25'] }, 24],
  'Nominal Scanned Pixel Spacing': [{ NominalScannedPixelSpacing: ['0.5', '0.25'] }, 24],
  'Pixel Aspect Ratio': [{ PixelAspectRatio: ['2', '1'] }, 24],
  'Pixel Spacing before Pixel Aspect Ratio': [both, 12],
  'Imager Pixel Spacing before that of a scanner': [
    { ImagerPixelSpacing: ['0.5', '0.25'], NominalScannedPixelSpacing: ['0.25', '0.5'] },
    24,
  ],
  'Pixel Spacing that is none, and Pixel Aspect Ratio': [{ PixelSpacing: ['0', '0'], PixelAspectRatio: ['1', '2'] }, 6],
  'Pixel Measures of a functional group': [{ ...shared(['3', '1']), NumberOfFrames: '1' }, 36],
};

const all = [...Object.values(shutters).map(({ elements }) => elements), ...Object.values(sizes).map(([it]) => it)];
const target = (number: number): string =>
  `/studies/${testUID(1)}/series/${testUID(1, 1)}/instances/${testUID(1, 1, number)}/rendered`;

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
  const pixelData = new Uint8Array(Rows * Columns).fill(gray);
  await server.store(
    ...all.map((elements, i) =>
      buildInstance({ pixelData, elements: { Rows, Columns, ...elements, SOPInstanceUID: testUID(1, 1, i + 1) } }),
    ),
  );
});
afterAll(() => server.close());

describe('the Display Shutter of an image (PS3.3 C.7.6.11, D-54)', () => {
  for (const [i, [title, { seen, cover }]] of Object.entries(shutters).entries()) {
    test(title, async () => {
      const response = await server.get(target(i + 1), 'image/png');
      expect(response.status, await response.clone().text()).toBe(200);
      const octets = await sharp(Buffer.from(await response.arrayBuffer()))
        .toColourspace('b-w')
        .raw()
        .toBuffer();
      const shown = { o: gray, '#': 255, '.': cover };
      expect([...octets]).toEqual([...seen.join('')].map((sign) => shown[sign as keyof typeof shown]));
    });
  }
});

describe('pixels that are not square (PS3.3 C.7.6.3.1.7)', () => {
  for (const [i, [title, [, height]]] of Object.entries(sizes).entries()) {
    test(`${title}: 16 pixels wide are ${height} high`, async () => {
      const number = Object.keys(shutters).length + i + 1;
      const response = await server.get(`${target(number)}?viewport=16,64`, 'image/png');
      const { info } = await sharp(Buffer.from(await response.arrayBuffer()))
        .raw()
        .toBuffer({ resolveWithObject: true });
      expect([info.width, info.height]).toEqual([16, height]);
    });
  }
});
