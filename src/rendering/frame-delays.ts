import { Tag } from '../../generated/dictionary.ts';
import type { DataSet } from '../dicom/data-set.ts';

/** What stands between frames where an object says nothing about time. */
const defaultDelay = 100;

/**
 * How long each frame of a multi-frame image is shown, in milliseconds (PS3.3 C.7.6.5): by Frame Time Vector, Frame Time,
 * Recommended Display Frame Rate or Cine Rate, the first that there is.
 *
 * @returns the delay after a frame, by its number from 0
 */
export function frameDelaysOf(dataSet: DataSet): (frame: number) => number {
  // The vector holds the time since the frame before, so what stands after a frame is that of the next.
  const vector = dataSet.numbers(Tag.FrameTimeVector);
  const fixed =
    positive(dataSet.number(Tag.FrameTime)) ??
    perFrame(dataSet.number(Tag.RecommendedDisplayFrameRate)) ??
    perFrame(dataSet.number(Tag.CineRate)) ??
    defaultDelay;
  return (frame) => positive(vector[frame + 1]) ?? positive(vector[frame]) ?? fixed;
}

function perFrame(rate: number | undefined): number | undefined {
  const positiveRate = positive(rate);
  return positiveRate === undefined ? undefined : 1000 / positiveRate;
}

function positive(value: number | undefined): number | undefined {
  return value !== undefined && Number.isFinite(value) && value > 0 ? value : undefined;
}
