import type { DataSet } from '../dicom/data-set.ts';

/** A lookup table as a descriptor and its data describe it (PS3.3 C.11.1.1, C.11.2.1.1). */
export interface LookupTable {
  /** Input that gives the first entry; smaller inputs give it too, those past the end give the last. */
  readonly firstMapped: number;
  /** Largest value that an entry may have. */
  readonly maximum: number;
  readonly entries: Uint16Array;
}

export interface LookupTableTags {
  readonly descriptor: number;
  readonly data: number;
}

/**
 * Reads a lookup table out of an item; `undefined` if descriptor or data is missing or empty.
 *
 * @param isSigned whether the first value mapped is two's complement, as the inputs are
 */
export function lookupTableOf(item: DataSet, tags: LookupTableTags, isSigned: boolean): LookupTable | undefined {
  const [count, first, bits] = descriptorOf(item, tags.descriptor);
  const data = item.bytes(tags.data);
  if (count === undefined || first === undefined || bits === undefined || data === undefined) return undefined;
  const entries = entriesOf(data, count === 0 ? 65536 : count, item.bigEndian);
  if (entries.length === 0) return undefined;
  const maximum = highestEntryAllowed(entries, bits);
  return { firstMapped: isSigned && first >= 0x8000 ? first - 0x10000 : first, maximum, entries };
}

/** The three values of a LUT Descriptor as unsigned words, whatever VR was written (PS3.3 C.11.1.1.1). */
export function descriptorOf(item: DataSet, tag: number): readonly number[] {
  return item.numbers(tag).map((value) => value & 0xffff);
}

/** Entries of LUT Data: one a word, or two where the data are as long as the entries are many. */
export function entriesOf(data: Uint8Array, count: number, isBigEndian: boolean): Uint16Array {
  const words = wordsOf(data, isBigEndian);
  if (data.length >= count * 2 || data.length < count) return words.subarray(0, count);
  const entries = new Uint16Array(count);
  for (let i = 0; i < count; i++) entries[i] = (words[i >> 1]! >> ((i & 1) * 8)) & 0xff;
  return entries;
}

/** The sixteen bit words of a value field; half a word at its end counts as one. */
export function wordsOf(data: Uint8Array, isBigEndian: boolean): Uint16Array {
  const words = new Uint16Array(Math.ceil(data.length / 2));
  const [low, high] = isBigEndian ? [1, 0] : [0, 1];
  for (let i = 0; i < words.length; i++) words[i] = (data[2 * i + low] ?? 0) | ((data[2 * i + high] ?? 0) << 8);
  return words;
}

/** 2^bits - 1; real files understate the bits, and then the entries themselves tell how many there are. */
function highestEntryAllowed(entries: Uint16Array, bits: number): number {
  const stated = bits >= 1 && bits <= 16 ? 2 ** bits - 1 : 0xffff;
  let highest = 0;
  for (const entry of entries) if (entry > highest) highest = entry;
  return highest <= stated ? stated : 2 ** (32 - Math.clz32(highest)) - 1;
}

/** The entry for an input; inputs before the first and after the last value mapped take the nearest (PS3.3 C.11.1.1.1). */
export function lookUp(table: LookupTable, input: number): number {
  const index = Math.round(input) - table.firstMapped;
  return table.entries[Math.max(0, Math.min(table.entries.length - 1, index))]!;
}
