import { Tag } from '../../generated/dictionary.ts';
import { memorySource } from '../dicom/byte-source.ts';
import { DataSet } from '../dicom/data-set.ts';
import { encodeFileMeta } from '../dicom/native-encoding.ts';
import { TransferSyntaxUID } from '../dicom/transfer-syntax.ts';

/** A directory record and those of the directory entity that it refers to. */
export interface DirectoryRecord {
  /** As {@link encodeDirectoryRecord} writes it. */
  readonly octets: Uint8Array;
  readonly lower: readonly DirectoryRecord[];
}

export const MediaStorageDirectoryStorage = '1.2.840.10008.1.3.10';

/**
 * The DICOMDIR file of a File-set: File Meta Information and a Media Storage Directory of the records, each in front of
 * those below it. PS3.3 F.2 and F.3, PS3.10 8.
 */
export function encodeDicomdir(roots: readonly DirectoryRecord[], SOPInstanceUID: string): Buffer {
  const from = new DataSet(memorySource(new Uint8Array(0)), new Map(), { explicitVR: true, bigEndian: false });
  const instance = { SOPClassUID: MediaStorageDirectoryStorage, SOPInstanceUID };
  const fileMeta = encodeFileMeta(from, TransferSyntaxUID.ExplicitVRLittleEndian, instance);
  const items: Buffer[] = [];
  const { first, last, end } = place(roots, fileMeta.length + headLength, items);
  const head = Buffer.concat([
    element(Tag.FileSetID, 'CS', 0),
    element(Tag.OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity, 'UL', 4, first),
    element(Tag.OffsetOfTheLastDirectoryRecordOfTheRootDirectoryEntity, 'UL', 4, last),
    element(Tag.FileSetConsistencyFlag, 'US', 2),
    sequenceHeader(end - fileMeta.length - headLength),
  ]);
  return Buffer.concat([fileMeta, head, ...items]);
}

/** Octets between the File Meta Information and the first directory record: three of five elements have a value. */
const headLength = 8 + 12 + 12 + 10 + 12;
const itemHeaderLength = 8;

/** Where a record has its two offsets: they and Record In-use Flag are its first elements, of fixed length (PS3.5 7.1.2). */
const nextRecordAt = 8;
const lowerEntityAt = 12 + 10 + 8;

interface Placed {
  /** Offset of the item of the first record; 0 if there is none. */
  readonly first: number;
  readonly last: number;
  /** Where the next item may begin. */
  readonly end: number;
}

/** Gives the records of a directory entity their places from `start` on, and adds them to the items. */
function place(records: readonly DirectoryRecord[], start: number, items: Buffer[]): Placed {
  let at = start;
  let last = 0;
  let before: Buffer | undefined;
  for (const { octets, lower } of records) {
    const record = Buffer.from(octets);
    before?.writeUInt32LE(at, nextRecordAt);
    items.push(itemHeader(record.length), record);
    last = at;
    const below = place(lower, at + itemHeaderLength + record.length, items);
    record.writeUInt32LE(below.first, lowerEntityAt);
    before = record;
    at = below.end;
  }
  return { first: records.length === 0 ? 0 : start, last, end: at };
}

/** An element of Explicit VR Little Endian with a short length field, its value a number. */
function element(tag: number, vr: string, length: 0 | 2 | 4, value = 0): Buffer {
  const octets = Buffer.alloc(8 + length);
  writeTag(octets, tag);
  octets.write(vr, 4, 'latin1');
  octets.writeUInt16LE(length, 6);
  if (length > 0) octets.writeUIntLE(value, 8, length);
  return octets;
}

function sequenceHeader(length: number): Buffer {
  const octets = Buffer.alloc(12);
  writeTag(octets, Tag.DirectoryRecordSequence);
  octets.write('SQ', 4, 'latin1');
  octets.writeUInt32LE(length, 8);
  return octets;
}

function itemHeader(length: number): Buffer {
  const octets = Buffer.alloc(itemHeaderLength);
  writeTag(octets, 0xfffee000);
  octets.writeUInt32LE(length, 4);
  return octets;
}

function writeTag(octets: Buffer, tag: number): void {
  octets.writeUInt16LE(tag >>> 16, 0);
  octets.writeUInt16LE(tag & 0xffff, 2);
}
