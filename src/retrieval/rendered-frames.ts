import { memorySource } from '../dicom/byte-source.ts';
import { readDataSet } from '../dicom/data-set-reader.ts';
import type { FrameIndex } from '../dicom/frame-index.ts';
import { transferSyntaxOf } from '../dicom/transfer-syntax.ts';
import { originServerError } from '../errors/origin-server-error.ts';
import type { PixelPool } from '../pool/pixel-pool.ts';
import { animatedGif } from '../rendering/encode/animated-gif.ts';
import { frameDelaysOf } from '../rendering/frame-delays.ts';
import type { RenderingParameters } from '../rendering/rendering-parameters.ts';
import type { InstanceStore } from '../storage/instance-store.ts';
import { frameIndexOf, storedFrame } from './frames.ts';
import type { RenderingPlan } from './rendered-selection.ts';
import { storedBytes } from './stored-bytes.ts';

interface Needs {
  readonly instanceStore: InstanceStore;
  readonly pixelPool: PixelPool;
}

/**
 * Renders what a plan asks for: one frame as an image file, or all frames as an animated one (D-07).
 *
 * @returns the octets of the file as they come; one piece for a still image
 * @throws OriginServerError from the first piece on, if the pixel data cannot be rendered
 */
export async function* renderedPieces(
  needs: Needs,
  { record, frameNumber, mediaType }: RenderingPlan,
  parameters: RenderingParameters,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const { image, headLength, dataSetOffset, TransferSyntaxUID: transferSyntaxUID } = record.index;
  if (image === undefined) throw originServerError('not-renderable', 'The instance has no Image Pixel Module.');
  const frames = await frameIndexOf(needs.instanceStore, record, frameNumber === undefined ? [] : [frameNumber]);
  const bytes = storedBytes(needs.instanceStore, record);
  const head = await bytes.read(0, headLength);
  const render = async (number: number): Promise<Uint8Array> => {
    const frame = await storedFrame(bytes, frames, number);
    const source = { key: record.digest, head, dataSetOffset, transferSyntaxUID, image, frame, frameNumber: number };
    return needs.pixelPool.render({ ...source, mediaType, parameters }, signal);
  };
  if (frameNumber !== undefined) {
    yield await render(frameNumber);
    return;
  }
  const encoding = transferSyntaxOf(transferSyntaxUID) ?? { explicitVR: true, bigEndian: false };
  const read = readDataSet(memorySource(head), dataSetOffset, { encoding });
  if (!read.ok) throw originServerError('not-renderable', `The data set cannot be read: ${read.detail}`);
  yield* animatedGif(inTurn(frameCountOf(frames), render), frameDelaysOf(read.dataSet));
}

function frameCountOf(frames: FrameIndex): number {
  return frames.kind === 'native' ? frames.count : frames.offsets.length - 1;
}

/** Frames in their order, the next one under way while one is sent. */
async function* inTurn(
  count: number,
  render: (frameNumber: number) => Promise<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let upcoming = render(1);
  for (let frameNumber = 1; frameNumber <= count; frameNumber++) {
    const image = await upcoming;
    if (frameNumber < count) {
      upcoming = render(frameNumber + 1);
      upcoming.catch(() => undefined);
    }
    yield image;
  }
}
