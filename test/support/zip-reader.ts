/** A file in a zip archive that only stores. */
export interface ZipEntry {
  readonly name: string;
  /** General purpose bit flag: bit 0 encrypted, bit 3 length after the content. */
  readonly flags: number;
  readonly method: number;
  readonly content: Buffer;
}

/** Reads an archive by its central directory (APPNOTE 4.3.12); stored entries and no zip64. */
export function entriesOf(archive: Buffer): readonly ZipEntry[] {
  const end = archive.lastIndexOf(Buffer.from('PK\x05\x06'));
  if (end < 0) throw new Error('There is no end of central directory');
  const count = archive.readUInt16LE(end + 10);
  let at = archive.readUInt32LE(end + 16);
  const entries: ZipEntry[] = [];
  for (let i = 0; i < count; i++) {
    if (archive.toString('latin1', at, at + 4) !== 'PK\x01\x02') throw new Error('The central directory is broken');
    const nameLength = archive.readUInt16LE(at + 28);
    const length = archive.readUInt32LE(at + 20);
    const local = archive.readUInt32LE(at + 42);
    const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
    entries.push({
      name: archive.toString('utf8', at + 46, at + 46 + nameLength),
      flags: archive.readUInt16LE(at + 8),
      method: archive.readUInt16LE(at + 10),
      content: archive.subarray(start, start + length),
    });
    at += 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  return entries;
}
