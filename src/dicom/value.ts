import type { VR } from '../../generated/dictionary.ts';
import type { CharacterSet } from './character-set.ts';
import { latin1 } from './latin-1.ts';
import { valueRepresentations } from './value-representation.ts';

/**
 * The values of a text value field, without the padding that is not part of them (PS3.5 6.2, 6.4).
 *
 * @param characterSet decodes the octets where Specific Character Set applies to the VR
 */
export function readTexts(bytes: Uint8Array, vr: VR, characterSet: CharacterSet | undefined): readonly string[] {
  const { multiple, insignificant } = valueRepresentations[vr];
  // Decoded before it is divided: in some character sets 5CH is also the second octet of a character.
  const text = characterSet ? characterSet.decode(bytes, vr) : latin1(bytes);
  if (!multiple || !text.includes('\\')) return [withoutPadding(text, insignificant)];
  return text.split('\\').map((value) => withoutPadding(value, insignificant));
}

/** NUL pads UI, and in many an archive other VRs as well. */
function withoutPadding(text: string, insignificant: 'none' | 'trailing' | 'both'): string {
  let end = text.length;
  while (end > 0 && isPadding(text.charCodeAt(end - 1))) end -= 1;
  let start = 0;
  if (insignificant === 'both') while (start < end && text.charCodeAt(start) === 0x20) start += 1;
  return start === 0 && end === text.length ? text : text.slice(start, end);
}

function isPadding(code: number): boolean {
  return code === 0x20 || code === 0;
}

type Getter = (view: DataView, offset: number, littleEndian: boolean) => number;

const readers: Readonly<Partial<Record<VR, readonly [wordLength: number, Getter]>>> = {
  AT: [4, (view, at, little) => view.getUint16(at, little) * 0x10000 + view.getUint16(at + 2, little)],
  FD: [8, (view, at, little) => view.getFloat64(at, little)],
  FL: [4, (view, at, little) => view.getFloat32(at, little)],
  OB: [1, (view, at) => view.getUint8(at)],
  OD: [8, (view, at, little) => view.getFloat64(at, little)],
  OF: [4, (view, at, little) => view.getFloat32(at, little)],
  OL: [4, (view, at, little) => view.getUint32(at, little)],
  OV: [8, (view, at, little) => Number(view.getBigUint64(at, little))],
  OW: [2, (view, at, little) => view.getUint16(at, little)],
  SL: [4, (view, at, little) => view.getInt32(at, little)],
  SS: [2, (view, at, little) => view.getInt16(at, little)],
  SV: [8, (view, at, little) => Number(view.getBigInt64(at, little))],
  UL: [4, (view, at, little) => view.getUint32(at, little)],
  UN: [1, (view, at) => view.getUint8(at)],
  US: [2, (view, at, little) => view.getUint16(at, little)],
  UV: [8, (view, at, little) => Number(view.getBigUint64(at, little))],
};

/** The values of a binary value field; octets after the last whole value are left out. 64-bit integers lose what a double cannot hold. */
export function readNumbers(bytes: Uint8Array, vr: VR, bigEndian: boolean): readonly number[] {
  const reader = readers[vr];
  if (!reader) return [];
  const [wordLength, get] = reader;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const values = new Array<number>(Math.floor(bytes.length / wordLength));
  for (let i = 0; i < values.length; i++) values[i] = get(view, i * wordLength, !bigEndian);
  return values;
}

type Setter = (view: DataView, offset: number, value: number) => void;

const writers: Readonly<Partial<Record<VR, readonly [wordLength: number, Setter]>>> = {
  AT: [
    4,
    (view, at, value) => {
      view.setUint16(at, Math.floor(value / 0x10000), true);
      view.setUint16(at + 2, value % 0x10000, true);
    },
  ],
  FD: [8, (view, at, value) => view.setFloat64(at, value, true)],
  FL: [4, (view, at, value) => view.setFloat32(at, value, true)],
  OB: [1, (view, at, value) => view.setUint8(at, value)],
  OV: [8, (view, at, value) => view.setBigUint64(at, BigInt(value), true)],
  OW: [2, (view, at, value) => view.setUint16(at, value, true)],
  SL: [4, (view, at, value) => view.setInt32(at, value, true)],
  SS: [2, (view, at, value) => view.setInt16(at, value, true)],
  UL: [4, (view, at, value) => view.setUint32(at, value, true)],
  US: [2, (view, at, value) => view.setUint16(at, value, true)],
};

/**
 * A value field, little endian and of even length.
 *
 * @param values numbers for a binary VR; for a text VR anything that `String` writes in the default repertoire
 */
export function encodeValue(vr: VR, values: readonly (string | number)[]): Uint8Array {
  const writer = writers[vr];
  if (!writer) return padded(Buffer.from(values.join('\\'), 'latin1'), vr);
  const [wordLength, set] = writer;
  const octets = new Uint8Array(values.length * wordLength);
  const view = new DataView(octets.buffer);
  for (const [i, value] of values.entries()) set(view, i * wordLength, Number(value));
  return padded(octets, vr);
}

/** A value field with the octet that makes its length even (PS3.5 6.2, 7.1.1). */
export function padded(octets: Uint8Array, vr: VR): Uint8Array {
  if (octets.length % 2 === 0) return octets;
  const even = new Uint8Array(octets.length + 1);
  even.set(octets);
  even[octets.length] = valueRepresentations[vr].padding;
  return even;
}
