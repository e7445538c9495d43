import type { FrameReduction } from '../codecs/pixel-frame.ts';
import type { DataSet } from '../dicom/data-set.ts';
import type { ImagePixel } from '../dicom/image-pixel.ts';
import { imageShutterOf } from './display-shutter.ts';
import { grayOf } from './grayscale.ts';
import { modalityLutOf } from './modality-lut.ts';
import { overlayPlanesOf } from './overlay.ts';
import { supplementalPaletteOf } from './palette-color.ts';
import { pixelPaddingOf } from './pixel-padding.ts';
import { presentationLutShapeOf } from './presentation-lut.ts';
import type { RenderingParameters } from './rendering-parameters.ts';
import { isTrueColor } from './true-color.ts';
import { type ViewportGeometry, viewportGeometry } from './viewport.ts';
import { voiLutOf } from './voi-lut.ts';

/** How much larger than the picture the image must be for each halving: the later ones leave pixels to filter. */
const scaleOfHalvings = [2, 6, 12];

/** Stored values that a window must span: in a narrower one the noise of a pixel reaches from black to white. */
const narrowestWindow = 64;

/**
 * How many times a frame may be halved while it is decoded, so that it still has all the pixels of the picture.
 *
 * Stored values are then averaged before the VOI LUT instead of grey after it. The two differ only where a window cuts
 * through the pixels that are averaged: by less than two levels of 255 in the mean of a picture. Whatever is not linear
 * in between (lookup tables, palettes, pixel padding that shows, overlays, shutters), or is found out from all pixels, needs the whole frame.
 */
export function halvingsOf(
  dataSet: DataSet,
  image: ImagePixel,
  frameNumber: number,
  { viewport, window }: RenderingParameters,
  pixelAspectRatio: number,
): number {
  if (viewport === undefined || viewport.region !== undefined) return 0;
  const { renderedWidth, renderedHeight } = viewportGeometry(viewport, image.Columns, image.Rows, pixelAspectRatio);
  const scale = Math.min(image.Columns / renderedWidth, image.Rows / renderedHeight);
  if (
    scale < scaleOfHalvings[0]! ||
    !isLinear(dataSet, image, frameNumber, window) ||
    overlayPlanesOf(dataSet).length > 0 ||
    imageShutterOf(dataSet, frameNumber) !== undefined
  )
    return 0;
  return scaleOfHalvings.filter((least) => scale >= least).length;
}

function isLinear(
  dataSet: DataSet,
  image: ImagePixel,
  frameNumber: number,
  requested: RenderingParameters['window'],
): boolean {
  const { PhotometricInterpretation, PixelRepresentation } = image;
  if (isTrueColor(PhotometricInterpretation)) return true;
  if (!PhotometricInterpretation.startsWith('MONOCHROME')) return false;
  if (supplementalPaletteOf(dataSet) !== undefined) return false;
  const modality = modalityLutOf(dataSet, frameNumber);
  if (modality.kind !== 'linear') return false;
  const own = requested === undefined ? voiLutOf(dataSet, frameNumber, PixelRepresentation === 1) : undefined;
  const window = requested ?? (own?.kind === 'window' ? own.window : undefined);
  if (window === undefined || window.width < narrowestWindow * Math.abs(modality.slope)) return false;
  const padding = pixelPaddingOf(dataSet, PixelRepresentation === 1);
  if (padding === undefined) return true;
  // Where padding is as dark as the window makes it anyway, it is a value like any other.
  const presentation = presentationLutShapeOf(dataSet, PhotometricInterpretation);
  const shades = { padding: undefined, modality, voi: { kind: 'window', window }, presentation } as const;
  return grayOf(shades, padding.from) === 0 && grayOf(shades, padding.to) === 0;
}

/** The geometry of a viewport in the pixels of a frame that was halved while it was decoded. */
export function inReducedFrame(geometry: ViewportGeometry, reduction: FrameReduction | undefined): ViewportGeometry {
  if (reduction === undefined) return geometry;
  const { halvings, firstCenter } = reduction;
  const size = 2 ** halvings;
  return {
    ...geometry,
    x: (geometry.x - firstCenter) / size + 0.5,
    y: (geometry.y - firstCenter) / size + 0.5,
    width: geometry.width / size,
    height: geometry.height / size,
  };
}
