import { type CodeElement, codeElements, type Repertoire } from './character-set-table.ts';

/**
 * The code extension techniques of ISO/IEC 2022 that DICOM allows (PS3.5 6.1.2.5): two code elements are active, G0 below
 * 0x80 and G1 above, and an escape sequence makes another one active until the value, the line or the component ends.
 */

const ESC = 0x1b;
const SPACE = 0x20;
const DELETE = 0x7f;
const REPLACEMENT = 0xfffd;

/**
 * Decodes text in the code elements of ISO 2022.
 *
 * @param initial active at the start and after each delimiter and control character (PS3.5 6.1.2.5.3)
 * @param delimiters the ASCII characters that delimit values or components here; they are decoded as themselves, whichever
 *   graphic character the active set has in their place
 */
export function decodeIso2022(bytes: Uint8Array, initial: Repertoire, delimiters: string): string {
  let { G0, G1 } = initial;
  let text = '';
  const units: number[] = [];
  const reset = () => {
    G0 = initial.G0;
    G1 = initial.G1;
  };
  for (let i = 0; i < bytes.length; ) {
    const octet = bytes[i]!;
    if (octet === ESC) {
      const designated = escapeAt(bytes, i);
      if (designated === undefined) {
        units.push(ESC);
        i += 1;
      } else {
        if (designated.area === 'G0') G0 = designated;
        else G1 = designated;
        i += designated.escape.length;
      }
    } else if (octet < SPACE) {
      units.push(octet);
      reset();
      i += 1;
    } else if (octet === SPACE || octet === DELETE) {
      units.push(octet);
      i += 1;
    } else {
      const active = octet < 0x80 ? G0 : G1;
      if (active === undefined) {
        // Octets above 0x7F without a G1 set break the standard; Latin alphabet No. 1 is what they mostly are.
        units.push(octet);
        i += 1;
      } else if (active.octets === 2) {
        const pair = pairAt(bytes, i);
        units.push((pair && active.characterAt(pair)) || REPLACEMENT);
        i += pair === 0 ? 1 : 2;
      } else {
        if (octet < 0x80 && delimiters.includes(String.fromCharCode(octet))) {
          units.push(octet);
          reset();
        } else {
          const isControl = octet >= 0x80 && octet < 0xa0;
          units.push(isControl ? octet : active.characterAt(octet & 0x7f) || REPLACEMENT);
        }
        i += 1;
      }
    }
    if (units.length >= 4096) {
      text += String.fromCharCode(...units);
      units.length = 0;
    }
  }
  return text + String.fromCharCode(...units);
}

/** The code element that an escape sequence at an offset designates. */
function escapeAt(bytes: Uint8Array, offset: number): CodeElement | undefined {
  return codeElements.find((element) => element.escape.every((octet, i) => bytes[offset + i] === octet));
}

/** Position of a character of two octets at an offset; 0 if the octets there are none. */
function pairAt(bytes: Uint8Array, offset: number): number {
  const first = bytes[offset]!;
  const second = bytes[offset + 1] ?? 0;
  if ((first & 0x80) !== (second & 0x80)) return 0;
  const cell = second & 0x7f;
  return cell > SPACE && cell < DELETE ? ((first & 0x7f) << 8) | cell : 0;
}

/**
 * Encodes text in the code elements of ISO 2022.
 *
 * An escape sequence is written where the next character needs another code element, and the initial ones are made active
 * again before each delimiter and control character and at the end (PS3.5 6.1.2.5.3).
 *
 * @param initial the code elements of value 1 of Specific Character Set
 * @param extensions those of the further values, in the order they are preferred
 * @returns undefined if a character is in none of them
 */
export function encodeIso2022(
  text: string,
  initial: Repertoire,
  extensions: readonly Repertoire[],
  delimiters: string,
): Uint8Array | undefined {
  const octets: number[] = [];
  const available = [initial, ...extensions].flatMap(({ G0, G1 }) => [G0, G1].filter((e) => e !== undefined));
  let { G0, G1 } = initial;
  const designate = (element: CodeElement) => {
    if (element === G0 || element === G1) return;
    octets.push(...element.escape);
    if (element.area === 'G0') G0 = element;
    else G1 = element;
  };
  const reset = () => {
    if (initial.G0 !== undefined) designate(initial.G0);
    if (initial.G1 !== undefined) designate(initial.G1);
    G1 = initial.G1;
  };
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < SPACE || (unit < DELETE && delimiters.includes(text[i]!))) {
      if (unit === ESC) return undefined;
      reset();
      octets.push(unit);
    } else if (unit === SPACE || unit === DELETE) {
      // They stand in every set, but some readers take two octets at a time while a set of two is designated.
      if (G0?.octets === 2 && initial.G0 !== undefined) designate(initial.G0);
      octets.push(unit);
    } else {
      const active = [G0, G1].filter((element) => element !== undefined);
      const element = [...active, ...available].find((candidate) => canHold(candidate, unit, delimiters));
      if (element === undefined) return undefined;
      designate(element);
      const position = element.positionOf(unit)!;
      const eighthBit = element.area === 'G1' ? 0x80 : 0;
      if (element.octets === 2) octets.push((position >> 8) | eighthBit);
      octets.push((position & 0xff) | eighthBit);
    }
  }
  reset();
  return Uint8Array.from(octets);
}

/** Whether the element has the character, and not where a delimiter would be read: JIS X 0201 has a yen sign at 0x5C. */
function canHold(element: CodeElement, unit: number, delimiters: string): boolean {
  const position = element.positionOf(unit);
  if (position === undefined) return false;
  return element.area === 'G1' || element.octets === 2 || !delimiters.includes(String.fromCharCode(position));
}
