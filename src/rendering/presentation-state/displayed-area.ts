import { Tag } from '../../../generated/dictionary.ts';
import type { DataSet } from '../../dicom/data-set.ts';
import type { Viewport } from '../../syntax/viewport.ts';
import type { RenderedImage } from '../rendered-image.ts';
import { resample } from '../resample.ts';
import { type ImageReference, imageReferencesOf, refersTo } from './image-references.ts';
import {
  exchangesSides,
  originOfPoint,
  type SpatialTransformation,
  transformImage,
  transformPoint,
} from './spatial-transformation.ts';

/** A rectangle in pixels of the image; its corners may lie outside of the image, and need not lie on pixels. */
export interface Region {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** An item of Displayed Area Selection Sequence (PS3.3 C.10.4). */
export interface DisplayedArea {
  readonly references: readonly ImageReference[];
  /** Undefined for the whole image. */
  readonly region: Region | undefined;
  /** Whether the region is one of the Total Pixel Matrix that frames are tiles of (Pixel Origin Interpretation VOLUME). */
  readonly isInMatrix: boolean;
  /** Displayed pixels a source pixel, where Presentation Size Mode is MAGNIFY; the other modes scale to fit. */
  readonly magnification: number | undefined;
  /** Height of a pixel divided by its width. */
  readonly pixelAspectRatio: number;
}

const wholeImage: DisplayedArea = {
  references: [],
  region: undefined,
  isInMatrix: false,
  magnification: undefined,
  pixelAspectRatio: 1,
};

/**
 * The Displayed Area Selection items.
 *
 * Both corners are pixels of the area, the first of an image being 1\1, and each may be outside. They name the corners
 * that lie top left and bottom right once the image is turned; either order of theirs is understood.
 *
 * @requirement R-001-356
 */
export function displayedAreasOf(dataSet: DataSet): readonly DisplayedArea[] {
  return dataSet.sequence(Tag.DisplayedAreaSelectionSequence).map((item) => {
    const magnification =
      item.text(Tag.PresentationSizeMode) === 'MAGNIFY'
        ? (positive(item.number(Tag.PresentationPixelMagnificationRatio)) ?? 1)
        : undefined;
    return {
      references: imageReferencesOf(item),
      region: regionOf(item),
      isInMatrix: item.text(Tag.PixelOriginInterpretation) === 'VOLUME',
      magnification,
      pixelAspectRatio: ratioOf(
        item.numbers(Tag.PresentationPixelAspectRatio),
        item.numbers(Tag.PresentationPixelSpacing),
      ),
    };
  });
}

/** The area for a frame; all of the image where no item is about it. */
export function displayedAreaFor(
  areas: readonly DisplayedArea[],
  SOPInstanceUID: string,
  frameNumber: number,
): DisplayedArea {
  return areas.find(({ references }) => refersTo(references, SOPInstanceUID, frameNumber)) ?? wholeImage;
}

/**
 * An area with its region in pixels of a frame.
 *
 * @param origin of the frame, in pixels of the Total Pixel Matrix
 */
export function areaInFrame(area: DisplayedArea, [left, top]: readonly [number, number]): DisplayedArea {
  const { region, isInMatrix } = area;
  if (region === undefined || !isInMatrix) return area;
  return { ...area, isInMatrix: false, region: { ...region, left: region.left - left, top: region.top - top } };
}

function regionOf(item: DataSet): Region | undefined {
  const [x1, y1] = item.numbers(Tag.DisplayedAreaTopLeftHandCorner);
  const [x2, y2] = item.numbers(Tag.DisplayedAreaBottomRightHandCorner);
  if (x1 === undefined || y1 === undefined || x2 === undefined || y2 === undefined) return undefined;
  const left = Math.min(x1, x2) - 1;
  const top = Math.min(y1, y2) - 1;
  return { left, top, width: Math.max(x1, x2) - left, height: Math.max(y1, y2) - top };
}

/** Presentation Pixel Spacing and Aspect Ratio are both vertical\horizontal (PS3.3 C.10.4). */
function ratioOf(...pairs: readonly (readonly number[])[]): number {
  for (const [vertical, horizontal] of pairs) {
    const ratio = positive((vertical ?? Number.NaN) / (horizontal ?? Number.NaN));
    if (ratio !== undefined) return ratio;
  }
  return 1;
}

function positive(value: number | undefined): number | undefined {
  return value !== undefined && Number.isFinite(value) && value > 0 ? value : undefined;
}

/** What is shown of an image, how it is turned and how many pixels it gets. */
export interface DisplayedAreaGeometry {
  /** What is shown, after the crop of MAGNIFY. */
  readonly region: Region;
  readonly transformation: SpatialTransformation;
  readonly renderedWidth: number;
  readonly renderedHeight: number;
  /** Size of the whole Specified Displayed Area in rendered pixels, before the crop of MAGNIFY. */
  readonly areaWidth: number;
  readonly areaHeight: number;
}

/**
 * SCALE TO FIT: the area grows or shrinks, undistorted, until it meets one side of the viewport; without a viewport it
 * has a rendered pixel for each of its own. MAGNIFY: the area is magnified by its ratio, and a viewport keeps its top
 * left part.
 *
 * @requirement R-001-357
 * @requirement R-001-358
 * @requirement R-001-359
 * @requirement R-001-360
 */
export function displayedAreaGeometry(
  area: DisplayedArea,
  transformation: SpatialTransformation,
  columns: number,
  rows: number,
  viewport: Pick<Viewport, 'vw' | 'vh'> | undefined,
): DisplayedAreaGeometry {
  const region = area.region ?? { left: 0, top: 0, width: columns, height: rows };
  const { magnification, pixelAspectRatio } = area;
  const turned = (width: number, height: number): readonly [number, number] =>
    exchangesSides(transformation) ? [height, width] : [width, height];
  if (magnification !== undefined) {
    const [areaWidth, areaHeight] = turned(
      atLeastOne(region.width * magnification),
      atLeastOne(region.height * pixelAspectRatio * magnification),
    );
    const renderedWidth = Math.min(areaWidth, viewport?.vw ?? areaWidth);
    const renderedHeight = Math.min(areaHeight, viewport?.vh ?? areaHeight);
    const kept = partOf(region, transformation, renderedWidth / areaWidth, renderedHeight / areaHeight);
    return { region: kept, transformation, renderedWidth, renderedHeight, areaWidth, areaHeight };
  }
  const [renderedWidth, renderedHeight] =
    viewport === undefined
      ? turned(region.width, region.height)
      : fitted(turned(region.width, region.height * pixelAspectRatio), viewport);
  return {
    region,
    transformation,
    renderedWidth,
    renderedHeight,
    areaWidth: renderedWidth,
    areaHeight: renderedHeight,
  };
}

function atLeastOne(length: number): number {
  return Math.max(1, Math.round(length));
}

function fitted(
  [width, height]: readonly [number, number],
  { vw, vh }: Pick<Viewport, 'vw' | 'vh'>,
): readonly [number, number] {
  return vw * height <= vh * width
    ? [vw, Math.min(vh, atLeastOne((vw * height) / width))]
    : [Math.min(vw, atLeastOne((vh * width) / height)), vh];
}

/** The part of a region that is the top left of what it looks like once it is turned; sides in fractions. */
function partOf(region: Region, transformation: SpatialTransformation, width: number, height: number): Region {
  const [u1, v1] = originOfPoint(transformation, [0, 0]);
  const [u2, v2] = originOfPoint(transformation, [width, height]);
  return {
    left: region.left + Math.min(u1, u2) * region.width,
    top: region.top + Math.min(v1, v2) * region.height,
    width: Math.abs(u2 - u1) * region.width,
    height: Math.abs(v2 - v1) * region.height,
  };
}

/** Where a point of the image, in pixels with sub-pixel resolution, comes to lie in the rendered image. */
export function pointInArea(
  { region, transformation, renderedWidth, renderedHeight }: DisplayedAreaGeometry,
  [x, y]: readonly [number, number],
): readonly [number, number] {
  const fraction = [(x - region.left) / region.width, (y - region.top) / region.height] as const;
  const [u, v] = transformPoint(transformation, fraction);
  return [u * renderedWidth, v * renderedHeight];
}

/**
 * Shows the area of an image: scaled, turned, and 0 where it reaches over the edges.
 *
 * @param left where the image lies in the coordinates of the region, for what is smaller than the image itself
 */
export function showArea(image: RenderedImage, geometry: DisplayedAreaGeometry, left = 0, top = 0): RenderedImage {
  const { region, transformation, renderedWidth, renderedHeight } = geometry;
  const [width, height] = exchangesSides(transformation)
    ? [renderedHeight, renderedWidth]
    : [renderedWidth, renderedHeight];
  const across = covered(region.left - left, region.width, width, image.width);
  const down = covered(region.top - top, region.height, height, image.height);
  const { channels } = image;
  const shown = { width, height, channels, pixels: new Uint8Array(width * height * channels) };
  if (across.count > 0 && down.count > 0) {
    const part = scaledPart(image, across, down);
    if (part.width === width && part.height === height) return transformImage(part, transformation);
    const rowLength = part.width * channels;
    for (let y = 0; y < part.height; y++) {
      const row = part.pixels.subarray(y * rowLength, (y + 1) * rowLength);
      shown.pixels.set(row, ((y + down.first) * width + across.first) * channels);
    }
  }
  return transformImage(shown, transformation);
}

/** Pixels of one side of the result, and the piece of the image that they show. */
interface Side {
  readonly first: number;
  readonly count: number;
  readonly start: number;
  readonly length: number;
}

function scaledPart(image: RenderedImage, across: Side, down: Side): RenderedImage {
  const isAsItIs = [across, down].every(({ start, length, count }) => length === count && Number.isInteger(start));
  if (isAsItIs) return cut(image, across, down);
  return resample(image, {
    x: across.start,
    y: down.start,
    width: across.length,
    height: down.length,
    isFlippedHorizontally: false,
    isFlippedVertically: false,
    renderedWidth: across.count,
    renderedHeight: down.count,
  });
}

function cut({ width, channels, pixels }: RenderedImage, across: Side, down: Side): RenderedImage {
  const rowLength = across.count * channels;
  const part = new Uint8Array(rowLength * down.count);
  for (let y = 0; y < down.count; y++) {
    const from = ((down.start + y) * width + across.start) * channels;
    part.set(pixels.subarray(from, from + rowLength), y * rowLength);
  }
  return { width: across.count, height: down.count, channels, pixels: part };
}

/** The rendered pixels of a side of which the centre lies on the image. */
function covered(start: number, length: number, renderedLength: number, imageLength: number): Side {
  const scale = length / renderedLength;
  const within = (position: number): number => Math.max(0, Math.min(renderedLength, Math.ceil(position)));
  const first = within(-start / scale - 0.5);
  const count = within((imageLength - start) / scale - 0.5) - first;
  return { first, count, start: start + first * scale, length: count * scale };
}
