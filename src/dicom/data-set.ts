import { Tag, type VR, vrOf } from '../../generated/dictionary.ts';
import type { ByteSource } from './byte-source.ts';
import { type CharacterSet, characterSetOf } from './character-set.ts';
import { readNumbers, readTexts } from './value.ts';
import { valueRepresentations } from './value-representation.ts';

/** Where one data element is; its value stays in the source until it is asked for. */
export interface DataElement {
  readonly tag: number;
  readonly vr: VR;
  /** Offset of the value field in the source. */
  readonly offset: number;
  /** Octets of the value field; for an undefined length the octets up to the delimitation item. */
  readonly length: number;
  /** The items of a sequence: VR SQ, or UN of which the value turned out to be a sequence. */
  readonly items?: readonly DataSet[];
  /** Whether the value is a sequence of fragments (PS3.5 A.4). */
  readonly encapsulated?: boolean;
  /** Of an encapsulated value: the offset of every item tag, that of the Basic Offset Table first, and where the last item ends. */
  readonly fragments?: Float64Array;
}

/** Byte order and kind of VR of a data set; an item may differ from what it is in. */
export interface Encoding {
  readonly explicitVR: boolean;
  readonly bigEndian: boolean;
}

/**
 * A parsed data set or item of a sequence.
 *
 * Asking for a value reads it from the source: `undefined` or an empty list means that the element is absent or empty.
 */
export class DataSet implements Encoding {
  readonly source: ByteSource;
  /** The elements in the order in which they were read. */
  readonly elements: ReadonlyMap<number, DataElement>;
  readonly explicitVR: boolean;
  readonly bigEndian: boolean;
  readonly parent: DataSet | undefined;
  #characterSet: CharacterSet | undefined;

  constructor(source: ByteSource, elements: ReadonlyMap<number, DataElement>, encoding: Encoding, parent?: DataSet) {
    this.source = source;
    this.elements = elements;
    this.explicitVR = encoding.explicitVR;
    this.bigEndian = encoding.bigEndian;
    this.parent = parent;
  }

  get(tag: number): DataElement | undefined {
    return this.elements.get(tag);
  }

  has(tag: number): boolean {
    return this.elements.has(tag);
  }

  /** The value field as it stands, padding and byte order included. */
  bytes(tag: number): Uint8Array | undefined {
    const element = this.elements.get(tag);
    return element && this.source.read(element.offset, element.length);
  }

  /** The first value as text, without padding. */
  text(tag: number): string | undefined {
    return this.texts(tag)[0] || undefined;
  }

  /** Every value as text, without padding; a value that was left out is an empty string. */
  texts(tag: number): readonly string[] {
    const element = this.elements.get(tag);
    if (!element || element.length === 0 || element.items) return [];
    const vr = valueVR(element);
    const { kind, characterSet } = valueRepresentations[vr];
    if (kind === 'number') return this.numbers(tag).map(String);
    if (kind !== 'text') return [];
    const bytes = this.source.read(element.offset, element.length);
    return readTexts(bytes, vr, characterSet ? this.characterSet : undefined);
  }

  /** The first value as a number, if it is one. */
  number(tag: number): number | undefined {
    const [first] = this.numbers(tag);
    return first === undefined || Number.isNaN(first) ? undefined : first;
  }

  /**
   * Every value as a number: IS, DS, the binary numbers, AT as a tag, and the words of OB, OW, OL, OV, OF and OD.
   * Text that is no number is NaN.
   */
  numbers(tag: number): readonly number[] {
    const element = this.elements.get(tag);
    if (!element || element.length === 0 || element.items || element.encapsulated) return [];
    const vr = valueVR(element);
    if (vr === 'IS' || vr === 'DS') return this.texts(tag).map((value) => (value === '' ? Number.NaN : Number(value)));
    // The value field of UN is as Implicit VR Little Endian would have it (PS3.5 6.2.2).
    const bigEndian = this.bigEndian && element.vr !== 'UN';
    return readNumbers(this.source.read(element.offset, element.length), vr, bigEndian);
  }

  /** The items of a sequence. */
  sequence(tag: number): readonly DataSet[] {
    return this.elements.get(tag)?.items ?? [];
  }

  /** Specific Character Set of this data set, or else of what it is in (PS3.3 C.12.1.1.2). */
  get characterSet(): CharacterSet {
    this.#characterSet ??= this.elements.has(Tag.SpecificCharacterSet)
      ? characterSetOf(this.texts(Tag.SpecificCharacterSet))
      : (this.parent?.characterSet ?? characterSetOf([]));
    return this.#characterSet;
  }
}

/** The VR that a value is read by: an element that was sent as UN keeps the VR of the dictionary in its value (PS3.5 6.2.2). */
function valueVR(element: DataElement): VR {
  return element.vr === 'UN' ? (vrOf(element.tag) ?? 'UN') : element.vr;
}
