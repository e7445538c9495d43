import { giveBackBuffer, takeBuffer } from '../buffers/reusable-buffers.ts';
import { decodeFrame } from '../codecs/decode-frame.ts';
import type { PixelFrame } from '../codecs/pixel-frame.ts';
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
import { grayscaleTransformationOf, renderGrayscale, renderHalvedGrayscale } from './grayscale.ts';
import { iccProfileOf, toStandardColors } from './icc-profile.ts';
import { burnInOverlays, overlayBitmapOf, overlayPlanesOf } from './overlay.ts';
import { paletteOf, renderPaletteColor, renderSupplementalPalette, supplementalPaletteOf } from './palette-color.ts';
import { halvingsOf, inReducedFrame } from './reduced-resolution.ts';
import type { RenderedImage } from './rendered-image.ts';
import type { RenderingParameters } from './rendering-parameters.ts';
import { inHalvedImage, isHalvedFirst, resample } from './resample.ts';
import { isRetiredColor, renderRetiredColor } from './retired-color.ts';
import { isFloatingPoint } from './stored-value.ts';
import { isTrueColor, renderTrueColor } from './true-color.ts';
import { pixelAspectRatioOf, type ViewportGeometry, viewportGeometry } from './viewport.ts';

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
  'image/jp2': (image, { quality }) => encodeJp2(image, quality),
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
  const gray = takeBuffer(frame.samples.length);
  try {
    const rendered = shrunkGray(frame, source, parameters) ?? (await wholeImage(frame, source, parameters, gray));
    return await encodeRendered(rendered, mediaType, parameters, dataSet, frameNumber);
  } finally {
    giveBackBuffer(gray);
  }
}

/** @param gray where grey levels may be written */
async function wholeImage(
  frame: PixelFrame,
  source: FrameToRender,
  parameters: RenderingParameters,
  gray: Uint8Array,
): Promise<RenderedImage> {
  const { dataSet, frameNumber } = source;
  const displayed = await toStandardColors(
    toDisplayedValues(frame, dataSet, frameNumber, parameters, gray),
    iccProfileOf(dataSet, frameNumber),
  );
  const overlaid = withShutterAndOverlays(displayed, dataSet, frameNumber, frame);
  const geometry = geometryOf(frame, source, parameters);
  return geometry === undefined ? overlaid : resample(overlaid, geometry);
}

/**
 * A grayscale image that shrinks to a half or less, halved as it is rendered: what {@link wholeImage} gives, in a third of
 * the time.
 *
 * @returns undefined where more than a grey level goes into a pixel, or a region is cut out
 */
function shrunkGray(
  frame: PixelFrame,
  source: FrameToRender,
  parameters: RenderingParameters,
): RenderedImage | undefined {
  const { dataSet, frameNumber } = source;
  const geometry = geometryOf(frame, source, parameters);
  if (geometry === undefined || parameters.viewport?.region !== undefined || !isHalvedFirst(geometry)) return undefined;
  if (!frame.PhotometricInterpretation.startsWith('MONOCHROME') || frame.SamplesPerPixel !== 1) return undefined;
  if (supplementalPaletteOf(dataSet) !== undefined) return undefined;
  if (imageShutterOf(dataSet, frameNumber) || overlayPlanesOf(dataSet).length > 0) return undefined;
  const transformation = grayscaleTransformationOf(dataSet, frame, frameNumber, parameters.window);
  const pixels = renderHalvedGrayscale(frame, transformation);
  const [width, height] = [(frame.Columns + 1) >> 1, (frame.Rows + 1) >> 1];
  return pixels && resample({ width, height, channels: 1, pixels }, inHalvedImage(geometry));
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

/**
 * Stored values to eight bit grey (PS3.4 N.2.1) or to colours (PS3.4 N.2.2).
 *
 * @param grayLevels where grey levels may be written
 */
export function toDisplayedValues(
  frame: PixelFrame,
  dataSet: DataSet,
  frameNumber: number,
  { window }: RenderingParameters,
  grayLevels?: Uint8Array,
): RenderedImage {
  const { Rows: height, Columns: width, PhotometricInterpretation } = frame;
  if (PhotometricInterpretation === 'PALETTE COLOR') {
    return { width, height, channels: 3, pixels: renderPaletteColor(frame, paletteOf(dataSet)) };
  }
  if (isTrueColor(PhotometricInterpretation)) return { width, height, channels: 3, pixels: renderTrueColor(frame) };
  if (isRetiredColor(PhotometricInterpretation)) {
    return { width, height, channels: 3, pixels: renderRetiredColor(frame, () => paletteOf(dataSet)) };
  }
  if (frame.SamplesPerPixel !== 1) {
    throw originServerError(
      'not-renderable',
      `Photometric Interpretation ${PhotometricInterpretation} with ${frame.SamplesPerPixel} samples per pixel is not supported.`,
    );
  }
  const transformation = grayscaleTransformationOf(dataSet, frame, frameNumber, window);
  const gray = renderGrayscale(frame, transformation, grayLevels);
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
function geometryOf(
  { reduction }: PixelFrame,
  { dataSet, image, frameNumber }: FrameToRender,
  { viewport }: RenderingParameters,
): ViewportGeometry | undefined {
  if (viewport === undefined) return undefined;
  const aspectRatio = pixelAspectRatioOf(dataSet, frameNumber);
  return inReducedFrame(viewportGeometry(viewport, image.Columns, image.Rows, aspectRatio), reduction);
}
