import { Tag } from '../../../generated/dictionary.ts';
import type { DataSet } from '../../dicom/data-set.ts';
import { originServerError } from '../../errors/origin-server-error.ts';

/** How the mask of a frame is found (PS3.3 C.7.6.10.1). */
type MaskOperation = 'NONE' | 'AVG_SUB' | 'TID' | 'REV_TID';

const operations: readonly string[] = ['NONE', 'AVG_SUB', 'TID', 'REV_TID'] satisfies readonly MaskOperation[];

/** An item of Mask Subtraction Sequence (PS3.3 C.7.6.10). */
export interface MaskSubtraction {
  readonly operation: MaskOperation;
  /** Frames of which the average is taken away, for AVG_SUB. */
  readonly maskFrameNumbers: readonly number[];
  /** Frames that it is done to, both ends included; empty for all. */
  readonly applicableRanges: readonly (readonly [from: number, to: number])[];
  /** How far back the mask of a frame is, for TID; of the first frame, for REV_TID. */
  readonly TIDOffset: number;
  /** Frames, from each one on, of which the average is what the mask is taken away from. */
  readonly ContrastFrameAveraging: number;
  /** How far the mask is moved, in pixels down and to the right. */
  readonly shift: { readonly row: number; readonly column: number };
}

/** All of them are held at a time. */
const mostMaskFrames = 64;

/**
 * The subtractions of a Presentation State; none where it recommends to view the images as they are.
 *
 * @throws OriginServerError `not-renderable` for a mask of more frames than can be held
 */
export function maskSubtractionsOf(dataSet: DataSet): readonly MaskSubtraction[] {
  if (dataSet.text(Tag.RecommendedViewingMode) === 'NAT') return [];
  return dataSet.sequence(Tag.MaskSubtractionSequence).flatMap((item) => {
    const maskFrameNumbers = [...new Set(item.numbers(Tag.MaskFrameNumbers))];
    if (maskFrameNumbers.length > mostMaskFrames) {
      throw originServerError(
        'not-renderable',
        `The average of ${maskFrameNumbers.length} mask frames was asked for; at most ${mostMaskFrames} are averaged.`,
      );
    }
    const operation = item.text(Tag.MaskOperation);
    if (operation === undefined || !operations.includes(operation)) return [];
    const ContrastFrameAveraging = Math.max(1, Math.round(item.number(Tag.ContrastFrameAveraging) ?? 1));
    if (ContrastFrameAveraging > mostMaskFrames) {
      throw originServerError(
        'not-renderable',
        `The average of ${ContrastFrameAveraging} contrast frames was asked for; at most ${mostMaskFrames} are averaged.`,
      );
    }
    const ranges = item.numbers(Tag.ApplicableFrameRange);
    const [row = 0, column = 0] = item.numbers(Tag.MaskSubPixelShift);
    return {
      operation: operation as MaskOperation,
      maskFrameNumbers,
      ContrastFrameAveraging,
      applicableRanges: Array.from(
        { length: Math.floor(ranges.length / 2) },
        (_, i) => [ranges[2 * i]!, ranges[2 * i + 1]!] as const,
      ),
      TIDOffset: item.number(Tag.TIDOffset) ?? 1,
      shift: { row: Number.isFinite(row) ? row : 0, column: Number.isFinite(column) ? column : 0 },
    };
  });
}

/** What is taken away from a frame: the mask frames, from 1, and where they are moved. */
export interface FrameMask {
  readonly frameNumbers: readonly number[];
  /** Frames that are averaged with it before. */
  readonly contrastFrameNumbers: readonly number[];
  readonly shift: MaskSubtraction['shift'];
}

/** The mask of a frame by the first subtraction that is applicable to it; frames that there are not make no mask. */
export function maskFor(
  subtractions: readonly MaskSubtraction[],
  frameNumber: number,
  frameCount: number,
): FrameMask | undefined {
  const subtraction = subtractions.find(
    ({ applicableRanges: ranges }) =>
      ranges.length === 0 || ranges.some(([from, to]) => frameNumber >= from && frameNumber <= to),
  );
  if (subtraction === undefined) return undefined;
  const { ContrastFrameAveraging, shift } = subtraction;
  const frameNumbers = wantedMasks(subtraction, frameNumber).filter((number) => number >= 1 && number <= frameCount);
  const contrastFrameNumbers = Array.from({ length: ContrastFrameAveraging - 1 }, (_, i) => frameNumber + i + 1);
  if (frameNumbers.length === 0 || frameNumber + contrastFrameNumbers.length > frameCount) return undefined;
  return { frameNumbers, contrastFrameNumbers, shift };
}

function wantedMasks(
  { operation, maskFrameNumbers, applicableRanges, TIDOffset }: MaskSubtraction,
  frameNumber: number,
): readonly number[] {
  switch (operation) {
    case 'NONE':
      return [];
    case 'AVG_SUB':
      return maskFrameNumbers;
    case 'TID':
      return [frameNumber - TIDOffset];
    case 'REV_TID': {
      const first = applicableRanges[0]?.[0] ?? frameNumber;
      return [first - TIDOffset - (frameNumber - first)];
    }
  }
}

/** The average of frames of one size, value by value. */
export function averageOf(frames: readonly Float64Array[]): Float64Array {
  if (frames.length === 1) return frames[0]!;
  const average = new Float64Array(frames[0]!.length);
  for (const frame of frames) for (let i = 0; i < average.length; i++) average[i]! += frame[i]! / frames.length;
  return average;
}

/**
 * Takes the average of the masks away from a frame. All are rows of modality values of one width; a mask that is moved by
 * parts of a pixel is interpolated linearly, and its edge goes on outside of it.
 */
export function subtractMask(
  values: Float64Array,
  masks: readonly Float64Array[],
  width: number,
  { row, column }: MaskSubtraction['shift'],
): Float64Array {
  const height = values.length / width;
  const average = averageOf(masks);
  if (row === 0 && column === 0) return values.map((value, i) => value - average[i]!);
  const clamp = (position: number, length: number): number => Math.max(0, Math.min(length - 1, position));
  const difference = new Float64Array(values.length);
  for (let y = 0; y < height; y++) {
    const above = Math.floor(y - row);
    const partY = y - row - above;
    const [y0, y1] = [clamp(above, height) * width, clamp(above + 1, height) * width];
    for (let x = 0; x < width; x++) {
      const before = Math.floor(x - column);
      const partX = x - column - before;
      const [x0, x1] = [clamp(before, width), clamp(before + 1, width)];
      const upper = average[y0 + x0]! * (1 - partX) + average[y0 + x1]! * partX;
      const lower = average[y1 + x0]! * (1 - partX) + average[y1 + x1]! * partX;
      difference[y * width + x] = values[y * width + x]! - (upper * (1 - partY) + lower * partY);
    }
  }
  return difference;
}
