import { prepare, sharedLength } from '../codecs/jpeg-2000/block-work.ts';
import { frameRange } from '../dicom/frame-index.ts';
import { TransferSyntaxUID } from '../dicom/transfer-syntax.ts';
import type { TaskPixels, WorkerTask } from './pixel-task.ts';

/** Samples below which a frame is decoded before another thread has begun to help. */
const fewestSamples = 2 ** 14;

/** Octets of the largest buffer that is shared, and of all that are kept for the next frame. */
const mostOctets = 2 ** 26;
const mostKept = 2 ** 24;

/** Buffers in which two threads decode the code-blocks of one frame. */
export class HelpedFrames {
  readonly #free: SharedArrayBuffer[] = [];

  /** A buffer for the frame of the task, if it is of a transfer syntax that threads can decode together. */
  take(task: WorkerTask): SharedArrayBuffer | undefined {
    if (task.kind !== 'render' && task.kind !== 'transcode') return undefined;
    const uid = task.kind === 'render' ? task.transferSyntaxUID : task.fromTransferSyntaxUID;
    const { Rows, Columns, SamplesPerPixel } = task.image;
    const samples = Rows * Columns * SamplesPerPixel;
    if (uid !== TransferSyntaxUID.JPEG2000Lossless || samples < fewestSamples) return undefined;
    const length = sharedLength(samples, lengthOf(task.frame));
    if (length > mostOctets) return undefined;
    const place = this.#free.findIndex(({ byteLength }) => byteLength >= length);
    const [shared] = place < 0 ? [new SharedArrayBuffer(length)] : this.#free.splice(place, 1);
    prepare(shared!);
    return shared;
  }

  /** To be called when neither thread is at work in the buffer any more. */
  giveBack(shared: SharedArrayBuffer): void {
    this.#free.push(shared);
    while (this.#free.reduce((octets, { byteLength }) => octets + byteLength, 0) > mostKept) this.#free.shift();
  }
}

function lengthOf(frame: TaskPixels): number {
  return frame instanceof Uint8Array ? frame.length : (frameRange(frame.index, frame.frameNumber)?.length ?? 0);
}
