import { characterSetOf } from './character-set.ts';
import { type CodeElement, defaultRepertoire, repertoires } from './character-set-table.ts';
import { encodeIso2022 } from './iso-2022.ts';

/** Writes text; undefined if it holds a character that the charset lacks. */
export type TextEncoderOfCharset = (text: string) => Uint8Array | undefined;

/** Encoders by charset in lower case: Table D-1 of PS3.18, and US-ASCII, which is in all of them. */
const encoders: ReadonlyMap<string, TextEncoderOfCharset> = new Map<string, TextEncoderOfCharset>([
  ['us-ascii', (text) => encodeIso2022(text, defaultRepertoire, [], '')],
  ...(
    [
      ['iso-8859-1', 'ISO_IR 100'],
      ['iso-8859-2', 'ISO_IR 101'],
      ['iso-8859-3', 'ISO_IR 109'],
      ['iso-8859-4', 'ISO_IR 110'],
      ['iso-8859-5', 'ISO_IR 144'],
      ['iso-8859-6', 'ISO_IR 127'],
      ['iso-8859-7', 'ISO_IR 126'],
      ['iso-8859-8', 'ISO_IR 138'],
      ['iso-8859-9', 'ISO_IR 148'],
      ['tis-620', 'ISO_IR 166'],
      ['gb18030', 'GB18030'],
      ['gbk', 'GBK'],
      ['utf-8', 'ISO_IR 192'],
    ] as const
  ).map(([charset, term]): [string, TextEncoderOfCharset] => [charset, (text) => characterSetOf([term]).encode(text)]),
  ['iso-2022-jp', encodeIso2022Jp],
  ['iso-2022-kr', (text) => encodeShifted(text, repertoires.get(149)!.G1!, 'at the start')],
  ['iso-2022-cn', (text) => encodeShifted(text, repertoires.get(58)!.G1!, 'on each line')],
]);

/**
 * The encoder of a charset, by its preferred MIME name in the IANA registry (PS3.18 Sup174 Table D-1).
 *
 * @returns undefined for a charset that is not in the table
 * @requirement R-001-429
 * @requirement R-001-430
 * @requirement R-001-431
 */
export function encoderOf(charset: string): TextEncoderOfCharset | undefined {
  return encoders.get(charset.toLowerCase());
}

/** RFC 1468: ASCII, the Roman set of JIS X 0201, and JIS X 0208, all in G0. */
function encodeIso2022Jp(text: string): Uint8Array | undefined {
  return encodeIso2022(text, defaultRepertoire, [{ G0: repertoires.get(13)!.G0! }, repertoires.get(87)!], '');
}

const SO = 0x0e;
const SI = 0x0f;

/**
 * RFC 1557 (Korean) and RFC 1922 (Chinese): seven bits, a set of two octets between SHIFT OUT and SHIFT IN. Each line begins
 * and ends in ASCII.
 *
 * @param designated whether the escape sequence stands at the start of the text, or on each line before the first SHIFT OUT
 */
function encodeShifted(
  text: string,
  element: CodeElement,
  designated: 'at the start' | 'on each line',
): Uint8Array | undefined {
  const octets: number[] = designated === 'at the start' ? [...element.escape] : [];
  let isDesignated = designated === 'at the start';
  let isShifted = false;
  const shiftIn = () => {
    if (isShifted) octets.push(SI);
    isShifted = false;
  };
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) {
      if (unit === 0x1b || unit === SO || unit === SI) return undefined;
      shiftIn();
      octets.push(unit);
      if (unit === 0x0a && designated === 'on each line') isDesignated = false;
    } else {
      const position = element.positionOf(unit);
      if (position === undefined) return undefined;
      if (!isDesignated) octets.push(...element.escape);
      isDesignated = true;
      if (!isShifted) octets.push(SO);
      isShifted = true;
      octets.push(position >> 8, position & 0xff);
    }
  }
  shiftIn();
  return Uint8Array.from(octets);
}
