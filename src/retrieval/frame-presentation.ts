import { originServerError } from '../errors/origin-server-error.ts';
import type { TaskFrame, TaskPresentation } from '../pool/pixel-task.ts';
import type { FrameMask } from '../rendering/presentation-state/mask.ts';
import type { InstanceRecord } from '../storage/catalog.ts';
import type { InstanceStore } from '../storage/instance-store.ts';
import { storedFrame } from './frames.ts';
import { instanceHead } from './instance-head.ts';
import { storedBytes } from './stored-bytes.ts';

/** A Presentation State, and the other frames that go into the picture of one frame. */
export interface FramePresentation {
  readonly record: InstanceRecord;
  readonly mask?: FrameMask;
  readonly superimposed?: { readonly record: InstanceRecord; readonly frameNumber: number };
}

/** Everything that the picture depends on besides the frame itself. */
export function describePresentation({ record, mask, superimposed }: FramePresentation): string {
  const over = superimposed && `${superimposed.record.digest} ${superimposed.frameNumber}`;
  return JSON.stringify([record.digest, mask, over]);
}

/** Reads a frame as the worker threads take it. */
export async function taskFrameOf(
  instanceStore: InstanceStore,
  record: InstanceRecord,
  frameNumber: number,
): Promise<TaskFrame> {
  const { image, dataSetOffset, TransferSyntaxUID: transferSyntaxUID } = record.index;
  if (image === undefined) throw originServerError('not-renderable', 'The instance has no Image Pixel Module.');
  const bytes = storedBytes(instanceStore, record);
  const { head, frames } = await instanceHead(instanceStore, record, bytes);
  const frame = await storedFrame(bytes, frames, frameNumber);
  return { key: record.digest, head, dataSetOffset, transferSyntaxUID, image, frame, frameNumber };
}

/**
 * Reads a Presentation State and the frames that it makes the picture of, as the worker threads take them.
 *
 * @param image the instance of the frame, which has its masks too
 */
export async function taskPresentationOf(
  instanceStore: InstanceStore,
  image: InstanceRecord,
  { record, mask, superimposed }: FramePresentation,
): Promise<TaskPresentation> {
  const { headLength, dataSetOffset, TransferSyntaxUID: transferSyntaxUID } = record.index;
  const head = await storedBytes(instanceStore, record).read(0, headLength);
  const masks =
    mask && (await Promise.all(mask.frameNumbers.map((frameNumber) => taskFrameOf(instanceStore, image, frameNumber))));
  const over = superimposed && (await taskFrameOf(instanceStore, superimposed.record, superimposed.frameNumber));
  return {
    state: { key: record.digest, head, dataSetOffset, transferSyntaxUID },
    ...(mask === undefined || masks === undefined
      ? {}
      : { mask: { frames: masks.map(({ frame }) => frame), shift: mask.shift } }),
    ...(over === undefined ? {} : { superimposed: over }),
  };
}
