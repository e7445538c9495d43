import { frameCount } from '../dicom/frame-index.ts';
import { originServerError } from '../errors/origin-server-error.ts';
import type { InstanceHead, TaskFrame, TaskPresentation } from '../pool/pixel-task.ts';
import type { FrameMask } from '../rendering/presentation-state/mask.ts';
import type { InstanceRecord } from '../storage/catalog.ts';
import type { InstanceStore } from '../storage/instance-store.ts';
import { frameIndexOf, taskPixelsOf } from './frames.ts';
import { type StoredBytes, storedBytes } from './stored-bytes.ts';

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

/**
 * Reads a frame as the worker threads take it.
 *
 * @throws OriginServerError `not-renderable` where Pixel Data ends before it: the attributes count it, so it is not unknown
 */
export async function taskFrameOf(
  instanceStore: InstanceStore,
  record: InstanceRecord,
  frameNumber: number,
): Promise<TaskFrame> {
  const { image } = record.index;
  if (image === undefined) throw originServerError('not-renderable', 'The instance has no Image Pixel Module.');
  const frames = await frameIndexOf(instanceStore, record, []);
  if (frameNumber > frameCount(frames)) {
    throw originServerError('not-renderable', `Pixel Data ends before the end of frame ${frameNumber}.`);
  }
  const bytes = storedBytes(instanceStore, record);
  const frame = await taskPixelsOf(bytes, frames, frameNumber);
  return { ...(await taskHeadOf(record, bytes)), image, frame, frameNumber };
}

/** The head of an instance as the worker threads take it: where it is, or what is in it. */
async function taskHeadOf({ digest: key, index }: InstanceRecord, bytes: StoredBytes): Promise<InstanceHead> {
  const { headLength, dataSetOffset, TransferSyntaxUID: transferSyntaxUID } = index;
  const head = bytes.file === undefined ? await bytes.read(0, headLength) : { file: bytes.file, length: headLength };
  return { key, head, dataSetOffset, transferSyntaxUID };
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
  const masks =
    mask &&
    (await Promise.all(
      [...mask.frameNumbers, ...mask.contrastFrameNumbers].map((frameNumber) =>
        taskFrameOf(instanceStore, image, frameNumber),
      ),
    ));
  const over = superimposed && (await taskFrameOf(instanceStore, superimposed.record, superimposed.frameNumber));
  return {
    state: await taskHeadOf(record, storedBytes(instanceStore, record)),
    ...(mask === undefined || masks === undefined
      ? {}
      : {
          mask: {
            frames: masks.map(({ frame }) => frame),
            contrastFrameCount: mask.contrastFrameNumbers.length,
            shift: mask.shift,
          },
        }),
    ...(over === undefined ? {} : { superimposed: over }),
  };
}
