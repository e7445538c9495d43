import type { DisplayColor } from '../cielab.ts';
import { escapeXml } from '../corner-text.ts';
import { type DisplayedAreaGeometry, pointInArea } from './displayed-area.ts';
import type { AnnotationUnits, GraphicObject, GraphicType, Point, TextObject } from './graphic-annotation.ts';

/**
 * Where a point of an annotation comes to lie in the rendered image.
 *
 * @requirement R-001-361
 */
export function placeOf(geometry: DisplayedAreaGeometry, units: AnnotationUnits, point: Point): Point {
  // Fractions are of the Specified Displayed Area, even where a viewport keeps only a part of it.
  const [x, y] =
    units === 'DISPLAY'
      ? [point[0] * geometry.areaWidth, point[1] * geometry.areaHeight]
      : pointInArea(geometry, point);
  return [within(x), within(y)];
}

/** Far outside of any image, and still a number that drawing can count with. */
const farthest = 1e6;

function within(coordinate: number): number {
  return Math.max(-farthest, Math.min(farthest, coordinate));
}

/** Width of a line of thickness 1: a pixel, more in large images, so that it stays visible. */
function lineWidthOf({ renderedWidth, renderedHeight }: DisplayedAreaGeometry): number {
  return Math.max(1, Math.min(renderedWidth, renderedHeight) / 512);
}

/** SVG of a graphic object. Curves are transformed by their control points, so that a circle may become an ellipse. */
export function drawGraphic(object: GraphicObject, geometry: DisplayedAreaGeometry, layerColor: DisplayColor): string {
  const { type, units, points, isFilled, lineThickness, isDashed } = object;
  const place = (point: Point): Point => placeOf(geometry, units, point);
  const color = cssColor(object.color ?? layerColor);
  const width = lineWidthOf(geometry) * lineThickness;
  if (type === 'POINT') {
    const [x, y] = place(points[0]!);
    return `<circle cx="${decimal(x)}" cy="${decimal(y)}" r="${decimal(1.5 * width)}" fill="${color}"/>`;
  }
  const fill = isFilled && isClosed(type, points) ? color : 'none';
  const dashes = isDashed ? ` stroke-dasharray="${decimal(4 * width)}"` : '';
  return `<path d="${pathOf[type](points, place)}" fill="${fill}" stroke="${color}" stroke-width="${decimal(width)}" stroke-linejoin="round"${dashes}/>`;
}

function isClosed(type: GraphicType, points: readonly Point[]): boolean {
  const [first, last] = [points[0]!, points.at(-1)!];
  return type === 'CIRCLE' || type === 'ELLIPSE' || (first[0] === last[0] && first[1] === last[1]);
}

type Place = (point: Point) => Point;

const pathOf: Readonly<Record<Exclude<GraphicType, 'POINT'>, (points: readonly Point[], place: Place) => string>> = {
  POLYLINE: (points, place) => `M${points.map((point) => pair(place(point))).join('L')}`,
  INTERPOLATED: interpolated,
  CIRCLE([center, edge], place) {
    const radius = Math.hypot(edge![0] - center![0], edge![1] - center![1]);
    return ellipse(center!, [radius, 0], [0, radius], place);
  },
  ELLIPSE([a1, a2, b1, b2], place) {
    const center: Point = [(a1![0] + a2![0]) / 2, (a1![1] + a2![1]) / 2];
    return ellipse(center, half(a1!, a2!), half(b1!, b2!), place);
  },
};

function half([x1, y1]: Point, [x2, y2]: Point): Point {
  return [(x2 - x1) / 2, (y2 - y1) / 2];
}

/** How far from the end of an arc of 90 degrees its control point is, in radii. */
const arcControl = (4 / 3) * Math.tan(Math.PI / 8);

/** An ellipse by its centre and two half axes: four cubic curves. */
function ellipse(center: Point, [ax, ay]: Point, [bx, by]: Point, place: Place): string {
  const at = (a: number, b: number): string => pair(place([center[0] + a * ax + b * bx, center[1] + a * ay + b * by]));
  const quarters = [
    [1, 0],
    [0, 1],
    [-1, 0],
    [0, -1],
  ] as const;
  const curves = quarters.map(([a, b]) => {
    const [nextA, nextB] = [-b, a];
    const k = arcControl;
    return `C${at(a + k * nextA, b + k * nextB)} ${at(nextA + k * a, nextB + k * b)} ${at(nextA, nextB)}`;
  });
  return `M${at(1, 0)}${curves.join('')}Z`;
}

/** A smooth curve through all points: Catmull-Rom, as cubic curves. */
function interpolated(points: readonly Point[], place: Place): string {
  const isLoop = isClosed('INTERPOLATED', points) && points.length > 3;
  const count = points.length;
  const at = (i: number): Point =>
    isLoop ? points[(i + count - 1) % (count - 1)]! : points[Math.max(0, Math.min(count - 1, i))]!;
  const curves = Array.from({ length: count - 1 }, (_, i) => {
    const [before, from, to, after] = [at(i - 1), at(i), at(i + 1), at(i + 2)];
    const first: Point = [from[0] + (to[0] - before[0]) / 6, from[1] + (to[1] - before[1]) / 6];
    const second: Point = [to[0] - (after[0] - from[0]) / 6, to[1] - (after[1] - from[1]) / 6];
    return `C${pair(place(first))} ${pair(place(second))} ${pair(place(to))}`;
  });
  return `M${pair(place(points[0]!))}${curves.join('')}`;
}

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
  const color = object.color ?? layerColor;
  const longest = Math.max(...object.lines.map(widthOf));
  const { renderedWidth, renderedHeight } = geometry;
  const usual = Math.max(smallestFont, Math.min(40, Math.round(Math.min(renderedWidth, renderedHeight) / 32)));
  const anchor = object.anchor && placeOf(geometry, object.anchor.units, object.anchor.point);
  const box = boxOf(object, geometry, anchor, usual, longest);
  const fontSize = Math.max(
    smallestFont,
    Math.min(usual, (box.bottom - box.top) / (object.lines.length * lineHeight), (box.right - box.left) / longest),
  );
  const justification = object.box?.justification ?? 'LEFT';
  const x = { LEFT: box.left, CENTER: (box.left + box.right) / 2, RIGHT: box.right }[justification];
  const textAnchor = { LEFT: 'start', CENTER: 'middle', RIGHT: 'end' }[justification];
  const style = `font-size="${decimal(fontSize)}" fill="${cssColor(color)}" stroke="${outlineOf(color)}" stroke-width="${decimal(fontSize / 8)}" stroke-linejoin="round" paint-order="stroke" text-anchor="${textAnchor}"`;
  const lines = object.lines.map((line, i) => {
    const y = box.top + fontSize + i * lineHeight * fontSize;
    return `<text x="${decimal(x)}" y="${decimal(y)}" ${style}>${escapeXml(line)}</text>`;
  });
  const leader = anchor && object.anchor?.isVisible === true ? leaderOf() : '';
  return leader + lines.join('');

  function leaderOf(): string {
    const width = longest * fontSize;
    const left = { LEFT: x, CENTER: x - width / 2, RIGHT: x - width }[justification];
    const bottom = box.top + object.lines.length * lineHeight * fontSize;
    const end = [
      Math.max(left, Math.min(left + width, anchor![0])),
      Math.max(box.top, Math.min(bottom, anchor![1])),
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

/** Text stands out from any background: light text has a dark outline, dark text a light one. */
function outlineOf([red, green, blue]: DisplayColor): string {
  return 0.299 * red + 0.587 * green + 0.114 * blue >= 64 ? '#000' : '#fff';
}

function cssColor(color: DisplayColor): string {
  return `rgb(${color.join(',')})`;
}

function pair([x, y]: Point): string {
  return `${decimal(x)} ${decimal(y)}`;
}

function decimal(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}
