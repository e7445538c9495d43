import type { VR } from '../../generated/dictionary.ts';
import { formatTag, isBinary, isBulkData } from './bulk-data-path.ts';
import type { CharacterSet } from './character-set.ts';
import type { DataElement, DataSet } from './data-set.ts';
import { readNumbers, readTexts } from './value.ts';
import { valueRepresentations } from './value-representation.ts';

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

const groupLengthElement = 0x0000;
const fileMetaGroup = 0x0002;

/**
 * The attributes of a data set in the DICOM JSON Model (PS3.18 F.2), as JSON texts by tag in ascending order (F.2.2).
 *
 * Texts and not objects: each instance that is stored has some hundred attributes, of which nobody asks for the values, and
 * JSON.stringify puts property names of decimal digits alone, such as "54000100", first.
 *
 * Specific Character Set keeps the value that it has in the data set, although the text is Unicode here (F.2.2 note 3): whoever
 * reads a value of VR UN, or writes the data set again, needs it. What JSON numbers cannot hold becomes a string: a 64 bit
 * integer beyond 2^53, a Decimal or Integer String that is none, and the floats NaN, Infinity and -Infinity.
 *
 * @param bulkDataURI the URI for a bulk data path such as "54000100.1.54001010"
 * @requirement R-001-232
 */
export function jsonAttributes(dataSet: DataSet, bulkDataURI: (path: string) => string): ReadonlyMap<string, string> {
  return attributesOf(dataSet, '', bulkDataURI);
}

/** JSON text of a data set that has the attributes. */
export function jsonObject(attributes: ReadonlyMap<string, string>): string {
  let text = '';
  for (const [name, attribute] of attributes) text += `${text === '' ? '' : ','}"${name}":${attribute}`;
  return `{${text}}`;
}

function attributesOf(
  dataSet: DataSet,
  path: string,
  bulkDataURI: (path: string) => string,
): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (const element of inAscendingOrder(dataSet.elements)) {
    const { tag } = element;
    if ((tag & 0xffff) === groupLengthElement || tag >>> 16 === fileMetaGroup) continue;
    const name = formatTag(tag);
    attributes.set(name, attributeOf(dataSet, element, path, name, bulkDataURI));
  }
  return attributes;
}

/** As they are, where they are in the order that PS3.5 7.1 asks for: nearly always. */
function inAscendingOrder(elements: ReadonlyMap<number, DataElement>): Iterable<DataElement> {
  let last = -1;
  for (const tag of elements.keys()) {
    if (tag < last) return [...elements.values()].sort((one, other) => one.tag - other.tag);
    last = tag;
  }
  return elements.values();
}

function attributeOf(
  dataSet: DataSet,
  element: DataElement,
  path: string,
  name: string,
  bulkDataURI: (path: string) => string,
): string {
  const { vr, items } = element;
  if (items !== undefined || vr === 'SQ') {
    const texts = (items ?? []).map((item, i) =>
      jsonObject(attributesOf(item, `${path}${name}.${i + 1}.`, bulkDataURI)),
    );
    return texts.length === 0 ? '{"vr":"SQ"}' : `{"vr":"SQ","Value":[${texts.join(',')}]}`;
  }
  if (isBulkData(element)) return `{"vr":"${vr}","BulkDataURI":${quoted(bulkDataURI(path + name))}}`;
  if (element.length === 0) return `{"vr":"${vr}"}`;
  const bytes = dataSet.bytes(element.tag) ?? new Uint8Array();
  if (isBinary(vr)) return `{"vr":"${vr}","InlineBinary":"${inlineBinary(bytes, vr, dataSet.bigEndian)}"}`;
  const isNumber = valueRepresentations[vr].kind === 'number';
  const values = isNumber ? numbersOf(bytes, vr, dataSet.bigEndian) : textsOf(bytes, vr, dataSet.characterSet);
  // Padding alone is no value.
  if (values.length === 0 || (values.length === 1 && values[0] === null)) return `{"vr":"${vr}"}`;
  return `{"vr":"${vr}","Value":[${values.map(valueText).join(',')}]}`;
}

function valueText(value: JsonValue): string {
  return typeof value === 'string' ? quoted(value) : JSON.stringify(value);
}

/** Text that JSON writes as it is. */
const plain = /^[ !#-[\]-~]*$/;

function quoted(text: string): string {
  return plain.test(text) ? `"${text}"` : JSON.stringify(text);
}

function textsOf(bytes: Uint8Array, vr: VR, characterSet: CharacterSet): readonly JsonValue[] {
  const values = readTexts(bytes, vr, characterSet);
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
    const text = group.trimEnd();
    if (key !== undefined && text !== '') name[key] = text;
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

function numbersOf(bytes: Uint8Array, vr: VR, bigEndian: boolean): readonly JsonValue[] {
  if (vr === 'UV' || vr === 'SV') return longIntegersOf(bytes, vr, bigEndian);
  const numbers = readNumbers(bytes, vr, bigEndian);
  if (vr === 'AT') return numbers.map(formatTag);
  return numbers.map((number) => (Number.isFinite(number) ? number : String(number)));
}

function longIntegersOf(bytes: Uint8Array, vr: 'UV' | 'SV', bigEndian: boolean): readonly JsonValue[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values: JsonValue[] = [];
  for (let at = 0; at + 8 <= bytes.length; at += 8) {
    const integer = vr === 'UV' ? view.getBigUint64(at, !bigEndian) : view.getBigInt64(at, !bigEndian);
    const number = Number(integer);
    values.push(Number.isSafeInteger(number) ? number : String(integer));
  }
  return values;
}

/** Octets in base64, the words of OW, OF, OL, OD and OV in little endian (PS3.18 F.2.7). */
function inlineBinary(bytes: Uint8Array, vr: VR, bigEndian: boolean): string {
  const octets = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { wordLength } = valueRepresentations[vr];
  if (!bigEndian || wordLength === 1 || octets.length % wordLength !== 0) return octets.toString('base64');
  const swapped = Buffer.from(octets);
  if (wordLength === 2) swapped.swap16();
  else if (wordLength === 4) swapped.swap32();
  else swapped.swap64();
  return swapped.toString('base64');
}
