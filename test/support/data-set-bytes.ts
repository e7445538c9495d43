import { memorySource } from '../../src/dicom/byte-source.ts';
import type { DataSet } from '../../src/dicom/data-set.ts';
import { readPart10 } from '../../src/dicom/part10.ts';

const longLengthVRs = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV']);

/** Encodes data elements in Explicit VR, in one byte order. */
export function elementWriter(littleEndian = true) {
  const number = (octets: 2 | 4, value: number) => {
    const bytes = Buffer.alloc(octets);
    if (littleEndian) bytes.writeUIntLE(value, 0, octets);
    else bytes.writeUIntBE(value, 0, octets);
    return bytes;
  };
  /** A data element; text is written in Latin alphabet No. 1 and padded. */
  const element = (tag: number, vr: string, value: string | Uint8Array = '') => {
    const text = typeof value === 'string' && value.length % 2 === 1 ? value + (vr === 'UI' ? '\0' : ' ') : value;
    const bytes = typeof text === 'string' ? Buffer.from(text, 'latin1') : text;
    const length = longLengthVRs.has(vr) ? [Buffer.alloc(2), number(4, bytes.length)] : [number(2, bytes.length)];
    return Buffer.concat([number(2, tag >>> 16), number(2, tag & 0xffff), Buffer.from(vr), ...length, bytes]);
  };
  /** A sequence; each item is the elements in it, joined. */
  const sequence = (tag: number, items: readonly Uint8Array[], vr = 'SQ') =>
    element(
      tag,
      vr,
      Buffer.concat(items.flatMap((item) => [number(2, 0xfffe), number(2, 0xe000), number(4, item.length), item])),
    );
  return { element, sequence };
}

/** The data set of elements in Explicit VR. */
export function dataSetOf(elements: readonly Uint8Array[], transferSyntaxUID = '1.2.840.10008.1.2.1'): DataSet {
  const meta = elementWriter().element(0x00020010, 'UI', transferSyntaxUID);
  const parsed = readPart10(memorySource(Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), meta, ...elements])));
  if (!parsed.ok) throw new Error(parsed.detail);
  return parsed.part10.dataSet;
}
