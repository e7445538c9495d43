import type { PixelFrame } from '../codecs/pixel-frame.ts';
import type { DataSet } from '../dicom/data-set.ts';
import type { RenderedImage } from './rendered-image.ts';

/** Elements of a group 60xx (PS3.3 C.9.2, C.11.7). */
const element = {
  OverlayRows: 0x0010,
  OverlayColumns: 0x0011,
  NumberOfFramesInOverlay: 0x0015,
  OverlayType: 0x0040,
  OverlayOrigin: 0x0050,
  ImageFrameOrigin: 0x0051,
  OverlayBitPosition: 0x0102,
  OverlayActivationLayer: 0x1001,
  OverlayData: 0x3000,
} as const;

const firstGroup = 0x6000;
const lastGroup = 0x60fe;

/** A plane of one bit a pixel over an image. */
export interface OverlayPlane {
  /** 0x6000, 0x6002 and so on. */
  readonly group: number;
  readonly rows: number;
  readonly columns: number;
  /** Where its first pixel lies, in pixels of the image; 0, 0 is the first of the image. */
  readonly left: number;
  readonly top: number;
  /** G for graphics, R for a region of interest. */
  readonly type: 'G' | 'R';
  /** Frames of the image that it has bits for; undefined for every frame, with the same bits. */
  readonly frames: { readonly first: number; readonly count: number } | undefined;
  /** Octets of Overlay Data, or the bit of the pixel data that holds the plane. */
  readonly bits: { readonly data: Uint8Array } | { readonly position: number };
}

/** Bits of an overlay plane for one frame: 1 where the overlay is. */
export interface OverlayBitmap {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** One octet a pixel, 0 or 1. */
  readonly bits: Uint8Array;
}

/** The overlay planes of an image or a Presentation State; those of no size or without bits are no planes. */
export function overlayPlanesOf(dataSet: DataSet): readonly OverlayPlane[] {
  return overlayGroups(dataSet).flatMap((group) => planeOf(dataSet, group) ?? []);
}

/** Graphic layer by the group of the overlay that it shows (PS3.3 C.11.7). */
export function overlayActivationLayersOf(dataSet: DataSet): ReadonlyMap<number, string> {
  return new Map(
    overlayGroups(dataSet).flatMap((group) => {
      const layer = dataSet.text(tagOf(group, element.OverlayActivationLayer));
      return layer === undefined ? [] : [[group, layer] as const];
    }),
  );
}

function overlayGroups(dataSet: DataSet): readonly number[] {
  const groups = new Set<number>();
  for (const tag of dataSet.elements.keys()) {
    const group = tag >>> 16;
    if (group >= firstGroup && group <= lastGroup && group % 2 === 0) groups.add(group);
  }
  return [...groups].sort((a, b) => a - b);
}

function tagOf(group: number, elementNumber: number): number {
  return group * 0x10000 + elementNumber;
}

function planeOf(dataSet: DataSet, group: number): OverlayPlane | undefined {
  const number = (elementNumber: number): number | undefined => dataSet.number(tagOf(group, elementNumber));
  const rows = number(element.OverlayRows);
  const columns = number(element.OverlayColumns);
  if (!rows || !columns) return undefined;
  const [top = 1, left = 1] = dataSet.numbers(tagOf(group, element.OverlayOrigin));
  const dataElement = dataSet.get(tagOf(group, element.OverlayData));
  const data = dataElement && dataSet.bytes(dataElement.tag);
  const position = number(element.OverlayBitPosition);
  if (!data?.length && (data !== undefined || position === undefined)) return undefined;
  const isInWords = dataSet.bigEndian && dataElement?.vr === 'OW';
  const count = number(element.NumberOfFramesInOverlay);
  const first = number(element.ImageFrameOrigin);
  return {
    group,
    rows,
    columns,
    left: left - 1,
    top: top - 1,
    type: dataSet.text(tagOf(group, element.OverlayType)) === 'R' ? 'R' : 'G',
    frames: (count ?? 1) > 1 || first !== undefined ? { first: first ?? 1, count: count ?? 1 } : undefined,
    bits: data === undefined ? { position: position! } : { data: isInWords ? swapped(data) : data },
  };
}

function swapped(words: Uint8Array): Uint8Array {
  return Uint8Array.from(words, (_, i) => words[i ^ 1] ?? 0);
}

/**
 * The bits of a plane for one frame, in the size of the plane; rows for which the data are too short are left out.
 *
 * @param frame where the bits are if they stand in the pixel data (retired, PS3.5 8.1.2), before unused bits are cut off
 * @returns undefined if the plane has nothing for the frame
 */
export function overlayBitmapOf(
  plane: OverlayPlane,
  frameNumber: number,
  frame: PixelFrame,
): OverlayBitmap | undefined {
  return 'data' in plane.bits
    ? fromOverlayData(plane, plane.bits.data, frameNumber)
    : fromPixelData(plane, plane.bits.position, frame);
}

function fromOverlayData(plane: OverlayPlane, data: Uint8Array, frameNumber: number): OverlayBitmap | undefined {
  const { rows, columns: width, frames, left, top } = plane;
  const overlayFrame = frames === undefined ? 0 : frameNumber - frames.first;
  if (frames !== undefined && (overlayFrame < 0 || overlayFrame >= frames.count)) return undefined;
  const firstBit = overlayFrame * rows * width;
  const height = Math.min(rows, Math.floor((data.length * 8 - firstBit) / width));
  if (!(height > 0)) return undefined;
  const bits = new Uint8Array(width * height);
  for (let i = 0, bit = firstBit; i < bits.length; i++, bit++) bits[i] = (data[bit >> 3]! >> (bit & 7)) & 1;
  return { left, top, width, height, bits };
}

function fromPixelData(plane: OverlayPlane, position: number, frame: PixelFrame): OverlayBitmap | undefined {
  const { samples, Columns, Rows, SamplesPerPixel, BitsStored, HighBit } = frame;
  const isInStoredValue = position <= HighBit && position > HighBit - BitsStored;
  if (SamplesPerPixel !== 1 || isInStoredValue || position >= 8 * samples.BYTES_PER_ELEMENT) return undefined;
  const width = Math.min(plane.columns, Columns);
  const height = Math.min(plane.rows, Rows);
  const bits = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) bits[y * width + x] = (samples[y * Columns + x]! >>> position) & 1;
  }
  return { left: plane.left, top: plane.top, width, height, bits };
}

/**
 * The part of a bitmap that holds its set bits, and some more on every side: most overlays are a few lines of text, and
 * nothing has to be computed for the rest.
 *
 * @param margin in pixels
 * @returns undefined if no bit is set
 */
export function trimmed(bitmap: OverlayBitmap, margin: number): OverlayBitmap | undefined {
  const { left, top, width, height, bits } = bitmap;
  let [firstX, lastX, firstY, lastY] = [width, -1, height, -1];
  for (let y = 0; y < height; y++) {
    const row = bits.subarray(y * width, (y + 1) * width);
    const from = row.indexOf(1);
    if (from < 0) continue;
    firstX = Math.min(firstX, from);
    lastX = Math.max(lastX, row.lastIndexOf(1));
    firstY = Math.min(firstY, y);
    lastY = y;
  }
  if (lastY < 0) return undefined;
  const [x0, x1] = [Math.max(0, firstX - margin), Math.min(width, lastX + 1 + margin)];
  const [y0, y1] = [Math.max(0, firstY - margin), Math.min(height, lastY + 1 + margin)];
  const part = new Uint8Array((x1 - x0) * (y1 - y0));
  for (let y = y0; y < y1; y++) part.set(bits.subarray(y * width + x0, y * width + x1), (y - y0) * (x1 - x0));
  return { left: left + x0, top: top + y0, width: x1 - x0, height: y1 - y0, bits: part };
}

/** Eight bit white: what an overlay is shown in where nobody recommends a colour. */
const white = 255;

/**
 * Shows the graphic overlays of an image in white, as viewers do: they are part of what its creator wants seen. Regions of
 * interest stay out of sight, because they are there to be measured and would hide what they mark (PS3.3 C.9.2.1.1).
 */
export function burnInOverlays(
  image: RenderedImage,
  planes: readonly OverlayPlane[],
  frameNumber: number,
  frame: PixelFrame,
): RenderedImage {
  const bitmaps = planes.flatMap((plane) =>
    plane.type === 'G' ? (overlayBitmapOf(plane, frameNumber, frame) ?? []) : [],
  );
  if (bitmaps.length === 0) return image;
  const pixels = image.pixels.slice();
  const { width, height, channels } = image;
  for (const bitmap of bitmaps) {
    forEachSetPixel(bitmap, width, height, (at) => pixels.fill(white, at * channels, (at + 1) * channels));
  }
  return { ...image, pixels };
}

/** Visits the pixels of an image that an overlay covers, by their index. */
export function forEachSetPixel(
  bitmap: OverlayBitmap,
  imageWidth: number,
  imageHeight: number,
  visit: (at: number) => void,
): void {
  const { left, top, width, height, bits } = bitmap;
  const lastRow = Math.min(height, imageHeight - top);
  const lastColumn = Math.min(width, imageWidth - left);
  for (let y = Math.max(0, -top); y < lastRow; y++) {
    for (let x = Math.max(0, -left); x < lastColumn; x++) {
      if (bits[y * width + x] === 1) visit((y + top) * imageWidth + x + left);
    }
  }
}
