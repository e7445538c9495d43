import type { DisplayColor } from '../cielab.ts';
import { type DisplayedAreaGeometry, pointInArea } from './displayed-area.ts';
import type { AnnotationUnits, GraphicObject, GraphicType, Point } from './graphic-annotation.ts';
import type { FillStyle, LineStyle, Paint, Shadow } from './graphic-style.ts';
import { exchangesSides } from './spatial-transformation.ts';

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
export function lineWidthOf({ renderedWidth, renderedHeight }: DisplayedAreaGeometry): number {
  return Math.max(1, Math.min(renderedWidth, renderedHeight) / 512);
}

/** SVG of a graphic object. Curves are transformed by their control points, so that a circle may become an ellipse. */
export function drawGraphic(object: GraphicObject, geometry: DisplayedAreaGeometry, layerColor: DisplayColor): string {
  const { type, units, points, isFilled, line, fill } = object;
  const place = (point: Point): Point => placeOf(geometry, units, point);
  const usualWidth = lineWidthOf(geometry);
  const width = usualWidth * line.thickness;
  if (type === 'POINT') {
    const [x, y] = place(points[0]!);
    const dot = (radius: number, attributes: string): string =>
      `<circle cx="${decimal(x)}" cy="${decimal(y)}" r="${decimal(radius)}" ${attributes}/>`;
    const shadow = shadowOf(line.shadow, units, geometry, layerColor, (paint, wider) =>
      dot(1.5 * width + wider, paint('fill')),
    );
    return shadow + dot(1.5 * width, painted('fill', line.on, layerColor));
  }
  const d = pathOf[type](points, place);
  const shadow = shadowOf(line.shadow, units, geometry, layerColor, (paint, wider) =>
    stroke(d, width + 2 * wider, paint('stroke')),
  );
  const filling =
    isFilled && isClosed(type, points) ? filled(d, fill ?? { ...line, pattern: undefined }, layerColor) : '';
  return shadow + filling + lined(d, line, width, usualWidth, layerColor);
}

function stroke(d: string, width: number, attributes: string): string {
  return `<path d="${d}" fill="none" ${attributes} stroke-width="${decimal(width)}" stroke-linejoin="round"/>`;
}

/** A line, and under its dashes what is between them. */
function lined(d: string, line: LineStyle, width: number, usualWidth: number, layerColor: DisplayColor): string {
  const attributes = painted('stroke', line.on, layerColor);
  if (line.dashes.length === 0) return stroke(d, width, attributes);
  const gaps = line.off === undefined ? '' : stroke(d, width, painted('stroke', line.off, layerColor));
  const dashes = line.dashes.map((length) => decimal(length * usualWidth)).join(' ');
  return gaps + stroke(d, width, `${attributes} stroke-dasharray="${dashes}"`);
}

const patternSide = 32;

function filled(d: string, fill: FillStyle, layerColor: DisplayColor): string {
  const area = (attributes: string): string => `<path d="${d}" ${attributes}/>`;
  if (fill.pattern === undefined) return area(painted('fill', fill.on, layerColor));
  const ground = fill.off === undefined ? '' : area(painted('fill', fill.off, layerColor));
  const bits = rowsOfBits(fill.pattern);
  const id = `fill-${Buffer.from(fill.pattern).toString('base64url')}-${colorOf(fill.on, layerColor).join('-')}`;
  const tile = `<pattern id="${id}" width="${patternSide}" height="${patternSide}" patternUnits="userSpaceOnUse"><path d="${bits}" fill="${cssColor(colorOf(fill.on, layerColor))}" shape-rendering="crispEdges"/></pattern>`;
  return `${ground}${tile}${area(`fill="url(#${id})" fill-opacity="${decimal(fill.on.opacity)}"`)}`;
}

/** The pixels of a pattern that are on, as a path. */
function rowsOfBits(pattern: Uint8Array): string {
  let d = '';
  for (let bit = 0; bit < pattern.length * 8; bit++) {
    if (((pattern[bit >> 3]! >> (7 - (bit & 7))) & 1) === 1)
      d += `M${bit % patternSide} ${Math.floor(bit / patternSide)}h1v1h-1z`;
  }
  return d;
}

/** An element as its shadow is to be drawn, given the colour and how much wider it becomes on every side. */
type Shaded = (paint: (attribute: 'fill' | 'stroke') => string, wider: number) => string;

/** The shadow of a line or a text, which lies below it; nothing where it has none. */
export function shadowOf(
  shadow: Shadow | undefined,
  units: AnnotationUnits,
  geometry: DisplayedAreaGeometry,
  layerColor: DisplayColor,
  draw: Shaded,
): string {
  if (shadow === undefined) return '';
  const [unitX, unitY] = unitsInPixels(units, geometry);
  const [x, y] = [within(shadow.offset[0] * unitX), within(shadow.offset[1] * unitY)];
  const paint = (attribute: 'fill' | 'stroke'): string => painted(attribute, shadow.paint, layerColor);
  if (shadow.style === 'OUTLINED') return draw(paint, Math.hypot(x, y));
  return `<g transform="translate(${decimal(x)} ${decimal(y)})">${draw(paint, 0)}</g>`;
}

/** How many rendered pixels a unit is, to the right and down, once the image is turned. */
function unitsInPixels(units: AnnotationUnits, geometry: DisplayedAreaGeometry): readonly [number, number] {
  const { region, transformation, renderedWidth, renderedHeight, areaWidth, areaHeight } = geometry;
  if (units === 'DISPLAY') return [areaWidth, areaHeight];
  const [width, height] = exchangesSides(transformation)
    ? [region.height, region.width]
    : [region.width, region.height];
  return [renderedWidth / width, renderedHeight / height];
}

function painted(attribute: 'fill' | 'stroke', paint: Paint, layerColor: DisplayColor): string {
  const color = `${attribute}="${cssColor(colorOf(paint, layerColor))}"`;
  return paint.opacity === 1 ? color : `${color} ${attribute}-opacity="${decimal(paint.opacity)}"`;
}

function colorOf({ color }: Paint, layerColor: DisplayColor): DisplayColor {
  return color ?? layerColor;
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

export function cssColor(color: DisplayColor): string {
  return `rgb(${color.join(',')})`;
}

export function pair([x, y]: Point): string {
  return `${decimal(x)} ${decimal(y)}`;
}

export function decimal(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}
