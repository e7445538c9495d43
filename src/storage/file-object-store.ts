import { createHash, hash, randomBytes, webcrypto } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  read,
  readdirSync,
  readSync,
  rmSync,
  unlinkSync,
  write,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { fileSource, memorySource } from '../dicom/byte-source.ts';
import type { ByteRange, ObjectStore, OpenByteSource, StagedObject } from './object-store.ts';
import { OpenFiles } from './open-files.ts';
import { storageFailure } from './storage-failure.ts';

/** Bodies up to this length are handled in memory: written by one call, indexed without reading them again. */
const inMemoryLimit = 4 * 1024 * 1024;

/** Bytes in memory on their way to the disk, above which the next body waits. */
const pendingLimit = 32 * 1024 * 1024;

/** Below this a copy from or to the page cache, or a digest, costs less than a trip to the thread pool. */
const syncLimit = 128 * 1024;

const pieceLength = 512 * 1024;
const openFilesLimit = 256;

/** Objects that go into one directory before the next one is drawn. */
const runLength = 512;

const fsyncFile = promisify(fsync);
const writeFile = promisify(write);
const readFile = promisify(read);

/**
 * Objects as files: `objects/ab/cd/{key}`, the key beginning with abcd.
 *
 * A body is written to `incoming/{key}` and fsynced; `place` links that file to its place; `settle` removes the first
 * name. A name in `incoming` is thus the intent: `recover` finds there whatever a crash interrupted, and asks the
 * catalogue whether to keep it. Nothing else is ever looked at.
 *
 * Keys are random: two objects never share a file, so none is counted and an orphan can be removed without a thought.
 * A run of keys shares its directory and its beginning: a group of objects costs one directory fsync, and the index of
 * the keys grows at one place.
 */
export class FileObjectStore implements ObjectStore {
  private readonly incoming: string;
  private readonly objects: string;
  private readonly files = new OpenFiles(openFilesLimit);
  private readonly nextKey = keySequence();
  private readonly knownDirectories = new Set<string>();
  private readonly pending = new Set<Promise<unknown>>();
  private pendingBytes = 0;

  constructor(directory: string) {
    this.incoming = path.join(directory, 'incoming');
    this.objects = path.join(directory, 'objects');
    mkdirSync(this.incoming, { recursive: true });
    mkdirSync(this.objects, { recursive: true });
    syncDirectorySync(directory);
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
    return this.hold(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size));
  }

  async place(staged: readonly StagedObject[]): Promise<void> {
    try {
      await Promise.all(staged.map(({ digest }) => digest));
      await syncDirectory(this.incoming);
      const directories = new Set<string>();
      for (const { key } of staged) {
        const target = this.pathOf(key);
        directories.add(this.directory(path.dirname(target)));
        if (!existsSync(target)) linkSync(this.incomingPath(key), target);
      }
      await Promise.all([...directories].map(syncDirectory));
    } catch (error) {
      throw storageFailure(error);
    }
  }

  async settle(staged: readonly StagedObject[]): Promise<void> {
    for (const { key } of staged) unlinkSync(this.incomingPath(key));
  }

  async discard(staged: readonly StagedObject[]): Promise<void> {
    await Promise.allSettled(staged.map(({ digest }) => digest));
    for (const { key } of staged) this.removeBoth(key);
  }

  async recover(isKept: (key: string) => Promise<boolean>): Promise<number> {
    let removed = 0;
    for (const key of readdirSync(this.incoming)) {
      if (/^[0-9a-f]{32}$/.test(key) && (await isKept(key))) {
        unlinkSync(this.incomingPath(key));
      } else {
        this.removeBoth(key);
        removed += 1;
      }
    }
    return removed;
  }

  async read(key: string, offset: number, length: number): Promise<Uint8Array> {
    const file = this.files.open(this.pathOf(key));
    try {
      return await readPiece(file.fd, offset, Math.max(0, Math.min(length, file.size - offset)));
    } finally {
      file.release();
    }
  }

  async *stream(key: string, range?: ByteRange): AsyncGenerator<Uint8Array, void, undefined> {
    const file = this.files.open(this.pathOf(key));
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
    const file = this.files.open(this.pathOf(key));
    return { ...fileSource(file.fd, file.size), close: async () => file.release() };
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.pending);
    this.files.close();
  }

  /** Stages a body that is in memory. Writing, fsync and digest go on while the caller reads the bytes. */
  private async hold(bytes: Uint8Array): Promise<StagedObject> {
    const key = this.nextKey();
    const durable = this.writeDurably(this.incomingPath(key), bytes);
    const digest = Promise.all([sha256(bytes), durable]).then(([value]) => value);
    digest.catch(() => {});
    await this.admit(bytes.length, durable);
    return { key, size: bytes.length, digest, open: async () => ({ ...memorySource(bytes), close: async () => {} }) };
  }

  /** Stages a body that is too long for the memory. */
  private async spool(chunks: readonly Uint8Array[], rest: AsyncIterator<Uint8Array>): Promise<StagedObject> {
    const key = this.nextKey();
    const file = this.incomingPath(key);
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
        for await (const block of blocks(rest)) await append(block);
        await fsyncFile(fd);
      } finally {
        closeSync(fd);
      }
    } catch (error) {
      rmSync(file, { force: true });
      throw storageFailure(error);
    }
    return {
      key,
      size,
      digest: Promise.resolve(sha.digest('hex')),
      open: async () => {
        const fd = openSync(file, 'r');
        return { ...fileSource(fd, size), close: async () => closeSync(fd) };
      },
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
      rmSync(file, { force: true });
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

  private removeBoth(name: string): void {
    if (name.length === 32) rmSync(this.pathOf(name), { force: true });
    rmSync(this.incomingPath(name), { force: true });
  }

  private incomingPath(key: string): string {
    return path.join(this.incoming, key);
  }

  private pathOf(key: string): string {
    return path.join(this.objects, key.slice(0, 2), key.slice(2, 4), key);
  }

  /** Makes a directory below `objects`, durably, unless it is there. */
  private directory(directory: string): string {
    if (this.knownDirectories.has(directory)) return directory;
    mkdirSync(directory, { recursive: true });
    syncDirectorySync(path.dirname(directory));
    syncDirectorySync(this.objects);
    this.knownDirectories.add(directory);
    return directory;
  }
}

/** Keys of 32 hexadecimal digits: 24 random ones for a run, then the number in the run. */
function keySequence(): () => string {
  let run = '';
  let number = runLength;
  return () => {
    if (number === runLength) {
      run = randomBytes(12).toString('hex');
      number = 0;
    }
    number += 1;
    return run + number.toString(16).padStart(8, '0');
  };
}

/** Joins chunks to blocks that are worth a write. */
async function* blocks(chunks: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = [];
  let length = 0;
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
    held.push(next.value);
    length += next.value.length;
    if (length < pieceLength) continue;
    yield Buffer.concat(held, length);
    held = [];
    length = 0;
  }
  if (length > 0) yield Buffer.concat(held, length);
}

async function sha256(bytes: Uint8Array): Promise<string> {
  if (bytes.length <= syncLimit) return hash('sha256', bytes, 'hex');
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
  const target = length <= syncLimit ? Buffer.allocUnsafe(length) : Buffer.allocUnsafeSlow(length);
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

function syncDirectorySync(directory: string): void {
  const fd = openSync(directory, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
