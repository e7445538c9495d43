import { Tag } from '../../../generated/dictionary.ts';
import { baselineInterchangeStream } from '../../codecs/jpeg-baseline.ts';
import { isWholeBaselineStream } from '../../codecs/jpeg-baseline-walk.ts';
import type { PixelFrame } from '../../codecs/pixel-frame.ts';
import type { DataSet } from '../../dicom/data-set.ts';
import type { ImagePixel } from '../../dicom/image-pixel.ts';
import { TransferSyntaxUID } from '../../dicom/transfer-syntax.ts';
import { imageShutterOf } from '../display-shutter.ts';
import { grayscaleTransformationOf } from '../grayscale.ts';
import { isIdentityModalityLut } from '../modality-lut.ts';
import { overlayPlanesOf } from '../overlay.ts';
import type { RenderingParameters } from '../rendering-parameters.ts';
import { isTrueColor } from '../true-color.ts';

/** A frame as it is stored, with what is needed to know that it is what rendering would show. */
interface StoredFrame {
  readonly dataSet: DataSet;
  readonly image: ImagePixel;
  readonly transferSyntaxUID: string;
  readonly frame: Uint8Array;
  readonly frameNumber: number;
}

/**
 * A frame that is stored as baseline JPEG, as it is: where nothing is asked that changes a pixel, and the image has no
 * transformation of its own, decoding and encoding it again would only lose quality. What the stream says beside its pixels
 * is left out.
 *
 * @returns undefined where the frame has to be rendered; that a damaged one cannot be, or how far, is for its decoder to say
 * @requirement R-001-302
 */
export function storedJpeg(
  { dataSet, image, transferSyntaxUID, frame, frameNumber }: StoredFrame,
  { viewport, annotation, quality, window }: RenderingParameters,
): Uint8Array | undefined {
  if (transferSyntaxUID !== TransferSyntaxUID.JPEGBaseline8Bit) return undefined;
  if (viewport !== undefined || annotation !== undefined || quality !== undefined) return undefined;
  const { PhotometricInterpretation } = image;
  const isShownAsStored = isTrueColor(PhotometricInterpretation)
    ? image.SamplesPerPixel === 3
    : PhotometricInterpretation === 'MONOCHROME2' &&
      window === undefined &&
      isIdentityTransformation(dataSet, image, frameNumber);
  if (!isShownAsStored || isTransformedBeyond(dataSet, frameNumber)) return undefined;
  const stream = baselineInterchangeStream(frame, image);
  return stream !== undefined && isWholeBaselineStream(stream) ? stream : undefined;
}

/** Whether stored values are grey levels already: no rescale, VOI LUT, inversion or padding. */
function isIdentityTransformation(dataSet: DataSet, image: ImagePixel, frameNumber: number): boolean {
  if (image.SamplesPerPixel !== 1 || image.BitsStored !== 8 || image.PixelRepresentation !== 0) return false;
  // The values themselves do not matter where the whole range of eight bits is shown.
  const frame: PixelFrame = { ...image, samples: new Uint8Array(0) };
  const { padding, modality, voi, presentation } = grayscaleTransformationOf(dataSet, frame, frameNumber, undefined);
  return (
    padding === undefined &&
    isIdentityModalityLut(modality) &&
    voi.kind === 'range' &&
    voi.minimum === 0 &&
    voi.maximum === 255 &&
    presentation === 'IDENTITY'
  );
}

function isTransformedBeyond(dataSet: DataSet, frameNumber: number): boolean {
  return (
    overlayPlanesOf(dataSet).length > 0 ||
    imageShutterOf(dataSet, frameNumber) !== undefined ||
    dataSet.has(Tag.ICCProfile) ||
    dataSet.has(Tag.ColorSpace) ||
    dataSet.has(Tag.OpticalPathSequence)
  );
}
