import { Tag, unsignedOrSigned, type VR, vrOf } from '../../generated/dictionary.ts';
import type { ByteSource } from './byte-source.ts';
import { type DataElement, DataSet, type Encoding } from './data-set.ts';
import { formatTag, type Unreadable, type UnreadableReason, unreadable } from './unreadable.ts';
import { valueRepresentations, vrByCode } from './value-representation.ts';

const undefinedLength = 0xffffffff;
const itemTag = 0xfffee000;
const itemDelimitationTag = 0xfffee00d;
const sequenceDelimitationTag = 0xfffee0dd;

const maximumDepth = 64;
/** Elements and items together: more than any real object has, and what fits into memory. */
const maximumElements = 5_000_000;
const maximumWarnings = 20;

const implicitLittleEndian: Encoding = { explicitVR: false, bigEndian: false };

export interface ReadOptions {
  readonly encoding: Encoding;
  /** Stops in front of the first element of the outermost data set of which this is true. */
  readonly stopBefore?: (tag: number) => boolean;
}

export interface ReadDataSet {
  readonly ok: true;
  readonly dataSet: DataSet;
  /** Offset of what follows. */
  readonly end: number;
  readonly warnings: readonly string[];
}

/**
 * Reads a data set from `offset` to the end of the source, or to where it is told to stop (PS3.5 7).
 *
 * Values are skipped, so a large one costs nothing. What real archives hold is tolerated where its meaning is plain, and
 * noted as a warning: another kind of VR inside an item, unknown VRs, stray or missing delimiters, zeros at the end.
 * Every length is checked against what contains it before it is used.
 */
export function readDataSet(source: ByteSource, offset: number, options: ReadOptions): ReadDataSet | Unreadable {
  const reader = new DataSetReader(source, options.stopBefore);
  const dataSet = reader.readDataSet(offset, source.size, options.encoding, undefined, {
    delimited: false,
    depth: 0,
    signed: false,
  });
  return dataSet ? { ok: true, dataSet, end: reader.end, warnings: reader.warnings } : reader.failure!;
}

interface Place {
  /** Whether a delimitation item ends it, and not a length. */
  readonly delimited: boolean;
  readonly depth: number;
  /** Whether Pixel Representation makes "US or SS" signed (PS3.5 A.1). */
  readonly signed: boolean;
}

/**
 * The state of one reading. A method that cannot go on sets `failure` and returns undefined; `end` is where the last
 * thing read ended.
 */
class DataSetReader {
  readonly warnings: string[] = [];
  failure: Unreadable | undefined;
  end = 0;
  readonly #source: ByteSource;
  readonly #stopBefore: ((tag: number) => boolean) | undefined;
  #chunk: Uint8Array;
  /** Where in the chunk the offset last loaded is. */
  #index = 0;
  #count = 0;
  /** Where the last search for an octet that is not zero ended, so that no octet is searched twice. */
  #notZeroAt = -1;
  /** Header last read: see {@link #readHeader}. */
  #vr: VR = 'UN';
  #length = 0;
  #valueOffset = 0;

  constructor(source: ByteSource, stopBefore: ((tag: number) => boolean) | undefined) {
    this.#source = source;
    this.#stopBefore = stopBefore;
    this.#chunk = source.bytes ?? new Uint8Array(0);
  }

  readDataSet(
    start: number,
    limit: number,
    encoding: Encoding,
    parent: DataSet | undefined,
    place: Place,
  ): DataSet | undefined {
    const elements = new Map<number, DataElement>();
    const actual = this.#actualEncoding(start, limit, encoding);
    const dataSet = new DataSet(this.#source, elements, actual, parent);
    let { signed } = place;
    let lastTag = -1;
    let offset = start;
    for (;;) {
      if (offset >= limit) {
        if (place.delimited) return this.#fail('truncated', offset, 'An item ends without its Item Delimitation Item.');
        break;
      }
      if (limit - offset < 8) {
        if (this.#isZero(offset, limit)) {
          this.#warn(offset, 'zeros follow the last element');
          offset = limit;
          break;
        }
        return this.#fail(
          'truncated',
          offset,
          `${limit - offset} octets follow the last element, too few for another one.`,
        );
      }
      this.#load(offset);
      const tag = this.#tag(actual.bigEndian);
      if (tag >= itemTag && tag <= sequenceDelimitationTag) {
        if (place.delimited) {
          if (tag === itemDelimitationTag) {
            offset += 8;
            break;
          }
          if (tag === itemTag || tag === sequenceDelimitationTag) {
            this.#warn(offset, 'an item ends without its Item Delimitation Item');
            break;
          }
        }
        if (tag !== itemDelimitationTag && tag !== sequenceDelimitationTag) {
          return this.#fail('malformed', offset, `${formatTag(tag)} stands where a data element should.`);
        }
        this.#warn(offset, `${formatTag(tag)} stands outside of what it could end`);
        offset += 8;
        continue;
      }
      if (place.depth === 0) {
        if (this.#stopBefore?.(tag)) break;
        if (tag === 0 && this.#isZero(offset, limit)) {
          this.#warn(offset, 'zeros follow the last element');
          offset = limit;
          break;
        }
      }
      if (!this.#readHeader(tag, offset, limit, actual)) return undefined;
      if (unsignedOrSigned.has(tag) && signed && !actual.explicitVR) this.#vr = 'SS';
      const element = this.#readElement(tag, offset, limit, actual, dataSet, { ...place, signed });
      if (!element) return undefined;
      offset = this.end;
      if (++this.#count > maximumElements)
        return this.#fail('too-large', offset, `More than ${maximumElements} elements.`);
      if (tag === Tag.PixelRepresentation)
        signed = this.#source.read(element.offset, 2)[actual.bigEndian ? 1 : 0] === 1;
      if (tag <= lastTag) {
        if (elements.has(tag)) {
          this.#warn(offset, `${formatTag(tag)} is there twice, the first one counts`);
          continue;
        }
        this.#warn(offset, `${formatTag(tag)} is out of order`);
      }
      lastTag = Math.max(tag, lastTag);
      elements.set(tag, element);
    }
    this.end = offset;
    return dataSet;
  }

  /** The value of the element whose header was read last: recorded, skipped, and followed where it holds items. */
  #readElement(
    tag: number,
    at: number,
    limit: number,
    encoding: Encoding,
    dataSet: DataSet,
    place: Place,
  ): DataElement | undefined {
    const vr = this.#vr;
    const length = this.#length;
    const offset = this.#valueOffset;
    if (length === undefinedLength) {
      if (vr === 'OB' || vr === 'OW' || tag === Tag.PixelData) {
        const fragments = this.#readFragments(tag, offset, limit, encoding);
        return fragments && { tag, vr, offset, length: fragments.at(-1)! - offset, encapsulated: true, fragments };
      }
      // UN of undefined length is a sequence in Implicit VR Little Endian, whatever is around it (PS3.5 6.2.2 note 4).
      const inside = vr === 'UN' ? implicitLittleEndian : encoding;
      const items = this.#readItems(tag, offset, limit, inside, dataSet, { ...place, delimited: true });
      return items && { tag, vr: 'SQ', offset, length: this.#itemsEnd - offset, items };
    }
    if (length > limit - offset) {
      const isCut = offset + length > this.#source.size;
      const where = isCut ? 'the object' : 'the item that it is in';
      return this.#fail(
        isCut ? 'truncated' : 'malformed',
        at,
        `${formatTag(tag)} has a value of ${length} octets, but ${where} has only ${limit - offset} more.`,
      );
    }
    if (length > 0 && vr === 'SQ') {
      const items = this.#readItems(tag, offset, offset + length, encoding, dataSet, { ...place, delimited: false });
      if (!items) return undefined;
      this.end = offset + length;
      return { tag, vr, offset, length, items };
    }
    if (length > 0 && vr === 'UN' && vrOf(tag) === 'SQ') {
      const items = this.#tryItems(tag, offset, offset + length, dataSet, place);
      this.end = offset + length;
      return items ? { tag, vr, offset, length, items } : { tag, vr, offset, length };
    }
    this.end = offset + length;
    return vr === 'SQ' ? { tag, vr, offset, length, items: [] } : { tag, vr, offset, length };
  }

  /** Where the items read last end, their delimitation item not counted. */
  #itemsEnd = 0;

  #readItems(
    tag: number,
    start: number,
    limit: number,
    encoding: Encoding,
    parent: DataSet,
    place: Place,
  ): DataSet[] | undefined {
    if (place.depth >= maximumDepth) {
      return this.#fail('too-large', start, `Sequences are nested more than ${maximumDepth} deep.`);
    }
    const items: DataSet[] = [];
    let offset = start;
    for (;;) {
      this.#itemsEnd = offset;
      if (offset >= limit && !place.delimited) break;
      if (limit - offset < 8) {
        return this.#fail('truncated', offset, `${formatTag(tag)} ends within its items.`);
      }
      this.#load(offset);
      const found = this.#tag(encoding.bigEndian);
      if (found === sequenceDelimitationTag) {
        offset += 8;
        if (place.delimited) break;
        this.#warn(offset, `${formatTag(tag)} has a length and a Sequence Delimitation Item`);
        continue;
      }
      if (found !== itemTag) {
        return this.#fail('malformed', offset, `${formatTag(found)} stands in ${formatTag(tag)} where an item should.`);
      }
      const length = this.#uint32(4, encoding.bigEndian);
      const delimited = length === undefinedLength;
      if (!delimited && length > limit - offset - 8) {
        const isCut = offset + 8 + length > this.#source.size;
        return this.#fail(
          isCut ? 'truncated' : 'malformed',
          offset,
          `An item of ${formatTag(tag)} has ${length} octets, but only ${limit - offset - 8} follow.`,
        );
      }
      if (++this.#count > maximumElements)
        return this.#fail('too-large', offset, `More than ${maximumElements} elements.`);
      const end = delimited ? limit : offset + 8 + length;
      const item = this.readDataSet(offset + 8, end, encoding, parent, {
        delimited,
        depth: place.depth + 1,
        signed: place.signed,
      });
      if (!item) return undefined;
      items.push(item);
      offset = this.end;
    }
    this.end = offset;
    return items;
  }

  /** The items of a UN element that the dictionary calls a sequence, if its value is one through and through. */
  #tryItems(tag: number, start: number, limit: number, parent: DataSet, place: Place): DataSet[] | undefined {
    const warnings = this.warnings.length;
    const items = this.#readItems(tag, start, limit, implicitLittleEndian, parent, { ...place, delimited: false });
    if (!items) {
      this.failure = undefined;
      this.warnings.length = warnings;
    }
    return items;
  }

  #readFragments(tag: number, start: number, limit: number, encoding: Encoding): Float64Array | undefined {
    const offsets: number[] = [];
    let offset = start;
    for (;;) {
      if (limit - offset < 8) return this.#fail('truncated', offset, `${formatTag(tag)} ends within its fragments.`);
      this.#load(offset);
      const found = this.#tag(encoding.bigEndian);
      offsets.push(offset);
      if (found === sequenceDelimitationTag) break;
      const length = this.#uint32(4, encoding.bigEndian);
      if (found !== itemTag || length === undefinedLength) {
        return this.#fail(
          'malformed',
          offset,
          `${formatTag(found)} stands in ${formatTag(tag)} where a fragment should.`,
        );
      }
      if (length > limit - offset - 8) {
        return this.#fail(
          'truncated',
          offset,
          `A fragment has ${length} octets, but only ${limit - offset - 8} follow.`,
        );
      }
      offset += 8 + length;
    }
    this.end = offset + 8;
    return Float64Array.from(offsets);
  }

  /** Reads VR, length and offset of the value into the fields of those names. */
  #readHeader(tag: number, offset: number, limit: number, encoding: Encoding): boolean {
    if (!encoding.explicitVR) {
      this.#setHeader(vrOf(tag) ?? 'UN', this.#uint32(4, encoding.bigEndian), offset + 8);
      return true;
    }
    const code = this.#vrCode();
    const vr = vrByCode.get(code);
    const shortLength = this.#uint16(6, encoding.bigEndian);
    if (vr && !valueRepresentations[vr].longLength) {
      this.#setHeader(vr, shortLength, offset + 8);
      return true;
    }
    const longLength = limit - offset >= 12 ? this.#uint32(8, encoding.bigEndian) : undefined;
    if (vr) {
      if (longLength !== undefined) {
        this.#setHeader(vr, longLength, offset + 12);
        return true;
      }
      this.#fail('truncated', offset, `${formatTag(tag)} ends within its length.`);
      return false;
    }
    this.#warn(offset, `${formatTag(tag)} has no known VR`);
    const fits = (length: number | undefined, header: number) =>
      length !== undefined && length <= limit - offset - header;
    const implicitLength = this.#uint32(4, encoding.bigEndian);
    if (isLetters(code)) {
      // A VR that is newer than this reader has a 32-bit length (PS3.5 7.1.2).
      if (shortLength === 0 && (fits(longLength, 12) || longLength === undefinedLength))
        this.#setHeader('UN', longLength!, offset + 12);
      else this.#setHeader('UN', shortLength, offset + 8);
    } else if (fits(implicitLength, 8) || implicitLength === undefinedLength) {
      this.#setHeader(vrOf(tag) ?? 'UN', implicitLength, offset + 8);
    } else {
      this.#setHeader('UN', shortLength, offset + 8);
    }
    return true;
  }

  #setHeader(vr: VR, length: number, valueOffset: number): void {
    this.#vr = vr;
    this.#length = length;
    this.#valueOffset = valueOffset;
  }

  /** The kind of VR that the first element really has: items of another kind than the data set around them occur. */
  #actualEncoding(start: number, limit: number, encoding: Encoding): Encoding {
    if (limit - start < 8) return encoding;
    this.#load(start);
    if (this.#tag(encoding.bigEndian) >= itemTag) return encoding;
    const code = this.#vrCode();
    const fitsImplicit = this.#uint32(4, encoding.bigEndian) <= limit - start - 8;
    const vr = vrByCode.get(code);
    const isExplicit = encoding.explicitVR
      ? vr !== undefined || isLetters(code) || !fitsImplicit
      : vr !== undefined && (!fitsImplicit || vr === vrOf(this.#tag(encoding.bigEndian)));
    if (isExplicit === encoding.explicitVR) return encoding;
    this.#warn(start, `the elements are in ${isExplicit ? 'Explicit' : 'Implicit'} VR, unlike what is around them`);
    return { explicitVR: isExplicit, bigEndian: encoding.bigEndian };
  }

  /** Makes the octets at an offset the ones that the accessors below read; at least 8 of them are there. */
  #load(offset: number): void {
    if (this.#source.bytes) {
      this.#index = offset;
    } else {
      this.#chunk = this.#source.read(offset, 12);
      this.#index = 0;
    }
  }

  #uint16(at: number, bigEndian: boolean): number {
    const chunk = this.#chunk;
    const i = this.#index + at;
    return bigEndian ? (chunk[i]! << 8) | chunk[i + 1]! : chunk[i]! | (chunk[i + 1]! << 8);
  }

  #uint32(at: number, bigEndian: boolean): number {
    const first = this.#uint16(at, bigEndian);
    const second = this.#uint16(at + 2, bigEndian);
    return bigEndian ? first * 0x10000 + second : second * 0x10000 + first;
  }

  #tag(bigEndian: boolean): number {
    return this.#uint16(0, bigEndian) * 0x10000 + this.#uint16(2, bigEndian);
  }

  #vrCode(): number {
    return this.#uint16(4, true);
  }

  #isZero(offset: number, limit: number): boolean {
    if (this.#notZeroAt >= offset && this.#notZeroAt < limit) return false;
    const step = 64 * 1024;
    for (let at = offset; at < limit; at += step) {
      const found = this.#source.read(at, Math.min(step, limit - at)).findIndex((octet) => octet !== 0);
      if (found >= 0) {
        this.#notZeroAt = at + found;
        return false;
      }
    }
    return true;
  }

  #warn(at: number, text: string): void {
    if (this.warnings.length < maximumWarnings) this.warnings.push(`At octet ${at}: ${text}.`);
  }

  #fail(reason: UnreadableReason, at: number, detail: string): undefined {
    this.failure = unreadable(reason, at, detail);
    return undefined;
  }
}

function isLetters(code: number): boolean {
  const first = code >> 8;
  const second = code & 0xff;
  return first >= 0x41 && first <= 0x5a && second >= 0x41 && second <= 0x5a;
}
