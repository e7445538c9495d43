import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BuiltElements, buildInstance, testUID } from '../../support/dicom-builder.ts';
import { partsOfResponse } from '../../support/multipart.ts';
import {
  buildPresentationState,
  displayedArea,
  referencedImage,
  referencedSeries,
  SOPClass,
} from '../../support/presentation-state.ts';
import { requirement } from '../../support/requirement.ts';
import { startServer, type TestServer } from '../../support/server.ts';

const columns = 40;
const rows = 20;
const images = testUID(1, 1);
const stack = testUID(1, 2);
const elsewhere = testUID(1, 99);
const ramp = testUID(1, 1, 1);
const cine = testUID(1, 1, 2);
const dimensions = testUID(1, 1, 3);
const volume = testUID(1, 1, 4);
const overlaid = testUID(1, 1, 5);
const colors = testUID(1, 1, 6);

/** Grey 0 to 39 by column, 100 more in the upper left quarter. */
const rampPixels = Uint8Array.from({ length: rows * columns }, (_, i) => {
  const [x, y] = [i % columns, Math.floor(i / columns)];
  return x + (x < columns / 2 && y < rows / 2 ? 100 : 0);
});

/** Frames of one grey each. */
function frames(...grays: readonly number[]): Uint8Array {
  return Uint8Array.from({ length: grays.length * 16 }, (_, i) => grays[Math.floor(i / 16)]!);
}

/** A slice of the stack, of one grey. */
function slice(gray: number, z: number): Uint8Array {
  return buildInstance({
    pixelData: frames(gray),
    elements: {
      SeriesInstanceUID: stack,
      SOPInstanceUID: testUID(1, 2, gray),
      SeriesNumber: 2,
      InstanceNumber: gray,
      ImageOrientationPatient: ['1', '0', '0', '0', '1', '0'],
      ImagePositionPatient: ['0', '0', String(z)],
    },
  });
}

const sources = [
  buildInstance({
    pixelData: rampPixels,
    elements: {
      SOPInstanceUID: ramp,
      Rows: rows,
      Columns: columns,
      // All of these are replaced by a Presentation State, also by one that says nothing about them.
      RescaleSlope: '2',
      RescaleIntercept: '7',
      WindowCenter: '20',
      WindowWidth: '10',
    },
  }),
  buildInstance({ pixelData: frames(10, 20, 30, 40, 50), elements: { SOPInstanceUID: cine, NumberOfFrames: '5' } }),
  buildInstance({
    pixelData: frames(30, 10, 20),
    elements: {
      SOPInstanceUID: dimensions,
      NumberOfFrames: '3',
      PerFrameFunctionalGroupsSequence: {
        items: [3, 1, 2].map((index) => ({
          FrameContentSequence: { items: [{ DimensionIndexValues: [1, index] }] },
          // Would lead to another order.
          PlanePositionSequence: { items: [{ ImagePositionPatient: ['0', '0', String(-index)] }] },
        })),
      },
    },
  }),
  buildInstance({
    pixelData: frames(20, 30, 10),
    elements: {
      SOPInstanceUID: volume,
      NumberOfFrames: '3',
      PerFrameFunctionalGroupsSequence: {
        items: [2, 3, 1].map((place) => ({
          PlanePositionVolumeSequence: { items: [{ ImagePositionVolume: [0, 0, place] }] },
        })),
      },
    },
  }),
  buildInstance({
    pixelData: frames(90),
    elements: {
      SOPInstanceUID: overlaid,
      more: [
        { tag: 0x60000010, vr: 'US', value: 1 },
        { tag: 0x60000011, vr: 'US', value: 2 },
        { tag: 0x60000040, vr: 'CS', value: 'G' },
        { tag: 0x60000050, vr: 'SS', value: [2, 3] },
        { tag: 0x60000100, vr: 'US', value: 1 },
        { tag: 0x60000102, vr: 'US', value: 0 },
        { tag: 0x60003000, vr: 'OW', value: Uint8Array.of(0b11, 0) },
      ],
    },
  }),
  buildInstance({
    pixelData: Uint8Array.from({ length: 4 * 4 * 3 }, (_, i) => i),
    elements: { SOPInstanceUID: colors, SamplesPerPixel: 3, PhotometricInterpretation: 'RGB', PlanarConfiguration: 0 },
  }),
  slice(60, 5),
  slice(61, -5),
  slice(62, 0),
];

const ofRamp = referencedSeries([{ SeriesInstanceUID: images, SOPInstanceUID: ramp }]);
const wholeRamp = displayedArea([1, 1], [columns, rows]);
const text = (
  units: 'DISPLAY' | 'PIXEL',
  topLeft: readonly [number, number],
  bottomRight: readonly [number, number],
) => ({
  GraphicAnnotationSequence: {
    items: [
      {
        GraphicLayer: 'LAYER',
        TextObjectSequence: {
          items: [
            {
              BoundingBoxAnnotationUnits: units,
              BoundingBoxTopLeftHandCorner: topLeft,
              BoundingBoxBottomRightHandCorner: bottomRight,
              BoundingBoxTextHorizontalJustification: 'LEFT',
              UnformattedTextValue: 'MMMM',
            },
          ],
        },
      },
    ],
  },
});
const palette = (tag: number, entries: readonly number[]) => [
  { tag, vr: 'US' as const, value: [entries.length, 0, 8] },
  { tag: tag + 0x100, vr: 'OW' as const, value: Uint8Array.from(entries.flatMap((entry) => [entry, 0])) },
];

/** The Presentation States of the tests, by name: each stands in the study and the series of the others. */
const states = {
  plain: { ...ofRamp, ...wholeRamp },
  transformed: {
    ...ofRamp,
    ...wholeRamp,
    SoftcopyVOILUTSequence: { items: [{ WindowCenter: '64.5', WindowWidth: '129' }] },
    PresentationLUTShape: 'INVERSE',
    ImageRotation: 90,
    ImageHorizontalFlip: 'Y',
  },
  fiveFrames: referencedSeries([{ SeriesInstanceUID: images, SOPInstanceUID: cine }]),
  someFrames: referencedSeries([{ SeriesInstanceUID: images, SOPInstanceUID: cine, frameNumbers: [4, 2, 4] }]),
  dimensions: referencedSeries([{ SeriesInstanceUID: images, SOPInstanceUID: dimensions }]),
  volume: referencedSeries([{ SeriesInstanceUID: images, SOPInstanceUID: volume }]),
  wholeSeries: referencedSeries([{ SeriesInstanceUID: stack }]),
  scaled: { ...ofRamp, ...displayedArea([1, 1], [30, 20]) },
  overTheEdge: { ...ofRamp, ...displayedArea([-1, -2], [43, 21]) },
  trueSize: {
    ...ofRamp,
    ...displayedArea([1, 1], [30, 20], { PresentationSizeMode: 'TRUE SIZE', PresentationPixelSpacing: ['1', '1'] }),
  },
  magnified: {
    ...ofRamp,
    ...displayedArea([11, 6], [30, 15], { PresentationSizeMode: 'MAGNIFY', PresentationPixelMagnificationRatio: 4 }),
  },
  magnifiedTooFar: {
    ...ofRamp,
    ...displayedArea([1, 1], [40, 20], { PresentationSizeMode: 'MAGNIFY', PresentationPixelMagnificationRatio: 1e6 }),
  },
  displayText: { ...ofRamp, ...displayedArea([21, 11], [40, 20]), ...text('DISPLAY', [0.5, 0], [1, 1]) },
  partlyMissing: referencedSeries([
    { SeriesInstanceUID: images, SOPInstanceUID: ramp },
    { SeriesInstanceUID: images, SOPInstanceUID: testUID(1, 1, 77) },
  ]),
  framesMissing: referencedSeries([{ SeriesInstanceUID: images, SOPInstanceUID: cine, frameNumbers: [5, 6] }]),
  allMissing: referencedSeries([
    { SeriesInstanceUID: images, SOPInstanceUID: testUID(1, 1, 77) },
    { SeriesInstanceUID: elsewhere },
  ]),
  masked: {
    ...referencedSeries([{ SeriesInstanceUID: images, SOPInstanceUID: cine }]),
    RecommendedViewingMode: 'SUB',
    MaskSubtractionSequence: {
      items: [{ MaskOperation: 'AVG_SUB', MaskFrameNumbers: [1, 2], ApplicableFrameRange: [3, 5] }],
    },
  },
  perImage: {
    ...referencedSeries([{ SeriesInstanceUID: images, SOPInstanceUID: cine, frameNumbers: [1, 2] }]),
    SoftcopyVOILUTSequence: {
      items: [
        { ...referencedImage(cine, [2]), WindowCenter: '0', WindowWidth: '2' },
        { ...referencedImage(cine, [1]), WindowCenter: '200', WindowWidth: '2' },
      ],
    },
  },
  blending: {
    SOPClassUID: SOPClass.BlendingSoftcopyPresentationState,
    RelativeOpacity: 0.25,
    BlendingSequence: {
      items: [
        {
          ...referencedSeries([{ SeriesInstanceUID: images, SOPInstanceUID: cine, frameNumbers: [1] }]),
          BlendingPosition: 'SUPERIMPOSED',
          StudyInstanceUID: testUID(1),
        },
        {
          ...referencedSeries([{ SeriesInstanceUID: stack }]),
          BlendingPosition: 'UNDERLYING',
          StudyInstanceUID: testUID(1),
        },
      ],
    },
    more: [
      ...palette(
        0x00281101,
        Array.from({ length: 256 }, () => 200),
      ),
      ...palette(
        0x00281102,
        Array.from({ length: 256 }, (_, i) => i),
      ),
      ...palette(
        0x00281103,
        Array.from({ length: 256 }, () => 0),
      ),
    ],
  },
  pseudoColor: {
    SOPClassUID: SOPClass.PseudoColorSoftcopyPresentationState,
    ...referencedSeries([{ SeriesInstanceUID: images, SOPInstanceUID: cine, frameNumbers: [3] }]),
    more: [
      ...palette(
        0x00281101,
        Array.from({ length: 256 }, (_, i) => i),
      ),
      ...palette(
        0x00281102,
        Array.from({ length: 256 }, (_, i) => 255 - i),
      ),
      ...palette(
        0x00281103,
        Array.from({ length: 256 }, () => 7),
      ),
    ],
  },
  withoutOverlay: referencedSeries([{ SeriesInstanceUID: images, SOPInstanceUID: overlaid }]),
  withOverlay: {
    ...referencedSeries([{ SeriesInstanceUID: images, SOPInstanceUID: overlaid }]),
    GraphicLayerSequence: {
      items: [{ GraphicLayer: 'L', GraphicLayerOrder: '1', GraphicLayerRecommendedDisplayGrayscaleValue: 51400 }],
    },
    more: [{ tag: 0x60001001, vr: 'CS', value: 'L' }],
  },
  color: {
    SOPClassUID: SOPClass.ColorSoftcopyPresentationState,
    ...referencedSeries([{ SeriesInstanceUID: images, SOPInstanceUID: colors }]),
    ImageRotation: 180,
  },
  volumetric: { ...ofRamp, SOPClassUID: SOPClass.VolumeRenderingVolumetricPresentationState },
  withoutReferences: {},
} as const satisfies Readonly<Record<string, BuiltElements>>;

type StateName = keyof typeof states;
const names = Object.keys(states) as StateName[];
const uidOf = (name: StateName): string => testUID(1, 90, 1 + names.indexOf(name));
const target = (name: StateName): string => `/studies/${testUID(1)}/series/${testUID(1, 90)}/instances/${uidOf(name)}`;

let server: TestServer;
beforeAll(async () => {
  server = await startServer('--max-render-pixels', '1000000');
  await server.store(...sources, ...names.map((name) => buildPresentationState(uidOf(name), states[name])));
});
afterAll(() => server.close());

async function pixels(response: Response) {
  expect(response.status).toBe(200);
  return pixelsOf(Buffer.from(await response.arrayBuffer()));
}

async function pixelsOf(png: Uint8Array) {
  const { channels } = await sharp(png).metadata();
  const { data, info } = await sharp(png)
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return {
    size: [info.width, info.height],
    channels: info.channels,
    at: (x: number, y: number) => [
      ...data.subarray((y * info.width + x) * info.channels, (y * info.width + x + 1) * info.channels),
    ],
    data,
  };
}

/** The grey in the middle of every part of a response, in their order. */
async function grays(response: Response): Promise<number[]> {
  const parts = await partsOfResponse(response);
  return Promise.all(parts.map(async ({ content }) => (await pixelsOf(content)).at(2, 2)[0]!));
}

const png = (name: StateName, query = '', form = '/rendered'): Promise<Response> =>
  server.get(`${target(name)}${form}${query}`, 'image/png');

describe('parameters of a Presentation State', () => {
  requirement('R-001-316', 'a source region is answered with 409, also one that is empty', async () => {
    for (const viewport of ['256,256,0,0,10,10', '256,256,,,10,10', '256,256,1']) {
      const response = await png('plain', `?viewport=${viewport}`);
      expect(response.status).toBe(409);
      expect(await response.json()).toMatchObject({ requirement: 'R-001-316' });
    }
  });

  requirement('R-001-338', 'a window is answered with 409, on the bare resource as well', async () => {
    for (const form of ['', '/rendered']) {
      const response = await png('plain', '?window=40,400,linear', form);
      expect(response.status).toBe(409);
    }
  });

  test('both are answered with 409 before anything is looked for', async () => {
    expect((await png('allMissing', '?window=40,400,linear')).status).toBe(409);
  });
});

describe('images of a Presentation State', () => {
  requirement(
    ['R-001-342', 'R-001-349'],
    'VOI LUT, Presentation LUT, rotation and flip are those of the Presentation State',
    async () => {
      const { size, at } = await pixels(await png('transformed'));
      expect(size).toEqual([rows, columns]);
      // Turned clockwise and then flipped, rows have become columns and the upper left corner has stayed.
      const expected = (column: number, row: number): number =>
        255 - Math.round((255 * Math.min(128, rampPixels[row * columns + column]!)) / 128);
      for (const [x, y] of [
        [0, 0],
        [19, 0],
        [0, 39],
        [19, 39],
        [5, 12],
        [9, 19],
        [10, 20],
      ] as const) {
        expect(Math.abs(at(x, y)[0]! - expected(y, x))).toBeLessThanOrEqual(1);
      }
    },
  );

  requirement('R-001-349', 'what it leaves out is the identity, whatever the image says', async () => {
    const { size, channels, data } = await pixels(await png('plain'));
    expect([size, channels]).toEqual([[columns, rows], 1]);
    expect(new Uint8Array(data)).toEqual(rampPixels);
  });

  requirement('R-001-349', 'every item holds for the frames that it refers to', async () => {
    expect(await grays(await png('perImage'))).toEqual([0, 255]);
  });

  requirement('R-001-349', 'masks are taken away from the frames that they are for', async () => {
    // 30, 40 and 50 less the average of 10 and 20, on a range of as much below zero as above.
    const expected = [10, 20, ...[15, 25, 35].map((difference) => (255 + difference) / 2)];
    const differences = (await grays(await png('masked'))).map((gray, i) => Math.abs(gray - expected[i]!));
    expect(Math.max(...differences)).toBeLessThanOrEqual(0.5);
  });

  requirement(
    ['R-001-345', 'R-001-346', 'R-001-347', 'R-001-370'],
    'all frames of a multi-frame image, the frames of a list, and all instances of a series are rendered',
    async () => {
      expect(await grays(await png('fiveFrames'))).toEqual([10, 20, 30, 40, 50]);
      expect((await grays(await png('wholeSeries'))).length).toBe(3);
      const some = await png('someFrames', '', '');
      expect(some.headers.get('content-type')).toMatch(/^multipart\/related; type="image\/png"/);
      expect(await grays(some)).toEqual([40, 20]);
    },
  );

  requirement('R-001-346', 'any rendered type of a single image may be asked for', async () => {
    for (const type of ['image/jpeg', 'image/gif', 'image/png']) {
      const response = await server.get(`${target('plain')}/rendered`, type);
      expect([response.status, response.headers.get('content-type')]).toEqual([200, type]);
    }
    const refused = await server.get(`${target('plain')}/rendered`, 'video/mpeg');
    expect(refused.status).toBe(406);
  });

  requirement(
    'R-001-348',
    'a blending gives an image for each underlying frame, with the superimposed one at its opacity',
    async () => {
      const parts = await partsOfResponse(await png('blending'));
      const colors = await Promise.all(parts.map(async ({ content }) => (await pixelsOf(content)).at(2, 2)));
      // In the order of the stack: 3/4 of the grey and 1/4 of the palette's colour for 10.
      expect(colors).toEqual([61, 62, 60].map((gray) => [200, 10, 0].map((c) => Math.round(0.75 * gray + 0.25 * c))));
    },
  );

  requirement('R-001-349', 'a pseudo-color Presentation State shows grey through its palette', async () => {
    const { at } = await pixels(await png('pseudoColor'));
    expect(at(1, 1)).toEqual([30, 225, 7]);
  });

  requirement('R-001-343', 'Presentation States of a study are not rendered, and that is no shortcoming', async () => {
    const response = await server.get(`/studies/${testUID(1)}/rendered`, 'image/gif');
    expect(response.status).toBe(200);
    expect((await partsOfResponse(response)).length).toBe(sources.length);
  });
});

describe('overlays', () => {
  test('of an image are part of its picture; a Presentation State decides whether, and in which grey', async () => {
    const ofImage = await pixels(
      await server.get(`/studies/${testUID(1)}/series/${images}/instances/${overlaid}/rendered`, 'image/png'),
    );
    expect([ofImage.at(1, 1), ofImage.at(2, 1), ofImage.at(3, 1), ofImage.at(2, 2)]).toEqual([
      [90],
      [255],
      [255],
      [90],
    ]);
    expect((await pixels(await png('withoutOverlay'))).at(2, 1)).toEqual([90]);
    const activated = await pixels(await png('withOverlay'));
    expect([activated.at(1, 1), activated.at(2, 1), activated.at(3, 1)]).toEqual([[90], [200], [200]]);
  });
});

describe('colours', () => {
  requirement('R-001-349', 'a color Presentation State leaves them as they are, and turns the image', async () => {
    const { at } = await pixels(await png('color'));
    expect([at(0, 0), at(3, 3)]).toEqual([
      [45, 46, 47],
      [0, 1, 2],
    ]);
  });

  requirement('R-001-362', 'no picture has a profile, so that it is read as sRGB', async () => {
    for (const name of ['plain', 'color'] as const) {
      const response = await png(name);
      expect((await sharp(Buffer.from(await response.arrayBuffer())).metadata()).icc).toBeUndefined();
    }
  });

  test('annotation of the image is burnt in after everything else', async () => {
    const [without, withAnnotation] = await Promise.all(
      ['?viewport=400,200', '?viewport=400,200&annotation=patient'].map(async (query) =>
        pixels(await png('plain', query)),
      ),
    );
    expect(withAnnotation!.size).toEqual(without!.size);
    expect(withAnnotation!.data.equals(without!.data)).toBe(false);
  });
});

describe('the order of several images', () => {
  requirement(['R-001-350', 'R-001-351'], 'is that of Dimension Index Values, before positions', async () => {
    expect(await grays(await png('dimensions'))).toEqual([10, 20, 30]);
  });

  requirement(['R-001-350', 'R-001-352'], 'is that of Image Position (Patient)', async () => {
    expect(await grays(await png('wholeSeries'))).toEqual([61, 62, 60]);
  });

  requirement(['R-001-350', 'R-001-353'], 'is that of Image Position (Volume)', async () => {
    expect(await grays(await png('volume'))).toEqual([10, 20, 30]);
  });

  requirement(['R-001-350', 'R-001-354', 'R-001-355'], 'is else that of the references, each time', async () => {
    expect(await grays(await png('someFrames'))).toEqual([40, 20]);
    expect(await grays(await png('someFrames'))).toEqual([40, 20]);
  });

  requirement('R-001-367', 'is told by the Content-Location of each part, which is that of the image', async () => {
    const parts = await partsOfResponse(await png('someFrames'));
    const image = `${server.url}/studies/${testUID(1)}/series/${images}/instances/${cine}`;
    expect(parts.map(({ headers }) => headers.get('content-location'))).toEqual([
      `${image}/frames/4`,
      `${image}/frames/2`,
    ]);
  });
});

describe('the displayed area', () => {
  requirement('R-001-358', 'gives the size of the picture where there is no viewport', async () => {
    expect((await pixels(await png('scaled'))).size).toEqual([30, 20]);
    expect((await pixels(await png('trueSize'))).size).toEqual([30, 20]);
  });

  requirement('R-001-358', 'is dark where it reaches over the edges of the image', async () => {
    const { size, at } = await pixels(await png('overTheEdge'));
    expect(size).toEqual([45, 24]);
    expect([at(1, 3), at(2, 2), at(2, 3), at(41, 22), at(42, 22), at(41, 23)]).toEqual(
      [0, 0, rampPixels[0]!, rampPixels.at(-1)!, 0, 0].map((gray) => [gray]),
    );
  });

  requirement('R-001-357', 'SCALE TO FIT: grows or shrinks to meet one side of the viewport', async () => {
    expect((await pixels(await png('scaled', '?viewport=200,100'))).size).toEqual([150, 100]);
    expect((await pixels(await png('scaled', '?viewport=15,100'))).size).toEqual([15, 10]);
    expect((await pixels(await png('transformed', '?viewport=100,100'))).size).toEqual([50, 100]);
  });

  requirement('R-001-356', 'TRUE SIZE is SCALE TO FIT', async () => {
    const [one, other] = await Promise.all(
      (['scaled', 'trueSize'] as const).map(async (name) => pixels(await png(name, '?viewport=256,256'))),
    );
    expect(one!.data).toEqual(other!.data);
  });

  requirement('R-001-360', 'MAGNIFY: is as large as its magnification, and nothing is cut off', async () => {
    const { size, at } = await pixels(await png('magnified'));
    expect(size).toEqual([80, 40]);
    expect(Math.abs(at(70, 30)[0]! - (10 + 17))).toBeLessThanOrEqual(1);
  });

  requirement('R-001-359', 'MAGNIFY: a viewport keeps the top left of it, and is not filled up', async () => {
    const whole = await pixels(await png('magnified'));
    const cut = await pixels(await png('magnified', '?viewport=50,30'));
    expect(cut.size).toEqual([50, 30]);
    for (const [x, y] of [
      [0, 0],
      [25, 10],
      [45, 25],
    ] as const) {
      expect(Math.abs(cut.at(x, y)[0]! - whole.at(x, y)[0]!)).toBeLessThanOrEqual(1);
    }
    expect((await pixels(await png('magnified', '?viewport=1000,30'))).size).toEqual([80, 30]);
  });

  requirement('R-001-375', 'is answered with 413 where it would become too large', async () => {
    expect((await png('magnifiedTooFar')).status).toBe(413);
    expect((await png('magnifiedTooFar', '?viewport=10,10')).status).toBe(200);
  });

  requirement('R-001-361', 'text in fractions of it moves with it, not with the viewport', async () => {
    // The viewport is much wider than the area, which is 2 to 1 and thus 400 x 200.
    const { size, at } = await pixels(await png('displayText', '?viewport=1000,200'));
    expect(size).toEqual([400, 200]);
    const inked = (from: number, to: number): boolean =>
      Array.from({ length: 200 * (to - from) }, (_, i) =>
        at(from + (i % (to - from)), Math.floor(i / (to - from))),
      ).some(([gray]) => gray! > 200);
    expect([inked(0, 199), inked(199, 260)]).toEqual([false, true]);
  });
});

describe('references that are not stored here', () => {
  requirement('R-001-373', 'leave the others, with 206', async () => {
    const response = await png('partlyMissing');
    expect([response.status, response.headers.get('content-type')]).toEqual([206, 'image/png']);
    expect((await png('framesMissing')).status).toBe(206);
  });

  requirement('R-001-371', 'are named with 404 if they are all', async () => {
    const response = await png('allMissing');
    expect(response.status).toBe(404);
    const { detail } = (await response.json()) as { detail: string };
    expect(detail).toContain(testUID(1, 1, 77));
    expect(detail).toContain(elsewhere);
  });

  test('none at all, and a kind that is not rendered, are 406 with the reason', async () => {
    const none = await png('withoutReferences');
    expect([none.status, await none.json()]).toMatchObject([
      406,
      { detail: expect.stringContaining('refers to no image') },
    ]);
    const volumetric = await png('volumetric');
    expect([volumetric.status, await volumetric.json()]).toMatchObject([
      406,
      { detail: expect.stringContaining(states.volumetric.SOPClassUID) },
    ]);
  });
});

describe('the entity tag', () => {
  test('stays for the same request, costs no pixels, and is another for another viewport or Presentation State', async () => {
    const tagOf = async (response: Promise<Response>): Promise<string> => (await response).headers.get('etag')!;
    const tag = await tagOf(png('plain'));
    expect(await tagOf(png('plain'))).toBe(tag);
    expect(await tagOf(png('scaled'))).not.toBe(tag);
    expect(await tagOf(png('plain', '?viewport=20,20'))).not.toBe(tag);
    const again = await server.get(`${target('plain')}/rendered`, 'image/png', { 'If-None-Match': tag });
    expect(again.status).toBe(304);
  });
});
