import { once } from 'node:events';
import { Readable } from 'node:stream';
import { ZipArchive } from 'archiver';
import { contentDisposition } from './content-disposition.ts';
import { useNativeCrc32 } from './native-crc-32.ts';
import type { PackagedBody, Representation } from './representation.ts';

useNativeCrc32();

/** Files up to this many bytes are read before they are packed, so that their entry begins with length and checksum. */
const heldWhole = 8 * 1024 * 1024;

/** Bytes that may wait in the archive for somebody to read them before the next file is opened. */
const aheadBytes = 2 * 1024 * 1024;

/** Time of every entry: the same instances make the same archive, whenever it is asked for. */
const entryDate = new Date(Date.UTC(1980, 0, 1));

/**
 * Packs representations into a zip archive, each one file, stored and not deflated: pixel data hardly shrinks, and
 * deflating it takes ten times as long. One file is open at a time. Zip supplement; PS3.18 Sup174 6.5, D-30; APPNOTE 4.3.
 *
 * Nothing is encrypted, and there is no DICOMDIR among the files unless it is one of the representations. The length of
 * the archive is known when those of all files are.
 *
 * @param fileName name that the user agent may save the archive under
 * @requirement R-003-012
 */
export function zip(files: readonly Representation[], fileName: string): PackagedBody {
  const names = uniqueNames(files);
  const contentLength = zipLength(files.map(({ length }, place) => ({ name: names[place]!, length })));
  return {
    contentType: 'application/zip',
    ...(contentLength === undefined ? {} : { contentLength }),
    contentDisposition: contentDisposition('attachment', fileName),
    open: () => archiveOf(files, names),
  };
}

async function* archiveOf(files: readonly Representation[], names: readonly string[]): AsyncGenerator<Uint8Array> {
  const archive = new ZipArchive({ store: true });
  const givenUp = new AbortController();
  const chunks = chunksOf(archive);
  const pace = new Pace();
  const feeding = feed(archive, files, names, pace, givenUp.signal).catch((cause: unknown) => {
    archive.destroy(cause instanceof Error ? cause : new Error(String(cause)));
  });
  try {
    for await (const chunk of chunks) {
      yield chunk;
      pace.taken(chunk.length);
    }
  } finally {
    givenUp.abort();
    pace.over();
    archive.destroy();
    await feeding;
  }
}

/** Up to this length chunks are copied together: the archive gives every field of a header by itself. */
const smallLength = 4096;

/**
 * What the archive gives, files in the very buffers that they came in: read as a stream, everything would be copied once
 * more.
 */
function chunksOf(archive: ZipArchive): AsyncIterable<Uint8Array> {
  let given: Buffer[] = [];
  let givenBytes = 0;
  let over: { readonly failure?: unknown } | undefined;
  let wake = (): void => undefined;
  archive.on('data', (chunk: Buffer) => {
    given.push(chunk);
    givenBytes += chunk.length;
    if (givenBytes > aheadBytes) archive.pause();
    wake();
  });
  const end = (outcome: { readonly failure?: unknown }): void => {
    over ??= outcome;
    wake();
  };
  archive.on('end', () => end({}));
  archive.on('error', (failure) => end({ failure }));
  return (async function* () {
    for (;;) {
      const chunks = given;
      given = [];
      givenBytes = 0;
      yield* together(chunks);
      if (given.length > 0) continue;
      if (over?.failure !== undefined) throw over.failure;
      if (over !== undefined) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
        archive.resume();
      });
    }
  })();
}

function* together(chunks: readonly Buffer[]): Generator<Uint8Array> {
  let small: Buffer[] = [];
  for (const chunk of chunks) {
    if (chunk.length <= smallLength) {
      small.push(chunk);
      continue;
    }
    if (small.length > 0) yield Buffer.concat(small);
    small = [];
    yield chunk;
  }
  if (small.length > 0) yield Buffer.concat(small);
}

/** Puts the files into the archive, one after the other, as fast as the archive is read. */
async function feed(
  archive: ZipArchive,
  files: readonly Representation[],
  names: readonly string[],
  pace: Pace,
  signal: AbortSignal,
): Promise<void> {
  for (const [place, file] of files.entries()) {
    await pace.room();
    if (signal.aborted) return;
    const chunks = file.open()[Symbol.asyncIterator]();
    try {
      const { held, size, isWhole } = await take(chunks, file.length);
      if (signal.aborted) return;
      const source = isWhole ? joined(held) : Readable.from(following(held, chunks), { objectMode: false });
      const packed = once(archive, 'entry', { signal }).catch(ignoreAbort);
      if (isWhole) pace.given(size);
      if (source instanceof Readable) source.on('error', (cause) => archive.destroy(cause));
      archive.append(source, { name: names[place]!, date: entryDate });
      await packed;
      if (source instanceof Readable) source.destroy();
    } finally {
      await chunks.return?.();
    }
  }
  if (!signal.aborted) await archive.finalize();
}

function ignoreAbort(cause: unknown): void {
  if (!(cause instanceof Error && cause.name === 'AbortError')) throw cause;
}

/**
 * How far the reader is behind what has been packed. The archive takes a whole file at once, whether somebody reads or
 * not, so that the next one has to wait here.
 */
class Pace {
  #behind = 0;
  #isOver = false;
  #wake: (() => void) | undefined;

  given(bytes: number): void {
    this.#behind += bytes;
  }

  taken(bytes: number): void {
    this.#behind = Math.max(0, this.#behind - bytes);
    if (this.#behind <= aheadBytes) this.#wake?.();
  }

  /** Nobody reads any more, and nobody shall wait for it. */
  over(): void {
    this.#isOver = true;
    this.#wake?.();
  }

  async room(): Promise<void> {
    if (this.#behind <= aheadBytes || this.#isOver) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = undefined;
  }
}

/** The first chunks of a file, up to what is held at once, and whether they are all of it. */
async function take(
  chunks: AsyncIterator<Uint8Array>,
  length: number | undefined,
): Promise<{ readonly held: readonly Uint8Array[]; readonly size: number; readonly isWhole: boolean }> {
  const held: Uint8Array[] = [];
  let size = 0;
  while (isHeldWhole(length ?? size)) {
    const { done, value } = await chunks.next();
    if (done === true) return { held, size, isWhole: true };
    held.push(value);
    size += value.length;
  }
  return { held, size, isWhole: false };
}

function isHeldWhole(length: number): boolean {
  return length <= heldWhole;
}

function joined(chunks: readonly Uint8Array[]): Buffer {
  const [first] = chunks;
  if (chunks.length !== 1 || first === undefined) return Buffer.concat(chunks);
  return Buffer.isBuffer(first) ? first : Buffer.from(first.buffer, first.byteOffset, first.byteLength);
}

async function* following(
  held: readonly Uint8Array[],
  chunks: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, undefined> {
  yield* held;
  for (;;) {
    const { done, value } = await chunks.next();
    if (done === true) return;
    yield value;
  }
}

const localHeader = 30;
const dataDescriptor = 16;
const centralHeader = 46;
const endOfCentralDirectory = 22;
/** From here on an archive has structures of other lengths (APPNOTE 4.3.14, 4.4.4). */
const longestPlain = 0xffff_ffff;
const mostPlainEntries = 0xffff;

/**
 * Length of the archive in bytes, where that is a plain sum: undefined for files of unknown length, and for what needs zip64.
 *
 * Only a file that is not read before it is packed has a data descriptor behind it. APPNOTE 4.3.6.
 */
export function zipLength(
  files: readonly { readonly name: string; readonly length: number | undefined }[],
): number | undefined {
  let total = endOfCentralDirectory;
  for (const { name, length } of files) {
    if (length === undefined) return undefined;
    const descriptor = isHeldWhole(length) ? 0 : dataDescriptor;
    total += localHeader + length + descriptor + centralHeader + 2 * Buffer.byteLength(name);
  }
  return total <= longestPlain && files.length < mostPlainEntries ? total : undefined;
}

function uniqueNames(files: readonly Representation[]): readonly string[] {
  const taken = new Set<string>();
  return files.map((file, place) => {
    const wanted = file.fileName ?? String(place + 1).padStart(6, '0');
    const dot = wanted.lastIndexOf('.') > wanted.lastIndexOf('/') ? wanted.lastIndexOf('.') : wanted.length;
    let name = wanted;
    // Some file systems do not tell upper case from lower.
    for (let again = 2; taken.has(name.toLowerCase()); again++) {
      name = `${wanted.slice(0, dot)}-${again}${wanted.slice(dot)}`;
    }
    taken.add(name.toLowerCase());
    return name;
  });
}
