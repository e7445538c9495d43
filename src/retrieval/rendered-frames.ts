import { frameCount } from '../dicom/frame-index.ts';
import { originServerError } from '../errors/origin-server-error.ts';
import { animatedGif } from '../rendering/encode/animated-gif.ts';
import { portableAnymap } from '../rendering/encode/portable-anymap.ts';
import { frameDelaysOf } from '../rendering/frame-delays.ts';
import type { RenderingParameters } from '../rendering/rendering-parameters.ts';
import { videoCodingOf } from '../video/stored-video.ts';
import { dataSetOfHead, inTurn, numbersTo } from './frame-rendering.ts';
import { instanceHead } from './instance-head.ts';
import { type FrameRendering, type RenderedFrameNeeds, renderedFrame, renderNow } from './rendered-frame.ts';
import type { RenderingPlan } from './rendered-selection.ts';
import { encodedVideo, storedVideo, type VideoNeeds } from './rendered-video.ts';
import { storedBytes } from './stored-bytes.ts';

/**
 * Renders what a plan asks for: one frame as an image file, or all frames as a video or an animated image (D-07).
 *
 * @returns the octets of the file as they come; one piece for a still image
 * @throws OriginServerError from the first piece on, if the pixel data cannot be rendered
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
  if (videoFormat !== undefined && videoCodingOf(transferSyntaxUID) !== undefined) {
    yield* storedVideo(needs, record, videoFormat, parameters, signal);
    return;
  }
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
  if (!isAdmitted) needs.pixelPool.admit();
  const { head, frames: indexed } = await instanceHead(
    needs.instanceStore,
    record,
    storedBytes(needs.instanceStore, record),
  );
  const count = frameCount(indexed);
  const frames = numbersTo(count);
  if (videoFormat !== undefined) {
    const video = {
      count,
      head,
      frames,
      render: (number: number) => renderNow(needs, of(number, portableAnymap), signal),
    };
    yield* encodedVideo(needs, record, video, videoFormat, parameters, signal);
    return;
  }
  const delayOf = frameDelaysOf(dataSetOfHead(head, dataSetOffset, transferSyntaxUID));
  yield* animatedGif(
    inTurn(frames, (number) => renderNow(needs, of(number, mediaType), signal)),
    delayOf,
  );
}
