import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createDeflateRaw } from 'node:zlib';
import type { VR } from '../../generated/dictionary.ts';
import type { ByteSource } from './byte-source.ts';
import type { Encoding } from './data-set.ts';
import { reverseWords } from './frame-index.ts';
import { valueRepresentations } from './value-representation.ts';

/** Part of a source, its words turned round where they have more than one octet. */
interface SourceSegment {
  readonly source: ByteSource;
  readonly offset: number;
  readonly length: number;
  readonly wordLength: 1 | 2 | 4 | 8;
}

type Segment = Uint8Array | SourceSegment | AsyncIterable<Uint8Array>;

const smallestBuffer = 4 * 1024;
const chunkLength = 256 * 1024;

/** The length field of an element or item that a delimitation item ends. */
export const undefinedLength = 0xffffffff;

/**
 * What will be written in an encoding: the octets of small elements, and large ones where they come from. So the length
 * is known before the first octet is sent, and memory does not grow with pixel data.
 */
export class EncodingPlan {
  readonly encoding: Encoding;
  readonly #segments: Segment[] = [];
  #buffer = Buffer.alloc(smallestBuffer);
  #used = 0;
  #length: number | undefined = 0;

  constructor(encoding: Encoding) {
    this.encoding = encoding;
  }

  /** Octets there will be, if every stream has a known length. */
  get length(): number | undefined {
    return this.#length;
  }

  /** Tag, VR and length of an element (PS3.5 7.1.2, 7.1.3). */
  header(tag: number, vr: VR, length: number): void {
    if (!this.encoding.explicitVR) {
      this.item(tag, length);
      return;
    }
    const { longLength } = valueRepresentations[vr];
    const at = this.#reserve(longLength ? 12 : 8);
    this.#tag(at, tag);
    this.#buffer.write(vr, at + 4, 'latin1');
    if (longLength) {
      this.#buffer.fill(0, at + 6, at + 8);
      this.#uint32(at + 8, length);
    } else {
      this.#uint16(at + 6, length);
    }
  }

  /** Tag and length of an item or a delimitation item, which have no VR (PS3.5 7.5). */
  item(tag: number, length: number): void {
    const at = this.#reserve(8);
    this.#tag(at, tag);
    this.#uint32(at + 4, length);
  }

  /** Octets, copied. */
  append(octets: Uint8Array): void {
    const at = this.#reserve(octets.length);
    this.#buffer.set(octets, at);
  }

  /** Octets of a source, read when their turn comes. */
  part(segment: SourceSegment): void {
    this.#flush();
    this.#segments.push(segment);
    this.#count(segment.length);
  }

  stream(chunks: AsyncIterable<Uint8Array>, length: number | undefined): void {
    this.#flush();
    this.#segments.push(chunks);
    this.#count(length);
  }

  async *octets(): AsyncGenerator<Uint8Array> {
    this.#flush();
    for (const segment of this.#segments) {
      if (segment instanceof Uint8Array) yield segment;
      else if (Symbol.asyncIterator in segment) yield* segment;
      else yield* sourceChunks(segment);
    }
  }

  /** The octets as a data set is deflated, of even number (PS3.5 A.5). */
  async *deflatedOctets(): AsyncGenerator<Uint8Array> {
    const deflate = createDeflateRaw();
    // A failure of the octets ends the iteration below as well, so it is not lost here.
    pipeline(Readable.from(this.octets()), deflate).catch(() => {});
    let length = 0;
    for await (const chunk of deflate) {
      length += chunk.length;
      yield chunk;
    }
    if (length % 2 === 1) yield Uint8Array.of(0);
  }

  /** The octets of a plan of appended octets alone. */
  bytes(): Uint8Array {
    this.#flush();
    return Buffer.concat(this.#segments.filter((segment) => segment instanceof Uint8Array));
  }

  #tag(at: number, tag: number): void {
    this.#uint16(at, tag >>> 16);
    this.#uint16(at + 2, tag & 0xffff);
  }

  #uint16(at: number, value: number): void {
    if (this.encoding.bigEndian) this.#buffer.writeUInt16BE(value, at);
    else this.#buffer.writeUInt16LE(value, at);
  }

  #uint32(at: number, value: number): void {
    if (this.encoding.bigEndian) this.#buffer.writeUInt32BE(value, at);
    else this.#buffer.writeUInt32LE(value, at);
  }

  /** Makes room for octets that the caller writes, and says where. */
  #reserve(length: number): number {
    if (this.#used + length > this.#buffer.length) {
      const size = Math.max(length, Math.min(this.#buffer.length * 2, chunkLength), smallestBuffer);
      this.#flush();
      this.#buffer = Buffer.alloc(size);
    }
    const at = this.#used;
    this.#used += length;
    this.#count(length);
    return at;
  }

  #flush(): void {
    if (this.#used > 0) this.#segments.push(this.#buffer.subarray(0, this.#used));
    this.#buffer = this.#buffer.subarray(this.#used);
    this.#used = 0;
  }

  #count(length: number | undefined): void {
    this.#length = this.#length === undefined || length === undefined ? undefined : this.#length + length;
  }
}

function* sourceChunks({ source, offset, length, wordLength }: SourceSegment): Generator<Uint8Array> {
  for (let at = 0; at < length; at += chunkLength) {
    const chunk = source.read(offset + at, Math.min(chunkLength, length - at));
    yield wordLength > 1 ? reverseWords(chunk, wordLength) : chunk;
  }
}
