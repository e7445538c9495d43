import iconv from 'iconv-lite';
import type { VR } from '../../generated/dictionary.ts';
import {
  defaultRepertoire,
  type Repertoire,
  repertoires,
  type UnicodeEncoding,
  unicodeEncodings,
} from './character-set-table.ts';
import { decodeIso2022, encodeIso2022 } from './iso-2022.ts';
import { latin1 } from './latin-1.ts';
import { valueRepresentations } from './value-representation.ts';

/** How the text of a data set is written: the value of Specific Character Set (0008,0005) (PS3.3 C.12.1.1.2). */
export interface CharacterSet {
  /** The values of Specific Character Set as given; empty for the default repertoire. */
  readonly terms: readonly string[];
  /** The terms among them that no edition of the standard defines; their text is read as Latin alphabet No. 1. */
  readonly unknownTerms: readonly string[];
  /**
   * Decodes a whole value field, delimiters included.
   *
   * In a VR of several values every "\" of the result delimits two of them: the octet 0x5C does so whatever graphic character
   * the set has there, and one that is the second octet of an ideograph never shows (PS3.5 6.1.2.3). A VR that Specific
   * Character Set does not affect is read in the default repertoire. Octets that mean nothing become U+FFFD.
   */
  decode(bytes: Uint8Array, vr: VR): string;
  /** Encodes a whole value field, without padding; undefined if it holds a character that the set lacks. */
  encode(text: string, vr?: VR): Uint8Array | undefined;
}

/** Characters that delimit values or components in a VR; undefined if Specific Character Set does not affect it. */
function delimitersOf(vr: VR): string | undefined {
  const { characterSet, multiple } = valueRepresentations[vr];
  if (!characterSet) return undefined;
  return vr === 'PN' ? '\\^=' : multiple ? '\\' : '';
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * The character set of a value of Specific Character Set.
 *
 * Read generously, as archives are: "ISO-IR 100" or "ISO2022 IR 87" are the terms they resemble, an escape sequence is
 * followed although its term is not listed, and a term that stands alone drops those that come with it.
 *
 * @param terms the values, an empty one for the default repertoire
 */
export function characterSetOf(terms: readonly string[]): CharacterSet {
  const key = terms.join('\\');
  let characterSet = known.get(key);
  if (characterSet === undefined) {
    characterSet = readTerms(terms);
    // Terms come from files: a hostile one must not fill the memory.
    if (known.size < 256) known.set(key, characterSet);
  }
  return characterSet;
}

const known = new Map<string, CharacterSet>();

function readTerms(terms: readonly string[]): CharacterSet {
  const found = terms.map((term) => ({ term, meaning: meaningOf(term) }));
  const unknownTerms = found.filter(({ meaning }) => meaning === undefined).map(({ term }) => term);
  const first = found[0]?.meaning;
  if (typeof first === 'string') return unicodeCharacterSet(terms, unknownTerms, first);
  const [initial, ...extensions] = found.map(({ meaning }) => (typeof meaning === 'object' ? meaning : undefined));
  return codedCharacterSet(
    terms,
    unknownTerms,
    // Value 1 may not be a set of two octets in G0: text then begins in the default repertoire.
    { ...defaultRepertoire, ...(initial?.G0?.octets === 2 ? {} : initial) },
    [initial, ...extensions].filter((repertoire) => repertoire !== undefined),
  );
}

function meaningOf(term: string): Repertoire | UnicodeEncoding | undefined {
  const name = term.trim().toUpperCase();
  if (name === '') return defaultRepertoire;
  const registration = /^ISO[ _-]?(?:2022)?[ _-]*(?:IR)?[ _-]*(\d+)$/.exec(name)?.[1];
  if (registration !== undefined)
    return repertoires.get(Number(registration)) ?? unicodeEncodings[`ISO_IR ${registration}`];
  return unicodeEncodings[name.replace(/^ISO[ _]2022[ _]/, '')];
}

function codedCharacterSet(
  terms: readonly string[],
  unknownTerms: readonly string[],
  initial: Repertoire,
  extensions: readonly Repertoire[],
): CharacterSet {
  const lacksBackslash = initial.G0?.characterAt(0x5c) !== 0x5c;
  return {
    terms,
    unknownTerms,
    decode(bytes, vr) {
      const delimiters = delimitersOf(vr);
      if (delimiters === undefined || (!lacksBackslash && isAscii(bytes))) return latin1(bytes);
      return decodeIso2022(bytes, initial, delimiters);
    },
    encode(text, vr = 'LT') {
      const delimiters = delimitersOf(vr);
      if (delimiters === undefined) return encodeIso2022(text, defaultRepertoire, [], '\\');
      return encodeIso2022(text, initial, extensions, delimiters);
    },
  };
}

function unicodeCharacterSet(
  terms: readonly string[],
  unknownTerms: readonly string[],
  encoding: UnicodeEncoding,
): CharacterSet {
  return {
    terms,
    unknownTerms,
    decode(bytes, vr) {
      if (delimitersOf(vr) === undefined || isAscii(bytes)) return latin1(bytes);
      return encoding === 'UTF-8' ? utf8.decode(bytes) : iconv.decode(Buffer.from(bytes), encoding);
    },
    encode(text, vr = 'LT') {
      if (delimitersOf(vr) === undefined) return encodeIso2022(text, defaultRepertoire, [], '\\');
      return encodeUnicode(text, encoding);
    },
  };
}

/** Writes text in UTF-8, GB18030 or GBK; undefined if it holds a character that the encoding lacks. */
function encodeUnicode(text: string, encoding: UnicodeEncoding): Uint8Array | undefined {
  if (!text.isWellFormed()) return undefined;
  if (encoding === 'UTF-8') return Buffer.from(text, 'utf8');
  const bytes = iconv.encode(text, encoding);
  // A character that is missing comes out as "?", and code page 936 has a euro sign at 0x80 that GBK has not.
  return iconv.decode(bytes, encoding) === text && !(encoding === 'GBK' && text.includes('\u20ac')) ? bytes : undefined;
}

function isAscii(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if (bytes[i]! >= 0x80 || bytes[i] === 0x1b) return false;
  return true;
}
