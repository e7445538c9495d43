import { Tag } from '../../generated/dictionary.ts';
import type { DataSet } from '../dicom/data-set.ts';
import { originServerError } from '../errors/origin-server-error.ts';
import type { Viewport } from '../syntax/viewport.ts';
import { functionalGroup } from './functional-group.ts';

/** What part of a source image is shown, which way round, and how many pixels the result has. */
export interface ViewportGeometry {
  /** Source region in pixels of the source image, inside of it, not of whole pixels where decimals were asked. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly isFlippedHorizontally: boolean;
  readonly isFlippedVertically: boolean;
  readonly renderedWidth: number;
  readonly renderedHeight: number;
}

/**
 * Crop, flip and scale as the viewport parameter asks.
 *
 * The region is cut where it leaves the image (D-37). What is left grows or shrinks, undistorted, until it meets one
 * side of the viewport; the other side is rounded (D-38).
 *
 * @param pixelAspectRatio height of a pixel divided by its width
 * @throws OriginServerError `query-parameter-invalid` for a region of no area or none of the image (D-37)
 * @requirement R-001-304
 * @requirement R-001-308
 * @requirement R-001-309
 * @requirement R-001-310
 * @requirement R-001-311
 * @requirement R-001-312
 * @requirement R-001-313
 * @requirement R-001-314
 * @requirement R-001-317
 * @requirement R-001-318
 */
export function viewportGeometry(
  viewport: Viewport,
  columns: number,
  rows: number,
  pixelAspectRatio = 1,
): ViewportGeometry {
  const { sx, sy, sw, sh } = viewport.region ?? {};
  const horizontal = sourceInterval('width', sx, sw, columns);
  const vertical = sourceInterval('height', sy, sh, rows);
  const shownHeight = vertical.length * pixelAspectRatio;
  const { vw, vh } = viewport;
  const meetsSides = vw * shownHeight <= vh * horizontal.length;
  return {
    x: horizontal.start,
    y: vertical.start,
    width: horizontal.length,
    height: vertical.length,
    isFlippedHorizontally: sw !== undefined && sw < 0,
    isFlippedVertically: sh !== undefined && sh < 0,
    renderedWidth: meetsSides ? vw : rounded((vh * horizontal.length) / shownHeight, vw),
    renderedHeight: meetsSides ? rounded((vw * shownHeight) / horizontal.length, vh) : vh,
  };
}

function rounded(length: number, bound: number): number {
  return Math.max(1, Math.min(bound, Math.round(length)));
}

function sourceInterval(
  side: 'width' | 'height',
  start: number | undefined,
  extent: number | undefined,
  whole: number,
): { start: number; length: number } {
  const from = Math.abs(start ?? 0);
  const to = extent === undefined ? whole : Math.min(whole, from + Math.abs(extent));
  if (extent === 0)
    throw originServerError('query-parameter-invalid', `viewport: the source region has no ${side}.`, {
      source: clause,
    });
  if (!(to > from)) {
    throw originServerError(
      'query-parameter-invalid',
      `viewport: the source region starts at ${from}, the ${side} of the image is ${whole}.`,
      { source: clause },
    );
  }
  return { start: from, length: to - from };
}

const clause = 'PS3.18 Sup174 6.5.8.1.2.3';

/** What says how high and how wide a pixel is; Pixel Aspect Ratio counts where none of the others is there (PS3.3 C.7.6.3.1.7). */
const pixelSizes = [Tag.PixelSpacing, Tag.ImagerPixelSpacing, Tag.NominalScannedPixelSpacing, Tag.PixelAspectRatio];

/**
 * Height of a pixel divided by its width (PS3.3 C.7.6.3.1.7, C.7.6.16.2.1); 1 where nothing usable is said.
 *
 * @param frameNumber from 1
 */
export function pixelAspectRatioOf(dataSet: DataSet, frameNumber: number): number {
  const measures = functionalGroup(dataSet, frameNumber, Tag.PixelMeasuresSequence);
  for (const [holder, tag] of [
    [measures, Tag.PixelSpacing] as const,
    ...pixelSizes.map((tag) => [dataSet, tag] as const),
  ]) {
    const [vertical, horizontal] = holder?.numbers(tag) ?? [];
    const ratio = (vertical ?? 0) / (horizontal ?? 0);
    if (Number.isFinite(ratio) && ratio > 0) return ratio;
  }
  return 1;
}
