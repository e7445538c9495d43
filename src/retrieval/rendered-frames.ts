import { frameCount } from '../dicom/frame-index.ts';
import { originServerError } from '../errors/origin-server-error.ts';
import { animatedGif } from '../rendering/encode/animated-gif.ts';
import { portableAnymap } from '../rendering/encode/portable-anymap.ts';
import { frameDelaysOf } from '../rendering/frame-delays.ts';
import type { RenderingParameters } from '../rendering/rendering-parameters.ts';
import { dataSetOfHead, inTurn, numbersTo } from './frame-rendering.ts';
import { instanceHead } from './instance-head.ts';
import { type FrameRendering, type RenderedFrameNeeds, renderedFrame, renderNow } from './rendered-frame.ts';
import type { RenderingPlan } from './rendered-selection.ts';
import { renderedVideo, type VideoFrames, type VideoNeeds } from './rendered-video.ts';
import { storedBytes } from './stored-bytes.ts';

/**
 * Renders what a plan asks for: one frame as an image file, or all frames as a video or an animated image (D-07).
 *
 * @param isAdmitted whether the request has been let in already, or its response has begun
 * @returns the octets of the file as they come; one piece for a still image
 * @throws OriginServerError from the first piece on: `busy`, or the failure if the pixel data cannot be rendered
 */
export async function* renderedPieces(
  needs: VideoNeeds & RenderedFrameNeeds,
  { record, frameNumber, mediaType, videoFormat, presentation }: RenderingPlan,
  parameters: RenderingParameters,
  signal: AbortSignal,
  isAdmitted = false,
): AsyncGenerator<Uint8Array> {
  const { image, dataSetOffset, TransferSyntaxUID: transferSyntaxUID } = record.index;
  if (image === undefined) throw originServerError('not-renderable', 'The instance has no Image Pixel Module.');
  const of = (number: number, frameMediaType: string): FrameRendering => ({
    record,
    frameNumber: number,
    mediaType: frameMediaType,
    parameters,
    presentation,
  });
  if (frameNumber !== undefined) {
    yield await renderedFrame(needs, of(frameNumber, mediaType), signal, isAdmitted);
    return;
  }
  const { instanceStore, pixelPool } = needs;
  const indexed = async () => {
    const read = await instanceHead(instanceStore, record, storedBytes(instanceStore, record));
    if (frameCount(read.frames) > 0) return read;
    throw originServerError('not-renderable', 'Pixel Data ends before the end of frame 1.');
  };
  if (videoFormat !== undefined) {
    const render = (number: number): Promise<Uint8Array> => renderNow(needs, of(number, portableAnymap), signal);
    const frames = async (): Promise<VideoFrames<number>> => {
      const { head, frames: index } = await indexed();
      const count = frameCount(index);
      return { count, head, frames: numbersTo(count), render };
    };
    yield* renderedVideo(needs, record, frames, videoFormat, parameters, signal, isAdmitted);
    return;
  }
  const leave = isAdmitted ? undefined : pixelPool.admit(signal);
  try {
    const { head, frames: index } = await indexed();
    const delayOf = frameDelaysOf(dataSetOfHead(head, dataSetOffset, transferSyntaxUID));
    const images = inTurn(numbersTo(frameCount(index)), (number) => renderNow(needs, of(number, mediaType), signal));
    yield* animatedGif(images, delayOf);
  } finally {
    leave?.();
  }
}
