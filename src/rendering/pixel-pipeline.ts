import { decodeFrame } from '../codecs/decode-frame.ts';
import type { FrameReduction, PixelFrame } from '../codecs/pixel-frame.ts';
import type { DataSet } from '../dicom/data-set.ts';
import type { ImagePixel } from '../dicom/image-pixel.ts';
import { originServerError } from '../errors/origin-server-error.ts';
import { annotate } from './annotation.ts';
import { closeShutter, imageShutterOf } from './display-shutter.ts';
import { encodeGif } from './encode/gif.ts';
import { encodeJp2 } from './encode/jp2.ts';
import { encodeJpeg } from './encode/jpeg.ts';
import { encodePng } from './encode/png.ts';
import { encodePortableAnymap, portableAnymap } from './encode/portable-anymap.ts';
import { storedJpeg } from './encode/stored-jpeg.ts';
import { encodeWebp } from './encode/webp.ts';
import { grayscaleTransformationOf, renderGrayscale } from './grayscale.ts';
import { iccProfileOf, toStandardColors } from './icc-profile.ts';
import { burnInOverlays, overlayBitmapOf, overlayPlanesOf } from './overlay.ts';
import { paletteOf, renderPaletteColor, renderSupplementalPalette, supplementalPaletteOf } from './palette-color.ts';
import { halvingsOf, inReducedFrame } from './reduced-resolution.ts';
import type { RenderedImage } from './rendered-image.ts';
import type { RenderingParameters } from './rendering-parameters.ts';
import { resample } from './resample.ts';
import { isFloatingPoint } from './stored-value.ts';
import { isTrueColor, renderTrueColor } from './true-color.ts';
import { pixelAspectRatioOf, viewportGeometry } from './viewport.ts';

/** One frame with everything that its rendering depends on. */
export interface FrameToRender {
  /** The data set up to its pixel data. */
  readonly dataSet: DataSet;
  readonly image: ImagePixel;
  readonly transferSyntaxUID: string;
  /** Octets of the frame. */
  readonly frame: Uint8Array;
  /** From 1. */
  readonly frameNumber: number;
}

type Encoder = (image: RenderedImage, parameters: RenderingParameters) => Promise<Uint8Array>;

/** The media types that a frame is rendered to. */
const encoders: Readonly<Record<string, Encoder>> = {
  'image/jpeg': (image, { quality }) => encodeJpeg(image, quality),
  'image/gif': encodeGif,
  'image/png': encodePng,
  'image/jp2': encodeJp2,
  'image/webp': (image, { quality }) => encodeWebp(image, quality),
  [portableAnymap]: async (image) => encodePortableAnymap(image),
};

/** Whether frames are rendered to the media type. */
export function canRender(mediaType: string): boolean {
  return Object.hasOwn(encoders, mediaType);
}

/**
 * Renders one frame to an image file.
 *
 * The steps are those of PS3.4 N.2; the parameters of the request act as a presentation state would.
 *
 * @param mediaType a media type that {@link canRender}
 * @requirement R-001-278
 * @requirement R-001-291
 */
export async function renderFrame(
  source: FrameToRender,
  mediaType: string,
  parameters: RenderingParameters,
): Promise<Uint8Array> {
  const { dataSet, image, frameNumber } = source;
  const stored = mediaType === 'image/jpeg' ? storedJpeg(source, parameters) : undefined;
  if (stored !== undefined) return stored;
  const halvings = halvingsOf(dataSet, image, frameNumber, parameters, pixelAspectRatioOf(dataSet, frameNumber));
  const frame = await decodeFrame(source.frame, image, { transferSyntaxUID: source.transferSyntaxUID, halvings });
  const displayed = await toStandardColors(
    toDisplayedValues(frame, dataSet, frameNumber, parameters),
    iccProfileOf(dataSet),
  );
  const overlaid = withShutterAndOverlays(displayed, dataSet, frameNumber, frame);
  const scaled = toViewport(overlaid, source, frame.reduction, parameters);
  return encodeRendered(scaled, mediaType, parameters, dataSet, frameNumber);
}

/** Covers what the shutter of the image hides (D-54), and burns its overlays in, but for the one that is the shutter. */
function withShutterAndOverlays(
  image: RenderedImage,
  dataSet: DataSet,
  frameNumber: number,
  frame: PixelFrame,
): RenderedImage {
  const planes = overlayPlanesOf(dataSet);
  const shutter = imageShutterOf(dataSet, frameNumber);
  if (shutter === undefined) return burnInOverlays(image, planes, frameNumber, frame);
  const plane = planes.find(({ group }) => group === shutter.overlayGroup);
  const shuttered = closeShutter(image, shutter, plane && overlayBitmapOf(plane, frameNumber, frame));
  const graphics = planes.filter((own) => own !== plane);
  return burnInOverlays(shuttered, graphics, frameNumber, frame);
}

/** Burns annotation in and encodes: the last steps of every rendering. */
export async function encodeRendered(
  image: RenderedImage,
  mediaType: string,
  parameters: RenderingParameters,
  dataSet: DataSet,
  frameNumber: number,
): Promise<Uint8Array> {
  const encode = canRender(mediaType) ? encoders[mediaType] : undefined;
  if (encode === undefined)
    throw originServerError('media-type-not-acceptable', `No image is rendered to ${mediaType}.`);
  const annotated = parameters.annotation ? await annotate(image, parameters.annotation, dataSet, frameNumber) : image;
  return encode(annotated, parameters);
}

/** Stored values to eight bit grey (PS3.4 N.2.1) or to colours (PS3.4 N.2.2). */
export function toDisplayedValues(
  frame: PixelFrame,
  dataSet: DataSet,
  frameNumber: number,
  { window }: RenderingParameters,
): RenderedImage {
  const { Rows: height, Columns: width, PhotometricInterpretation } = frame;
  if (PhotometricInterpretation === 'PALETTE COLOR') {
    return { width, height, channels: 3, pixels: renderPaletteColor(frame, paletteOf(dataSet)) };
  }
  if (isTrueColor(PhotometricInterpretation)) return { width, height, channels: 3, pixels: renderTrueColor(frame) };
  if (frame.SamplesPerPixel !== 1) {
    throw originServerError(
      'not-renderable',
      `Photometric Interpretation ${PhotometricInterpretation} with ${frame.SamplesPerPixel} samples per pixel is not supported.`,
    );
  }
  const transformation = grayscaleTransformationOf(dataSet, frame, frameNumber, window);
  const gray = renderGrayscale(frame, transformation);
  const supplemental = isFloatingPoint(frame.samples) ? undefined : supplementalPaletteOf(dataSet);
  return supplemental === undefined
    ? { width, height, channels: 1, pixels: gray }
    : { width, height, channels: 3, pixels: renderSupplementalPalette(frame, supplemental, gray) };
}

/**
 * Crop, flip, scale; without a viewport the pixel matrix stays that of the source.
 *
 * @requirement R-001-327
 * @requirement R-001-328
 */
function toViewport(
  displayed: RenderedImage,
  { dataSet, image, frameNumber }: FrameToRender,
  reduction: FrameReduction | undefined,
  { viewport }: RenderingParameters,
): RenderedImage {
  if (viewport === undefined) return displayed;
  const geometry = viewportGeometry(viewport, image.Columns, image.Rows, pixelAspectRatioOf(dataSet, frameNumber));
  return resample(displayed, inReducedFrame(geometry, reduction));
}
