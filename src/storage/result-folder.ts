import { hash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { LeastRecentlyUsed } from './least-recently-used.ts';

/** Octets on their way to the disk; a result that would make them more is not kept. */
const mostUnwritten = 64 * 1024 * 1024;

/** A file takes this share of the folder at the most, so that it does not push out everything else. */
const greatestShare = 1 / 8;

/** Results are gathered to files of this length, or for this time: a file each costs the event loop a quarter of what an image does. */
const fileLength = 1024 * 1024;
const gatheredFor = 1000;

/** One result as the table at the beginning of its file has it: the results follow the table in its order. */
type Entry = readonly [key: string, length: number, digest: string];

/** Where a result is. */
interface Place {
  readonly file: string;
  readonly offset: number;
  readonly length: number;
  readonly digest: string;
}

interface ResultFile {
  readonly size: number;
  readonly keys: readonly string[];
}

/** Results that wait to be written together. */
interface Batch {
  readonly results: Map<string, { readonly result: Uint8Array; readonly digest: string }>;
  length: number;
}

/**
 * Results on the disk within a bound, several in a file; the file of which a result was used longest ago goes first.
 *
 * A file is written once. It may be missing, cut or damaged at any time: its table and each of its results have a digest,
 * and what does not fit it is not there. What lies in the folder from before is found again in the background.
 */
export class ResultFolder {
  readonly #folder: string;
  readonly #maxBytes: number;
  readonly #files: LeastRecentlyUsed<ResultFile>;
  readonly #places = new Map<string, Place>();
  readonly #underWay = new Set<Promise<void>>();
  readonly #made: Promise<unknown>;
  readonly #found: Promise<void>;
  #batch: Batch = { results: new Map(), length: 0 };
  readonly #writing = new Set<Batch>();
  /** Files of this process begin alike: they are not to be found again while they are written. */
  readonly #ownPrefix = `${prefix}${randomUUID()}-`;
  #written = 0;
  #timer: NodeJS.Timeout | undefined;
  #unwritten = 0;
  #isClosed = false;

  constructor(folder: string, maxBytes: number) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
    this.#files = new LeastRecentlyUsed<ResultFile>(
      maxBytes,
      ({ size }) => size,
      (name, file) => this.#remove(name, file),
    );
    this.#made = mkdir(folder, { recursive: true });
    this.#found = this.#find().catch(() => undefined);
  }

  async read(key: string): Promise<Uint8Array | undefined> {
    const unwritten = [this.#batch, ...this.#writing].find(({ results }) => results.has(key));
    if (unwritten !== undefined) return unwritten.results.get(key)!.result;
    const place = this.#places.get(key);
    if (place === undefined) return undefined;
    const file = path.join(this.#folder, place.file);
    const result = await readRange(file, place.offset, place.length).catch(() => undefined);
    if (result === undefined || digestOf(result) !== place.digest) {
      if (this.#places.get(key) === place) this.#places.delete(key);
      return undefined;
    }
    this.#files.get(place.file);
    const now = new Date();
    // So that the order in which results were used outlives the process.
    this.#do(utimes(file, now, now));
    return result;
  }

  /** Writes in the background; a result that cannot be written is only not kept. */
  write(key: string, result: Uint8Array): void {
    const longest = this.#maxBytes * greatestShare;
    if (this.#isClosed || result.length > longest || this.#unwritten + result.length > mostUnwritten) return;
    const most = Math.min(longest, fileLength);
    if (this.#batch.length + result.length > most) this.#flush();
    this.#batch.results.set(key, { result, digest: digestOf(result) });
    this.#batch.length += result.length;
    this.#unwritten += result.length;
    this.#timer ??= setTimeout(() => this.#flush(), gatheredFor).unref();
    if (this.#batch.length >= most) this.#flush();
  }

  async close(): Promise<void> {
    this.#flush();
    this.#isClosed = true;
    await this.#found;
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const batch = this.#batch;
    if (batch.results.size === 0) return;
    this.#batch = { results: new Map(), length: 0 };
    this.#writing.add(batch);
    const written = this.#writeFile(batch).finally(() => {
      this.#unwritten -= batch.length;
      this.#writing.delete(batch);
    });
    this.#do(written);
  }

  async #writeFile({ results }: Batch): Promise<void> {
    const name = `${this.#ownPrefix}${this.#written++}`;
    const entries = [...results].map(([key, { result, digest }]): Entry => [key, result.length, digest]);
    const header = headerOf(entries);
    try {
      await this.#made;
      const handle = await open(path.join(this.#folder, name), 'wx');
      try {
        await handle.writev([header, ...[...results.values()].map(({ result }) => result)]);
      } finally {
        await handle.close();
      }
    } catch (error) {
      await rm(path.join(this.#folder, name), { force: true });
      throw error;
    }
    this.#files.set(name, this.#place(name, header.length, entries));
  }

  /** Notes where the results of a file are. */
  #place(file: string, start: number, entries: readonly Entry[], isOlder = false): ResultFile {
    let offset = start;
    for (const [key, length, digest] of entries) {
      if (!isOlder || !this.#places.has(key)) this.#places.set(key, { file, offset, length, digest });
      offset += length;
    }
    return { size: offset, keys: entries.map(([key]) => key) };
  }

  #remove(name: string, { keys }: ResultFile): void {
    for (const key of keys) if (this.#places.get(key)?.file === name) this.#places.delete(key);
    this.#do(rm(path.join(this.#folder, name), { force: true }));
  }

  #do(work: Promise<unknown>): void {
    const done = work
      .catch(() => undefined)
      .then(() => {
        this.#underWay.delete(done);
      });
    this.#underWay.add(done);
  }

  /** Finds what lies here from before, and removes what is no whole table. */
  async #find(): Promise<void> {
    await this.#made;
    const all = await readdir(this.#folder);
    const names = all.filter((name) => name.startsWith(prefix) && !name.startsWith(this.#ownPrefix));
    await writeFile(path.join(this.#folder, 'CACHEDIR.TAG'), cacheDirectoryTag);
    const found: { name: string; used: number; start: number; entries: readonly Entry[] }[] = [];
    for (const name of names) {
      if (this.#isClosed) return;
      const table = await readTable(path.join(this.#folder, name)).catch(() => undefined);
      if (table === undefined) await rm(path.join(this.#folder, name), { force: true });
      else found.push({ name, ...table });
    }
    // Of two that have the same result, the one used last counts.
    found.sort((a, b) => b.used - a.used);
    const files = found.map(({ name, start, entries }) => [name, this.#place(name, start, entries, true)] as const);
    // What was used since the search began is newer than all of it.
    this.#files.setOldest(files.reverse());
  }
}

const prefix = 'results-';

/** Tells programs that make backups to pass over the folder. */
const cacheDirectoryTag =
  'Signature: 8a477f597d28d172789f06886806bc55\n# Rendered results, which can be made again. This folder may be deleted.\n';

/** Digest of the table in hexadecimal, and its length in eight hexadecimal digits. */
const lengthOfStart = 64 + 8;

function headerOf(entries: readonly Entry[]): Buffer {
  const table = Buffer.from(JSON.stringify(entries));
  return Buffer.concat([Buffer.from(digestOf(table) + table.length.toString(16).padStart(8, '0'), 'latin1'), table]);
}

/** The table of a file, where its results begin, and when one of them was used last; undefined if it is not whole. */
async function readTable(
  file: string,
): Promise<{ readonly entries: readonly Entry[]; readonly start: number; readonly used: number } | undefined> {
  const start = (await readRange(file, 0, lengthOfStart)).toString('latin1');
  const length = Number.parseInt(start.slice(64), 16);
  const handle = await open(file);
  const { size, mtimeMs } = await handle.stat().finally(() => handle.close());
  if (!(length <= size)) return undefined;
  const table = await readRange(file, lengthOfStart, length);
  if (digestOf(table) !== start.slice(0, 64)) return undefined;
  return { entries: JSON.parse(table.toString()) as Entry[], start: lengthOfStart + length, used: mtimeMs };
}

async function readRange(file: string, offset: number, length: number): Promise<Buffer> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafeSlow(length), 0, length, offset);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

function digestOf(octets: Uint8Array): string {
  return hash('sha256', octets, 'hex');
}
