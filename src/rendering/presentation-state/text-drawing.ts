import type { DisplayColor } from '../cielab.ts';
import { escapeXml, fontFamily } from '../corner-text.ts';
import type { DisplayedAreaGeometry } from './displayed-area.ts';
import type { Point, TextObject } from './graphic-annotation.ts';
import { cssColor, decimal, lineWidthOf, pair, placeOf, shadowOf } from './graphic-drawing.ts';
import type { TextStyle } from './graphic-style.ts';

/** Estimated widths of characters in font sizes: the first pattern that fits. */
const characterWidths: readonly (readonly [pattern: RegExp, width: number])[] = [
  [/[ !'(),.:;I[\]fijlrt|]/, 0.35],
  [/[%@MWmw]/, 0.9],
  [/[\u1100-\uffff]|[^\u0000-\uffff]/u, 1],
  [/./su, 0.62],
];

function widthOf(line: string): number {
  return [...line].reduce(
    (width, character) => width + characterWidths.find(([pattern]) => pattern.test(character))![1],
    0,
  );
}

/** In font sizes. */
const lineHeight = 1.25;
const smallestFont = 8;

interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/**
 * SVG of a text object: upright whatever the image is turned to, from the top of its bounding box, and joined to its anchor
 * point where that is visible. Text that does not fit shrinks as long as it stays legible, and then runs over.
 */
export function drawText(object: TextObject, geometry: DisplayedAreaGeometry, layerColor: DisplayColor): string {
  const { style } = object;
  const color = style.color ?? layerColor;
  const longest = Math.max(...object.lines.map(widthOf));
  const { renderedWidth, renderedHeight } = geometry;
  const usual = Math.max(smallestFont, Math.min(40, Math.round(Math.min(renderedWidth, renderedHeight) / 32)));
  const anchor = object.anchor && placeOf(geometry, object.anchor.units, object.anchor.point);
  const box = boxOf(object, geometry, anchor, usual, longest);
  const fontSize = Math.max(
    smallestFont,
    Math.min(usual, (box.bottom - box.top) / (object.lines.length * lineHeight), (box.right - box.left) / longest),
  );
  // Beside an anchor point there is nothing to align to.
  const justification = object.box === undefined ? 'LEFT' : (style.horizontalAlignment ?? object.box.justification);
  const x = { LEFT: box.left, CENTER: (box.left + box.right) / 2, RIGHT: box.right }[justification];
  const top = topOf(box, object, fontSize);
  const textAnchor = { LEFT: 'start', CENTER: 'middle', RIGHT: 'end' }[justification];
  const write = (attributes: string): string =>
    object.lines
      .map((line, i) => {
        const y = top + fontSize + i * lineHeight * fontSize;
        return `<text x="${decimal(x)}" y="${decimal(y)}" ${fontOf(style, fontSize)} text-anchor="${textAnchor}" ${attributes}>${escapeXml(line)}</text>`;
      })
      .join('');
  const shadow = typeof style.shadow === 'object' ? style.shadow : undefined;
  const units = object.anchor?.units ?? object.box?.units ?? 'PIXEL';
  const below = shadowOf(shadow, units, geometry, layerColor, (paint, wider) =>
    write(wider === 0 ? paint('fill') : `${paint('fill')} ${paint('stroke')} ${outline(2 * wider)}`),
  );
  const texts = write(
    style.shadow === undefined
      ? `fill="${cssColor(color)}" stroke="${contrastOf(color)}" ${outline(fontSize / 8)}`
      : `fill="${cssColor(color)}"`,
  );
  const leader = anchor && object.anchor?.isVisible === true ? leaderOf() : '';
  return leader + below + texts;

  function leaderOf(): string {
    const width = longest * fontSize;
    const left = { LEFT: x, CENTER: x - width / 2, RIGHT: x - width }[justification];
    const bottom = top + object.lines.length * lineHeight * fontSize;
    const end = [
      Math.max(left, Math.min(left + width, anchor![0])),
      Math.max(top, Math.min(bottom, anchor![1])),
    ] as const;
    const stroke = lineWidthOf(geometry);
    return `<path d="M${pair(anchor!)}L${pair(end)}" stroke="${cssColor(color)}" stroke-width="${decimal(stroke)}"/><circle cx="${decimal(anchor![0])}" cy="${decimal(anchor![1])}" r="${decimal(1.5 * stroke)}" fill="${cssColor(color)}"/>`;
  }
}

/** The bounding box; beside the anchor point, without bounds, where there is only that. */
function boxOf(
  { box }: TextObject,
  geometry: DisplayedAreaGeometry,
  anchor: Point | undefined,
  usualFont: number,
  textWidth: number,
): Rectangle {
  if (box === undefined) {
    const beside = anchor![0] + usualFont / 2;
    const last = Math.max(0, geometry.renderedWidth - textWidth * usualFont);
    // Where it would leave the picture it moves back into it, and below its anchor.
    const [left, top] = beside <= last ? [beside, anchor![1] - usualFont / 2] : [last, anchor![1] + usualFont / 2];
    return { left, top, right: Number.POSITIVE_INFINITY, bottom: Number.POSITIVE_INFINITY };
  }
  const [[x1, y1], [x2, y2]] = [
    placeOf(geometry, box.units, box.corners[0]),
    placeOf(geometry, box.units, box.corners[1]),
  ];
  return { left: Math.min(x1, x2), top: Math.min(y1, y2), right: Math.max(x1, x2), bottom: Math.max(y1, y2) };
}

/** Where the first line begins, by Vertical Alignment; text that is too high for its box begins at its top. */
function topOf(box: Rectangle, { lines, style }: TextObject, fontSize: number): number {
  const room = box.bottom - box.top - lines.length * lineHeight * fontSize;
  if (!Number.isFinite(room) || room <= 0) return box.top;
  return box.top + { TOP: 0, CENTER: room / 2, BOTTOM: room }[style.verticalAlignment];
}

function fontOf({ fontFamily: own, isBold, isItalic, isUnderlined }: TextStyle, fontSize: number): string {
  return [
    `font-size="${decimal(fontSize)}"`,
    own === undefined ? '' : `font-family="${escapeXml(own)}, ${fontFamily}"`,
    isBold ? 'font-weight="bold"' : '',
    isItalic ? 'font-style="italic"' : '',
    isUnderlined ? 'text-decoration="underline"' : '',
  ]
    .filter(Boolean)
    .join(' ');
}

function outline(width: number): string {
  return `stroke-width="${decimal(width)}" stroke-linejoin="round" paint-order="stroke"`;
}

/** Text without a style of its own stands out from any background: light text has a dark outline, dark text a light one. */
function contrastOf([red, green, blue]: DisplayColor): string {
  return 0.299 * red + 0.587 * green + 0.114 * blue >= 64 ? '#000' : '#fff';
}
