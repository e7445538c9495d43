import { hash } from 'node:crypto';
import { OriginServerError } from '../errors/origin-server-error.ts';
import type { PixelPool } from '../pool/pixel-pool.ts';
import type { RenderTask } from '../pool/pixel-task.ts';
import type { RenderingParameters } from '../rendering/rendering-parameters.ts';
import type { InstanceRecord } from '../storage/catalog.ts';
import type { InstanceStore } from '../storage/instance-store.ts';
import type { ResultCache } from '../storage/result-cache.ts';
import type { VideoEncoder } from '../video/video-encoder.ts';
import { isStoredVideo, videoTaskFrame } from './decoded-video.ts';
import { describePresentation, type FramePresentation, taskFrameOf, taskPresentationOf } from './frame-presentation.ts';

/** What rendering a frame needs. */
export interface RenderedFrameNeeds {
  readonly instanceStore: InstanceStore;
  readonly pixelPool: PixelPool;
  readonly resultCache: ResultCache;
  /** What takes a frame out of a stored video. */
  readonly videoEncoder: VideoEncoder | undefined;
}

/** The frame that is rendered, and as what. */
export interface FrameRendering {
  readonly record: InstanceRecord;
  /** From 1. */
  readonly frameNumber: number;
  readonly mediaType: string;
  readonly parameters: RenderingParameters;
  /** Where the frame is shown as a Presentation State says. */
  readonly presentation?: FramePresentation | undefined;
}

/** To be raised when the same request gets other pixels than before: part of every entity tag and of every key of the cache. */
export const renderingRevision = '4';

/**
 * Renders one frame to an image file, or has it from the cache. Requests for the same at the same time render once, and a
 * rendering that all of them have left is given up.
 *
 * @param isAdmitted whether the request has been let into the queue of the pixel pool already
 * @throws OriginServerError `busy` if the queue is full; `not-renderable`
 */
export async function renderedFrame(
  needs: RenderedFrameNeeds,
  rendering: FrameRendering,
  signal: AbortSignal,
  isAdmitted = false,
): Promise<Uint8Array> {
  const make = async (gone: AbortSignal): Promise<Uint8Array> => {
    const leave = isAdmitted ? undefined : needs.pixelPool.admit(gone);
    try {
      return await renderNow(needs, rendering, gone, isAdmitted);
    } finally {
      leave?.();
    }
  };
  const key = keyOf(rendering);
  for (;;) {
    try {
      return await needs.resultCache.get(key, make, signal);
    } catch (cause) {
      // Another request asked for the same, and was refused; this one has been let in.
      if (!isAdmitted || !(cause instanceof OriginServerError) || cause.code !== 'busy') throw cause;
    }
  }
}

/**
 * Renders one frame without looking for it in the cache: for frames that are only a step to something greater.
 *
 * @param isAdmitted whether it is too late to refuse the request
 */
export async function renderNow(
  { instanceStore, pixelPool, videoEncoder }: Omit<RenderedFrameNeeds, 'resultCache'>,
  { record, frameNumber, mediaType, parameters, presentation }: FrameRendering,
  signal: AbortSignal,
  isAdmitted = true,
): Promise<Uint8Array> {
  if (isStoredVideo(record)) {
    // Before a place in the pool is taken: a video that is encoded may hold the last place of ffmpeg, and wait for one there.
    const needs = { instanceStore, videoEncoder };
    const decoded = await videoTaskFrame(needs, record, frameNumber, signal, isAdmitted);
    return pixelPool.render(async () => ({ ...decoded, mediaType, parameters }), signal);
  }
  const read = async (): Promise<RenderTask> => {
    const source = await taskFrameOf(instanceStore, record, frameNumber);
    const shownAs =
      presentation === undefined ? {} : { presentation: await taskPresentationOf(instanceStore, record, presentation) };
    return { ...source, ...shownAs, mediaType, parameters };
  };
  return pixelPool.render(read, signal);
}

/** Everything that the octets of a rendered frame depend on. */
function keyOf({ record, frameNumber, mediaType, parameters, presentation }: FrameRendering): string {
  const shownAs = presentation === undefined ? '' : describePresentation(presentation);
  const content = [renderingRevision, record.digest, frameNumber, mediaType, JSON.stringify(parameters), shownAs];
  return hash('sha256', content.join('\0'), 'hex');
}
