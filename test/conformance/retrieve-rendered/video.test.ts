import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import os from 'node:os';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TransferSyntaxUID } from '../../../src/dicom/transfer-syntax.ts';
import { type BuiltElements, buildInstance, testUID } from '../../support/dicom-builder.ts';
import { partsOfResponse } from '../../support/multipart.ts';
import { requirement } from '../../support/requirement.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { describeWithTool } from '../../support/tool.ts';

const columns = 64;
const rows = 48;
const frameCount = 20;

const target = (number: number): string =>
  `/studies/${testUID(1)}/series/${testUID(1, 1)}/instances/${testUID(1, 1, number)}`;

/** Frames of one grey each: 10 more with each frame. */
const grays = Uint8Array.from(
  { length: columns * rows * frameCount },
  (_, i) => Math.floor(i / (columns * rows)) * 10 + 20,
);

function movingImage(number: number, elements: BuiltElements): Uint8Array {
  return buildInstance({
    pixelData: grays,
    elements: {
      SOPInstanceUID: testUID(1, 1, number),
      InstanceNumber: number,
      Rows: rows,
      Columns: columns,
      NumberOfFrames: String(frameCount),
      ...elements,
    },
  });
}

function storedVideo(number: number, transferSyntax: string, stream: Uint8Array): Uint8Array {
  const padded = stream.length % 2 === 0 ? stream : Buffer.concat([stream, Buffer.alloc(1)]);
  const half = Math.floor(padded.length / 4) * 2;
  return buildInstance({
    transferSyntax,
    pixelData: { fragments: [padded.subarray(0, half), padded.subarray(half)] },
    elements: {
      SOPInstanceUID: testUID(1, 1, number),
      InstanceNumber: number,
      SOPClassUID: '1.2.840.10008.5.1.4.1.1.77.1.4.1',
      Rows: rows,
      Columns: columns,
      SamplesPerPixel: 3,
      PhotometricInterpretation: 'YBR_PARTIAL_420',
      PlanarConfiguration: 0,
      NumberOfFrames: '25',
      FrameTime: '40',
    },
  });
}

/** What ffprobe says of the first stream, all frames read. */
function probe(video: Uint8Array): Record<string, string> {
  const entries = 'stream=codec_name,width,height,r_frame_rate,sample_aspect_ratio,nb_read_frames';
  const { stdout } = spawnSync(
    'ffprobe',
    ['-v', 'error', '-count_frames', '-select_streams', 'v:0', '-show_entries', entries, '-of', 'json', '-'],
    { input: video, encoding: 'utf8' },
  );
  return JSON.parse(stdout).streams[0];
}

/** The frames as octets of grey, or of R G B. */
function decode(video: Uint8Array, pixelFormat: 'gray' | 'rgb24', frameLength: number): Uint8Array[] {
  const { stdout } = spawnSync(
    'ffmpeg',
    // The coded range is brought to 0..255, in the matrix that the stream names.
    [
      '-v',
      'error',
      '-i',
      '-',
      '-vf',
      'scale=in_range=tv:out_range=pc:in_color_matrix=bt709',
      '-pix_fmt',
      pixelFormat,
      '-f',
      'rawvideo',
      '-',
    ],
    { input: video, maxBuffer: 1 << 28 },
  );
  return chunksOf(stdout, frameLength);
}

function chunksOf(octets: Uint8Array, length: number): Uint8Array[] {
  return Array.from({ length: Math.floor(octets.length / length) }, (_, i) =>
    octets.subarray(i * length, (i + 1) * length),
  );
}

function ffmpeg(...args: string[]): Uint8Array {
  return execFileSync('ffmpeg', ['-v', 'error', ...args, '-'], { maxBuffer: 1 << 26 });
}

const testPicture = ['-f', 'lavfi', '-i', `testsrc=size=${columns}x${rows}:rate=25:duration=1`];

async function octetsOf(response: Response): Promise<Uint8Array> {
  return new Uint8Array(await response.arrayBuffer());
}

/** Processes that this one has started and that still run. */
function childrenOf(pid: number): string[] {
  return readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const [, , , parent] = readFileSync(`/proc/${name}/stat`, 'utf8')
        .replace(/\(.*\)/, 'x')
        .split(' ');
      return Number(parent) === pid && readFileSync(`/proc/${name}/comm`, 'utf8').startsWith('ffmpeg');
    } catch {
      return false;
    }
  });
}

describeWithTool('ffmpeg', 'the Resource Category Video (Sup174 6.1.1.2, 6.1.1.3)', () => {
  let server: TestServer;
  let mpeg2: Uint8Array;
  let mp4: Uint8Array;
  let annexB: Uint8Array;
  let hevc: Uint8Array;

  beforeAll(async () => {
    server = await startServer();
    mpeg2 = ffmpeg(...testPicture, '-pix_fmt', 'yuv420p', '-c:v', 'mpeg2video', '-q:v', '2', '-f', 'vob');
    mp4 = ffmpeg(
      ...testPicture,
      '-pix_fmt',
      'yuv420p',
      '-c:v',
      'libx264',
      '-movflags',
      'frag_keyframe+empty_moov',
      '-f',
      'mp4',
    );
    annexB = ffmpeg(...testPicture, '-pix_fmt', 'yuv420p', '-c:v', 'libx264', '-f', 'h264');
    hevc = ffmpeg(
      ...testPicture,
      '-pix_fmt',
      'yuv420p',
      '-c:v',
      'libx265',
      '-x265-params',
      'log-level=none',
      '-f',
      'hevc',
    );
    await server.store(
      movingImage(1, { FrameTime: '50' }),
      movingImage(2, {}),
      movingImage(3, { FrameTimeVector: ['0', ...Array.from({ length: 19 }, (_, i) => (i % 2 === 0 ? '40' : '80'))] }),
      movingImage(4, { CineRate: '12', PixelAspectRatio: ['2', '1'] }),
      storedVideo(11, TransferSyntaxUID.MPEG2MPML, mpeg2),
      storedVideo(12, TransferSyntaxUID.MPEG4HP41, mp4),
      storedVideo(13, TransferSyntaxUID.MPEG4HP41, annexB),
      storedVideo(14, TransferSyntaxUID.HEVCMP51, hevc),
      buildInstance({
        pixelData: Uint8Array.from({ length: 33 * 17 * 3 * 3 }, (_, i) => [200, 40, 90][i % 3]!),
        elements: {
          SOPInstanceUID: testUID(1, 1, 5),
          Rows: 17,
          Columns: 33,
          SamplesPerPixel: 3,
          PhotometricInterpretation: 'RGB',
          PlanarConfiguration: 0,
          NumberOfFrames: '3',
          RecommendedDisplayFrameRate: '10',
        },
      }),
    );
  });
  afterAll(() => server?.close());

  describe('images that follow each other in time', () => {
    requirement(
      ['R-001-059', 'R-001-065', 'R-001-079'],
      'a lossless multi-frame image is sent as video/mp4 with the timing of the object',
      async () => {
        const response = await server.get(`${target(1)}/rendered`, 'video/mp4');
        expect([response.status, response.headers.get('content-type')]).toEqual([200, 'video/mp4']);
        const video = await octetsOf(response);
        expect(probe(video)).toMatchObject({
          codec_name: 'h264',
          width: columns,
          height: rows,
          r_frame_rate: '20/1',
          nb_read_frames: String(frameCount),
        });
        // A player can begin before the end is there: the index stands first, and pieces follow it.
        const text = Buffer.from(video).toString('latin1');
        expect(text.indexOf('moov')).toBeLessThan(text.indexOf('moof'));
        for (const [i, frame] of decode(video, 'gray', columns * rows).entries()) {
          expect(Math.abs(frame[1000]! - (20 + 10 * i)), `frame ${i + 1}`).toBeLessThanOrEqual(2);
        }
      },
    );

    requirement('R-001-078', 'video/mpeg is MPEG-2, at a rate that it can state', async () => {
      const response = await server.get(`${target(1)}/rendered`, 'video/mpeg');
      expect([response.status, response.headers.get('content-type')]).toEqual([200, 'video/mpeg']);
      const video = await octetsOf(response);
      expect(probe(video)).toMatchObject({
        codec_name: 'mpeg2video',
        width: columns,
        height: rows,
        r_frame_rate: '24000/1001',
      });
      const seen = new Set(decode(video, 'gray', columns * rows).map((frame) => Math.round(frame[1000]! / 10)));
      expect(seen.size).toBe(frameCount);
    });

    requirement('R-001-080', 'video/H265 is a bare HEVC stream, whatever the case of its name', async () => {
      for (const name of ['video/H265', 'video/h265']) {
        const response = await server.get(`${target(1)}/rendered`, name);
        expect([response.status, response.headers.get('content-type')?.toLowerCase()]).toEqual([200, 'video/h265']);
        const video = await octetsOf(response);
        expect([...video.subarray(0, 4)]).toEqual([0, 0, 0, 1]);
        expect(probe(video)).toMatchObject({ codec_name: 'hevc', nb_read_frames: String(frameCount) });
      }
    });

    test('MP4 holds HEVC when the codecs parameter says so', async () => {
      const response = await server.get(`${target(1)}/rendered`, 'video/mp4;codecs="hvc1"');
      expect(response.headers.get('content-type')).toBe('video/mp4; codecs=hvc1');
      expect(probe(await octetsOf(response))).toMatchObject({ codec_name: 'hevc' });
      expect((await server.get(`${target(1)}/rendered`, 'video/mp4;codecs="vp9"')).status).toBe(406);
    });

    requirement(['R-001-059', 'R-001-057'], 'only what is time based is a Video', async () => {
      const still = await server.get(`${target(2)}/rendered`, 'video/mp4');
      expect(still.status).toBe(406);
      expect((await server.get(`${target(2)}/rendered`, 'image/gif')).status).toBe(200);
      expect((await server.get(`${target(1)}/rendered`, 'image/jpeg')).status).toBe(406);
      expect((await server.get(`${target(1)}/rendered`, 'image/gif')).headers.get('content-type')).toBe('image/gif');
      expect((await server.get(`${target(1)}/frames/3/rendered`, 'image/jpeg')).status).toBe(200);
    });

    test('a wildcard gets what most user agents play, as there is no default (D-07)', async () => {
      for (const accept of ['*/*', 'video/*']) {
        expect((await server.get(`${target(1)}/rendered`, accept)).headers.get('content-type')).toBe('video/mp4');
      }
      expect((await server.get(`${target(1)}?accept=video/mp4`, '*/*')).headers.get('content-type')).toBe('video/mp4');
    });

    test('unlike frame times become a constant rate: that of the shortest', async () => {
      const video = await octetsOf(await server.get(`${target(3)}/rendered`, 'video/mp4'));
      const frames = decode(video, 'gray', columns * rows).map((frame) => Math.round((frame[1000]! - 20) / 10));
      expect(probe(video)).toMatchObject({ r_frame_rate: '25/1' });
      expect(frames.slice(0, 9)).toEqual([0, 1, 1, 2, 3, 3, 4, 5, 5]);
    });

    test('pixels that are not square are said to be so', async () => {
      const video = await octetsOf(await server.get(`${target(4)}/rendered`, 'video/mp4'));
      expect(probe(video)).toMatchObject({ sample_aspect_ratio: '1:2', r_frame_rate: '12/1' });
    });

    test('odd sides are made even, colours keep', async () => {
      const video = await octetsOf(await server.get(`${target(5)}/rendered`, 'video/mp4;q=1'));
      expect(probe(video)).toMatchObject({ width: 34, height: 18, nb_read_frames: '3' });
      const [frame] = decode(video, 'rgb24', 34 * 18 * 3);
      for (const [channel, value] of [200, 40, 90].entries()) {
        expect(Math.abs(frame![(8 * 34 + 16) * 3 + channel]! - value)).toBeLessThanOrEqual(4);
      }
    });

    requirement('R-001-268', 'window, viewport, annotation and quality hold for video', async () => {
      const narrow = await octetsOf(
        await server.get(`${target(1)}/rendered?window=100,2,linear&viewport=32,32`, 'video/mp4'),
      );
      expect(probe(narrow)).toMatchObject({ width: 32, height: 24 });
      const middle = decode(narrow, 'gray', 32 * 24).map((frame) => frame[12 * 32 + 16]!);
      expect([middle[0]! <= 2, middle[19]! >= 253]).toEqual([true, true]);
      const plain = await octetsOf(await server.get(`${target(1)}/rendered`, 'video/mp4'));
      const annotated = await octetsOf(
        await server.get(`${target(1)}/rendered?annotation=patient&viewport=256,192`, 'video/mp4'),
      );
      const first = decode(annotated, 'gray', 256 * 192)[0]!;
      expect(Math.max(...first) - Math.min(...first)).toBeGreaterThan(60);
      const coarse = await octetsOf(
        await server.get(`${target(1)}/rendered?annotation=patient&viewport=256,192&quality=5`, 'video/mp4'),
      );
      expect(coarse.length).toBeLessThan(annotated.length);
      expect(plain.length).toBeGreaterThan(0);
      expect((await server.get(`${target(1)}/rendered?quality=0`, 'video/mp4')).status).toBe(400);
    });
  });

  describe('stored video', () => {
    requirement(['R-001-058', 'R-001-078'], 'is sent as it is, if that is what was asked', async () => {
      const cases = [
        [11, 'video/mpeg', mpeg2],
        [12, 'video/mp4', mp4],
        [14, 'video/H265', hevc],
      ] as const;
      for (const [number, mediaType, stream] of cases) {
        const response = await server.get(`${target(number)}/rendered`, mediaType);
        expect(response.status).toBe(200);
        const sent = await octetsOf(response);
        expect(Buffer.from(sent.subarray(0, stream.length)).equals(stream), mediaType).toBe(true);
        expect(sent.length - stream.length).toBeLessThanOrEqual(1);
        const any = await server.get(`${target(number)}/rendered`, '*/*');
        expect(any.headers.get('content-type')?.toLowerCase()).toBe(mediaType.toLowerCase());
        await any.body?.cancel();
      }
    });

    test('is put into the container that was asked for', async () => {
      const video = await octetsOf(await server.get(`${target(13)}/rendered`, 'video/mp4'));
      expect(Buffer.from(video.subarray(4, 8)).toString()).toBe('ftyp');
      expect(probe(video)).toMatchObject({ codec_name: 'h264', nb_read_frames: '25' });
      const inMp4 = await octetsOf(await server.get(`${target(14)}/rendered`, 'video/mp4;codecs=hvc1'));
      expect(probe(inMp4)).toMatchObject({ codec_name: 'hevc', nb_read_frames: '25' });
    });

    test('is encoded again in another coding, and where parameters change its pictures', async () => {
      for (const [number, mediaType, codec] of [
        [11, 'video/mp4', 'h264'],
        [12, 'video/H265', 'hevc'],
        [14, 'video/mpeg', 'mpeg2video'],
      ] as const) {
        const video = await octetsOf(await server.get(`${target(number)}/rendered`, mediaType));
        expect(probe(video), mediaType).toMatchObject({ codec_name: codec, width: columns, height: rows });
      }
      const small = await octetsOf(await server.get(`${target(12)}/rendered?viewport=32,32`, 'video/mp4'));
      expect(probe(small)).toMatchObject({ codec_name: 'h264', width: 32, height: 24, nb_read_frames: '25' });
    });

    requirement('R-001-058', 'is no multi-frame image', async () => {
      expect((await server.get(`${target(12)}/rendered`, 'image/gif')).status).toBe(406);
    });
  });

  describe('a frame of a stored video', () => {
    /** The frames of a test video as ffmpeg decodes all of it. */
    const framesOf = (stream: Uint8Array): Uint8Array[] =>
      chunksOf(
        spawnSync('ffmpeg', ['-v', 'error', '-i', '-', '-pix_fmt', 'rgb24', '-f', 'rawvideo', '-'], {
          input: stream,
          maxBuffer: 1 << 28,
        }).stdout,
        columns * rows * 3,
      );
    const pixelsOf = async (response: Response): Promise<Uint8Array> =>
      new Uint8Array(
        await sharp(await octetsOf(response))
          .removeAlpha()
          .raw()
          .toBuffer(),
      );

    requirement('R-001-056', 'is a Single Frame Image: that very frame, in every coding and container', async () => {
      const cases = [
        [11, mpeg2],
        [12, mp4],
        [13, annexB],
        [14, hevc],
      ] as const;
      for (const [number, stream] of cases) {
        const frames = framesOf(stream);
        const differs = (a: number, b: number): boolean => !Buffer.from(frames[a]!).equals(frames[b]!);
        const inside = frames.findIndex((_, i) => i > 4 && differs(i, i - 1) && differs(i, i + 1));
        for (const frameNumber of [1, inside + 1, 25]) {
          const response = await server.get(`${target(number)}/frames/${frameNumber}/rendered`, 'image/png');
          expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/png']);
          const isSame = Buffer.from(await pixelsOf(response)).equals(frames[frameNumber - 1]!);
          expect(isSame, `frame ${frameNumber} of instance ${number}`).toBe(true);
        }
      }
    });

    test('takes the parameters of an image; a window is none of a colour image', async () => {
      const url = `${target(12)}/frames/3/rendered`;
      const small = await server.get(`${url}?viewport=32,32&annotation=patient&quality=50`, 'image/jpeg');
      expect([small.status, small.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
      const { width, height, format } = await sharp(await octetsOf(small)).metadata();
      expect([width, height, format]).toEqual([32, 24, 'jpeg']);
      const plain = await pixelsOf(await server.get(url, 'image/png'));
      const windowed = await pixelsOf(await server.get(`${url}?window=1,2,linear`, 'image/png'));
      expect(Buffer.from(windowed).equals(plain)).toBe(true);
      expect((await server.get(url, 'video/mp4')).status).toBe(406);
      expect((await server.get(url, '*/*')).headers.get('content-type')).toBe('image/jpeg');
    });

    test('is kept as other results are, and is not decoded for a 304', async () => {
      const url = `${target(12)}/frames/5/rendered`;
      const first = await server.get(url, 'image/jpeg');
      const again = await server.get(url, 'image/jpeg');
      expect(Buffer.from(await octetsOf(again)).equals(await octetsOf(first))).toBe(true);
      const unseen = `${target(12)}/frames/6/rendered`;
      const { headers } = await fetch(`${server.url}${unseen}`, { method: 'HEAD', headers: { Accept: 'image/jpeg' } });
      const same = await fetch(`${server.url}${unseen}`, {
        headers: { Accept: 'image/jpeg', 'If-None-Match': headers.get('etag')! },
      });
      expect(same.status).toBe(304);
    });

    test('stands for the video as its thumbnail: the one in the middle', async () => {
      const thumbnail = await server.get(`${target(12)}/thumbnail`, 'image/png');
      const middle = await server.get(`${target(12)}/frames/13/rendered?viewport=128,128`, 'image/png');
      expect([thumbnail.status, middle.status]).toEqual([200, 200]);
      expect(Buffer.from(await octetsOf(thumbnail)).equals(await octetsOf(middle))).toBe(true);
      expect((await server.get(`${target(12)}/frames/7/thumbnail`, 'image/jpeg')).status).toBe(200);
    });

    test('several come as parts; one that the video does not have is not found', async () => {
      const response = await server.get(`${target(12)}/frames/3,1/rendered`, 'multipart/related;type="image/png"');
      expect(response.status).toBe(200);
      const parts = await partsOfResponse(response);
      const locations = parts.map(({ headers }) => headers.get('content-location'));
      expect(locations).toEqual([3, 1].map((n) => `${server.url}${target(12)}/frames/${n}/rendered`));
      expect((await server.get(`${target(12)}/frames/26/rendered`, 'image/jpeg')).status).toBe(404);
    });

    requirement('R-001-058', 'is what the whole video is not: that has no image/jpeg', async () => {
      expect((await server.get(`${target(12)}/rendered`, 'image/jpeg')).status).toBe(406);
    });
  });

  test('several videos come as parts, each as it is made', async () => {
    const response = await server.get(`/studies/${testUID(1)}/rendered`, 'multipart/related;type="video/mp4"');
    expect([200, 206]).toContain(response.status);
    const parts = await partsOfResponse(response);
    expect(parts.length).toBeGreaterThanOrEqual(7);
  });

  test('HEAD says what GET would, and costs no encoder', async () => {
    const response = await fetch(`${server.url}${target(1)}/rendered`, {
      method: 'HEAD',
      headers: { Accept: 'video/mp4' },
    });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'video/mp4']);
    expect(childrenOf(process.pid)).toEqual([]);
  });

  test('a client that leaves takes the encoder with it', async () => {
    const large = buildInstance({
      pixelData: new Uint8Array(512 * 512 * 100),
      elements: {
        SOPInstanceUID: testUID(1, 1, 20),
        Rows: 512,
        Columns: 512,
        NumberOfFrames: '100',
        FrameTime: '50',
      },
    });
    await server.store(large);
    const leaving = new AbortController();
    const response = await fetch(`${server.url}${target(20)}/rendered`, {
      headers: { Accept: 'video/mp4;codecs=hvc1' },
      signal: leaving.signal,
    });
    expect(response.status).toBe(200);
    leaving.abort();
    await expect.poll(() => childrenOf(process.pid), { timeout: 5000 }).toEqual([]);
  });
});

describe('without ffmpeg', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer('--ffmpeg', `${os.tmpdir()}/there-is-no-ffmpeg`);
    await server.store(
      movingImage(1, { FrameTime: '50' }),
      storedVideo(11, TransferSyntaxUID.MPEG2MPML, Buffer.from('000001ba00000000', 'hex')),
    );
  });
  afterAll(() => server.close());

  requirement(['R-001-059', 'R-001-077'], 'a time-based image is a Multi-Frame Image', async () => {
    expect((await server.get(`${target(1)}/rendered`, 'video/mp4')).status).toBe(406);
    expect((await server.get(`${target(1)}/rendered`, '*/*')).headers.get('content-type')).toBe('image/gif');
  });

  test('stored video is sent as it is, and as nothing else', async () => {
    expect((await server.get(`${target(11)}/rendered`, 'video/mpeg')).status).toBe(200);
    expect((await server.get(`${target(11)}/rendered`, 'video/mp4')).status).toBe(406);
    expect((await server.get(`${target(11)}/rendered?viewport=8,8`, 'video/mpeg')).status).toBe(406);
    for (const path of ['frames/1/rendered', 'frames/7/thumbnail', 'thumbnail']) {
      const response = await server.get(`${target(11)}/${path}`, 'image/jpeg');
      expect(response.status, path).toBe(406);
      expect(await response.json(), path).toMatchObject({ detail: expect.stringContaining('ffmpeg') });
    }
  });

  test('the capabilities say so', async () => {
    const response = await fetch(`${server.url}/`, { method: 'OPTIONS', headers: { Accept: 'application/json' } });
    const { notes } = (await response.json()) as { notes: { title: string; text: string }[] };
    expect(notes.find(({ title }) => title === 'Video')?.text).toMatch(/No encoder is installed/);
  });
});
