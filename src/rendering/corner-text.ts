import sharp from 'sharp';
import type { RenderedImage } from './rendered-image.ts';

/** Fonts of everything that is written into an image, the first that has a character: one for each script (pool/fonts.ts). */
export const fontFamily =
  'Noto Sans, Noto Sans S Chinese, NanumGothic, Noto Sans Arabic, Noto Sans Hebrew, Noto Sans Thai, sans-serif';

/** Lines in a corner of an image. */
export interface TextBlock {
  readonly corner: 'top left' | 'bottom left';
  readonly lines: readonly string[];
}

/** Text as it fits: all lengths in pixels. */
interface Layout {
  readonly fontSize: number;
  readonly lines: readonly string[];
}

/** Share of the height that each block may take: the middle of the image stays free. */
const greatestShare = 1 / 3;

/** Smaller letters cannot be read. */
const leastFontSize = 8;

/** Letters grow with the image, so that they are legible where a large one is shown as a whole. */
const fontSizeShare = 1 / 36;
const preferredLeast = 12;

/** Around smaller letters an outline would fill them in. */
const leastOutlined = 14;

const lineHeight = 1.3;
const marginShare = 0.4;

/**
 * Writes lines into corners of an image, white on a dark ground that lets the image through, so that they stand out from
 * any background. Lines that are too wide go on in the next; where the lines are too many they run on and shrink. Blocks that
 * have no room for each other become one. Pixels outside of the text stay what they are.
 */
export async function writeText(image: RenderedImage, blocks: readonly TextBlock[]): Promise<RenderedImage> {
  const written = blocks.filter(({ lines }) => lines.length > 0);
  if (written.length === 0) return image;
  const { width, height: imageHeight } = image;
  const laidOut = (lines: readonly string[]): Layout => layOut(lines, width, imageHeight);
  const total = written.reduce((sum, { lines }) => sum + heightOf(laidOut(lines)), 0);
  // One would be written over the other.
  const apart = total <= imageHeight ? written : [{ ...written[0]!, lines: written.flatMap(({ lines }) => lines) }];
  const pixels = image.pixels.slice();
  for (const { corner, lines } of apart) {
    const { octets, height } = await draw(laidOut(lines), width, imageHeight);
    blend(pixels, corner === 'top left' ? 0 : imageHeight - height, octets, image);
  }
  return { ...image, pixels };
}

function heightOf({ fontSize, lines }: Layout): number {
  return Math.ceil((lines.length * lineHeight + 2 * marginShare) * fontSize);
}

function layOut(lines: readonly string[], width: number, height: number): Layout {
  const preferred = Math.max(preferredLeast, Math.round(Math.min(width, height) * fontSizeShare));
  const mostLines = (fontSize: number): number =>
    Math.max(1, Math.floor((height * greatestShare - 2 * marginShare * fontSize) / (lineHeight * fontSize)));
  for (let fontSize = preferred; ; fontSize--) {
    const room = width / fontSize - 2 * marginShare;
    const most = mostLines(fontSize);
    for (const wanted of [lines, [lines.join(separator)]]) {
      const wrapped = wanted.flatMap((line) => wrap(line, room));
      if (wrapped.length <= most) return { fontSize, lines: wrapped };
      if (fontSize <= leastFontSize && wanted !== lines) return { fontSize, lines: cut(wrapped, most) };
    }
  }
}

/** Between lines that run on. */
const separator = ' · ';

function cut(lines: readonly string[], most: number): readonly string[] {
  return [...lines.slice(0, most - 1), `${[...lines[most - 1]!].slice(0, -1).join('')}…`];
}

/** A line in pieces no wider than the room, broken between words, or within one that is wider than that. */
function wrap(line: string, room: number): readonly string[] {
  const pieces: string[] = [];
  let piece = '';
  for (const word of line.split(/(?<=\s)/u)) {
    if (widthOf(piece + word.trimEnd()) <= room) {
      piece += word;
      continue;
    }
    if (piece.trim() !== '') pieces.push(piece.trim());
    piece = '';
    for (const character of word) {
      if (piece !== '' && widthOf(piece + character) > room && !isMark.test(character)) {
        pieces.push(piece);
        piece = '';
      }
      piece += character;
    }
  }
  return piece.trim() === '' ? pieces : [...pieces, piece.trim()];
}

/** What stands on, under or joins with the character before it. */
const isMark = /^[\p{M}\u200c\u200d]$/u;

/** Widths of characters in font sizes, rather too wide than too narrow: the first pattern that fits. */
const characterWidths: readonly (readonly [pattern: RegExp, width: number])[] = [
  [/^[\p{M}\u200b-\u200f]$/u, 0],
  [/^[ !'(),.:;I[\]fijlrt|·]$/u, 0.36],
  [/^[%@MWmwЖМШЩЮжмшщюΩω]$/u, 0.95],
  [/^[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uffef]|[^\u0000-\uffff]$/u, 1],
  [/^./su, 0.63],
];

/** Estimated width of a text in font sizes. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidths.find(([pattern]) => pattern.test(character))![1];
  return width;
}

/** Draws a block as wide as the image, white on dark, with opacity as the second channel of each pixel. */
async function draw(
  layout: Layout,
  width: number,
  imageHeight: number,
): Promise<{ readonly octets: Uint8Array; readonly height: number }> {
  const { fontSize, lines } = layout;
  const margin = marginShare * fontSize;
  const pitch = lineHeight * fontSize;
  const height = Math.min(imageHeight, heightOf(layout));
  const grounds = lines.map((line, i) => {
    const groundWidth = Math.min(width, 2 * margin + widthOf(line) * fontSize);
    return `<rect y="${i === 0 ? 0 : margin + i * pitch}" width="${groundWidth}" height="${pitch + (i === 0 || i === lines.length - 1 ? margin : 0)}"/>`;
  });
  const texts = lines.map(
    (line, i) => `<text x="${margin}" y="${margin + i * pitch + fontSize}">${escapeXml(line)}</text>`,
  );
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><g fill="#000" fill-opacity="0.65">${grounds.join('')}</g><g font-family="${fontFamily}" font-size="${fontSize}" fill="#fff" ${fontSize < leastOutlined ? '' : `stroke="#000" stroke-width="${fontSize / 10}" paint-order="stroke" stroke-linejoin="round" `}xml:space="preserve">${texts.join('')}</g></svg>`;
  const octets = await sharp(Buffer.from(svg), { limitInputPixels: false, unlimited: true })
    .ensureAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer();
  return { octets, height };
}

/** Lays the drawing, whose pixels are grey in all three colours, over the rows from `top` on. */
function blend(pixels: Uint8Array, top: number, drawing: Uint8Array, { width, channels }: RenderedImage): void {
  for (let from = 0; from < drawing.length; from += 4) {
    const opacity = drawing[from + 3]!;
    if (opacity === 0) continue;
    const at = (top * width + from / 4) * channels;
    for (let i = at; i < at + channels; i++) {
      pixels[i] = Math.round((pixels[i]! * (255 - opacity) + drawing[from]! * opacity) / 255);
    }
  }
}

/** Text as the content of an XML element; what XML cannot hold becomes a space. */
export function escapeXml(text: string): string {
  return text
    .replaceAll(/[\u0000-\u001f\u007f-\u009f\ufffe\uffff]|\p{Surrogate}/gu, ' ')
    .replaceAll(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
}
