import { createHash } from 'node:crypto';
import { closeSync, fstatSync, fsync, openSync, read, readSync, rmSync, write, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { giveBackMemory, pieceLength, takeBuffer } from '../buffers/reusable-buffers.ts';
import { fileSource } from '../dicom/byte-source.ts';
import { ObjectRuns } from './object-runs.ts';
import type { ByteRange, ObjectStore, OpenByteSource, StagedObject } from './object-store.ts';
import { OpenFiles } from './open-files.ts';
import { storageFailure } from './storage-failure.ts';
import { StoreThreads } from './store-threads.ts';

/** Bodies up to this length are handled in memory: written by one call, read without reading them from the disk again. */
const inMemoryLimit = 4 * 1024 * 1024;

/** Bytes in memory on their way to the disk, above which the next body waits. */
const pendingLimit = 8 * 1024 * 1024;

/** The same for small ones: more than keep disk and threads busy only grow old in the heaps of the threads. */
const pendingObjects = 12;

/** Below this a copy from or to the page cache costs less than a trip to the thread pool. */
const syncLimit = 128 * 1024;

/** Chunks are gathered to writes of this length. */
const blockLength = 512 * 1024;

const openFilesLimit = 1024;

const fsyncFile = promisify(fsync);
const writeFile = promisify(write);
const readFile = promisify(read);

/**
 * Objects as files: `objects/ab/cd/{key}`, the key beginning with abcd.
 *
 * A body is written to its place at once, to a file that is there already: nobody can know the key before the catalogue
 * does, so half of a file is never seen, and `recover` finds what a crash left by the marker of its run.
 */
export class FileObjectStore implements ObjectStore {
  private readonly runs: ObjectRuns;
  private readonly files = new OpenFiles(openFilesLimit);
  private readonly threads = new StoreThreads();
  private readonly pending = new Set<Promise<unknown>>();
  private pendingBytes = 0;
  private readonly waiting: (() => void)[] = [];

  /** @param directory where `objects` and `open-runs` are, or are made */
  constructor(directory: string) {
    this.runs = new ObjectRuns(directory, (files) => this.threads.makeRunFiles(files));
  }

  async stage(body: AsyncIterable<Uint8Array>): Promise<StagedObject> {
    const gathered = new GatheredOctets();
    const input = body[Symbol.asyncIterator]();
    for (let next = await input.next(); !next.done; next = await input.next()) {
      gathered.append(next.value);
      if (gathered.length > inMemoryLimit) return this.spool(gathered.bytes, input);
    }
    return this.hold(gathered.bytes);
  }

  settle(keys: readonly string[]): void {
    for (const key of keys) this.runs.release(key);
  }

  async discard(keys: readonly string[]): Promise<void> {
    for (const key of keys) this.remove(key);
  }

  recover(isKept: (key: string) => Promise<boolean>): Promise<number> {
    return this.runs.recover(isKept);
  }

  async read(key: string, offset: number, length: number): Promise<Uint8Array> {
    const file = this.files.open(this.runs.pathOf(key));
    try {
      return await readPiece(file.fd, offset, length);
    } finally {
      file.release();
    }
  }

  async *stream(key: string, { start, end }: ByteRange): AsyncGenerator<Uint8Array, void, undefined> {
    if (end - start <= pieceLength) {
      if (start < end) yield await this.read(key, start, end - start);
      return;
    }
    const file = this.files.open(this.runs.pathOf(key));
    let offset = start;
    const nextPiece = (): Promise<Uint8Array> | undefined => {
      if (offset >= end) return undefined;
      const piece = readPiece(file.fd, offset, Math.min(pieceLength, end - offset));
      // It may fail while nobody waits for it; whoever waits then hears of it.
      piece.catch(() => {});
      offset += pieceLength;
      return piece;
    };
    let ahead = nextPiece();
    try {
      while (ahead !== undefined) {
        const piece = await ahead;
        ahead = nextPiece();
        yield piece;
      }
    } finally {
      // A read that is under way must not meet another file under the same descriptor.
      await ahead?.catch(() => {});
      file.release();
    }
  }

  async open(key: string): Promise<OpenByteSource> {
    const file = this.files.open(this.runs.pathOf(key));
    return { ...fileSource(file.fd, fstatSync(file.fd).size), close: async () => file.release() };
  }

  fileOf(key: string): string {
    return this.runs.pathOf(key);
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.pending);
    await this.runs.close();
    await this.threads.close();
    this.files.close();
  }

  /** Stages a body that is in memory: a thread has it from here. */
  private async hold(bytes: Uint8Array<ArrayBuffer>): Promise<StagedObject> {
    const key = await this.newKey();
    const size = bytes.length;
    const content = this.threads.store(this.runs.pathOf(key), bytes).catch((error: unknown) => {
      throw storageFailure(error);
    });
    await this.admit(size, content);
    return { key, size, content };
  }

  /** Stages a body that is too long for the memory. */
  private async spool(beginning: Uint8Array<ArrayBuffer>, rest: AsyncIterator<Uint8Array>): Promise<StagedObject> {
    const key = await this.newKey();
    const file = this.runs.pathOf(key);
    const sha = createHash('sha256');
    let size = 0;
    try {
      const fd = openSync(file, 'r+');
      try {
        const append = async (chunk: Uint8Array): Promise<void> => {
          const written = writeAll(fd, chunk, size);
          sha.update(chunk);
          size += chunk.length;
          await written;
        };
        await append(beginning);
        giveBackMemory(beginning.buffer);
        for await (const block of blocks(rest)) {
          await append(block);
          giveBackMemory(block.buffer);
        }
        await fsyncFile(fd);
      } finally {
        closeSync(fd);
      }
    } catch (error) {
      this.remove(key);
      throw storageFailure(error);
    }
    const digest = sha.digest('hex');
    return { key, size, content: this.threads.read(file).then(({ facts }) => ({ digest, facts })) };
  }

  /** Waits while more is on its way to the disk than the memory should hold. */
  private async admit(bytes: number, content: Promise<unknown>): Promise<void> {
    this.pendingBytes += bytes;
    const settled = content
      .catch(() => {})
      .then(() => {
        this.pendingBytes -= bytes;
        this.pending.delete(settled);
        if (!this.isFull) for (const resume of this.waiting.splice(0)) resume();
      });
    this.pending.add(settled);
    if (this.isFull) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  private get isFull(): boolean {
    return this.pendingBytes > pendingLimit || this.pending.size > pendingObjects;
  }

  private async newKey(): Promise<string> {
    try {
      return await this.runs.next();
    } catch (error) {
      throw storageFailure(error);
    }
  }

  private remove(key: string): void {
    rmSync(this.runs.pathOf(key), { force: true });
    this.runs.release(key);
  }
}

/** Joins chunks to blocks that are worth a write. */
async function* blocks(chunks: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let gathered = new GatheredOctets();
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
    gathered.append(next.value);
    if (gathered.length < blockLength) continue;
    yield gathered.bytes;
    gathered = new GatheredOctets();
  }
  if (gathered.length > 0) yield gathered.bytes;
}

/** Chunks copied to one buffer of their own as they come, which may be transferred, and given back. */
class GatheredOctets {
  length = 0;
  private buffer = Buffer.from(new ArrayBuffer(0));

  append(chunk: Uint8Array): void {
    const length = this.length + chunk.length;
    if (length > this.buffer.length) this.grow(length);
    this.buffer.set(chunk, this.length);
    this.length = length;
  }

  get bytes(): Buffer<ArrayBuffer> {
    return this.buffer.length === this.length ? this.buffer : Buffer.from(this.buffer.buffer, 0, this.length);
  }

  private grow(length: number): void {
    const { buffer } = length <= syncLimit ? Buffer.from(new ArrayBuffer(length)) : takeBuffer(length);
    const larger = Buffer.from(buffer);
    larger.set(this.bytes);
    giveBackMemory(this.buffer.buffer);
    this.buffer = larger;
  }
}

async function writeAll(fd: number, bytes: Uint8Array, position: number): Promise<void> {
  let written = 0;
  if (bytes.length <= syncLimit) {
    while (written < bytes.length) written += writeSync(fd, bytes, written, bytes.length - written, position + written);
    return;
  }
  while (written < bytes.length) {
    const { bytesWritten } = await writeFile(fd, bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
}

/** Milliseconds after which a piece was not in the page cache. */
const slowRead = 2;

/** Pieces that are left to the thread pool after a slow one, before it is tried without again. */
const leftToThreads = 64;

let readsForThreads = 0;

/**
 * A piece of a file, by a read on the spot as long as those are quick: a trip to the thread pool takes as long as copying
 * half a megabyte from the page cache. The disk itself is waited for by threads.
 */
async function readPiece(fd: number, offset: number, length: number): Promise<Uint8Array> {
  const target = length <= syncLimit ? Buffer.allocUnsafe(length) : takeBuffer(length);
  const isLeft = length > pieceLength || readsForThreads > 0;
  if (readsForThreads > 0) readsForThreads -= 1;
  const started = performance.now();
  let filled = 0;
  while (filled < length) {
    const count = isLeft
      ? (await readFile(fd, target, filled, length - filled, offset + filled)).bytesRead
      : readSync(fd, target, filled, length - filled, offset + filled);
    if (count === 0) break;
    filled += count;
  }
  if (!isLeft && performance.now() - started > slowRead) readsForThreads = leftToThreads;
  return filled === length ? target : target.subarray(0, filled);
}
