import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { LeastRecentlyUsed } from './least-recently-used.ts';

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

const memoryByDefault = 64 * 1024 * 1024;

/** Octets on their way to the disk; a result that would make them more is not kept. */
const mostUnwritten = 64 * 1024 * 1024;

/** One result takes this share of the cache at the most, so that it does not push out everything else. */
const greatestShare = 1 / 8;

interface Making {
  readonly result: Promise<Uint8Array>;
  readonly gone: AbortController;
  waiting: number;
}

/**
 * Opens a cache in a folder of its own, with a small copy of its newest results in memory.
 *
 * Any file may be missing, cut or damaged at any time: each carries a digest, and what does not fit it is made again. So
 * nothing is waited for on the disk, and a crash leaves nothing to mend. What lies in the folder from before is counted
 * in the background.
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

/** The files of the cache: the first two characters of a key name the folder of its file. */
class ResultFolder {
  readonly #folder: string;
  readonly #maxBytes: number;
  readonly #sizes: LeastRecentlyUsed<number>;
  readonly #underWay = new Set<Promise<void>>();
  readonly #counted: Promise<void>;
  #isCounted = false;
  #unwritten = 0;
  #isClosed = false;

  constructor(folder: string, maxBytes: number) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
    this.#sizes = new LeastRecentlyUsed<number>(
      maxBytes,
      (size) => size,
      (key) => this.#remove(key),
    );
    this.#counted = this.#count().then(
      () => {
        this.#isCounted = true;
      },
      () => undefined,
    );
  }

  async read(key: string): Promise<Uint8Array | undefined> {
    if (this.#isCounted && !this.#sizes.has(key)) return undefined;
    const file = this.#file(key);
    let octets: Uint8Array;
    try {
      octets = await readFile(file);
    } catch {
      return undefined;
    }
    const result = octets.subarray(digestLength);
    if (octets.length < digestLength || !digestOf(key, result).equals(octets.subarray(0, digestLength))) {
      this.#sizes.delete(key);
      this.#remove(key);
      return undefined;
    }
    this.#sizes.set(key, octets.length);
    const now = new Date();
    // So that the order in which results were used outlives the process.
    this.#do(utimes(file, now, now));
    return result;
  }

  /** Writes in the background; a result that cannot be written is only not kept. */
  write(key: string, result: Uint8Array): void {
    const size = result.length + digestLength;
    if (this.#isClosed || size > this.#maxBytes * greatestShare || this.#unwritten + size > mostUnwritten) return;
    this.#unwritten += size;
    const written = this.#writeFile(key, result).finally(() => {
      this.#unwritten -= size;
    });
    this.#do(written.then(() => void this.#sizes.set(key, size)));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#counted;
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  async #writeFile(key: string, result: Uint8Array): Promise<void> {
    const file = this.#file(key);
    const temporary = path.join(this.#folder, `${temporaryPrefix}${randomUUID()}`);
    await mkdir(path.dirname(file), { recursive: true });
    try {
      const handle = await open(temporary, 'wx');
      try {
        await handle.writev([digestOf(key, result), result]);
      } finally {
        await handle.close();
      }
      await rename(temporary, file);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  #remove(key: string): void {
    this.#do(rm(this.#file(key), { force: true }));
  }

  #do(work: Promise<unknown>): void {
    const done = work
      .catch(() => undefined)
      .then(() => {
        this.#underWay.delete(done);
      });
    this.#underWay.add(done);
  }

  #file(key: string): string {
    return path.join(this.#folder, key.slice(0, 2), key);
  }

  /** Counts what lies here from before, the file used longest ago first, and removes what a crash left half written. */
  async #count(): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    await writeFile(path.join(this.#folder, 'CACHEDIR.TAG'), cacheDirectoryTag);
    const found: { key: string; size: number; used: number }[] = [];
    for (const { name, ...entry } of await readdir(this.#folder, { withFileTypes: true })) {
      if (this.#isClosed) return;
      const folder = path.join(this.#folder, name);
      if (name.startsWith(temporaryPrefix)) this.#do(rm(folder, { force: true }));
      if (name.length !== 2 || entry.parentPath !== this.#folder) continue;
      for (const key of await readdir(folder).catch(() => [])) {
        const facts = await stat(path.join(folder, key)).catch(() => undefined);
        if (facts?.isFile()) found.push({ key, size: facts.size, used: facts.mtimeMs });
      }
    }
    found.sort((a, b) => a.used - b.used);
    // What was used since the count began is newer than all of it.
    this.#sizes.setOldest(found.map(({ key, size }) => [key, size] as const));
  }
}

const temporaryPrefix = 'new-';

/** Tells programs that make backups to pass over the folder. */
const cacheDirectoryTag =
  'Signature: 8a477f597d28d172789f06886806bc55\n# Rendered results, which can be made again. This folder may be deleted.\n';

const digestLength = 32;

function digestOf(key: string, result: Uint8Array): Buffer {
  return createHash('sha256').update(key).update('\0').update(result).digest();
}
