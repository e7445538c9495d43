import { createHash, hash, webcrypto } from 'node:crypto';
import { closeSync, fsync, openSync, read, readSync, rmSync, write, writeSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { giveBackBuffer, pieceLength, takeBuffer } from '../buffers/reusable-buffers.ts';
import { fileSource, memorySource } from '../dicom/byte-source.ts';
import { ObjectRuns } from './object-runs.ts';
import type { ByteRange, ObjectStore, OpenByteSource, StagedObject } from './object-store.ts';
import { OpenFiles } from './open-files.ts';
import { storageFailure } from './storage-failure.ts';

/** Bodies up to this length are handled in memory: written by one call, indexed without reading them again. */
const inMemoryLimit = 4 * 1024 * 1024;

/** Bytes in memory on their way to the disk, above which the next body waits. */
const pendingLimit = 16 * 1024 * 1024;

/** Below this a copy from or to the page cache costs less than a trip to the thread pool. */
const syncLimit = 128 * 1024;

/** Below this a digest costs about what the copy costs that the thread pool would get. */
const syncDigestLimit = 1024 * 1024;

/** Chunks are gathered to writes of this length. */
const blockLength = 512 * 1024;

const openFilesLimit = 256;

const fsyncFile = promisify(fsync);
const writeFile = promisify(write);
const readFile = promisify(read);

/**
 * Objects as files: `objects/ab/cd/{key}`, the key beginning with abcd.
 *
 * A body is written to its place at once: nobody can know the key before the catalogue does, so half of a file is never
 * seen, and `recover` finds what a crash left by the marker of its run.
 */
export class FileObjectStore implements ObjectStore {
  private readonly runs: ObjectRuns;
  private readonly files = new OpenFiles(openFilesLimit);
  private readonly pending = new Set<Promise<unknown>>();
  private pendingBytes = 0;

  /** @param directory where `objects` and `open-runs` are, or are made */
  constructor(directory: string) {
    this.runs = new ObjectRuns(directory);
  }

  async stage(body: AsyncIterable<Uint8Array>): Promise<StagedObject> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    const input = body[Symbol.asyncIterator]();
    for (let next = await input.next(); !next.done; next = await input.next()) {
      chunks.push(next.value);
      size += next.value.length;
      if (size > inMemoryLimit) return this.spool(chunks, input);
    }
    return this.hold(joined(chunks, size));
  }

  async persist(staged: readonly StagedObject[]): Promise<void> {
    const directories = new Set(staged.map(({ key }) => path.dirname(this.runs.pathOf(key))));
    try {
      // The names became durable with their directory, the contents with their files: neither waits for the other.
      await Promise.all([...staged.map(({ digest }) => digest), ...[...directories].map(syncDirectory)]);
    } catch (error) {
      throw storageFailure(error);
    }
  }

  settle(staged: readonly StagedObject[]): void {
    for (const { key } of staged) this.runs.release(key);
  }

  async discard(staged: readonly StagedObject[]): Promise<void> {
    await Promise.allSettled(staged.map(({ digest }) => digest));
    for (const { key } of staged) this.remove(key);
  }

  recover(isKept: (key: string) => Promise<boolean>): Promise<number> {
    return this.runs.recover(isKept);
  }

  async read(key: string, offset: number, length: number): Promise<Uint8Array> {
    const file = this.files.open(this.runs.pathOf(key));
    try {
      return await readPiece(file.fd, offset, Math.max(0, Math.min(length, file.size - offset)));
    } finally {
      file.release();
    }
  }

  async *stream(key: string, range?: ByteRange): AsyncGenerator<Uint8Array, void, undefined> {
    const file = this.files.open(this.runs.pathOf(key));
    const end = Math.min(range?.end ?? file.size, file.size);
    let offset = range?.start ?? 0;
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
    return { ...fileSource(file.fd, file.size), close: async () => file.release() };
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.pending);
    this.files.close();
    this.runs.close();
  }

  /** Stages a body that is in memory. Writing, fsync and digest go on while the caller reads the bytes. */
  private async hold(bytes: Uint8Array): Promise<StagedObject> {
    const key = this.runs.next();
    const file = this.runs.pathOf(key);
    const size = bytes.length;
    // Begun before the digest: the disk works meanwhile.
    const durable = this.writeDurably(file, bytes);
    const digest = Promise.all([sha256(bytes), durable]).then(([value]) => value);
    // A request may have thousands of objects: their bytes leave the memory when they are on the disk and nobody reads them.
    let held: Uint8Array | undefined = bytes;
    let readers = 0;
    const leave = (): void => {
      if (held !== undefined || readers > 0) return;
      giveBackBuffer(bytes);
    };
    const settled = (): void => {
      held = undefined;
      leave();
    };
    digest.then(settled, settled);
    const open = async (): Promise<OpenByteSource> => {
      if (held === undefined) return openSource(file, size);
      readers += 1;
      let closed = false;
      const close = async (): Promise<void> => {
        if (closed) return;
        closed = true;
        readers -= 1;
        leave();
      };
      return { ...memorySource(held), close };
    };
    await this.admit(size, durable);
    return { key, size, digest, open };
  }

  /** Stages a body that is too long for the memory. */
  private async spool(chunks: readonly Uint8Array[], rest: AsyncIterator<Uint8Array>): Promise<StagedObject> {
    const key = this.runs.next();
    const file = this.runs.pathOf(key);
    const sha = createHash('sha256');
    let size = 0;
    try {
      const fd = openSync(file, 'wx');
      try {
        const append = async (chunk: Uint8Array): Promise<void> => {
          const written = writeAll(fd, chunk, size);
          sha.update(chunk);
          size += chunk.length;
          await written;
        };
        await append(Buffer.concat(chunks));
        for await (const block of blocks(rest)) {
          await append(block);
          giveBackBuffer(block);
        }
        await fsyncFile(fd);
      } finally {
        closeSync(fd);
      }
    } catch (error) {
      this.remove(key);
      throw storageFailure(error);
    }
    return {
      key,
      size,
      digest: Promise.resolve(sha.digest('hex')),
      open: async () => openSource(file, size),
    };
  }

  private async writeDurably(file: string, bytes: Uint8Array): Promise<void> {
    try {
      const fd = openSync(file, 'wx');
      try {
        await writeAll(fd, bytes, 0);
        await fsyncFile(fd);
      } finally {
        closeSync(fd);
      }
    } catch (error) {
      throw storageFailure(error);
    }
  }

  /** Waits while more bytes are on their way to the disk than the memory should hold. */
  private async admit(bytes: number, durable: Promise<void>): Promise<void> {
    this.pendingBytes += bytes;
    const settled = durable
      .catch(() => {})
      .then(() => {
        this.pendingBytes -= bytes;
        this.pending.delete(settled);
      });
    this.pending.add(settled);
    while (this.pendingBytes > pendingLimit) await Promise.race(this.pending);
  }

  private remove(key: string): void {
    rmSync(this.runs.pathOf(key), { force: true });
    this.runs.release(key);
  }
}

/** The chunks in one buffer, which may be given back. */
function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  if (chunks.length === 1) return chunks[0]!;
  if (length <= syncLimit) return Buffer.concat(chunks, length);
  const target = takeBuffer(length);
  let at = 0;
  for (const chunk of chunks) {
    target.set(chunk, at);
    at += chunk.length;
  }
  return target;
}

/** Joins chunks to blocks that are worth a write. */
async function* blocks(chunks: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = [];
  let length = 0;
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
    held.push(next.value);
    length += next.value.length;
    if (length < blockLength) continue;
    yield joined(held, length);
    held = [];
    length = 0;
  }
  if (length > 0) yield joined(held, length);
}

function openSource(file: string, size: number): OpenByteSource {
  const fd = openSync(file, 'r');
  return { ...fileSource(fd, size), close: async () => closeSync(fd) };
}

async function sha256(bytes: Uint8Array): Promise<string> {
  if (bytes.length <= syncDigestLimit) return hash('sha256', bytes, 'hex');
  const digest = await webcrypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return Buffer.from(digest).toString('hex');
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

async function readPiece(fd: number, offset: number, length: number): Promise<Uint8Array> {
  const target = length <= syncLimit ? Buffer.allocUnsafe(length) : takeBuffer(length);
  let filled = 0;
  while (filled < length) {
    const count =
      length <= syncLimit
        ? readSync(fd, target, filled, length - filled, offset + filled)
        : (await readFile(fd, target, filled, length - filled, offset + filled)).bytesRead;
    if (count === 0) break;
    filled += count;
  }
  return filled === length ? target : target.subarray(0, filled);
}

async function syncDirectory(directory: string): Promise<void> {
  const fd = openSync(directory, 'r');
  try {
    await fsyncFile(fd);
  } finally {
    closeSync(fd);
  }
}
