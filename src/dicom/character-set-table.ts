import iconv from 'iconv-lite';

/**
 * A graphic character set that an escape sequence can make active: one code element of PS3.3 Table C.12-2 to C.12-5.
 *
 * Positions are counted as ISO 2022 does, with the eighth bit clear: 0x20 to 0x7F, or two octets of 0x21 to 0x7E.
 */
export interface CodeElement {
  /** The half of the code table it is invoked into: G0 for octets below 0x80, G1 for those above. */
  readonly area: 'G0' | 'G1';
  readonly octets: 1 | 2;
  /** Escape sequence that designates it, ESC included. */
  readonly escape: readonly number[];
  /** UTF-16 code unit at a position (0x0000 where there is no character). */
  characterAt(position: number): number;
  /** Position of a UTF-16 code unit, or undefined where the set lacks it. */
  positionOf(codeUnit: number): number | undefined;
}

/** The G0 and G1 code elements of a Defined Term. */
export interface Repertoire {
  readonly G0?: CodeElement;
  readonly G1?: CodeElement;
}

/** A Defined Term that stands alone and is no ISO 2022 character set (PS3.3 Table C.12-5). */
export type UnicodeEncoding = 'UTF-8' | 'GB18030' | 'GBK';

const escapeSequence = (sequence: string): readonly number[] => [0x1b, ...Buffer.from(sequence, 'latin1')];

/** Cells (row, first cell, last cell) that a table of iconv-lite has beyond the registered set: they are read, never written. */
type Extension = readonly [row: number, first: number, last: number];

interface CodeElementRow {
  readonly area: 'G0' | 'G1';
  readonly octets: 1 | 2;
  readonly escape: readonly number[];
  /** How iconv-lite decodes a position: its encoding, and the octets before those of the position. */
  readonly encoding: string;
  readonly prefix?: readonly number[];
  readonly extensions?: readonly Extension[];
  /** Characters that the standard puts where iconv-lite follows a vendor: position to character, written either way. */
  readonly standard?: Readonly<Record<number, number>>;
}

const single = (area: 'G0' | 'G1', sequence: string, encoding: string): CodeElementRow => ({
  area,
  octets: 1,
  escape: escapeSequence(sequence),
  encoding,
});

// ISO-IR 14 and 13, the two halves of JIS X 0201, are those of Shift_JIS, but for the yen sign and the overline.
const asciiRow = single('G0', '(B', 'ascii');
const romajiRow: CodeElementRow = { ...single('G0', '(J', 'ascii'), standard: { 92: 0xa5, 126: 0x203e } };
const katakanaRow = single('G1', ')I', 'shift_jis');

const kanjiRow: CodeElementRow = {
  area: 'G0',
  octets: 2,
  escape: escapeSequence('$B'),
  encoding: 'euc-jp',
  extensions: [
    [13, 1, 94],
    [89, 1, 94],
    [90, 1, 94],
    [91, 1, 94],
    [92, 1, 94],
  ],
  standard: { 8513: 0x301c, 8514: 0x2016, 8541: 0x2212, 8561: 0xa2, 8562: 0xa3, 8780: 0xac },
};
const supplementaryKanjiRow: CodeElementRow = {
  area: 'G0',
  octets: 2,
  escape: escapeSequence('$(D'),
  encoding: 'euc-jp',
  prefix: [0x8f],
};
const hangulRow: CodeElementRow = {
  area: 'G1',
  octets: 2,
  escape: escapeSequence('$)C'),
  encoding: 'euc-kr',
  // ISO-IR 149 is the edition of 1987: the euro and registered signs came in 1998.
  extensions: [[2, 70, 71]],
};
const hanziRow: CodeElementRow = {
  area: 'G1',
  octets: 2,
  escape: escapeSequence('$)A'),
  encoding: 'gb2312',
  extensions: [
    [2, 1, 10],
    [6, 64, 94],
    [8, 27, 27],
    [8, 29, 32],
  ],
  standard: { 8484: 0x30fb, 8490: 0x2015 },
};

const ascii = codeElement(asciiRow);
const latin = (sequence: string, encoding: string): Repertoire => ({
  G0: ascii,
  G1: codeElement(single('G1', sequence, encoding)),
});

/** Code elements by ISO registration number, the number in "ISO_IR n" and "ISO 2022 IR n" (PS3.3 C.12.1.1.2). */
export const repertoires: ReadonlyMap<number, Repertoire> = new Map<number, Repertoire>([
  [6, { G0: ascii }],
  [100, latin('-A', 'iso-8859-1')],
  [101, latin('-B', 'iso-8859-2')],
  [109, latin('-C', 'iso-8859-3')],
  [110, latin('-D', 'iso-8859-4')],
  [144, latin('-L', 'iso-8859-5')],
  [127, latin('-G', 'iso-8859-6')],
  [126, latin('-F', 'iso-8859-7')],
  [138, latin('-H', 'iso-8859-8')],
  [148, latin('-M', 'iso-8859-9')],
  [203, latin('-b', 'iso-8859-15')],
  [166, latin('-T', 'iso-8859-11')],
  [13, { G0: codeElement(romajiRow), G1: codeElement(katakanaRow) }],
  [87, { G0: codeElement(kanjiRow) }],
  [159, { G0: codeElement(supplementaryKanjiRow) }],
  [149, { G1: codeElement(hangulRow) }],
  [58, { G1: codeElement(hanziRow) }],
]);

/** The code elements that an escape sequence can designate. */
export const codeElements: readonly CodeElement[] = [
  ...new Set([...repertoires.values()].flatMap(({ G0, G1 }) => [G0, G1].filter((element) => element !== undefined))),
];

/** The default repertoire: ISO-IR 6 (PS3.5 6.1.2.1). */
export const defaultRepertoire: Repertoire = { G0: ascii };

/** Defined Terms of whole encodings, which take no code extensions (PS3.5 6.1.2.4). */
export const unicodeEncodings: Readonly<Record<string, UnicodeEncoding>> = {
  'ISO_IR 192': 'UTF-8',
  GB18030: 'GB18030',
  GBK: 'GBK',
};

/** Reads the tables of a code element when they are first asked for. */
function codeElement(row: CodeElementRow): CodeElement {
  let characters: Uint16Array | undefined;
  let positions: Map<number, number> | undefined;
  return {
    area: row.area,
    octets: row.octets,
    escape: row.escape,
    characterAt(position) {
      characters ??= readCharacters(row);
      return characters[position] ?? 0;
    },
    positionOf(codeUnit) {
      characters ??= readCharacters(row);
      positions ??= readPositions(row, characters);
      return positions.get(codeUnit);
    },
  };
}

function readCharacters(row: CodeElementRow): Uint16Array {
  const characters = new Uint16Array(row.octets === 1 ? 0x80 : 0x7f7f);
  const eighthBit = row.octets === 2 || row.area === 'G1' ? 0x80 : 0;
  for (const position of positionsOf(row.octets)) {
    const code = row.octets === 1 ? [position] : [position >> 8, position & 0xff];
    const octets = [...(row.prefix ?? []), ...code.map((octet) => octet | eighthBit)];
    const text = iconv.decode(Buffer.from(octets), row.encoding);
    if (text.length === 1 && text !== '\ufffd') characters[position] = text.charCodeAt(0);
  }
  for (const [position, codeUnit] of standardCharacters(row)) characters[position] = codeUnit;
  return characters;
}

function readPositions(row: CodeElementRow, characters: Uint16Array): Map<number, number> {
  const positions = new Map<number, number>();
  for (const position of positionsOf(row.octets)) {
    const codeUnit = characters[position] ?? 0;
    if (codeUnit === 0 || isExtension(row, position) || positions.has(codeUnit)) continue;
    positions.set(codeUnit, position);
  }
  // Text that was made elsewhere may hold the vendor's form of the same character.
  if (row.octets === 2) {
    for (const [position] of standardCharacters(row)) {
      const octets = [position >> 8, position & 0xff].map((octet) => octet | 0x80);
      const vendor = iconv.decode(Buffer.from(octets), row.encoding).charCodeAt(0);
      if (!positions.has(vendor)) positions.set(vendor, position);
    }
  }
  return positions;
}

function* positionsOf(octets: 1 | 2): Generator<number> {
  if (octets === 1) {
    for (let position = 0x20; position <= 0x7f; position++) yield position;
    return;
  }
  for (let row = 0x21; row <= 0x7e; row++) for (let cell = 0x21; cell <= 0x7e; cell++) yield (row << 8) | cell;
}

function isExtension(row: CodeElementRow, position: number): boolean {
  const [r, c] = [(position >> 8) - 0x20, (position & 0xff) - 0x20];
  return (row.extensions ?? []).some(([of, first, last]) => r === of && c >= first && c <= last);
}

function standardCharacters(row: CodeElementRow): readonly (readonly [position: number, codeUnit: number])[] {
  return Object.entries(row.standard ?? {}).map(([position, codeUnit]) => [Number(position), codeUnit]);
}
