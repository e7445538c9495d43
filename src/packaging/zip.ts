import { crc32 } from 'node:zlib';
import { contentDisposition } from './content-disposition.ts';
import type { PackagedBody, Representation } from './representation.ts';
import {
  centralDirectory,
  dataDescriptor,
  describeEntry,
  entryLength,
  localHeader,
  type ZipEntry,
} from './zip-structures.ts';

/** Files up to this many bytes are read before they are written, so that their entry begins with length and checksum. */
const heldWhole = 8 * 1024 * 1024;

/**
 * Packs representations into a zip archive, each one file, stored and not deflated: pixel data hardly shrinks, and
 * deflating it takes ten times as long. One file is open at a time. Seed 003; PS3.18 Sup174 6.5, D-30; APPNOTE 4.3.
 *
 * Nothing is encrypted, and there is no DICOMDIR among the files unless it is one of the representations. The length of
 * the archive is known when those of all files are.
 *
 * @param fileName name that the user agent may save the archive under
 * @requirement R-003-012
 */
export function zip(files: readonly Representation[], fileName: string): PackagedBody {
  const names = uniqueNames(files).map((name) => Buffer.from(name));
  const contentLength = lengthOf(files, names);
  return {
    contentType: 'application/zip',
    ...(contentLength === undefined ? {} : { contentLength }),
    contentDisposition: contentDisposition('attachment', fileName),
    open: () => archiveOf(files, names),
  };
}

async function* archiveOf(files: readonly Representation[], names: readonly Buffer[]): AsyncGenerator<Uint8Array> {
  const entries: ZipEntry[] = [];
  let offset = 0;
  for (const [place, file] of files.entries()) {
    const chunks = file.open()[Symbol.asyncIterator]();
    try {
      const { held, size, isWhole } = await take(chunks);
      const isStreamed = file.length === undefined ? !isWhole : file.length > heldWhole;
      const before = describeEntry(names[place]!, offset, isStreamed ? file.length : size, isStreamed);
      let entry: ZipEntry = { ...before, size, checksum: checksumOf(held) };
      yield localHeader(isStreamed ? before : entry);
      yield* held;
      while (isStreamed) {
        const { done, value } = await chunks.next();
        if (done === true) break;
        entry = { ...entry, size: entry.size + value.length, checksum: crc32(value, entry.checksum) };
        yield value;
      }
      if (isStreamed) yield dataDescriptor(entry);
      entries.push(entry);
      offset += entryLength(entry);
    } finally {
      await chunks.return?.();
    }
  }
  yield centralDirectory(entries, offset);
}

/** The first chunks of a file, up to what is held at once, and whether they are all of it. */
async function take(
  chunks: AsyncIterator<Uint8Array>,
): Promise<{ readonly held: readonly Uint8Array[]; readonly size: number; readonly isWhole: boolean }> {
  const held: Uint8Array[] = [];
  let size = 0;
  while (size <= heldWhole) {
    const { done, value } = await chunks.next();
    if (done === true) return { held, size, isWhole: true };
    held.push(value);
    size += value.length;
  }
  return { held, size, isWhole: false };
}

function checksumOf(chunks: readonly Uint8Array[]): number {
  return chunks.reduce((checksum, chunk) => crc32(chunk, checksum), 0);
}

/** Length of the archive: the same structures as will be written, over files that are only known by their lengths. */
function lengthOf(files: readonly Representation[], names: readonly Buffer[]): number | undefined {
  const entries: ZipEntry[] = [];
  let offset = 0;
  for (const [place, { length }] of files.entries()) {
    if (length === undefined) return undefined;
    const entry = { ...describeEntry(names[place]!, offset, length, length > heldWhole), size: length };
    entries.push(entry);
    offset += entryLength(entry);
  }
  return offset + centralDirectory(entries, offset).length;
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
