import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { giveBackMemory } from '../buffers/reusable-buffers.ts';
import type { RunFiles } from './run-files.ts';
import type { SentTask, StoreAnswer, StoreOutcomes, StoreTask } from './store-task.ts';

/** The event loop, which all bytes pass through, takes a core; beyond four threads it is what limits. */
const mostThreads = Math.max(1, Math.min(4, availableParallelism() - 1));

/** A thread has this many tasks before another one is started: while the disk is busy with one, it reads the next. */
const tasksByThread = 2;

/**
 * Threads that do with an object what takes time: write it, wait for the disk, digest and index it.
 *
 * They start when there is something for them to do, and hold no process that wants to end.
 */
export class StoreThreads {
  private readonly threads = new Set<StoreThread>();

  /**
   * Writes the bytes to a file that is there, and reads them; resolves when they are durable.
   *
   * @param bytes transferred: gone here, and their memory given back when it is no longer needed
   * @throws the error of the file system, as the other tasks do
   */
  store(file: string, bytes: Uint8Array<ArrayBuffer>): Promise<StoreOutcomes['store']> {
    return this.idlest().run({ kind: 'store', file, bytes });
  }

  /** Reads an object that has been written. */
  read(file: string): Promise<StoreOutcomes['read']> {
    return this.idlest().run({ kind: 'read', file });
  }

  makeRunFiles(files: RunFiles): Promise<undefined> {
    return this.idlest().run({ kind: 'make-run-files', files });
  }

  async close(): Promise<void> {
    await Promise.all([...this.threads].map((thread) => thread.close()));
  }

  private idlest(): StoreThread {
    let idlest: StoreThread | undefined;
    for (const thread of this.threads) if (idlest === undefined || thread.tasks < idlest.tasks) idlest = thread;
    if (idlest !== undefined && (idlest.tasks < tasksByThread || this.threads.size >= mostThreads)) return idlest;
    const started = new StoreThread(() => this.threads.delete(started));
    this.threads.add(started);
    return started;
  }
}

interface Waiting {
  readonly resolve: (outcome: StoreOutcomes[StoreTask['kind']]) => void;
  readonly reject: (error: unknown) => void;
}

class StoreThread {
  private readonly worker: Worker;
  private readonly waiting = new Map<number, Waiting>();
  private lastId = 0;

  /** @param onExit called when the thread is gone, whatever the reason */
  constructor(onExit: () => void) {
    this.worker = new Worker(new URL('./store-worker.ts', import.meta.url));
    this.worker.unref();
    let failure: unknown = new Error('the store thread ended');
    this.worker.on('message', (answer: StoreAnswer) => this.settle(answer));
    this.worker.on('error', (error) => {
      failure = error;
    });
    this.worker.on('exit', () => {
      onExit();
      for (const { reject } of this.waiting.values()) reject(failure);
      this.waiting.clear();
    });
  }

  get tasks(): number {
    return this.waiting.size;
  }

  run<T extends StoreTask>(task: T): Promise<StoreOutcomes[T['kind']]> {
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      if (this.waiting.size === 0) this.worker.ref();
      this.waiting.set(id, { resolve: resolve as Waiting['resolve'], reject });
      const sent: SentTask = { id, task };
      this.worker.postMessage(sent, task.kind === 'store' ? [task.bytes.buffer] : []);
    });
  }

  async close(): Promise<void> {
    await this.worker.terminate();
  }

  private settle(answer: StoreAnswer): void {
    const { resolve, reject } = this.waiting.get(answer.id)!;
    this.waiting.delete(answer.id);
    if (this.waiting.size === 0) this.worker.unref();
    if (answer.memory !== undefined) giveBackMemory(answer.memory);
    if (answer.ok) resolve(answer.outcome);
    else reject(Object.assign(new Error(answer.error.message), { code: answer.error.code }));
  }
}
