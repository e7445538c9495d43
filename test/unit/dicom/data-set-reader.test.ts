import { describe, expect, test } from 'vitest';
import { Tag } from '../../../generated/dictionary.ts';
import { memorySource } from '../../../src/dicom/byte-source.ts';
import { readDataSet } from '../../../src/dicom/data-set-reader.ts';

const explicit = { explicitVR: true, bigEndian: false };
const implicit = { explicitVR: false, bigEndian: false };

/** Octets from hexadecimal, where blanks and line ends do not count. */
function octets(hex: string): Uint8Array {
  return Buffer.from(hex.replace(/\s/g, ''), 'hex');
}

function read(hex: string, encoding = explicit) {
  return readDataSet(memorySource(octets(hex)), 0, { encoding });
}

function expectRead(hex: string, encoding = explicit) {
  const result = read(hex, encoding);
  if (!result.ok) throw new Error(`At octet ${result.at}: ${result.detail}`);
  return result;
}

// (0010,0010) PN "A^B " and (0010,0020) LO "ID", explicit
const patientName = '1000 1000 504e 0400 415e4220';
const patientID = '1000 2000 4c4f 0200 4944';
const item = 'feff00e0 ffffffff';
const endOfItem = 'feff0de0 00000000';
const endOfSequence = 'feffdde0 00000000';

describe('reading a data set (PS3.5 7)', () => {
  test('values stay where they are', () => {
    const { dataSet } = expectRead(patientName + patientID);
    expect(dataSet.get(Tag.PatientName)).toEqual({ tag: Tag.PatientName, vr: 'PN', offset: 8, length: 4 });
    expect(dataSet.text(Tag.PatientName)).toBe('A^B');
    expect(dataSet.text(Tag.PatientID)).toBe('ID');
  });

  test('a sequence of undefined length has the length of its items', () => {
    // (0008,1115) SQ
    const { dataSet, end } = expectRead(
      `0800 1511 5351 0000 ffffffff ${item} ${patientID} ${endOfItem} ${endOfSequence} ${patientName}`,
    );
    expect(dataSet.get(Tag.ReferencedSeriesSequence)).toMatchObject({ vr: 'SQ', offset: 12, length: 26 });
    expect(dataSet.sequence(Tag.ReferencedSeriesSequence)[0]!.text(Tag.PatientID)).toBe('ID');
    expect(dataSet.text(Tag.PatientName)).toBe('A^B');
    expect(end).toBe(58);
  });

  test('"US or SS" is what Pixel Representation makes it, also inside of sequences', () => {
    // (0028,0103) = 1, (0028,0120) = FFFFH, (0028,3010) with an item of (0028,3002) = FFFFH 0 16
    const { dataSet } = expectRead(
      `2800 0301 02000000 0100 2800 2001 02000000 ffff
       2800 1030 ffffffff feff00e0 ffffffff 2800 0230 06000000 ffff 0000 1000 ${endOfItem} ${endOfSequence}`,
      implicit,
    );
    expect(dataSet.number(Tag.PixelPaddingValue)).toBe(-1);
    expect(dataSet.sequence(Tag.VOILUTSequence)[0]!.numbers(Tag.LUTDescriptor)).toEqual([-1, 0, 16]);
  });
});

describe('reading what real archives hold', () => {
  test('a private element of undefined length in Implicit VR is a sequence', () => {
    const { dataSet } = expectRead(
      `0900 0110 ffffffff ${item} 1000 2000 02000000 4944 ${endOfItem} ${endOfSequence}`,
      implicit,
    );
    expect(dataSet.get(0x00091001)!.vr).toBe('SQ');
    expect(dataSet.sequence(0x00091001)[0]!.text(Tag.PatientID)).toBe('ID');
  });

  test('UN of undefined length holds items in Implicit VR (PS3.5 6.2.2)', () => {
    const { dataSet } = expectRead(
      `0900 0110 554e 0000 ffffffff ${item} 1000 2000 02000000 4944 ${endOfItem} ${endOfSequence}`,
    );
    const [inside] = dataSet.sequence(0x00091001);
    expect(inside!.explicitVR).toBe(false);
    expect(inside!.text(Tag.PatientID)).toBe('ID');
  });

  test('UN of a length is a sequence where the dictionary says so and the value is one', () => {
    const { dataSet } = expectRead(`0800 1511 554e 0000 12000000 feff00e0 0a000000 1000 2000 02000000 4944`);
    expect(dataSet.get(Tag.ReferencedSeriesSequence)!.vr).toBe('UN');
    expect(dataSet.sequence(Tag.ReferencedSeriesSequence)[0]!.text(Tag.PatientID)).toBe('ID');
  });

  test('UN of a length whose value is no sequence keeps its octets', () => {
    const { dataSet, warnings } = expectRead(`0800 1511 554e 0000 04000000 01020304 ${patientID}`);
    expect(dataSet.get(Tag.ReferencedSeriesSequence)!.items).toBeUndefined();
    expect(dataSet.bytes(Tag.ReferencedSeriesSequence)).toEqual(octets('01020304'));
    expect(dataSet.text(Tag.PatientID)).toBe('ID');
    expect(warnings).toEqual([]);
  });

  test('an item in Implicit VR inside of Explicit VR, and the other way round', () => {
    const implicitItem = `feff00e0 0a000000 1000 2000 02000000 4944`;
    const inExplicit = expectRead(`0800 1511 5351 0000 12000000 ${implicitItem} ${patientName}`);
    expect(inExplicit.dataSet.sequence(Tag.ReferencedSeriesSequence)[0]!.text(Tag.PatientID)).toBe('ID');
    expect(inExplicit.dataSet.text(Tag.PatientName)).toBe('A^B');
    expect(inExplicit.warnings).toEqual(['At octet 20: the elements are in Implicit VR, unlike what is around them.']);
    const inImplicit = expectRead(`0800 1511 12000000 feff00e0 0a000000 ${patientID}`, implicit);
    expect(inImplicit.dataSet.sequence(Tag.ReferencedSeriesSequence)[0]!.text(Tag.PatientID)).toBe('ID');
  });

  test('a VR that is not known yet has a 32-bit length (PS3.5 7.1.2)', () => {
    const { dataSet } = expectRead(`${patientName} 1000 1100 5a5a 0000 02000000 4142 ${patientID}`);
    expect(dataSet.get(0x00100011)).toMatchObject({ vr: 'UN', length: 2 });
    expect(dataSet.text(Tag.PatientID)).toBe('ID');
  });

  test('an item without its delimitation item ends where the next one begins', () => {
    const { dataSet, warnings } = expectRead(
      `0800 1511 5351 0000 ffffffff ${item} ${patientID} ${item} ${patientID} ${endOfSequence}`,
    );
    expect(dataSet.sequence(Tag.ReferencedSeriesSequence).map((one) => one.text(Tag.PatientID))).toEqual(['ID', 'ID']);
    expect(warnings).toHaveLength(2);
  });

  test('a delimitation item that ends nothing is passed over', () => {
    const { dataSet, warnings } = expectRead(`${patientName} ${endOfSequence} ${patientID}`);
    expect(dataSet.text(Tag.PatientID)).toBe('ID');
    expect(warnings).toHaveLength(1);
  });

  test('of an element that is there twice the first one counts', () => {
    const { dataSet } = expectRead(`${patientID} 1000 2000 4c4f 0200 5858`);
    expect(dataSet.text(Tag.PatientID)).toBe('ID');
  });

  test('zeros after the last element are padding', () => {
    for (const zeros of ['0000', '00'.repeat(40)]) {
      const { dataSet, warnings } = expectRead(patientID + zeros);
      expect([...dataSet.elements.keys()]).toEqual([Tag.PatientID]);
      expect(warnings).toEqual(['At octet 10: zeros follow the last element.']);
    }
  });
});

describe('located failures', () => {
  test.each([
    ['a value longer than the object', '1000 1000 504e 0a00 415e', 'truncated', 0],
    [
      'a value longer than its item',
      `0800 1511 5351 0000 12000000 feff00e0 0a000000 1000 2000 4c4f 0400 4944 ${patientName}`,
      'malformed',
      20,
    ],
    ['a header that is cut', '1000 1000 504e', 'truncated', 0],
    ['a sequence that is cut', `0800 1511 5351 0000 ffffffff ${item} ${patientID}`, 'truncated', 30],
    ['something else than an item', '0800 1511 5351 0000 08000000 1000 2000 4c4f 0000', 'malformed', 12],
    ['an item longer than its sequence', '0800 1511 5351 0000 08000000 feff00e0 ff000000', 'truncated', 12],
    ['an item outside of a sequence', 'feff00e0 00000000', 'malformed', 0],
    ['a fragment that is cut', 'e07f 1000 4f42 0000 ffffffff feff00e0 08000000 0102', 'truncated', 12],
    ['a fragment that is none', 'e07f 1000 4f42 0000 ffffffff 1000 2000 00000000', 'malformed', 12],
  ])('%s', (_, hex, reason, at) => {
    expect(read(hex)).toMatchObject({ ok: false, reason, at });
  });

  test('sequences nested without end', () => {
    const nested = (depth: number) => `0800 1511 5351 0000 ffffffff ${item}`.repeat(depth);
    expect(read(nested(100))).toMatchObject({ ok: false, reason: 'too-large' });
  });

  test('the detail names the element', () => {
    expect(read('1000 1000 504e 0a00 415e')).toMatchObject({
      detail: '(0010,0010) has a value of 10 octets, but the object has only 2 more.',
    });
  });
});
