import { Readable as NodeReadable, pipeline, type Readable } from 'node:stream';
import { constants, crc32, createInflateRaw, deflateRawSync, inflateRawSync } from 'node:zlib';
import { adler32, combineAdler32 } from './adler-32.ts';
import { combineCrc32, crc32Shift } from './crc-32.ts';

/**
 * A metadata document is the JSON of one instance as the catalogue keeps it: ready to be sent under the content codings gzip and
 * deflate without inflating it, although the origin server's address, which a BulkDataURI begins with, is not known yet.
 *
 * The text is cut where the address belongs. Each piece is deflated by itself up to a full flush, so that pieces, and stored
 * blocks with the address, follow one another in one deflate stream (RFC 1951 3.2.4); the checksums of the pieces are combined
 * into that of the whole.
 *
 *     octet  0       layout version, 1
 *     octets 1-3     number of pieces
 *     per piece      five words of 32 bits: deflated length, length, CRC-32, CRC-32 shift, Adler-32
 *     then           the pieces
 *
 * All numbers are little endian.
 */
const layoutVersion = 1;
const headLength = 4;
const wordsPerPiece = 5;
const pieceHeadLength = 4 * wordsPerPiece;

/** Content codings that metadata is sent under (WADO-RS Retrieve Metadata, Accept-Encoding). */
export type ContentCoding = 'gzip' | 'deflate' | 'identity';

/** Where JSON text is cut: a quote within a string is escaped, so that this is the property and nothing else. */
const beforeBulkDataURI = '"BulkDataURI":"';

/** Level 5 would make the documents of CT slices 5 % shorter, and takes twice as long at store time. */
const deflateLevel = 3;

/** Pieces up to this length, as that behind the pixel data is, are stored as they are: to set up a compressor costs more than it saves. */
const storedPieceLimit = 320;

/** Octets that are gathered before they are sent on. */
const chunkLength = 128 * 1024;

/**
 * Makes the metadata document of an instance.
 *
 * @param json text of its attributes; each BulkDataURI a path below the service root, "/studies/..."
 */
export function encodeMetadataDocument(json: string): Uint8Array {
  const cuts = json.split(beforeBulkDataURI);
  const pieces = cuts.map((piece, i) => Buffer.from(i < cuts.length - 1 ? piece + beforeBulkDataURI : piece));
  const deflated = pieces.map(deflatedPiece);
  const head = Buffer.alloc(headLength + pieces.length * pieceHeadLength);
  head.writeUInt8(layoutVersion, 0);
  head.writeUIntLE(pieces.length, 1, 3);
  pieces.forEach((piece, i) => {
    const words = [deflated[i]!.length, piece.length, crc32(piece), crc32Shift(piece.length), adler32(piece)];
    words.forEach((word, n) => {
      head.writeUInt32LE(word, headLength + i * pieceHeadLength + 4 * n);
    });
  });
  return Buffer.concat([head, ...deflated]);
}

/**
 * A piece, deflated up to a full flush. Most pieces are of a few kilobytes: with a window of that length, to set up the
 * compressor takes less of the time.
 */
function deflatedPiece(piece: Uint8Array): Uint8Array {
  if (piece.length <= storedPieceLimit) return storedBlocks(piece);
  const isShort = piece.length <= 8192;
  return deflateRawSync(piece, {
    level: deflateLevel,
    windowBits: isShort ? 13 : 15,
    memLevel: isShort ? 7 : 8,
    chunkSize: Math.max(1024, Math.min(piece.length, 65_536)),
    finishFlush: constants.Z_FULL_FLUSH,
  });
}

/** JSON text of a metadata document, its bulk data URIs absolute. */
export function decodeMetadataDocument(document: Uint8Array, serviceRoot: string): string {
  const octets = asBuffer(document);
  const texts: string[] = [];
  const pieces = numberOfPieces(octets);
  let start = headLength + pieces * pieceHeadLength;
  for (let i = 0; i < pieces; i++) {
    const end = start + octets.readUInt32LE(headLength + i * pieceHeadLength);
    const text = inflateRawSync(octets.subarray(start, end), { finishFlush: constants.Z_SYNC_FLUSH });
    texts.push(text.toString('utf8'));
    start = end;
  }
  return texts.join(jsonStringContent(serviceRoot));
}

/**
 * The metadata of instances, a JSON array (PS3.18 F.2.1), under a content coding.
 *
 * gzip is one member (RFC 1952), deflate is the zlib format (RFC 9110 8.4.1.2); both are put together from the stored pieces.
 * What comes out is chunks of about 128 KiB; nothing grows with the number of documents.
 *
 * @param serviceRoot absolute URL that bulk data URIs begin with, without a slash at its end
 * @requirement R-000-071
 * @requirement R-000-074
 * @requirement R-000-075
 * @requirement R-000-076
 */
export function metadataStream(
  documents: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  serviceRoot: string,
  coding: ContentCoding,
): AsyncIterable<Uint8Array> {
  const deflateStream = joinDocuments(documents, jsonStringContent(serviceRoot), formats[coding]);
  return coding === 'identity' ? inflated(deflateStream) : deflateStream;
}

/** Checksum of what has been written, and how it stands at the end of the format. */
interface Checksum {
  /** @param at offset in a document of the words of the piece */
  piece(document: Buffer, at: number): void;
  text(text: StoredText): void;
  trailer(): Uint8Array;
}

interface Format {
  readonly header: readonly number[];
  checksum(): Checksum;
}

const formats: Readonly<Record<ContentCoding, Format>> = {
  // No file name, no time, operating system unknown (RFC 1952 2.3).
  gzip: { header: [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff], checksum: gzipChecksum },
  // A window of 32 KiB, no dictionary, a fast algorithm (RFC 1950 2.2).
  deflate: { header: [0x78, 0x5e], checksum: zlibChecksum },
  identity: { header: [], checksum: noChecksum },
};

function gzipChecksum(): Checksum {
  let crc = 0;
  let length = 0;
  return {
    piece(document, at) {
      crc = combineCrc32(crc, document.readUInt32LE(at + 8), document.readUInt32LE(at + 12));
      length += document.readUInt32LE(at + 4);
    },
    text(text) {
      crc = combineCrc32(crc, text.crc, text.crcShift);
      length += text.length;
    },
    trailer() {
      const trailer = Buffer.alloc(8);
      trailer.writeUInt32LE(crc, 0);
      trailer.writeUInt32LE(length % 2 ** 32, 4);
      return trailer;
    },
  };
}

function zlibChecksum(): Checksum {
  let adler = 1;
  return {
    piece(document, at) {
      adler = combineAdler32(adler, document.readUInt32LE(at + 16), document.readUInt32LE(at + 4));
    },
    text(text) {
      adler = combineAdler32(adler, text.adler, text.length);
    },
    trailer() {
      const trailer = Buffer.alloc(4);
      trailer.writeUInt32BE(adler, 0);
      return trailer;
    },
  };
}

function noChecksum(): Checksum {
  return { piece() {}, text() {}, trailer: () => new Uint8Array() };
}

/** Text as stored blocks, which a deflate stream holds uncompressed (RFC 1951 3.2.4). */
interface StoredText {
  readonly blocks: Uint8Array;
  readonly length: number;
  readonly crc: number;
  readonly crcShift: number;
  readonly adler: number;
}

const longestStoredBlock = 0xffff;

function storedText(text: string, final = false): StoredText {
  const octets = Buffer.from(text, 'utf8');
  return {
    blocks: storedBlocks(octets, final),
    length: octets.length,
    crc: crc32(octets),
    crcShift: crc32Shift(octets.length),
    adler: adler32(octets),
  };
}

/** @param final whether the deflate stream ends with the last block */
function storedBlocks(octets: Uint8Array, final = false): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (let start = 0; start < octets.length; start += longestStoredBlock) {
    const block = octets.subarray(start, start + longestStoredBlock);
    const head = Buffer.alloc(5);
    head.writeUInt8(final && start + block.length === octets.length ? 1 : 0, 0);
    head.writeUInt16LE(block.length, 1);
    head.writeUInt16LE(block.length ^ 0xffff, 3);
    blocks.push(head, block);
  }
  return Buffer.concat(blocks);
}

const opening = storedText('[');
const separator = storedText(',');
const closing = storedText(']', true);

/** Puts documents and the texts between them together as one deflate stream, header and trailer of its format included. */
async function* joinDocuments(
  documents: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  address: string,
  format: Format,
): AsyncGenerator<Uint8Array> {
  const checksum = format.checksum();
  const root = storedText(address);
  let chunk = Buffer.allocUnsafe(chunkLength);
  let used = 0;
  const full: Uint8Array[] = [];

  const write = (octets: Uint8Array) => {
    if (used + octets.length > chunk.length) {
      full.push(chunk.subarray(0, used));
      chunk = Buffer.allocUnsafe(Math.max(chunkLength, octets.length));
      used = 0;
    }
    chunk.set(octets, used);
    used += octets.length;
  };
  const writeText = (text: StoredText) => {
    write(text.blocks);
    checksum.text(text);
  };
  let next = opening;
  const writeDocument = (document: Uint8Array) => {
    writeText(next);
    next = separator;
    const octets = asBuffer(document);
    const pieces = numberOfPieces(octets);
    let start = headLength + pieces * pieceHeadLength;
    for (let i = 0; i < pieces; i++) {
      if (i > 0) writeText(root);
      const at = headLength + i * pieceHeadLength;
      const end = start + octets.readUInt32LE(at);
      write(octets.subarray(start, end));
      checksum.piece(octets, at);
      start = end;
    }
  };

  write(Uint8Array.from(format.header));
  // An await for each document costs as much as all the rest; only documents that come one by one pay it.
  if (Symbol.iterator in documents) {
    for (const document of documents) {
      writeDocument(document);
      while (full.length > 0) yield full.shift()!;
    }
  } else {
    for await (const document of documents) {
      writeDocument(document);
      while (full.length > 0) yield full.shift()!;
    }
  }
  if (next === opening) writeText(opening);
  writeText(closing);
  write(checksum.trailer());
  yield* full;
  yield chunk.subarray(0, used);
}

function numberOfPieces(document: Buffer): number {
  return document.readUInt16LE(1) + document.readUInt8(3) * 0x10000;
}

function inflated(deflateStream: AsyncIterable<Uint8Array>): Readable {
  return pipeline(NodeReadable.from(deflateStream), createInflateRaw({ chunkSize: 256 * 1024 }), () => {});
}

/** Text as it stands between the quotes of a JSON string. */
function jsonStringContent(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function asBuffer(octets: Uint8Array): Buffer {
  return Buffer.isBuffer(octets) ? octets : Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
}
