import type { ImagePixel } from '../dicom/image-pixel.ts';
import { TransferSyntaxUID } from '../dicom/transfer-syntax.ts';
import { originServerError } from '../errors/origin-server-error.ts';
import type { PixelPool } from '../pool/pixel-pool.ts';
import type { RenderTask } from '../pool/pixel-task.ts';
import { decodePortableAnymap, portableAnymap } from '../rendering/encode/portable-anymap.ts';
import { frameDelaysOf } from '../rendering/frame-delays.ts';
import type { RenderingParameters } from '../rendering/rendering-parameters.ts';
import { pixelAspectRatioOf } from '../rendering/viewport.ts';
import type { InstanceRecord } from '../storage/catalog.ts';
import type { InstanceStore } from '../storage/instance-store.ts';
import { containerOf, containersSent, octetsToTellContainer, videoCodingOf } from '../video/stored-video.ts';
import type { StoredVideo, VideoEncoder } from '../video/video-encoder.ts';
import type { VideoFormat } from '../video/video-format.ts';
import { videoTimingOf } from '../video/video-timing.ts';
import { joinedFragments } from './fragments.ts';
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
 * Encodes frames as a video: rendered in their order, a few ahead, at a constant rate (see {@link videoTimingOf}).
 *
 * @requirement R-001-065
 */
export async function* encodedVideo<F>(
  { videoEncoder }: VideoNeeds,
  { index }: InstanceRecord,
  { count, head, frames, render }: VideoFrames<F>,
  format: VideoFormat,
  { quality, viewport }: RenderingParameters,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  if (videoEncoder === undefined) throw noEncoder();
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
 * A stored video: its octets as they are if that is what was asked, put into another container if only that differs, else
 * decoded, rendered frame by frame and encoded again.
 *
 * @requirement R-001-058
 */
export async function* storedVideo(
  needs: VideoNeeds,
  record: InstanceRecord,
  format: VideoFormat,
  parameters: RenderingParameters,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const { videoEncoder, instanceStore } = needs;
  const start = await beginningOf(joinedFragments(instanceStore, record), octetsToTellContainer);
  const stored: StoredVideo = { container: containerOf(start), open: () => joinedFragments(instanceStore, record) };
  const isTouched =
    parameters.viewport !== undefined || parameters.annotation !== undefined || parameters.quality !== undefined;
  if (!isTouched && videoCodingOf(record.index.TransferSyntaxUID) === format.coding) {
    if (containersSent[format.mediaType]!.includes(stored.container)) yield* stored.open();
    else if (videoEncoder === undefined) throw noEncoder();
    else yield* videoEncoder.remux(stored, format, signal);
    return;
  }
  yield* recodedVideo(needs, record, stored, format, parameters, signal);
}

async function* recodedVideo(
  needs: VideoNeeds,
  record: InstanceRecord,
  stored: StoredVideo,
  format: VideoFormat,
  parameters: RenderingParameters,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const { videoEncoder, instanceStore, pixelPool } = needs;
  if (videoEncoder === undefined) throw noEncoder();
  const { headLength, dataSetOffset, image } = record.index;
  if (image === undefined) throw originServerError('not-renderable', 'The instance has no Image Pixel Module.');
  const head = await instanceStore.read(record, 0, headLength);
  const delayOf = frameDelaysOf(dataSetOfHead(head, dataSetOffset, record.index.TransferSyntaxUID));
  const { frameRate } = videoTimingOf(image.NumberOfFrames, delayOf);
  const decoded = videoEncoder.decode(stored, { width: image.Columns, height: image.Rows, frameRate }, signal);
  let frameNumber = 0;
  const task: Omit<RenderTask, 'frame' | 'frameNumber'> = {
    key: record.digest,
    head,
    dataSetOffset,
    transferSyntaxUID: TransferSyntaxUID.ExplicitVRLittleEndian,
    image: decodedImagePixel(image),
    mediaType: portableAnymap,
    parameters,
  };
  const render = (frame: Uint8Array): Promise<Uint8Array> =>
    pixelPool.render({ ...task, frame, frameNumber: ++frameNumber }, signal);
  const video = { count: image.NumberOfFrames, head, frames: decoded, render };
  yield* encodedVideo(needs, record, video, format, parameters, signal);
}

/** What a frame is once it is decoded: R G B by pixel. */
function decodedImagePixel(image: ImagePixel): ImagePixel {
  const depth = { BitsAllocated: 8, BitsStored: 8, HighBit: 7, PixelRepresentation: 0 } as const;
  const color = { SamplesPerPixel: 3, PhotometricInterpretation: 'RGB', PlanarConfiguration: 0 } as const;
  return { ...image, ...depth, ...color, pixelData: 'PixelData' };
}

async function beginningOf(octets: AsyncIterable<Uint8Array>, length: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let total = 0;
  for await (const piece of octets) {
    pieces.push(piece);
    total += piece.length;
    if (total >= length) break;
  }
  return Buffer.concat(pieces).subarray(0, length);
}

function noEncoder(): Error {
  return originServerError(
    'not-renderable',
    'The stored video would have to be converted, and no ffmpeg is installed.',
  );
}
