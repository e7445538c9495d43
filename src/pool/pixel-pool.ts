import { Piscina } from 'piscina';
import { giveBackBuffer } from '../buffers/reusable-buffers.ts';
import { originServerError } from '../errors/origin-server-error.ts';
import { useInstalledFonts } from './fonts.ts';
import type { Outcome } from './outcome.ts';
import { ownBuffer } from './own-buffer.ts';
import type { RenderTask, TranscodeTask, WorkerTask } from './pixel-task.ts';

/** Worker threads that decode, render and encode pixels off the event loop. */
export interface PixelPool {
  /**
   * To be asked before the first task of a request: a request that is let in may put all its tasks into the queue.
   *
   * @throws OriginServerError `busy` if more tasks are waiting than can be done soon
   */
  admit(): void;
  /**
   * Renders one frame to an image file of the media type.
   *
   * @throws OriginServerError the error of the rendering, or `not-renderable` if the worker died of the frame
   */
  render(task: RenderTask, signal?: AbortSignal): Promise<Uint8Array>;
  /** Encodes one frame in another transfer syntax. */
  transcode(task: TranscodeTask, signal?: AbortSignal): Promise<Uint8Array>;
  close(): Promise<void>;
}

export interface PixelPoolOptions {
  /** Number of worker threads. */
  readonly workers: number;
  /** Where what is known about fonts is kept from one start to the next. */
  readonly fontFolder?: string;
  /** Waiting tasks beyond which no further request is let in. */
  readonly maxWaiting?: number;
  /** Milliseconds that one task may take. */
  readonly longestTask?: number;
}

/** Tasks that may wait for each thread: at a few milliseconds a task, a second or two. */
const waitingByThread = 128;

/** Far longer than the largest frame takes: a codec in an endless loop over a damaged one would keep its thread for ever. */
const twoMinutes = 120_000;

/** Milliseconds that a task may still take once nobody waits for its outcome. */
const unwanted = 10_000;

/** Milliseconds that a thread beyond the first is kept without work: it holds fifty megabytes. */
const fiveMinutes = 300_000;

/** Starts a worker thread and loads its codecs, so that the first request does not wait for it. Others start when tasks wait. */
export function createPixelPool({
  workers,
  fontFolder,
  maxWaiting = waitingByThread * workers,
  longestTask = twoMinutes,
}: PixelPoolOptions): PixelPool {
  useInstalledFonts(fontFolder);
  const threads = new Piscina({
    filename: new URL('./pixel-worker.ts', import.meta.url).href,
    minThreads: 1,
    maxThreads: workers,
    idleTimeout: fiveMinutes,
    concurrentTasksPerWorker: 1,
  });
  const places = new Places(workers);

  async function run(
    task: WorkerTask,
    transferred: Uint8Array<ArrayBuffer> | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array> {
    signal?.throwIfAborted();
    await places.take(signal);
    // A task that has begun usually runs to its end, also when nobody waits for its outcome: ending its thread costs more.
    const thread = new AbortController();
    const endThread = (): void => thread.abort();
    const timers = [setTimeout(endThread, longestTask).unref()];
    const hurry = (): void => void timers.push(setTimeout(endThread, unwanted).unref());
    signal?.addEventListener('abort', hurry, { once: true });
    const leave = (): void => {
      signal?.removeEventListener('abort', hurry);
      for (const timer of timers) clearTimeout(timer);
      places.giveBack();
    };
    const transfer = transferred === undefined ? {} : { transferList: [transferred.buffer] };
    const outcome = threads.run(task, { ...transfer, signal: thread.signal });
    outcome.then(leave, leave);
    return resultOf(await untilAborted(outcome, signal));
  }

  const whenWarm = run({ kind: 'warm-up' }, undefined, undefined);
  whenWarm.catch(() => undefined);

  return {
    admit() {
      if (places.waiting < maxWaiting) return;
      const headers = { 'Retry-After': '2' };
      throw originServerError('busy', `${maxWaiting} images are waiting to be rendered. Try again in a moment.`, {
        headers,
      });
    },
    render(task, signal) {
      const frame = handedOver(task.frame);
      return run({ kind: 'render', ...task, frame }, frame, signal);
    },
    transcode(task, signal) {
      const frame = handedOver(task.frame);
      return run({ kind: 'transcode', ...task, frame }, frame, signal);
    },
    async close() {
      await whenWarm.catch(() => undefined);
      await threads.destroy();
    },
  };
}

/** The octets in a buffer to be transferred. The one that they were read into is read into again, if it stays here. */
function handedOver(frame: Uint8Array): Uint8Array<ArrayBuffer> {
  const own = ownBuffer(frame);
  if (own !== frame) giveBackBuffer(frame);
  return own;
}

/** As many tasks at a time as there are threads; the others wait here, where an aborted one costs nothing. */
class Places {
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(count: number) {
    this.#free = count;
  }

  /** Tasks that have no place yet. */
  get waiting(): number {
    return this.#waiting.size;
  }

  async take(signal: AbortSignal | undefined): Promise<void> {
    if (this.#free > 0) {
      this.#free--;
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const abandon = (): void => {
      this.#waiting.delete(resolve);
      reject(signal?.reason);
    };
    this.#waiting.add(resolve);
    signal?.addEventListener('abort', abandon, { once: true });
    await promise.finally(() => signal?.removeEventListener('abort', abandon));
  }

  giveBack(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#free++;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}

async function untilAborted(outcome: Promise<Outcome>, signal: AbortSignal | undefined): Promise<Outcome> {
  if (signal === undefined) return outcome.catch(workerDied);
  const { promise, reject } = Promise.withResolvers<never>();
  const abandon = (): void => reject(signal.reason);
  signal.addEventListener('abort', abandon, { once: true });
  try {
    return await Promise.race([outcome.catch(workerDied), promise]);
  } finally {
    signal.removeEventListener('abort', abandon);
  }
}

/** The thread ended with the task; the pool has put another in its place. */
function workerDied(cause: unknown): never {
  throw originServerError('not-renderable', 'The pixel data could not be processed.', { cause });
}

function resultOf(outcome: Outcome): Uint8Array {
  if (outcome.ok) return outcome.bytes;
  const { code, detail, ...where } = outcome.error;
  throw originServerError(code, detail, where);
}
