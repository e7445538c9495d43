import { closeSync, openSync, readSync } from 'node:fs';
import { giveBackBuffer, takeBuffer } from '../buffers/reusable-buffers.ts';
import { frameBytes, frameRange } from '../dicom/frame-index.ts';
import { originServerError } from '../errors/origin-server-error.ts';
import type { InstanceHead, TaskPixels } from './pixel-task.ts';

/** The octets that one task needs, as long as it lasts: pixels are read into memory that the next task uses again. */
export class TaskOctets {
  readonly #taken: Buffer[] = [];

  /** The head of an object, in memory of its own: data sets are kept. */
  head({ head }: InstanceHead): Uint8Array {
    if (head instanceof Uint8Array) return head;
    return readRange(head.file, 0, Buffer.allocUnsafeSlow(head.length));
  }

  /** A frame as {@link frameBytes} gives it. */
  pixels(pixels: TaskPixels): Uint8Array {
    if (pixels instanceof Uint8Array) return pixels;
    const { file, index, frameNumber } = pixels;
    const range = frameRange(index, frameNumber);
    if (range === undefined) throw originServerError('frame-unknown', `The instance has no frame ${frameNumber}.`);
    const buffer = takeBuffer(range.length);
    this.#taken.push(buffer);
    return frameBytes(index, frameNumber, readRange(file, range.offset, buffer));
  }

  /** To be called when nothing of the task is read any more. */
  giveBack(): void {
    for (const buffer of this.#taken) giveBackBuffer(buffer);
  }
}

/** Fills the buffer, or less of it where the file ends. */
function readRange(file: string, offset: number, buffer: Buffer): Uint8Array {
  try {
    const fd = openSync(file, 'r');
    try {
      let filled = 0;
      while (filled < buffer.length) {
        const count = readSync(fd, buffer, filled, buffer.length - filled, offset + filled);
        if (count === 0) return buffer.subarray(0, filled);
        filled += count;
      }
      return buffer;
    } finally {
      closeSync(fd);
    }
  } catch (cause) {
    throw originServerError('internal', 'A stored object cannot be read.', { cause });
  }
}
