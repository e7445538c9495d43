import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { originServerError } from '../errors/origin-server-error.ts';
import { Admission } from '../queues/admission.ts';
import { Places } from '../queues/places.ts';
import { askCapabilities, encodersOf, runFfmpeg } from './ffmpeg.ts';
import type { VideoContainer } from './stored-video.ts';
import { type VideoFormat, videoFormats } from './video-format.ts';
import { statableRate } from './video-timing.ts';

/** Frames of one size as they follow each other at a constant rate. */
export interface RawVideo {
  readonly width: number;
  readonly height: number;
  /** Eight bits a channel: 1 grey, 3 R G B. */
  readonly channels: 1 | 3;
  readonly frameRate: number;
  /** Width of a pixel divided by its height. */
  readonly sampleAspectRatio: number;
  readonly frames: AsyncIterable<Uint8Array>;
}

/** What a stored stream is decoded to. */
export interface DecodedSize {
  readonly width: number;
  readonly height: number;
}

export interface DecodedRate {
  readonly frameRate: number;
}

/** A bit stream as it is stored, and what it is in. */
export interface StoredVideo {
  readonly container: VideoContainer;
  open(): AsyncIterable<Uint8Array>;
}

/** Makes videos out of pixels, and pixels out of videos. Every iteration throws `not-renderable` if it cannot. */
export interface VideoEncoder {
  /** The formats that the program at hand has an encoder for. */
  readonly formats: readonly VideoFormat[];
  encode(
    video: RawVideo,
    format: VideoFormat,
    quality: number | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array>;
  /** Puts a stored stream into the container of a format that has its coding, without touching a picture. */
  remux(stored: StoredVideo, format: VideoFormat, signal: AbortSignal): AsyncGenerator<Uint8Array>;
  /** Decodes a stored stream to R G B frames of one size and one rate, each in a piece of its own. */
  decode(stored: StoredVideo, size: DecodedSize & DecodedRate, signal: AbortSignal): AsyncGenerator<Uint8Array>;
  /** Decodes one frame of a stored stream, by its place in the order of display: everything before it is decoded too. */
  decodeFrame(stored: StoredVideo, size: DecodedSize, frameNumber: number, signal: AbortSignal): Promise<Uint8Array>;
  /**
   * Waits for a place among the videos that are worked on at the same time: to be taken before the first frame of one is
   * made, and held until the last octet of it is there.
   *
   * @param signal ends the request, and with it its place
   * @param isAdmitted whether the response has begun, so that it is too late to refuse
   * @returns gives the place back; to be called once or more
   * @throws OriginServerError `busy` if too many wait already
   */
  reserve(signal: AbortSignal, isAdmitted: boolean): Promise<() => void>;
}

export interface VideoEncoderOptions {
  /** Path, or name on the PATH. */
  readonly program: string;
  /** Videos that are worked on at the same time. */
  readonly maxVideos: number;
}

/** Requests that wait for each video that is worked on: some seconds each. */
const waitingByVideo = 4;

/** Quality where a request says nothing, on its scale of 1 to 100. */
const defaultQuality = 70;

/** Seconds from one picture that stands alone to the next: a player can begin there, and a piece of MP4 ends there. */
const secondsToKeyFrame = 1;

/** Pictures are cut into blocks of this many pixels; encoders refuse less. */
const leastSide = 16;

/**
 * Finds ffmpeg and asks what it can encode.
 *
 * @returns undefined if there is none that runs and has an encoder of use
 */
export async function openVideoEncoder({ program, maxVideos }: VideoEncoderOptions): Promise<VideoEncoder | undefined> {
  const encoders = await encodersOf(program).catch(() => undefined);
  const formats = videoFormats.filter(({ encoder }) => encoders?.has(encoder));
  if (formats.length === 0) return undefined;
  askCapabilities(program);
  return { formats, ...encoderOf(program), reserve: reservation(maxVideos) };
}

function reservation(maxVideos: number): VideoEncoder['reserve'] {
  const places = new Places(maxVideos);
  const most = maxVideos * (1 + waitingByVideo);
  const admission = new Admission(most, { detail: `${most} requests for videos are under way.`, retryAfter: 10 });
  return async (signal, isAdmitted) => {
    const leave = isAdmitted ? undefined : admission.enter(signal);
    try {
      const giveBack = await places.take(signal);
      const end = (): void => {
        signal.removeEventListener('abort', end);
        giveBack();
        leave?.();
      };
      signal.addEventListener('abort', end, { once: true });
      return end;
    } catch (cause) {
      leave?.();
      throw cause;
    }
  };
}

function encoderOf(program: string): Omit<VideoEncoder, 'formats' | 'reserve'> {
  const run = (
    input: AsyncIterable<Uint8Array> | string,
    inputOptions: string[],
    outputOptions: string[],
    signal: AbortSignal,
  ) => clean(runFfmpeg(program, { input, inputOptions, outputOptions }, signal), signal);
  return {
    encode(video, format, quality = defaultQuality, signal) {
      const { frameRate, frames } = video;
      const rate = statableRate(frameRate, format.frameRates);
      const frameLength = video.width * video.height * video.channels;
      const inputOptions = [
        ...['-thread_queue_size', String(framesReadAhead(frameLength))],
        ...['-f', 'rawvideo', '-pixel_format', video.channels === 1 ? 'gray' : 'rgb24'],
        ...['-video_size', `${video.width}x${video.height}`, '-framerate', String(frameRate)],
      ];
      const outputOptions = [
        '-an',
        ...['-vf', filtersOf(video), '-pix_fmt', 'yuv420p', ...colorimetry],
        ...(rate === frameRate ? [] : ['-r', String(rate)]),
        ...['-c:v', format.encoder, ...format.quality(quality)],
        ...['-g', String(Math.max(1, Math.round(rate * secondsToKeyFrame)))],
        ...format.muxer,
      ];
      return run(frames, inputOptions, outputOptions, signal);
    },
    remux: (stored, format, signal) =>
      seekable(stored, (input) => run(input, [], ['-an', '-c:v', 'copy', ...format.muxer], signal)),
    decode: (stored, { width, height, frameRate }, signal) =>
      seekable(stored, (input) => {
        const size = ['-s', `${width}x${height}`, '-r', String(frameRate)];
        return inPieces(run(input, [], ['-an', ...size, ...rawColors], signal), width * height * 3);
      }),
    async decodeFrame(stored, { width, height }, frameNumber, signal) {
      const frames = seekable(stored, (input) => {
        // Its time becomes 0, so that no frames are put before it to keep a rate.
        const only = ['-vf', `select=eq(n\\,${frameNumber - 1}),setpts=PTS-STARTPTS`, '-frames:v', '1'];
        const size = ['-s', `${width}x${height}`];
        return inPieces(run(input, [], ['-an', ...only, ...size, ...rawColors], signal), width * height * 3);
      });
      for await (const frame of frames) return frame;
      throw originServerError('not-renderable', `The video ends before frame ${frameNumber}.`);
    },
  };
}

/** R G B, eight bits each, and nothing around them. */
const rawColors = ['-pix_fmt', 'rgb24', '-f', 'rawvideo'];

/** Octets that ffmpeg reads ahead in a thread of its own: without one it waits for each frame, and the frames wait for it. */
const octetsReadAhead = 8 * 1024 * 1024;

function framesReadAhead(frameLength: number): number {
  return Math.max(2, Math.min(32, Math.floor(octetsReadAhead / frameLength)));
}

/** What decoders are told of the colours: those of HDTV, which browsers take for any video of some size. */
const colorimetry = ['-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709', '-color_range', 'tv'];

/** Sides are made even by repeating nothing: a dark line at the right or the bottom. */
function filtersOf({ width, height, sampleAspectRatio }: RawVideo): string {
  const [evenWidth, evenHeight] = [evenSide(width), evenSide(height)];
  return [
    ...(evenWidth === width && evenHeight === height ? [] : [`pad=${evenWidth}:${evenHeight}`]),
    'scale=in_range=pc:out_range=tv:out_color_matrix=bt709',
    `setsar=${sampleAspectRatio}`,
  ].join(',');
}

function evenSide(side: number): number {
  return Math.max(leastSide, side + (side % 2));
}

/** The failure of a program is one of the rendering; that of the frames it reads is what it was. */
async function* clean(pieces: AsyncGenerator<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    yield* pieces;
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof Error && cause.name === 'OriginServerError') throw cause;
    throw originServerError('not-renderable', 'The video could not be encoded.', { cause });
  }
}

/** An MP4 may have at its end what is needed at its beginning, so it is read from a file; other streams from the store. */
async function* seekable(
  { container, open }: StoredVideo,
  run: (input: AsyncIterable<Uint8Array> | string) => AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  if (container !== 'mp4') {
    yield* run(open());
    return;
  }
  const folder = await mkdtemp(path.join(os.tmpdir(), 'fiducial-video-'));
  try {
    const file = path.join(folder, 'stored.mp4');
    await pipeline(Readable.from(open(), { objectMode: false }), createWriteStream(file));
    yield* run(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The same octets in pieces of one length; what does not fill one is dropped. */
async function* inPieces(octets: AsyncIterable<Uint8Array>, length: number): AsyncGenerator<Uint8Array> {
  let piece = new Uint8Array(length);
  let filled = 0;
  for await (const some of octets) {
    for (let at = 0; at < some.length; ) {
      const taken = some.subarray(at, at + length - filled);
      piece.set(taken, filled);
      filled += taken.length;
      at += taken.length;
      if (filled < length) continue;
      yield piece;
      piece = new Uint8Array(length);
      filled = 0;
    }
  }
}
