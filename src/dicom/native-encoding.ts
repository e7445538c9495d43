import { Tag, type VR } from '../../generated/dictionary.ts';
import type { DataElement, DataSet, Encoding } from './data-set.ts';
import { EncodingPlan, undefinedLength } from './encoding-plan.ts';
import { reverseWords } from './frame-index.ts';
import { isPixelData } from './part10.ts';
import type { TransferSyntax } from './transfer-syntax.ts';
import { encodeValue, padded } from './value.ts';
import { valueRepresentations } from './value-representation.ts';

/** What takes the place of an element, or of its absence, while a data set is written. */
export type ReplacedElement =
  /** Another value, as little endian octets of even length: see `encodeValue` of value.ts. */
  | { readonly kind: 'value'; readonly vr: VR; readonly value: Uint8Array }
  | { readonly kind: 'removed' }
  /** The items of a sequence, in each of which something takes the place of elements too. */
  | { readonly kind: 'items'; readonly items: readonly ItemWithReplacements[] }
  /** Native pixel data of a known length, little endian. */
  | { readonly kind: 'stream'; readonly vr: VR; readonly length: number; readonly chunks: AsyncIterable<Uint8Array> }
  /** Encapsulated pixel data, one fragment a frame; an offset table is written if the lengths of the frames are known. */
  | { readonly kind: 'frames'; readonly lengths?: readonly number[]; readonly frames: AsyncIterable<Uint8Array> };

export interface ItemWithReplacements {
  readonly dataSet: DataSet;
  readonly replace: ReadonlyMap<number, ReplacedElement>;
}

export interface EncodeOptions {
  /** Leaves out (Float, Double Float) Pixel Data and its offset tables. */
  readonly omitPixelData?: boolean;
  readonly replace?: ReadonlyMap<number, ReplacedElement>;
}

/** A data set in another transfer syntax: its octets, to be gone through once, while the source is open. */
export interface EncodedDataSet extends AsyncIterable<Uint8Array> {
  /** Octets there will be: undefined where only writing them tells (deflated, frames of unknown length). */
  readonly length: number | undefined;
}

/**
 * Writes a data set in another native transfer syntax (PS3.5 A.1, A.2, A.3, A.5), or in an encapsulated one, where
 * encapsulated pixel data is copied unless it is replaced.
 *
 * Values are turned round by the word of their VR, text is kept octet by octet, large values are streamed. What the
 * dictionary does not know becomes UN, as does a value too long for the length field of its VR (PS3.5 6.2.2). Sequences
 * and items get undefined lengths: what they contain may change its length without a second pass, and a private sequence
 * is known as one in Implicit VR by nothing else.
 * Group lengths, which would be wrong, are left out.
 */
export function encodeDataSet(dataSet: DataSet, to: TransferSyntax, options: EncodeOptions = {}): EncodedDataSet {
  const plan = new EncodingPlan({ explicitVR: to.explicitVR, bigEndian: to.bigEndian });
  planDataSet(plan, dataSet, options);
  return to.deflated
    ? { length: undefined, [Symbol.asyncIterator]: () => plan.deflatedOctets() }
    : { length: plan.length, [Symbol.asyncIterator]: () => plan.octets() };
}

/** Values up to this length are copied into the plan, longer ones stay where they are. */
const longestCopy = 64 * 1024;
const fileMetaGroup = 0x0002;
const longestShortLength = 0xfffe;
const largestBasicOffset = 0xffffffff;

const itemTag = 0xfffee000;
const itemDelimitationTag = 0xfffee00d;
const sequenceDelimitationTag = 0xfffee0dd;

function planDataSet(plan: EncodingPlan, dataSet: DataSet, options: EncodeOptions = {}): void {
  const { replace, omitPixelData = false } = options;
  // Its offset tables go with the pixel data that they are about.
  const omitTables = omitPixelData || replace?.has(Tag.PixelData) === true;
  for (const tag of tagsInOrder(dataSet, replace)) {
    if (isGroupLength(tag) || tag >>> 16 === fileMetaGroup) continue;
    if ((omitPixelData && isPixelData(tag)) || (omitTables && isExtendedOffsetTable(tag))) continue;
    const replaced = replace?.get(tag);
    if (replaced) planReplaced(plan, tag, replaced);
    else planElement(plan, dataSet, dataSet.get(tag)!);
  }
}

function planElement(plan: EncodingPlan, dataSet: DataSet, element: DataElement): void {
  if (element.items) {
    planSequence(
      plan,
      element.tag,
      element.items.map((item) => ({ dataSet: item })),
    );
  } else if (element.encapsulated) {
    plan.header(element.tag, 'OB', undefinedLength);
    plan.part({ source: dataSet.source, offset: element.offset, length: element.length, wordLength: 1 });
    plan.item(sequenceDelimitationTag, 0);
  } else {
    planStoredValue(plan, dataSet, element);
  }
}

function planSequence(
  plan: EncodingPlan,
  tag: number,
  items: readonly (Pick<ItemWithReplacements, 'dataSet'> & Partial<ItemWithReplacements>)[],
): void {
  plan.header(tag, 'SQ', items.length === 0 ? 0 : undefinedLength);
  if (items.length === 0) return;
  for (const { dataSet, replace } of items) {
    plan.item(itemTag, undefinedLength);
    planDataSet(plan, dataSet, replace === undefined ? {} : { replace });
    plan.item(itemDelimitationTag, 0);
  }
  plan.item(sequenceDelimitationTag, 0);
}

function planStoredValue(plan: EncodingPlan, dataSet: DataSet, { tag, vr, offset, length }: DataElement): void {
  const { source } = dataSet;
  const evenLength = length + (length % 2);
  const written = writtenVR(plan, vr, evenLength);
  plan.header(tag, written, evenLength);
  const isTurned = isBigEndian(dataSet, vr) !== isBigEndian(plan.encoding, written);
  const wordLength = isTurned ? valueRepresentations[vr].wordLength : 1;
  // The last octet of an odd length belongs to a word with its padding, so that much is always copied.
  const streamed = length > longestCopy ? length - (length % 2) : 0;
  if (streamed > 0) plan.part({ source, offset, length: streamed, wordLength });
  const octets = padded(source.read(offset + streamed, length - streamed), vr);
  plan.append(wordLength > 1 ? reverseWords(octets, wordLength) : octets);
}

function planReplaced(plan: EncodingPlan, tag: number, replaced: ReplacedElement): void {
  switch (replaced.kind) {
    case 'removed':
      return;
    case 'value':
      planValue(plan, tag, replaced.vr, replaced.value);
      return;
    case 'items':
      planSequence(plan, tag, replaced.items);
      return;
    case 'stream': {
      const { vr, length, chunks } = replaced;
      const wordLength = isBigEndian(plan.encoding, vr) ? valueRepresentations[vr].wordLength : 1;
      plan.header(tag, vr, length + (length % 2));
      plan.stream(evenChunks(chunks, wordLength, valueRepresentations[vr].padding), length + (length % 2));
      return;
    }
    case 'frames':
      planFrames(plan, tag, replaced.lengths, replaced.frames);
  }
}

/** A value given as little endian octets of even length. */
function planValue(plan: EncodingPlan, tag: number, vr: VR, value: Uint8Array): void {
  const written = writtenVR(plan, vr, value.length);
  const wordLength = isBigEndian(plan.encoding, written) ? valueRepresentations[vr].wordLength : 1;
  plan.header(tag, written, value.length);
  plan.append(wordLength > 1 ? reverseWords(value, wordLength) : value);
}

/** Fragments, one a frame, behind the offset table that their lengths call for (PS3.5 A.4, PS3.3 C.7.6.3.1.8). */
function planFrames(
  plan: EncodingPlan,
  tag: number,
  lengths: readonly number[] | undefined,
  frames: AsyncIterable<Uint8Array>,
): void {
  const offsets: number[] = [];
  let end = 0;
  for (const length of lengths ?? []) {
    offsets.push(end);
    end += 8 + length + (length % 2);
  }
  const isExtended = (offsets.at(-1) ?? 0) > largestBasicOffset;
  if (isExtended) {
    planValue(plan, Tag.ExtendedOffsetTable, 'OV', encodeValue('OV', offsets));
    planValue(plan, Tag.ExtendedOffsetTableLengths, 'OV', encodeValue('OV', lengths!));
  }
  plan.header(tag, 'OB', undefinedLength);
  const table = isExtended ? new Uint8Array(0) : encodeValue('UL', offsets);
  plan.item(itemTag, table.length);
  plan.append(table);
  plan.stream(fragments(frames), lengths && end);
  plan.item(sequenceDelimitationTag, 0);
}

/** UN where the length field of a VR cannot hold the length (PS3.5 6.2.2 note 5). */
function writtenVR(plan: EncodingPlan, vr: VR, length: number): VR {
  const isTooLong = plan.encoding.explicitVR && !valueRepresentations[vr].longLength && length > longestShortLength;
  return isTooLong ? 'UN' : vr;
}

/** The value field of UN is little endian everywhere (PS3.5 6.2.2). */
function isBigEndian(encoding: Encoding, vr: VR): boolean {
  return encoding.bigEndian && vr !== 'UN';
}

/** The tags to write, ascending (PS3.5 7.1), as nearly every data set has them already. */
function tagsInOrder(dataSet: DataSet, replace: ReadonlyMap<number, ReplacedElement> | undefined): readonly number[] {
  const tags = [...dataSet.elements.keys()];
  for (const tag of replace?.keys() ?? []) if (!dataSet.has(tag)) tags.push(tag);
  const isInOrder = tags.every((tag, i) => i === 0 || tags[i - 1]! < tag);
  return isInOrder ? tags : tags.sort((a, b) => a - b);
}

function isGroupLength(tag: number): boolean {
  return (tag & 0xffff) === 0;
}

function isExtendedOffsetTable(tag: number): boolean {
  return tag === Tag.ExtendedOffsetTable || tag === Tag.ExtendedOffsetTableLengths;
}

/** Chunks, wherever they are cut, with their words turned round and padded to an even length. */
async function* evenChunks(
  chunks: AsyncIterable<Uint8Array>,
  wordLength: 1 | 2 | 4 | 8,
  padding: number,
): AsyncGenerator<Uint8Array> {
  const unit = Math.max(wordLength, 2);
  let rest: Uint8Array = new Uint8Array(0);
  for await (const chunk of chunks) {
    const octets = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    const whole = octets.subarray(0, octets.length - (octets.length % unit));
    yield wordLength > 1 ? reverseWords(whole, wordLength) : whole;
    rest = octets.slice(whole.length);
  }
  if (rest.length === 0) return;
  const last = rest.length % 2 === 1 ? Buffer.concat([rest, Uint8Array.of(padding)]) : rest;
  yield wordLength > 1 ? reverseWords(last, wordLength) : last;
}

async function* fragments(frames: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const frame of frames) {
    const item = Buffer.alloc(8);
    item.writeUInt16LE(itemTag >>> 16, 0);
    item.writeUInt16LE(itemTag & 0xffff, 2);
    item.writeUInt32LE(frame.length + (frame.length % 2), 4);
    yield item;
    yield frame;
    if (frame.length % 2 === 1) yield Uint8Array.of(0);
  }
}

/** Names this implementation in what it writes (PS3.7 D.3.3.2). */
export const ImplementationClassUID = '2.25.126591006379781990410309564070053999699';
export const ImplementationVersionName = 'FIDUCIAL_0.1';

const preambleLength = 128;
const explicitLittleEndian: Encoding = { explicitVR: true, bigEndian: false };

/**
 * Preamble, prefix and File Meta Information of an object in another transfer syntax (PS3.10 7.1).
 *
 * What `from` says besides is kept: it is about where the object came from.
 *
 * @param instance what to name where `from` does not: an object may come without File Meta Information
 */
export function encodeFileMeta(
  from: DataSet,
  transferSyntaxUID: string,
  instance?: { readonly SOPClassUID: string; readonly SOPInstanceUID: string },
): Uint8Array {
  const uids: readonly (readonly [tag: number, uid: string | undefined])[] = [
    [Tag.MediaStorageSOPClassUID, instance?.SOPClassUID ?? from.text(Tag.MediaStorageSOPClassUID)],
    [Tag.MediaStorageSOPInstanceUID, instance?.SOPInstanceUID ?? from.text(Tag.MediaStorageSOPInstanceUID)],
    [Tag.TransferSyntaxUID, transferSyntaxUID],
    [Tag.ImplementationClassUID, ImplementationClassUID],
  ];
  const values = new Map<number, readonly [VR, Uint8Array]>([
    [Tag.FileMetaInformationVersion, ['OB', Uint8Array.of(0, 1)]],
    [Tag.ImplementationVersionName, ['SH', encodeValue('SH', [ImplementationVersionName])]],
  ]);
  for (const [tag, uid] of uids) if (uid !== undefined) values.set(tag, ['UI', encodeValue('UI', [uid])]);
  for (const { tag, vr, items, encapsulated } of from.elements.values()) {
    if (values.has(tag) || tag >>> 16 !== fileMetaGroup || isGroupLength(tag) || items || encapsulated) continue;
    values.set(tag, [vr, padded(from.bytes(tag)!, vr)]);
  }
  const group = new EncodingPlan(explicitLittleEndian);
  for (const [tag, [vr, value]] of [...values].sort(([a], [b]) => a - b)) planValue(group, tag, vr, value);
  const groupLength = new EncodingPlan(explicitLittleEndian);
  planValue(groupLength, Tag.FileMetaInformationGroupLength, 'UL', encodeValue('UL', [group.length!]));
  return Buffer.concat([Buffer.alloc(preambleLength), Buffer.from('DICM'), groupLength.bytes(), group.bytes()]);
}
