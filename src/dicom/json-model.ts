import type { VR } from '../../generated/dictionary.ts';
import { formatTag, isBinary, isBulkData } from './bulk-data-path.ts';
import type { DataElement, DataSet } from './data-set.ts';
import { textValuesOf } from './text-value.ts';

/** A person name of the DICOM JSON Model: the component groups that are not empty (PS3.18 F.2.2). */
export interface JsonPersonName {
  readonly Alphabetic?: string;
  readonly Ideographic?: string;
  readonly Phonetic?: string;
}

export type JsonValue = string | number | null | JsonPersonName | DicomJson;

/** An attribute of the DICOM JSON Model: at most one of Value, BulkDataURI and InlineBinary (PS3.18 F.2.2). */
export interface JsonAttribute {
  readonly vr: string;
  readonly Value?: readonly JsonValue[];
  readonly BulkDataURI?: string;
  readonly InlineBinary?: string;
}

/** A data set in the DICOM JSON Model: attributes by tag, eight hexadecimal digits in upper case (PS3.18 F.2.2). */
export interface DicomJson {
  readonly [tag: string]: JsonAttribute;
}

/** Component groups of a person name, in the order that "=" delimits them (PS3.5 6.2.1.1). */
export const personNameGroups = ['Alphabetic', 'Ideographic', 'Phonetic'] as const;

type NumberReader = (view: DataView, offset: number, littleEndian: boolean) => JsonValue;

/** Binary numbers by VR: octets of each and how it is read. */
const binaryNumbers: Readonly<Partial<Record<VR, readonly [octets: number, read: NumberReader]>>> = {
  US: [2, (view, at, little) => view.getUint16(at, little)],
  SS: [2, (view, at, little) => view.getInt16(at, little)],
  UL: [4, (view, at, little) => view.getUint32(at, little)],
  SL: [4, (view, at, little) => view.getInt32(at, little)],
  UV: [8, (view, at, little) => jsonInteger(view.getBigUint64(at, little))],
  SV: [8, (view, at, little) => jsonInteger(view.getBigInt64(at, little))],
  FL: [4, (view, at, little) => jsonFloat(view.getFloat32(at, little))],
  FD: [8, (view, at, little) => jsonFloat(view.getFloat64(at, little))],
  AT: [4, (view, at, little) => formatTag(view.getUint16(at, little) * 0x10000 + view.getUint16(at + 2, little))],
};

/** Octets of each number in the binary VRs, which JSON carries in little endian (PS3.18 F.2.7). */
const wordLengths: Readonly<Partial<Record<VR, number>>> = { OW: 2, OF: 4, OL: 4, OD: 8, OV: 8 };

const groupLengthElement = 0x0000;
const fileMetaGroup = 0x0002;

/**
 * A data set in the DICOM JSON Model (PS3.18 F.2).
 *
 * Specific Character Set keeps the value that it has in the data set, although the text is Unicode here (F.2.2 note 3): whoever
 * reads a value of VR UN, or writes the data set again, needs it. What JSON numbers cannot hold becomes a string: a 64 bit
 * integer beyond 2^53, a Decimal or Integer String that is none, and the floats NaN, Infinity and -Infinity.
 *
 * @param bulkDataURI the URI for a bulk data path such as "54000100.1.54001010"
 * @requirement R-001-232
 */
export function toJsonModel(dataSet: DataSet, bulkDataURI: (path: string) => string): DicomJson {
  return jsonOf(dataSet, '', bulkDataURI);
}

function jsonOf(dataSet: DataSet, path: string, bulkDataURI: (path: string) => string): DicomJson {
  const json: Record<string, JsonAttribute> = {};
  for (const element of dataSet.elements.values()) {
    const { tag } = element;
    if ((tag & 0xffff) === groupLengthElement || tag >>> 16 === fileMetaGroup) continue;
    const name = formatTag(tag);
    json[name] = attributeOf(dataSet, element, path + name, bulkDataURI);
  }
  return json;
}

function attributeOf(
  dataSet: DataSet,
  element: DataElement,
  path: string,
  bulkDataURI: (path: string) => string,
): JsonAttribute {
  const { vr, items } = element;
  if (items !== undefined || vr === 'SQ') {
    const Value = (items ?? []).map((item, i) => jsonOf(item, `${path}.${i + 1}.`, bulkDataURI));
    return Value.length === 0 ? { vr: 'SQ' } : { vr: 'SQ', Value };
  }
  if (isBulkData(element)) return { vr, BulkDataURI: bulkDataURI(path) };
  if (element.length === 0) return { vr };
  const bytes = dataSet.bytes(element.tag) ?? new Uint8Array();
  if (isBinary(vr)) return { vr, InlineBinary: inlineBinary(bytes, vr, dataSet.bigEndian) };
  const Value = binaryNumbers[vr] === undefined ? textOf(dataSet, bytes, vr) : numbersOf(dataSet, bytes, vr);
  return Value.length === 0 ? { vr } : { vr, Value };
}

function textOf(dataSet: DataSet, bytes: Uint8Array, vr: VR): readonly JsonValue[] {
  const values = textValuesOf(dataSet.characterSet.decode(bytes, vr), vr);
  if (vr === 'PN') return values.map(personNameOf);
  if (vr === 'DS') return values.map(decimalOf);
  if (vr === 'IS') return values.map(integerOf);
  // F.2.5: an empty value among others is null.
  return values.map((value) => (value === '' ? null : value));
}

function personNameOf(value: string): JsonPersonName | null {
  const name: Record<string, string> = {};
  value.split('=').forEach((group, i) => {
    const key = personNameGroups[i];
    const text = textValuesOf(group, 'LT')[0];
    if (key !== undefined && text !== undefined) name[key] = text;
  });
  return Object.keys(name).length === 0 ? null : name;
}

/** A value of VR DS: a number, or the text where it is none (PS3.18 F.2.3). */
export function decimalOf(value: string): JsonValue {
  if (value === '') return null;
  const number = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(value) ? Number(value) : Number.NaN;
  return Number.isFinite(number) ? number : value;
}

/** A value of VR IS: a number, or the text where it is none or out of the range of PS3.5 Table 6.2-1 (PS3.18 F.2.3). */
export function integerOf(value: string): JsonValue {
  if (value === '') return null;
  const number = /^[+-]?\d+$/.test(value) ? Number(value) : Number.NaN;
  return Math.abs(number) <= 2 ** 31 ? number : value;
}

function numbersOf(dataSet: DataSet, bytes: Uint8Array, vr: VR): readonly JsonValue[] {
  const [octets, read] = binaryNumbers[vr]!;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values: JsonValue[] = [];
  for (let at = 0; at + octets <= bytes.length; at += octets) values.push(read(view, at, !dataSet.bigEndian));
  return values;
}

function jsonInteger(value: bigint): JsonValue {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}

function jsonFloat(value: number): JsonValue {
  return Number.isFinite(value) ? value : String(value);
}

function inlineBinary(bytes: Uint8Array, vr: VR, bigEndian: boolean): string {
  const octets = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = wordLengths[vr];
  if (!bigEndian || word === undefined || octets.length % word !== 0) return octets.toString('base64');
  const swapped = Buffer.from(octets);
  if (word === 2) swapped.swap16();
  else if (word === 4) swapped.swap32();
  else swapped.swap64();
  return swapped.toString('base64');
}

/**
 * JSON text of a data set, its attributes in ascending order of their tags (PS3.18 F.2.2).
 *
 * JSON.stringify would not do: it puts property names of decimal digits alone, such as "54000100", first.
 */
export function formatJsonModel(json: DicomJson): string {
  const attributes = Object.keys(json)
    .sort()
    .map((tag) => `"${tag}":${formatAttribute(json[tag]!)}`);
  return `{${attributes.join(',')}}`;
}

function formatAttribute(attribute: JsonAttribute): string {
  if (attribute.vr !== 'SQ' || attribute.Value === undefined) return JSON.stringify(attribute);
  const items = attribute.Value.map((item) => formatJsonModel((item ?? {}) as DicomJson));
  return `{"vr":"SQ","Value":[${items.join(',')}]}`;
}
