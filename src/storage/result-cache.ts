import { LeastRecentlyUsed } from './least-recently-used.ts';
import { ResultFolder } from './result-folder.ts';

/** Results that cost more to make than to keep, each under a key that says all that it depends on. */
export interface ResultCache {
  /**
   * The result under the key, kept or made now. All who ask for it at the same time get one result; what is made is left
   * off when all of them have gone.
   *
   * @param key letters, digits, "-" and "_"
   * @throws what `make` throws, or the reason of the signal
   */
  get(key: string, make: (signal: AbortSignal) => Promise<Uint8Array>, signal: AbortSignal): Promise<Uint8Array>;
  /** The result under the key, if it is in memory. */
  peek(key: string): Uint8Array | undefined;
  /** Resolves when everything that is being written is written. */
  close(): Promise<void>;
}

export interface ResultCacheOptions {
  readonly folder: string;
  /** Most octets on the disk; 0 keeps nothing, in memory neither. */
  readonly maxBytes: number;
  /** Most octets in memory. */
  readonly maxBytesInMemory?: number;
}

const memoryByDefault = 32 * 1024 * 1024;

interface Making {
  readonly result: Promise<Uint8Array>;
  readonly gone: AbortController;
  waiting: number;
}

/**
 * Opens a cache in a folder of its own, with a small copy of its newest results in memory.
 *
 * Nothing is waited for on the disk, and a crash leaves nothing to mend. What lies in the folder from before is found again
 * in the background; until then it is made again.
 */
export function openResultCache(options: ResultCacheOptions): ResultCache {
  const { folder, maxBytes } = options;
  const memory = new LeastRecentlyUsed<Uint8Array>(
    Math.min(options.maxBytesInMemory ?? memoryByDefault, maxBytes),
    ({ length }) => length,
  );
  const disk = maxBytes === 0 ? undefined : new ResultFolder(folder, maxBytes);
  const makings = new Map<string, Making>();

  function begin(key: string, make: (signal: AbortSignal) => Promise<Uint8Array>): Making {
    const gone = new AbortController();
    const find = async (): Promise<Uint8Array> => {
      const kept = await disk?.read(key);
      if (kept !== undefined) {
        memory.set(key, kept);
        return kept;
      }
      gone.signal.throwIfAborted();
      const made = await make(gone.signal);
      memory.set(key, made);
      disk?.write(key, made);
      return made;
    };
    const making: Making = { result: find(), gone, waiting: 0 };
    makings.set(key, making);
    const forget = (): void => {
      if (makings.get(key) === making) makings.delete(key);
    };
    making.result.then(forget, forget);
    return making;
  }

  return {
    peek: (key) => memory.get(key),

    async get(key, make, signal) {
      signal.throwIfAborted();
      const known = memory.get(key);
      if (known !== undefined) return known;
      const making = makings.get(key) ?? begin(key, make);
      making.waiting++;
      const { promise: left, reject } = Promise.withResolvers<never>();
      const leave = (): void => {
        reject(signal.reason);
        making.waiting--;
        if (making.waiting > 0) return;
        // Whoever asks from now on begins anew.
        if (makings.get(key) === making) makings.delete(key);
        making.gone.abort(signal.reason);
      };
      signal.addEventListener('abort', leave, { once: true });
      try {
        return await Promise.race([making.result, left]);
      } finally {
        signal.removeEventListener('abort', leave);
      }
    },

    async close() {
      await disk?.close();
    },
  };
}
