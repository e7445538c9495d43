import { Tag } from '../../generated/dictionary.ts';
import type { DataSet } from '../dicom/data-set.ts';
import { originServerError } from '../errors/origin-server-error.ts';
import { black, type DisplayColor, fromCIELab, fromPValue, isGray } from './cielab.ts';
import { functionalGroup } from './functional-group.ts';
import { forEachSetPixel, type OverlayBitmap } from './overlay.ts';
import type { RenderedImage } from './rendered-image.ts';
import { drawColor, inColor } from './vector-layer.ts';

/** What covers the part of an image that is not to be seen (PS3.3 C.7.6.11, C.7.6.15, C.11.12). */
export interface DisplayShutter {
  /** A pixel is seen if every one of them lets it through. */
  readonly openings: readonly Opening[];
  /** Group of the overlay that covers where its bits are 1. */
  readonly overlayGroup: number | undefined;
  readonly color: DisplayColor;
}

/** Places are rows and columns of the image, from 1. */
export type Opening =
  | {
      readonly shape: 'rectangular';
      readonly left: number;
      readonly right: number;
      readonly upper: number;
      readonly lower: number;
    }
  | { readonly shape: 'circular'; readonly row: number; readonly column: number; readonly radius: number }
  | { readonly shape: 'polygonal'; readonly vertices: readonly (readonly [row: number, column: number])[] };

/**
 * The shutter that an image is to be displayed with: that of the frame (PS3.3 C.8.19.6.9) before that of the image (D-54).
 *
 * @param frameNumber from 1
 */
export function imageShutterOf(dataSet: DataSet, frameNumber: number): DisplayShutter | undefined {
  return displayShutterOf(functionalGroup(dataSet, frameNumber, Tag.FrameDisplayShutterSequence) ?? dataSet);
}

/**
 * The Display Shutter and Bitmap Display Shutter of an image or a Presentation State; a shape without its measures shuts
 * nothing.
 *
 * @throws OriginServerError `not-renderable` for a polygon of more vertices than can be drawn in good time
 */
export function displayShutterOf(dataSet: DataSet): DisplayShutter | undefined {
  const shapes = dataSet.texts(Tag.ShutterShape);
  const openings = shapes.flatMap((shape) => openingOf[shape]?.(dataSet) ?? []);
  const overlayGroup = shapes.includes('BITMAP') ? dataSet.number(Tag.ShutterOverlayGroup) : undefined;
  if (openings.length === 0 && overlayGroup === undefined) return undefined;
  const value = dataSet.number(Tag.ShutterPresentationValue);
  const color =
    fromCIELab(dataSet.numbers(Tag.ShutterPresentationColorCIELabValue)) ??
    (value === undefined ? black : fromPValue(value));
  return { openings, overlayGroup, color };
}

/** Far more than a collimator has; each costs a step in every row. */
const mostVertices = 1024;

const openingOf: Readonly<Record<string, (dataSet: DataSet) => Opening | undefined>> = {
  RECTANGULAR(dataSet) {
    const left = dataSet.number(Tag.ShutterLeftVerticalEdge);
    const right = dataSet.number(Tag.ShutterRightVerticalEdge);
    const upper = dataSet.number(Tag.ShutterUpperHorizontalEdge);
    const lower = dataSet.number(Tag.ShutterLowerHorizontalEdge);
    if (left === undefined || right === undefined || upper === undefined || lower === undefined) return undefined;
    return { shape: 'rectangular', left, right, upper, lower };
  },
  CIRCULAR(dataSet) {
    const [row, column] = dataSet.numbers(Tag.CenterOfCircularShutter);
    const radius = dataSet.number(Tag.RadiusOfCircularShutter);
    if (row === undefined || column === undefined || radius === undefined) return undefined;
    return { shape: 'circular', row, column, radius };
  },
  POLYGONAL(dataSet) {
    const places = dataSet.numbers(Tag.VerticesOfThePolygonalShutter);
    if (places.length > 2 * mostVertices) {
      throw originServerError(
        'not-renderable',
        `The polygonal shutter has ${places.length / 2} vertices; at most ${mostVertices} are drawn.`,
      );
    }
    const vertices = Array.from(
      { length: Math.floor(places.length / 2) },
      (_, i) => [places[2 * i]!, places[2 * i + 1]!] as const,
    );
    return vertices.length < 3 ? undefined : { shape: 'polygonal', vertices };
  },
};

/**
 * Covers what a shutter hides. One that would leave nothing to be seen, such as that of edges which are all 0, hides nothing:
 * nobody has meant it.
 *
 * @param bitmap the overlay of its group, where it has one
 */
export function closeShutter(
  image: RenderedImage,
  { openings, color }: DisplayShutter,
  bitmap: OverlayBitmap | undefined,
): RenderedImage {
  const { width, height } = image;
  const covered: RenderedImage = { width, height, channels: 1, pixels: new Uint8Array(width * height) };
  for (const opening of openings) {
    const seen = seenThrough(opening, width, height);
    for (let i = 0; i < seen.length; i++) if (seen[i] === 0) covered.pixels[i] = 255;
  }
  if (bitmap !== undefined) forEachSetPixel(bitmap, width, height, (at) => covered.pixels.fill(255, at, at + 1));
  if (!covered.pixels.includes(0)) return image;
  return drawColor(isGray(color) ? image : inColor(image), covered, color);
}

/** Which pixels an opening shows: 1 for each that is seen, edges included. */
export function seenThrough(opening: Opening, width: number, height: number): Uint8Array {
  const seen = new Uint8Array(width * height);
  const show = (row: number, from: number, to: number): void => {
    if (row < 1 || row > height) return;
    const start = Math.max(1, Math.ceil(from));
    const end = Math.min(width, Math.floor(to));
    if (end >= start) seen.fill(1, (row - 1) * width + start - 1, (row - 1) * width + end);
  };
  for (let row = 1; row <= height; row++) {
    if (opening.shape === 'rectangular') {
      if (row >= opening.upper && row <= opening.lower) show(row, opening.left, opening.right);
    } else if (opening.shape === 'circular') {
      const half = Math.sqrt(opening.radius ** 2 - (row - opening.row) ** 2);
      if (half >= 0) show(row, opening.column - half, opening.column + half);
    } else {
      for (const [from, to] of spansAt(opening.vertices, row)) show(row, from, to);
    }
  }
  return seen;
}

/** Where a row runs inside of a polygon, by the even-odd rule; edges along the row belong to it above and below. */
function spansAt(
  vertices: readonly (readonly [number, number])[],
  row: number,
): readonly (readonly [number, number])[] {
  return [spansOf(vertices, row, (other) => other <= row), spansOf(vertices, row, (other) => other < row)].flat();
}

function spansOf(
  vertices: readonly (readonly [number, number])[],
  row: number,
  isAbove: (row: number) => boolean,
): readonly (readonly [number, number])[] {
  const crossings: number[] = [];
  for (let i = 0; i < vertices.length; i++) {
    const [row1, column1] = vertices[i]!;
    const [row2, column2] = vertices[(i + 1) % vertices.length]!;
    if (isAbove(row1) === isAbove(row2)) continue;
    crossings.push(column1 + ((row - row1) * (column2 - column1)) / (row2 - row1));
  }
  crossings.sort((a, b) => a - b);
  return Array.from(
    { length: Math.floor(crossings.length / 2) },
    (_, i) => [crossings[2 * i]!, crossings[2 * i + 1]!] as const,
  );
}
