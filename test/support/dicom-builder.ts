import { deflateRawSync } from 'node:zlib';
import { Tag, type VR, vrOf } from '../../generated/dictionary.ts';
import { TransferSyntaxUID, transferSyntaxOf } from '../../src/dicom/transfer-syntax.ts';

/** A value: text, numbers, octets as they stand in Explicit VR Little Endian, or the items of a sequence. */
export type BuiltValue =
  | string
  | number
  | bigint
  | readonly (string | number | bigint)[]
  | Uint8Array
  | { readonly items: readonly BuiltElements[] };

/** An element whose VR is not that of the dictionary, or whose tag is not in it. */
export interface BuiltElement {
  readonly tag: number;
  readonly vr: VR;
  readonly value: BuiltValue;
}

/** Elements by keyword, and others in `more`. `undefined` leaves a default out. */
export type BuiltElements = { readonly [keyword in keyof typeof Tag]?: BuiltValue | undefined } & {
  readonly more?: readonly BuiltElement[];
};

export interface Fragments {
  readonly fragments: readonly Uint8Array[];
  /** Offsets of the Basic Offset Table; empty unless given. */
  readonly basicOffsetTable?: readonly number[];
  /** Writes (7FE0,0001) and (7FE0,0002). */
  readonly extendedOffsetTable?: { readonly offsets: readonly number[]; readonly lengths: readonly number[] };
}

export interface InstanceToBuild {
  readonly elements?: BuiltElements;
  /** A UID of the registry or of your own; Explicit VR Little Endian unless given. */
  readonly transferSyntax?: string;
  /** Native pixel data in little endian, or fragments. Gives the instance an Image Pixel Module. */
  readonly pixelData?: Uint8Array | Fragments;
  /** Lengths of sequences and items; defined unless given. */
  readonly lengths?: 'defined' | 'undefined';
  readonly preamble?: boolean;
  readonly fileMeta?: boolean;
}

/** A UID that is the same in every run: `testUID(1, 2)` is 2.25.1001.1.2. */
export function testUID(...parts: readonly number[]): string {
  return ['2.25.1001', ...parts].join('.');
}

const secondaryCapture = '1.2.840.10008.5.1.4.1.1.7';

/** What an instance has unless it is told otherwise: identifiers, all in one series. */
export const defaultElements = {
  SOPClassUID: secondaryCapture,
  SOPInstanceUID: testUID(1, 1, 1),
  StudyInstanceUID: testUID(1),
  SeriesInstanceUID: testUID(1, 1),
  PatientID: 'TEST',
  PatientName: 'Test^Patient',
  Modality: 'OT',
  InstanceNumber: 1,
  SeriesNumber: 1,
} as const satisfies BuiltElements;

/** What an image has unless it is told otherwise: 4 rows of 4 pixels of 8 bits. */
export const defaultImagePixel = {
  SamplesPerPixel: 1,
  PhotometricInterpretation: 'MONOCHROME2',
  Rows: 4,
  Columns: 4,
  BitsAllocated: 8,
  BitsStored: 8,
  HighBit: 7,
  PixelRepresentation: 0,
} as const satisfies BuiltElements;

/** A DICOM file for a test, written by other means than the server's own. */
export function buildInstance(instance: InstanceToBuild = {}): Uint8Array {
  const { elements = {}, transferSyntax = TransferSyntaxUID.ExplicitVRLittleEndian, pixelData } = instance;
  const syntax = transferSyntaxOf(transferSyntax);
  const writer: Writer = {
    explicitVR: syntax?.explicitVR ?? true,
    bigEndian: syntax?.bigEndian ?? false,
    definedLengths: instance.lengths !== 'undefined',
  };
  const all: BuiltElements = { ...defaultElements, ...(pixelData ? defaultImagePixel : {}), ...elements };
  const parts = encodeElements(all, writer, pixelData);
  const dataSet = syntax?.deflated ? even(deflateRawSync(parts)) : parts;
  if (instance.fileMeta === false) return dataSet;
  const meta = encodeElements(
    {
      FileMetaInformationVersion: Uint8Array.of(0, 1),
      MediaStorageSOPClassUID: all.SOPClassUID || secondaryCapture,
      MediaStorageSOPInstanceUID: all.SOPInstanceUID || testUID(1, 1, 1),
      TransferSyntaxUID: transferSyntax,
      ImplementationClassUID: testUID(0),
    },
    { explicitVR: true, bigEndian: false, definedLengths: true },
  );
  const groupLength = encodeElements(
    { FileMetaInformationGroupLength: meta.length },
    { explicitVR: true, bigEndian: false, definedLengths: true },
  );
  const preamble = instance.preamble === false ? [] : [Buffer.alloc(128), Buffer.from('DICM')];
  return Buffer.concat([...preamble, groupLength, meta, dataSet]);
}

interface Writer {
  readonly explicitVR: boolean;
  readonly bigEndian: boolean;
  readonly definedLengths: boolean;
}

const longLength: ReadonlySet<VR> = new Set([
  'OB',
  'OD',
  'OF',
  'OL',
  'OV',
  'OW',
  'SQ',
  'SV',
  'UC',
  'UN',
  'UR',
  'UT',
  'UV',
]);
const octetsPerWord: Readonly<Partial<Record<VR, number>>> = {
  ...{ AT: 2, OW: 2, SS: 2, US: 2 },
  ...{ FL: 4, OF: 4, OL: 4, SL: 4, UL: 4 },
  ...{ FD: 8, OD: 8, OV: 8, SV: 8, UV: 8 },
};

function encodeElements(elements: BuiltElements, writer: Writer, pixelData?: Uint8Array | Fragments): Buffer {
  const list: BuiltElement[] = [...(elements.more ?? [])];
  for (const [keyword, value] of Object.entries(elements)) {
    if (keyword === 'more' || value === undefined) continue;
    const tag = Tag[keyword as keyof typeof Tag];
    list.push({ tag, vr: vrOf(tag)!, value: value as BuiltValue });
  }
  const encoded = list.map((element) => ({ tag: element.tag, octets: encodeElement(element, writer) }));
  if (pixelData) encoded.push(...encodePixelData(pixelData, elements, writer));
  encoded.sort((a, b) => a.tag - b.tag);
  return Buffer.concat(encoded.map(({ octets }) => octets));
}

function encodeElement({ tag, vr, value }: BuiltElement, writer: Writer): Buffer {
  if (isItems(value)) {
    const items = Buffer.concat(value.items.map((item) => encodeItem(item, writer)));
    if (writer.definedLengths) return Buffer.concat([header(tag, 'SQ', items.length, writer), items]);
    return Buffer.concat([header(tag, 'SQ', 0xffffffff, writer), items, itemHeader(0xfffee0dd, 0, writer)]);
  }
  const octets = even(encodeValue(vr, value), vr);
  const word = octetsPerWord[vr] ?? 1;
  return Buffer.concat([header(tag, vr, octets.length, writer), writer.bigEndian ? turned(octets, word) : octets]);
}

function encodeItem(item: BuiltElements, writer: Writer): Buffer {
  const octets = encodeElements(item, writer);
  if (writer.definedLengths) return Buffer.concat([itemHeader(0xfffee000, octets.length, writer), octets]);
  return Buffer.concat([itemHeader(0xfffee000, 0xffffffff, writer), octets, itemHeader(0xfffee00d, 0, writer)]);
}

function encodePixelData(
  pixelData: Uint8Array | Fragments,
  elements: BuiltElements,
  writer: Writer,
): { tag: number; octets: Buffer }[] {
  if (pixelData instanceof Uint8Array) {
    const vr = !writer.explicitVR || Number(elements.BitsAllocated) > 8 ? 'OW' : 'OB';
    return [{ tag: Tag.PixelData, octets: encodeElement({ tag: Tag.PixelData, vr, value: pixelData }, writer) }];
  }
  const { fragments, basicOffsetTable = [], extendedOffsetTable } = pixelData;
  const table = encodeValue('UL', basicOffsetTable);
  const encoded: { tag: number; octets: Buffer }[] = [
    {
      tag: Tag.PixelData,
      octets: Buffer.concat([
        header(Tag.PixelData, 'OB', 0xffffffff, writer),
        ...[table, ...fragments].flatMap((fragment) => {
          const octets = even(fragment);
          return [itemHeader(0xfffee000, octets.length, writer), octets];
        }),
        itemHeader(0xfffee0dd, 0, writer),
      ]),
    },
  ];
  if (extendedOffsetTable) {
    const { offsets, lengths } = extendedOffsetTable;
    for (const [tag, values] of [
      [Tag.ExtendedOffsetTable, offsets],
      [Tag.ExtendedOffsetTableLengths, lengths],
    ] as const) {
      encoded.push({ tag, octets: encodeElement({ tag, vr: 'OV', value: values }, writer) });
    }
  }
  return encoded;
}

function isItems(value: BuiltValue): value is { readonly items: readonly BuiltElements[] } {
  return typeof value === 'object' && 'items' in value;
}

function encodeValue(vr: VR, value: Exclude<BuiltValue, { items: readonly BuiltElements[] }>): Uint8Array {
  if (value instanceof Uint8Array) return Buffer.from(value);
  const values = Array.isArray(value)
    ? (value as readonly (string | number | bigint)[])
    : [value as string | number | bigint];
  const word = octetsPerWord[vr];
  if (word === undefined) return Buffer.from(values.join('\\'), 'utf8');
  return Buffer.concat(values.map((one) => encodeNumber(vr, one)));
}

function encodeNumber(vr: VR, value: string | number | bigint): Buffer {
  const octets = Buffer.alloc(vr === 'AT' ? 4 : octetsPerWord[vr]!);
  const number = Number(value);
  if (vr === 'AT') {
    octets.writeUInt16LE(number >>> 16, 0);
    octets.writeUInt16LE(number & 0xffff, 2);
  } else if (vr === 'US' || vr === 'OW') octets.writeUInt16LE(number);
  else if (vr === 'SS') octets.writeInt16LE(number);
  else if (vr === 'UL' || vr === 'OL') octets.writeUInt32LE(number);
  else if (vr === 'SL') octets.writeInt32LE(number);
  else if (vr === 'FL' || vr === 'OF') octets.writeFloatLE(number);
  else if (vr === 'FD' || vr === 'OD') octets.writeDoubleLE(number);
  else if (vr === 'SV') octets.writeBigInt64LE(BigInt(value));
  else octets.writeBigUInt64LE(BigInt(value));
  return octets;
}

function header(tag: number, vr: VR, length: number, writer: Writer): Buffer {
  const plain = itemHeader(tag, length, writer);
  if (!writer.explicitVR) return plain;
  const tagOctets = plain.subarray(0, 4);
  if (longLength.has(vr)) return Buffer.concat([tagOctets, Buffer.from(vr), Buffer.alloc(2), plain.subarray(4)]);
  const short = Buffer.alloc(2);
  if (writer.bigEndian) short.writeUInt16BE(length);
  else short.writeUInt16LE(length);
  return Buffer.concat([tagOctets, Buffer.from(vr), short]);
}

function itemHeader(tag: number, length: number, { bigEndian }: Writer): Buffer {
  const octets = Buffer.alloc(8);
  const view = new DataView(octets.buffer, octets.byteOffset, 8);
  view.setUint16(0, tag >>> 16, !bigEndian);
  view.setUint16(2, tag & 0xffff, !bigEndian);
  view.setUint32(4, length, !bigEndian);
  return octets;
}

function even(octets: Uint8Array, vr?: VR): Buffer {
  if (octets.length % 2 === 0) return Buffer.from(octets);
  const isText = vr !== undefined && vr !== 'UI' && octetsPerWord[vr] === undefined && !['OB', 'UN'].includes(vr);
  return Buffer.concat([octets, Uint8Array.of(isText ? 0x20 : 0)]);
}

function turned(octets: Uint8Array, word: number): Buffer {
  const copy = Buffer.from(octets);
  for (let at = 0; at < copy.length; at += word) copy.subarray(at, at + word).reverse();
  return copy;
}
