import { originServerError } from '../errors/origin-server-error.ts';
import type { PixelPool } from '../pool/pixel-pool.ts';
import { decodePortableAnymap, portableAnymap } from '../rendering/encode/portable-anymap.ts';
import { frameDelaysOf } from '../rendering/frame-delays.ts';
import type { RenderingParameters } from '../rendering/rendering-parameters.ts';
import { pixelAspectRatioOf } from '../rendering/viewport.ts';
import type { InstanceRecord } from '../storage/catalog.ts';
import type { InstanceStore } from '../storage/instance-store.ts';
import { containersSent, videoCodingOf } from '../video/stored-video.ts';
import type { StoredVideo, VideoEncoder } from '../video/video-encoder.ts';
import type { VideoFormat } from '../video/video-format.ts';
import { videoTimingOf } from '../video/video-timing.ts';
import { decodedTaskOf, isStoredVideo, storedVideoOf } from './decoded-video.ts';
import { dataSetOfHead, inTurn } from './frame-rendering.ts';

export interface VideoNeeds {
  readonly instanceStore: InstanceStore;
  readonly pixelPool: PixelPool;
  readonly videoEncoder: VideoEncoder | undefined;
}

/** Frames that become a video, and how each is rendered. */
export interface VideoFrames<F> {
  readonly count: number;
  readonly head: Uint8Array;
  readonly frames: AsyncIterable<F> | Iterable<F>;
  render(frame: F): Promise<Uint8Array>;
}

/**
 * A whole instance as a video: what is stored as one, or the frames of an image that is time based. Whatever takes ffmpeg
 * takes a place among the videos that are worked on.
 *
 * @param frames of an image that is time based
 * @param isAdmitted whether the response has begun, so that it is too late to refuse
 * @throws OriginServerError from the first piece on: `busy` if too many videos are worked on; `not-renderable`
 */
export async function* renderedVideo<F>(
  needs: VideoNeeds,
  record: InstanceRecord,
  frames: () => Promise<VideoFrames<F>>,
  format: VideoFormat,
  parameters: RenderingParameters,
  signal: AbortSignal,
  isAdmitted: boolean,
): AsyncGenerator<Uint8Array> {
  const stored = isStoredVideo(record) ? await storedVideoOf(needs.instanceStore, record) : undefined;
  if (stored !== undefined && isSentAsStored(record, stored, format, parameters)) {
    yield* stored.open();
    return;
  }
  const { videoEncoder } = needs;
  if (videoEncoder === undefined) throw noEncoder();
  const giveBack = await videoEncoder.reserve(signal, isAdmitted);
  try {
    if (stored === undefined) {
      yield* encodedVideo(videoEncoder, record, await frames(), format, parameters, signal);
    } else if (isSameStream(record, format, parameters)) {
      yield* videoEncoder.remux(stored, format, signal);
    } else {
      yield* recodedVideo(needs, videoEncoder, record, stored, format, parameters, signal);
    }
  } finally {
    giveBack();
  }
}

/**
 * Encodes frames as a video: rendered in their order, a few ahead, at a constant rate (see {@link videoTimingOf}).
 *
 * @requirement R-001-065
 */
async function* encodedVideo<F>(
  videoEncoder: VideoEncoder,
  { index }: InstanceRecord,
  { count, head, frames, render }: VideoFrames<F>,
  format: VideoFormat,
  { quality, viewport }: RenderingParameters,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const dataSet = dataSetOfHead(head, index.dataSetOffset, index.TransferSyntaxUID);
  const timing = videoTimingOf(count, frameDelaysOf(dataSet));
  const images = inTurn(frames, render);
  const first = (await images.next()).value as Uint8Array | undefined;
  if (first === undefined) throw originServerError('not-renderable', 'The video has no frames.');
  const { width, height, channels } = decodePortableAnymap(first);
  async function* repeated(): AsyncGenerator<Uint8Array> {
    let number = 0;
    try {
      for (let image: Uint8Array | undefined = first; image !== undefined; image = (await images.next()).value) {
        const { pixels, ...size } = decodePortableAnymap(image);
        if (size.width !== width || size.height !== height || size.channels !== channels)
          throw originServerError('not-renderable', 'The frames of the video are not of one size.');
        for (let times = timing.repetitionsOf(number++); times > 0; times--) yield pixels;
      }
    } finally {
      await images.return(undefined);
    }
  }
  // What has been scaled to a viewport has square pixels by then.
  const sampleAspectRatio = viewport === undefined ? 1 / pixelAspectRatioOf(dataSet, 1) : 1;
  const { frameRate } = timing;
  const video = { width, height, channels, frameRate, sampleAspectRatio, frames: repeated() };
  yield* videoEncoder.encode(video, format, quality, signal);
}

/**
 * Whether a stored video is sent as its octets are: if they are what was asked for, and no parameter changes the pictures.
 *
 * @requirement R-001-058
 */
function isSentAsStored(
  record: InstanceRecord,
  { container }: StoredVideo,
  format: VideoFormat,
  parameters: RenderingParameters,
): boolean {
  return isSameStream(record, format, parameters) && containersSent[format.mediaType]!.includes(container);
}

/** Whether no picture of a stored video changes: at most what it is in. */
function isSameStream(
  { index }: InstanceRecord,
  format: VideoFormat,
  { viewport, annotation, quality }: RenderingParameters,
): boolean {
  const isTouched = viewport !== undefined || annotation !== undefined || quality !== undefined;
  return !isTouched && videoCodingOf(index.TransferSyntaxUID) === format.coding;
}

/** A stored video decoded, rendered frame by frame, and encoded again. */
async function* recodedVideo(
  { instanceStore, pixelPool }: VideoNeeds,
  videoEncoder: VideoEncoder,
  record: InstanceRecord,
  stored: StoredVideo,
  format: VideoFormat,
  parameters: RenderingParameters,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const decoded = await decodedTaskOf(instanceStore, record);
  const { head, dataSetOffset, transferSyntaxUID } = decoded;
  const { Columns: width, Rows: height, NumberOfFrames: count } = decoded.image;
  const { frameRate } = videoTimingOf(count, frameDelaysOf(dataSetOfHead(head, dataSetOffset, transferSyntaxUID)));
  let frameNumber = 0;
  const render = (frame: Uint8Array): Promise<Uint8Array> => {
    const task = { ...decoded, frame, frameNumber: ++frameNumber, mediaType: portableAnymap, parameters };
    return pixelPool.render(async () => task, signal);
  };
  const frames = videoEncoder.decode(stored, { width, height, frameRate }, signal);
  yield* encodedVideo(videoEncoder, record, { count, head, frames, render }, format, parameters, signal);
}

function noEncoder(): Error {
  return originServerError(
    'not-renderable',
    'The stored video would have to be converted, and no ffmpeg is installed.',
  );
}
