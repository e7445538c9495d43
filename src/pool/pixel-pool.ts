import { Piscina } from 'piscina';
import { giveBackBuffer } from '../buffers/reusable-buffers.ts';
import { originServerError } from '../errors/origin-server-error.ts';
import { Admission } from '../queues/admission.ts';
import { Places } from '../queues/places.ts';
import { useInstalledFonts } from './fonts.ts';
import { HelpedFrames } from './helped-frames.ts';
import type { Outcome } from './outcome.ts';
import { ownBuffer } from './own-buffer.ts';
import type { RenderTask, TranscodeTask, WorkerTask } from './pixel-task.ts';

/** Worker threads that decode, render and encode pixels off the event loop. */
export interface PixelPool {
  /**
   * To be asked before the first task of a request, and before its response begins: a request that is let in may put all its
   * tasks into the queue, a few at a time.
   *
   * @param signal ends the request
   * @returns says that the request has no further task, unless the signal has ended it
   * @throws OriginServerError `busy` if more requests are under way than can be done soon
   */
  admit(signal?: AbortSignal): () => void;
  /**
   * Renders one frame to an image file of the media type.
   *
   * @param read gives the frame; called when its turn has come, so that what waits holds no pixels
   * @throws OriginServerError the error of the rendering, or `not-renderable` if the worker died of the frame
   */
  render(read: () => Promise<RenderTask>, signal?: AbortSignal): Promise<Uint8Array>;
  /** Encodes one frame in another transfer syntax. */
  transcode(read: () => Promise<TranscodeTask>, signal?: AbortSignal): Promise<Uint8Array>;
  /** Starts threads and has each load and compile what its first images would wait for half a second for. */
  warmUp(): void;
  close(): Promise<void>;
}

export interface PixelPoolOptions {
  /** Number of worker threads. */
  readonly workers: number;
  /** Where what is known about fonts is kept from one start to the next. */
  readonly fontFolder?: string;
  /** Requests under way beyond which no further one is let in. */
  readonly maxRequests?: number;
  /** Milliseconds that one task may take. */
  readonly longestTask?: number;
}

/** Requests that may be under way for each thread: at a few milliseconds an image, a second or two. */
const requestsByThread = 128;

/** Frames that are read while each thread is at the one before. */
const readAheadByThread = 1;

/** Far longer than the largest frame takes: a codec in an endless loop over a damaged one would keep its thread for ever. */
const twoMinutes = 120_000;

/** Milliseconds that a task may still take once nobody waits for its outcome. */
const unwanted = 10_000;

/** Threads that stay, with or without work. Each holds forty megabytes. */
const mostKept = 4;

/** Milliseconds that another thread stays without work. */
const fiveMinutes = 300_000;

/** Threads start with the first task, or to be warm by then; those beyond the ones that stay start when tasks wait. */
export function createPixelPool({
  workers,
  fontFolder,
  maxRequests = requestsByThread * workers,
  longestTask = twoMinutes,
}: PixelPoolOptions): PixelPool {
  useInstalledFonts(fontFolder);
  const kept = Math.min(workers, mostKept);
  let threads: Piscina | undefined;
  const started = (): Piscina => {
    threads ??= new Piscina({
      filename: new URL('./pixel-worker.ts', import.meta.url).href,
      minThreads: kept,
      maxThreads: workers,
      idleTimeout: fiveMinutes,
      concurrentTasksPerWorker: 1,
    });
    return threads;
  };
  const places = new Places(workers * (1 + readAheadByThread));
  const helpedFrames = new HelpedFrames();
  /** Tasks that a thread has, or has as its next. */
  let running = 0;
  const admission = new Admission(maxRequests, {
    detail: `${maxRequests} requests for pixels are under way.`,
    retryAfter: 2,
  });

  async function inTurn(read: () => Promise<WorkerTask>, signal: AbortSignal | undefined): Promise<Uint8Array> {
    const giveBack = await places.take(signal);
    let outcome: Promise<Outcome>;
    try {
      const task = await read();
      signal?.throwIfAborted();
      outcome = begunWithHelp(task, signal);
    } catch (cause) {
      giveBack();
      throw cause;
    }
    outcome.then(giveBack, giveBack);
    return resultOf(await untilAborted(outcome, signal));
  }

  /** A thread that has nothing else to do helps with a frame that two can decode. */
  function begunWithHelp(task: WorkerTask, signal: AbortSignal | undefined): Promise<Outcome> {
    const shared = running + 1 < workers ? helpedFrames.take(task) : undefined;
    if (shared === undefined) return begun(task, signal);
    const outcome = begun({ ...task, shared } as WorkerTask, signal);
    const help = begun({ kind: 'help', shared }, undefined);
    void Promise.allSettled([outcome, help]).then(() => helpedFrames.giveBack(shared));
    return outcome;
  }

  function begun(task: WorkerTask, signal: AbortSignal | undefined): Promise<Outcome> {
    running++;
    // A task that has begun usually runs to its end, also when nobody waits for its outcome: ending its thread costs more.
    const thread = new AbortController();
    const endThread = (): void => thread.abort();
    const timers = [setTimeout(endThread, longestTask).unref()];
    const hurry = (): void => void timers.push(setTimeout(endThread, unwanted).unref());
    signal?.addEventListener('abort', hurry, { once: true });
    const leave = (): void => {
      running--;
      signal?.removeEventListener('abort', hurry);
      for (const timer of timers) clearTimeout(timer);
    };
    const frame = 'frame' in task && task.frame instanceof Uint8Array ? handedOver(task.frame) : undefined;
    const outcome: Promise<Outcome> =
      frame === undefined
        ? started().run(task, { signal: thread.signal })
        : started().run({ ...task, frame }, { transferList: [frame.buffer], signal: thread.signal });
    outcome.then(leave, leave);
    return outcome;
  }

  let whenWarm: Promise<unknown> | undefined;

  return {
    admit: (signal) => admission.enter(signal),
    render: (read, signal) => inTurn(async () => ({ kind: 'render', ...(await read()) }), signal),
    transcode: (read, signal) => inTurn(async () => ({ kind: 'transcode', ...(await read()) }), signal),
    warmUp() {
      const each = (): Promise<Uint8Array> => inTurn(async () => ({ kind: 'warm-up' }), undefined);
      whenWarm ??= Promise.allSettled(Array.from({ length: kept }, each));
    },
    async close() {
      await whenWarm;
      await threads?.destroy();
    },
  };
}

/** The octets in a buffer to be transferred. The one that they were read into is read into again, if it stays here. */
function handedOver(frame: Uint8Array): Uint8Array<ArrayBuffer> {
  const own = ownBuffer(frame);
  if (own !== frame) giveBackBuffer(frame);
  return own;
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
