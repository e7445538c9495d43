import type { VR } from '../../generated/dictionary.ts';

/** What a reader and a writer need to know of a Value Representation (PS3.5 Table 6.2-1, 7.1.2). */
export interface ValueRepresentation {
  /** Whether the length field has 32 bits in Explicit VR (PS3.5 Table 7.1-1). */
  readonly longLength: boolean;
  /** Octets of a word that the byte order turns round: 1 where there is none (PS3.5 7.3). */
  readonly wordLength: 1 | 2 | 4 | 8;
  /** How values are written: text, numbers, or neither (octets, sequences). */
  readonly kind: 'text' | 'number' | 'octets' | 'sequence';
  /** Whether Specific Character Set applies to the text (PS3.5 6.1.2.3). */
  readonly characterSet: boolean;
  /** Whether a backslash separates values. */
  readonly multiple: boolean;
  /** Which spaces are padding, and so not part of the value. */
  readonly insignificant: 'none' | 'trailing' | 'both';
  /** The octet that makes the length even. */
  readonly padding: 0x00 | 0x20;
}

function octets(
  longLength: boolean,
  wordLength: 1 | 2 | 4 | 8,
  kind: ValueRepresentation['kind'],
): ValueRepresentation {
  return { longLength, wordLength, kind, characterSet: false, multiple: true, insignificant: 'none', padding: 0x00 };
}

function text(
  insignificant: 'trailing' | 'both',
  traits: { longLength?: boolean; characterSet?: boolean; multiple?: boolean; padding?: 0x00 | 0x20 } = {},
): ValueRepresentation {
  const { longLength = false, characterSet = false, multiple = true, padding = 0x20 } = traits;
  return { longLength, wordLength: 1, kind: 'text', characterSet, multiple, insignificant, padding };
}

/** PS3.5 Table 6.2-1. */
export const valueRepresentations: Readonly<Record<VR, ValueRepresentation>> = {
  AE: text('both'),
  AS: text('trailing'),
  AT: octets(false, 2, 'number'),
  CS: text('both'),
  DA: text('trailing'),
  DS: text('both'),
  DT: text('trailing'),
  FD: octets(false, 8, 'number'),
  FL: octets(false, 4, 'number'),
  IS: text('both'),
  LO: text('both', { characterSet: true }),
  LT: text('trailing', { characterSet: true, multiple: false }),
  OB: octets(true, 1, 'octets'),
  OD: octets(true, 8, 'octets'),
  OF: octets(true, 4, 'octets'),
  OL: octets(true, 4, 'octets'),
  OV: octets(true, 8, 'octets'),
  OW: octets(true, 2, 'octets'),
  PN: text('trailing', { characterSet: true }),
  SH: text('both', { characterSet: true }),
  SL: octets(false, 4, 'number'),
  SQ: octets(true, 1, 'sequence'),
  SS: octets(false, 2, 'number'),
  ST: text('trailing', { characterSet: true, multiple: false }),
  SV: octets(true, 8, 'number'),
  TM: text('trailing'),
  UC: text('trailing', { longLength: true, characterSet: true }),
  UI: text('trailing', { padding: 0x00 }),
  UL: octets(false, 4, 'number'),
  UN: octets(true, 1, 'octets'),
  UR: text('trailing', { longLength: true, multiple: false }),
  US: octets(false, 2, 'number'),
  UT: text('trailing', { longLength: true, characterSet: true, multiple: false }),
  UV: octets(true, 8, 'number'),
};

/** A VR by its two characters, as a number: the first in the high octet. */
export const vrByCode: ReadonlyMap<number, VR> = new Map(
  (Object.keys(valueRepresentations) as VR[]).map((vr) => [(vr.charCodeAt(0) << 8) | vr.charCodeAt(1), vr]),
);
