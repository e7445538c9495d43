import type { VR } from '../../generated/dictionary.ts';
import type { ByteSource } from './byte-source.ts';
import type { CharacterSet } from './character-set.ts';

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
  /** Of an encapsulated value: offset of each item tag, that of the Basic Offset Table first, and of what follows the last. */
  readonly fragments?: Float64Array;
}

/** A parsed data set or item. */
export class DataSet {
  readonly source: ByteSource;
  readonly elements: ReadonlyMap<number, DataElement>;
  readonly bigEndian: boolean;
  readonly explicitVR: boolean;

  constructor(
    source: ByteSource,
    elements: ReadonlyMap<number, DataElement>,
    explicitVR: boolean,
    bigEndian: boolean,
    _parent?: DataSet,
  ) {
    this.source = source;
    this.elements = elements;
    this.explicitVR = explicitVR;
    this.bigEndian = bigEndian;
  }
  get characterSet(): CharacterSet {
    throw new Error('soon');
  }
  get(tag: number): DataElement | undefined {
    return this.elements.get(tag);
  }
  has(tag: number): boolean {
    return this.elements.has(tag);
  }
  bytes(_tag: number): Uint8Array | undefined {
    throw new Error('soon');
  }
  text(_tag: number): string | undefined {
    throw new Error('soon');
  }
  texts(_tag: number): readonly string[] {
    throw new Error('soon');
  }
  number(_tag: number): number | undefined {
    throw new Error('soon');
  }
  numbers(_tag: number): readonly number[] {
    throw new Error('soon');
  }
  sequence(tag: number): readonly DataSet[] {
    return this.elements.get(tag)?.items ?? [];
  }
}
