import type { PixelFrame } from '../../codecs/pixel-frame.ts';
import type { DataSet } from '../../dicom/data-set.ts';
import { framePaddingOf, type GrayscaleTransformation } from '../grayscale.ts';
import { applyModalityLut, identityModalityLut, type ModalityLut, modalityLutModuleOf } from '../modality-lut.ts';
import { isPixelPadding } from '../pixel-padding.ts';
import type { PresentationLut } from '../presentation-lut.ts';
import { isFloatingPoint, storedValue, storedValueFormatOf } from '../stored-value.ts';
import { type VoiLut, voiLutInItem } from '../voi-lut.ts';
import { refersTo } from './image-references.ts';
import { averageOf, subtractMask } from './mask.ts';
import type { PresentationInput } from './presentation-state.ts';

/** A decoded frame of an instance, and what its pixels have to do without outside of a Presentation State. */
export interface InputFrame {
  readonly dataSet: DataSet;
  readonly frame: PixelFrame;
  readonly SOPInstanceUID: string;
  readonly frameNumber: number;
}

/** A mask, decoded: the frames to be averaged, and where they are moved. */
export interface DecodedMask {
  readonly frames: readonly PixelFrame[];
  /** Averaged with the frame itself, before the mask is taken away. */
  readonly contrastFrames: readonly PixelFrame[];
  readonly shift: { readonly row: number; readonly column: number };
}

/**
 * A frame and the transformations that a Presentation State applies to it. Those of the image are replaced, all of them:
 * what the Presentation State leaves out is the identity (PS3.4 N.2). Only pixel padding stays that of the image.
 */
export function softcopyGrayscaleOf(
  input: PresentationInput,
  { dataSet, frame, SOPInstanceUID, frameNumber }: InputFrame,
  presentation: PresentationLut,
  mask?: DecodedMask,
): { readonly frame: PixelFrame; readonly transformation: GrayscaleTransformation } {
  const modality = isFloatingPoint(frame.samples)
    ? identityModalityLut
    : modalityLutModuleOf(input.item, frame.PixelRepresentation === 1);
  const isSigned = modality.kind === 'linear' && (frame.PixelRepresentation === 1 || modality.intercept < 0);
  const item = input.softcopyVoiLuts.find(({ references }) => refersTo(references, SOPInstanceUID, frameNumber))?.item;
  const voi = item && voiLutInItem(item, isSigned || mask !== undefined);
  const padding = framePaddingOf(dataSet, frame);
  if (mask === undefined) {
    return {
      frame,
      transformation: { padding, modality, voi: voi ?? wholeRangeOf(frame, modality), presentation },
    };
  }
  const values = (one: PixelFrame): Float64Array =>
    modalityValuesOf(one, modality, (stored) => isPixelPadding(padding, stored));
  const contrast = averageOf([frame, ...mask.contrastFrames].map(values));
  const samples = subtractMask(contrast, mask.frames.map(values), frame.Columns, mask.shift);
  const { minimum, maximum } = wholeRangeOf(frame, modality);
  const span = maximum - minimum;
  return {
    frame: { ...frame, samples },
    transformation: {
      padding: undefined,
      modality: identityModalityLut,
      voi: voi ?? { kind: 'range', minimum: -span, maximum: span },
      presentation,
    },
  };
}

/** The identity VOI LUT: from the least to the greatest value that the Modality LUT can give (PS3.4 N.2.1.2). */
function wholeRangeOf(frame: PixelFrame, modality: ModalityLut): Extract<VoiLut, { kind: 'range' }> {
  if (modality.kind === 'table') return { kind: 'range', minimum: 0, maximum: modality.table.maximum };
  if (isFloatingPoint(frame.samples)) {
    let [minimum, maximum] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const value of frame.samples) {
      if (!Number.isFinite(value)) continue;
      if (value < minimum) minimum = value;
      if (value > maximum) maximum = value;
    }
    return minimum > maximum ? { kind: 'range', minimum: 0, maximum: 1 } : { kind: 'range', minimum, maximum };
  }
  const { BitsStored, PixelRepresentation } = storedValueFormatOf(frame);
  const least = PixelRepresentation === 1 ? -(2 ** (BitsStored - 1)) : 0;
  const ends = [least, least + 2 ** BitsStored - 1].map((stored) => applyModalityLut(modality, stored));
  return { kind: 'range', minimum: Math.min(...ends), maximum: Math.max(...ends) };
}

/** Modality values of a frame; NaN, which is shown dark, for pixel padding. */
function modalityValuesOf(
  frame: PixelFrame,
  modality: ModalityLut,
  isPadding: (stored: number) => boolean,
): Float64Array {
  const { samples } = frame;
  const values = new Float64Array(samples.length);
  const format = storedValueFormatOf(frame);
  const isFloat = isFloatingPoint(samples);
  for (let i = 0; i < values.length; i++) {
    const stored = isFloat ? samples[i]! : storedValue(samples[i]!, format);
    values[i] = isPadding(stored) ? Number.NaN : applyModalityLut(modality, stored);
  }
  return values;
}
