import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildInstance, testUID } from '../../support/dicom-builder.ts';
import { partsOfResponse } from '../../support/multipart.ts';
import { requirement } from '../../support/requirement.ts';
import { startServer, type TestServer } from '../../support/server.ts';

const study = `/studies/${testUID(1)}`;
const series = `${study}/series/${testUID(1, 1)}`;
const ct = `${series}/instances/${testUID(1, 1, 1)}`;
const multiFrame = `${series}/instances/${testUID(1, 1, 2)}`;
const rgb = `${series}/instances/${testUID(1, 1, 3)}`;
const report = `/studies/${testUID(1)}/series/${testUID(1, 2)}/instances/${testUID(1, 2, 1)}`;
const presentationState = `/studies/${testUID(1)}/series/${testUID(1, 3)}/instances/${testUID(1, 3, 1)}`;
const broken = `/studies/${testUID(2)}/series/${testUID(2, 1)}/instances/${testUID(2, 1, 1)}`;

const columns = 32;
const rows = 16;

/** A ramp of 512 stored values, 1,024 below which is the value in Hounsfield units. */
const ramp = new Uint8Array(Uint16Array.from({ length: columns * rows }, (_, i) => 1024 + i).buffer);

const objects = [
  buildInstance({
    pixelData: ramp,
    elements: {
      SOPInstanceUID: testUID(1, 1, 1),
      Rows: rows,
      Columns: columns,
      BitsAllocated: 16,
      BitsStored: 12,
      HighBit: 11,
      RescaleSlope: '1',
      RescaleIntercept: '-1024',
      WindowCenter: '256',
      WindowWidth: '512',
      StudyDate: '20260102',
    },
  }),
  buildInstance({
    pixelData: Uint8Array.from({ length: 3 * 64 }, (_, i) => (i < 64 ? 10 : i < 128 ? 20 : 30)),
    elements: {
      SOPInstanceUID: testUID(1, 1, 2),
      InstanceNumber: 2,
      NumberOfFrames: '3',
      Rows: 8,
      Columns: 8,
      FrameTime: '40',
    },
  }),
  buildInstance({
    pixelData: Uint8Array.from({ length: 8 * 4 * 3 }, (_, i) => i),
    elements: {
      SOPInstanceUID: testUID(1, 1, 3),
      InstanceNumber: 3,
      SamplesPerPixel: 3,
      PhotometricInterpretation: 'RGB',
      PlanarConfiguration: 0,
      Rows: 4,
      Columns: 8,
    },
  }),
  buildInstance({
    elements: {
      SOPClassUID: '1.2.840.10008.5.1.4.1.1.88.11',
      SeriesInstanceUID: testUID(1, 2),
      SOPInstanceUID: testUID(1, 2, 1),
      SeriesNumber: 2,
      Modality: 'SR',
    },
  }),
  buildInstance({
    elements: {
      SOPClassUID: '1.2.840.10008.5.1.4.1.1.11.1',
      SeriesInstanceUID: testUID(1, 3),
      SOPInstanceUID: testUID(1, 3, 1),
      SeriesNumber: 3,
      Modality: 'PR',
    },
  }),
  buildInstance({
    transferSyntax: '1.2.840.10008.1.2.4.50',
    pixelData: { fragments: [Buffer.from('no JPEG stream')] },
    elements: { StudyInstanceUID: testUID(2), SeriesInstanceUID: testUID(2, 1), SOPInstanceUID: testUID(2, 1, 1) },
  }),
  buildInstance({
    pixelData: new Uint8Array(16).fill(9),
    elements: {
      StudyInstanceUID: testUID(2),
      SeriesInstanceUID: testUID(2, 1),
      SOPInstanceUID: testUID(2, 1, 2),
      InstanceNumber: 2,
    },
  }),
];

let server: TestServer;
beforeAll(async () => {
  server = await startServer('--max-render-pixels', '100000');
  await server.store(...objects);
});
afterAll(() => server.close());

async function grayOf(response: Response): Promise<{ width: number; height: number; pixels: number[] }> {
  expect(response.status).toBe(200);
  const image = sharp(Buffer.from(await response.arrayBuffer()))
    .removeAlpha()
    .extractChannel(0);
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, pixels: [...data] };
}

async function problemOf(response: Response): Promise<{ status: number; text: string }> {
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  return { status: response.status, text: await response.text() };
}

/** LINEAR of PS3.3 C.11.2.1.2.1 over the ramp. */
function linear(center: number, width: number): number[] {
  return Array.from({ length: columns * rows }, (_, x) => {
    const y = (x - (center - 0.5)) / (width - 1) + 0.5;
    return Math.round(255 * Math.min(1, Math.max(0, y)));
  });
}

describe('Retrieve Rendered: an instance (PS3.18 Sup174 6.5.8)', () => {
  requirement(
    ['R-001-243', 'R-001-245', 'R-001-264', 'R-001-265', 'R-001-372', 'R-001-376', 'R-001-377'],
    'comes as image/jpeg by default on /rendered, and by its media type on the bare resource',
    async () => {
      for (const [target, accept] of [
        [`${ct}/rendered`, '*/*'],
        [ct, 'image/jpeg'],
        [ct, 'image/*'],
      ] as const) {
        const response = await server.get(target, accept);
        expect(response.status).toBe(200);
        expect(response.headers.get('content-type')).toBe('image/jpeg');
        const body = Buffer.from(await response.arrayBuffer());
        expect(response.headers.get('content-length')).toBe(String(body.length));
        expect(await sharp(body).metadata()).toMatchObject({
          format: 'jpeg',
          width: columns,
          height: rows,
          channels: 1,
        });
      }
    },
  );

  requirement(['R-001-074', 'R-001-075', 'R-001-344'], 'comes as image/png and image/gif, exactly', async () => {
    for (const type of ['image/png', 'image/gif']) {
      const response = await server.get(`${ct}/rendered`, type);
      expect(response.headers.get('content-type')).toBe(type);
      expect((await grayOf(response)).pixels).toEqual(linear(256, 512));
    }
  });

  requirement(['R-001-327', 'R-001-328'], 'without viewport has the pixel matrix of the source', async () => {
    expect(await grayOf(await server.get(`${ct}/rendered`, 'image/png'))).toMatchObject({
      width: columns,
      height: rows,
    });
  });

  requirement(['R-001-269', 'R-001-275', 'R-001-284', 'R-001-330', 'R-001-342'], 'is windowed as asked', async () => {
    const response = await server.get(`${ct}/rendered?window=100,50,linear`, 'image/png');
    expect((await grayOf(response)).pixels).toEqual(linear(100, 50));
  });

  requirement(
    ['R-001-278', 'R-001-313', 'R-001-317'],
    'is cropped and flipped, whatever the order of the parameters',
    async () => {
      const queries = ['window=256,512,linear&viewport=8,4,4,2,-8,4', 'viewport=8,4,4,2,-8,4&window=256,512,linear'];
      const whole = linear(256, 512);
      const expected = Array.from({ length: 32 }, (_, i) => whole[(2 + Math.floor(i / 8)) * columns + 4 + 7 - (i % 8)]);
      for (const query of queries) {
        const { width, height, pixels } = await grayOf(await server.get(`${ct}/rendered?${query}`, 'image/png'));
        expect([width, height]).toEqual([8, 4]);
        expect(pixels).toEqual(expected);
      }
    },
  );

  requirement(['R-001-297', 'R-001-300'], 'quality shrinks a JPEG and leaves a PNG alone', async () => {
    const octets = async (query: string, type: string) =>
      Buffer.from(await (await server.get(`${ct}/rendered?${query}`, type)).arrayBuffer());
    expect((await octets('quality=5', 'image/jpeg')).length).toBeLessThan(
      (await octets('quality=100', 'image/jpeg')).length,
    );
    expect(await octets('quality=5', 'image/png')).toEqual(await octets('', 'image/png'));
  });

  requirement(
    ['R-001-285', 'R-001-288', 'R-001-289', 'R-001-290', 'R-001-291', 'R-001-292'],
    'is annotated when asked',
    async () => {
      const png = async (query: string) =>
        (await grayOf(await server.get(`${ct}/rendered?viewport=256,256${query}`, 'image/png'))).pixels;
      const [plain, patient, technique, procedure] = [
        await png(''),
        await png('&annotation=patient'),
        await png('&annotation=technique'),
        await png('&annotation=procedure'),
      ];
      expect(patient).not.toEqual(plain);
      expect(technique).not.toEqual(plain);
      expect(technique).not.toEqual(patient);
      expect(procedure).toEqual(technique);
      expect(plain.slice(256 * 50, 256 * 60)).toEqual(patient.slice(256 * 50, 256 * 60));
    },
  );

  requirement('R-001-273', 'unknown parameters are ignored', async () => {
    const plain = await server.get(`${ct}/rendered`, 'image/png');
    const other = await server.get(`${ct}/rendered?foo=bar&Window=1`, 'image/png');
    expect(Buffer.from(await other.arrayBuffer())).toEqual(Buffer.from(await plain.arrayBuffer()));
    expect(other.headers.get('etag')).toBe(plain.headers.get('etag'));
  });

  test('annotation keywords that nobody knows are named in a Warning (D-22)', async () => {
    const response = await server.get(`${ct}/rendered?annotation=patient,foo`, 'image/png');
    expect(response.status).toBe(200);
    expect(response.headers.get('warning')).toMatch(/^299 .*foo/);
  });

  test('a conditional request costs no pixels, and HEAD says what GET would', async () => {
    const target = `${ct}/rendered?window=40,400,linear`;
    const etag = (await server.get(target, 'image/png')).headers.get('etag')!;
    expect((await server.get(target, 'image/png', { 'If-None-Match': etag })).status).toBe(304);
    expect((await server.get(target, 'image/jpeg', { 'If-None-Match': etag })).status).toBe(200);
    const head = await fetch(`${server.url}${target}`, { method: 'HEAD', headers: { Accept: 'image/png' } });
    expect([head.status, head.headers.get('etag'), head.headers.get('content-type')]).toEqual([200, etag, 'image/png']);
  });
});

describe('Retrieve Rendered: frames and multi-frame images', () => {
  requirement(
    ['R-001-266', 'R-001-267'],
    'one frame is a single part, several are multipart/related in their order',
    async () => {
      const one = await server.get(`${multiFrame}/frames/2/rendered`, 'image/png');
      expect((await grayOf(one)).pixels).toEqual(new Array(64).fill(20));
      const several = await server.get(`${multiFrame}/frames/3,1`, 'image/png');
      expect(several.status).toBe(200);
      expect(several.headers.get('content-type')).toMatch(/^multipart\/related; type="image\/png"; boundary=/);
      const parts = await partsOfResponse(several);
      expect(parts.map(({ headers }) => headers.get('content-type'))).toEqual(['image/png', 'image/png']);
      expect(parts.map(({ headers }) => headers.get('content-location'))).toEqual([
        `${server.url}${multiFrame}/frames/3/rendered`,
        `${server.url}${multiFrame}/frames/1/rendered`,
      ]);
      expect((await sharp(parts[0]!.content).raw().toBuffer())[0]).toBe(30);
    },
  );

  requirement('R-001-377', 'one comes by itself where its envelope is asked for (D-27)', async () => {
    const resource = `${multiFrame}/frames/2/rendered`;
    const bare = Buffer.from(await (await server.get(resource, 'image/png')).arrayBuffer());
    for (const [accept, query] of [
      ['multipart/related; type="image/png"', ''],
      ['multipart/related;type="image/png";q=0.5, multipart/related;type="image/gif";q=0.1', ''],
      ['*/*', '?accept=multipart/related;type=%22image/png%22'],
    ] as const) {
      const single = await server.get(resource + query, accept);
      expect(single.headers.get('content-type'), accept).toBe('image/png');
      expect(Buffer.from(await single.arrayBuffer()).equals(bare), accept).toBe(true);
    }
  });

  requirement('R-001-077', 'all frames are one animated image/gif with the timing of the object', async () => {
    const response = await server.get(`${multiFrame}/rendered`, 'image/gif');
    expect(response.headers.get('content-type')).toBe('image/gif');
    const gif = Buffer.from(await response.arrayBuffer());
    expect(await sharp(gif, { animated: true }).metadata()).toMatchObject({ pages: 3, delay: [40, 40, 40] });
    expect((await server.get(`${multiFrame}/rendered`, 'image/jpeg')).status).toBe(406);
  });

  test('a frame that is not there is named', async () => {
    const { status, text } = await problemOf(await server.get(`${multiFrame}/frames/2,7/rendered`, 'image/png'));
    expect(status).toBe(404);
    expect(text).toContain('Frame 7');
  });
});

describe('Retrieve Rendered: a study and a series', () => {
  requirement(
    ['R-001-260', 'R-001-261', 'R-001-277', 'R-001-343', 'R-001-373', 'R-001-378'],
    'what is renderable comes in order, with 206 where something is left out; Presentation States do not count',
    async () => {
      const response = await server.get(`${study}/rendered`, 'image/png, image/gif;q=0.5');
      expect(response.status).toBe(206);
      const types = (await partsOfResponse(response)).map(({ headers }) => headers.get('content-type'));
      expect(types).toEqual(['image/png', 'image/gif', 'image/png']);
    },
  );

  requirement(['R-001-262', 'R-001-263', 'R-001-372'], 'a series of which everything is rendered is 200', async () => {
    const response = await server.get(`${series}/rendered`, '*/*');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/type="image\/jpeg"/);
    expect(await partsOfResponse(response)).toHaveLength(3);
    const named = await server.get(`${series}/rendered`, 'multipart/related; type="image/gif"');
    expect((await partsOfResponse(named)).map(({ headers }) => headers.get('content-type'))).toEqual(
      new Array(3).fill('image/gif'),
    );
  });

  requirement(
    'R-001-373',
    'pixel data that cannot be decoded is left out of a series, with 206, and alone is 406',
    async () => {
      const response = await server.get(`/studies/${testUID(2)}/rendered`, 'image/png');
      expect(response.status).toBe(206);
      expect(response.headers.get('content-type')).toMatch(/^(image\/png$|multipart\/related; type="image\/png")/);
      expect((await problemOf(await server.get(`${broken}/rendered`, 'image/png'))).status).toBe(406);
    },
  );
});

describe('Retrieve Rendered: what is refused', () => {
  test.each([
    ['window=40,400', '6.5.8.1.2.4'],
    ['window=40,0,linear', '6.5.8.1.2.4'],
    ['window=1,2,linear&window=1,2,linear', '6.5.8.1.2.4'],
    ['viewport=0,5', '6.5.8.1.2.3'],
    ['viewport=5,5,,,0', '6.5.8.1.2.3'],
    ['viewport=5,5,32', '6.5.8.1.2.3'],
    ['viewport=5,5,,,,', '6.5.8.1.2.3'],
    ['quality=101', '6.5.8.1.2.2'],
    ['annotation=', '6.5.8.1.2.1'],
    ['annotation=foo', '6.5.8.1.2.1'],
  ])('%s is answered with 400 and clause %s', async (query, clause) => {
    const { status, text } = await problemOf(await server.get(`${ct}/rendered?${query}`, 'image/png'));
    expect(status).toBe(400);
    expect(text).toContain(clause);
  });

  requirement('R-001-375', 'an image or a viewport that is too large is 413', async () => {
    expect((await problemOf(await server.get(`${ct}/rendered?viewport=1000,1000`, 'image/png'))).status).toBe(413);
  });

  requirement('R-001-374', 'media types that nobody renders to, and targets that are no image, are 406', async () => {
    expect((await problemOf(await server.get(`${ct}/rendered`, 'image/bmp'))).status).toBe(406);
    expect((await problemOf(await server.get(`${report}/rendered`, 'image/png'))).status).toBe(406);
  });

  requirement(['R-001-316', 'R-001-338'], 'a window or a source region on a Presentation State is 409', async () => {
    for (const query of ['window=40,400,linear', 'viewport=10,10,1']) {
      expect((await problemOf(await server.get(`${presentationState}/rendered?${query}`, 'image/png'))).status).toBe(
        409,
      );
    }
  });

  requirement(['R-001-094', 'R-001-339'], 'without Accept it is 406, and a bad query value comes first', async () => {
    expect((await problemOf(await server.get(`${ct}/rendered`, ''))).status).toBe(406);
    expect((await problemOf(await server.get(`${ct}/rendered?quality=0`, ''))).status).toBe(400);
  });

  requirement('R-001-371', 'what is not stored is 404', async () => {
    expect((await problemOf(await server.get(`/studies/${testUID(9)}/rendered`, 'image/png'))).status).toBe(404);
  });

  test('a colour image ignores the window', async () => {
    const response = await server.get(`${rgb}/rendered?window=40,400,linear`, 'image/png');
    const pixels = await sharp(Buffer.from(await response.arrayBuffer()))
      .raw()
      .toBuffer();
    expect([...pixels]).toEqual(Array.from({ length: 96 }, (_, i) => i));
  });
});
