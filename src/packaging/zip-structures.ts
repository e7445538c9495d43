/** A stored file in a zip archive. */
export interface ZipEntry {
  /** Path in UTF-8. */
  readonly name: Uint8Array;
  /** Of the local header, from the beginning of the archive. */
  readonly offset: number;
  readonly size: number;
  /** CRC-32 of the content. */
  readonly checksum: number;
  /** Whether size and checksum come after the content, in a data descriptor. */
  readonly isStreamed: boolean;
  /** Whether the local header and the data descriptor have sizes of 64 bits. */
  readonly isLong: boolean;
}

const limit16 = 0xffff;
const limit32 = 0xffffffff;

/** General purpose bits (APPNOTE 4.4.4). */
const sizesFollow = 0x0008;
const nameIsUtf8 = 0x0800;

/** Version 4.5 reads zip64; files are made as on Unix, readable by all and writable by their owner. */
const version = { plain: 20, zip64: 45, madeBy: (3 << 8) | 45 } as const;
const unixMode = 0o100644;

/** The earliest time that a zip file can hold, 1980-01-01: the same content gives the same archive. */
const dosDate = (1 << 5) | 1;

const zip64Field = 0x0001;

/**
 * An entry before its content is read.
 *
 * @param length of the content; undefined if it only shows when it is read
 */
export function describeEntry(
  name: Uint8Array,
  offset: number,
  length: number | undefined,
  isStreamed: boolean,
): ZipEntry {
  return { name, offset, size: 0, checksum: 0, isStreamed, isLong: length === undefined || length >= limit32 };
}

/** Bytes from the local header of an entry to the next. */
export function entryLength(entry: ZipEntry): number {
  return localHeader(entry).length + entry.size + (entry.isStreamed ? dataDescriptor(entry).length : 0);
}

/** Local file header (APPNOTE 4.3.7). */
export function localHeader(entry: ZipEntry): Uint8Array {
  const { name, size, checksum, isStreamed, isLong } = entry;
  const known = isStreamed ? 0 : size;
  const writer = new Writer(30 + name.length + (isLong ? 20 : 0));
  writer.u32(0x04034b50);
  writer.u16(isLong ? version.zip64 : version.plain);
  writer.u16(nameIsUtf8 | (isStreamed ? sizesFollow : 0));
  writer.u16(0); // stored
  writer.u16(0); // time
  writer.u16(dosDate);
  writer.u32(isStreamed ? 0 : checksum);
  writer.u32(isLong ? limit32 : known);
  writer.u32(isLong ? limit32 : known);
  writer.u16(name.length);
  writer.u16(isLong ? 20 : 0);
  writer.bytes(name);
  if (isLong) writer.zip64([known, known]);
  return writer.written;
}

/** Data descriptor (APPNOTE 4.3.9). */
export function dataDescriptor({ size, checksum, isLong }: ZipEntry): Uint8Array {
  const writer = new Writer(isLong ? 24 : 16);
  writer.u32(0x08074b50);
  writer.u32(checksum);
  for (let i = 0; i < 2; i++) isLong ? writer.u64(size) : writer.u32(size);
  return writer.written;
}

/** Central directory and its end, with the zip64 records where something exceeds the plain ones (APPNOTE 4.3.12 to 4.3.16). */
export function centralDirectory(entries: readonly ZipEntry[], offset: number): Uint8Array {
  const headers = entries.map(centralHeader);
  const length = headers.reduce((sum, header) => sum + header.length, 0);
  return Buffer.concat([...headers, endOfCentralDirectory(entries.length, length, offset)]);
}

function centralHeader(entry: ZipEntry): Uint8Array {
  const { name, offset, size, checksum, isStreamed, isLong } = entry;
  const exceeding = [size, size, offset].filter((value) => value >= limit32);
  const extra = exceeding.length === 0 ? 0 : 4 + 8 * exceeding.length;
  const writer = new Writer(46 + name.length + extra);
  writer.u32(0x02014b50);
  writer.u16(version.madeBy);
  writer.u16(isLong || extra > 0 ? version.zip64 : version.plain);
  writer.u16(nameIsUtf8 | (isStreamed ? sizesFollow : 0));
  writer.u16(0); // stored
  writer.u16(0); // time
  writer.u16(dosDate);
  writer.u32(checksum);
  writer.u32(Math.min(size, limit32));
  writer.u32(Math.min(size, limit32));
  writer.u16(name.length);
  writer.u16(extra);
  writer.u16(0); // comment
  writer.u16(0); // disk
  writer.u16(0); // internal attributes
  writer.u32(unixMode * 0x10000);
  writer.u32(Math.min(offset, limit32));
  writer.bytes(name);
  if (extra > 0) writer.zip64(exceeding);
  return writer.written;
}

function endOfCentralDirectory(count: number, length: number, offset: number): Uint8Array {
  const isLong = count >= limit16 || length >= limit32 || offset >= limit32;
  const writer = new Writer(22 + (isLong ? 56 + 20 : 0));
  if (isLong) {
    writer.u32(0x06064b50); // zip64 end of central directory record
    writer.u64(44);
    writer.u16(version.madeBy);
    writer.u16(version.zip64);
    writer.u32(0);
    writer.u32(0);
    writer.u64(count);
    writer.u64(count);
    writer.u64(length);
    writer.u64(offset);
    writer.u32(0x07064b50); // zip64 end of central directory locator
    writer.u32(0);
    writer.u64(offset + length);
    writer.u32(1);
  }
  writer.u32(0x06054b50);
  writer.u16(0);
  writer.u16(0);
  writer.u16(Math.min(count, limit16));
  writer.u16(Math.min(count, limit16));
  writer.u32(Math.min(length, limit32));
  writer.u32(Math.min(offset, limit32));
  writer.u16(0); // comment
  return writer.written;
}

/** Little endian numbers, one after the other. */
class Writer {
  readonly written: Buffer;
  #at = 0;

  constructor(length: number) {
    this.written = Buffer.alloc(length);
  }

  u16(value: number): void {
    this.#at = this.written.writeUInt16LE(value, this.#at);
  }

  u32(value: number): void {
    this.#at = this.written.writeUInt32LE(value, this.#at);
  }

  u64(value: number): void {
    this.#at = this.written.writeBigUInt64LE(BigInt(value), this.#at);
  }

  bytes(value: Uint8Array): void {
    this.written.set(value, this.#at);
    this.#at += value.length;
  }

  /** Zip64 extended information (APPNOTE 4.5.3). */
  zip64(values: readonly number[]): void {
    this.u16(zip64Field);
    this.u16(8 * values.length);
    for (const value of values) this.u64(value);
  }
}
