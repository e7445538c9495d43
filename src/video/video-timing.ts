/** A constant rate, and how often every frame is shown at it. */
export interface VideoTiming {
  /** Frames per second. */
  readonly frameRate: number;
  /** Times that a frame is shown, at least once; by its number from 0. Asked for in turn. */
  repetitionsOf(frame: number): number;
}

/** What can be stated and played: a frame in a thousand seconds, a thousand frames a second. */
const slowest = 0.001;
const fastest = 1000;

/** Milliseconds that a frame stands at most, whatever the object says: more would be repeated at the slowest rate. */
const longest = 1000 / slowest;

/** Frames of the video for each one of the image, at most: a vector of very unlike times does not make it endless. */
const mostOnAverage = 8;

/**
 * Brings frames that stand for different times to a constant rate: that of the shortest of them, at which the others are
 * shown several times over. Where all times are one the rate is theirs, and every frame is shown once.
 *
 * @param delayOf time that a frame stands, in milliseconds, by its number from 0
 */
export function videoTimingOf(frameCount: number, delayOf: (frame: number) => number): VideoTiming {
  const timeOf = (frame: number): number => Math.min(longest, delayOf(frame));
  let shortest = Number.POSITIVE_INFINITY;
  let whole = 0;
  for (let frame = 0; frame < frameCount; frame++) {
    const delay = timeOf(frame);
    if (delay < shortest) shortest = delay;
    whole += delay;
  }
  const average = (1000 * frameCount) / whole;
  const frameRate = Math.min(fastest, Math.max(slowest, Math.min(1000 / shortest, average * mostOnAverage)));
  let elapsed = 0;
  let shown = 0;
  return {
    frameRate,
    repetitionsOf(frame) {
      elapsed += timeOf(frame);
      const repetitions = Math.max(1, Math.round((elapsed * frameRate) / 1000) - shown);
      shown += repetitions;
      return repetitions;
    },
  };
}

/** The least rate of a list that loses no frame, or the greatest that there is. */
export function statableRate(frameRate: number, frameRates: readonly number[] | undefined): number {
  if (frameRates === undefined) return frameRate;
  const tolerated = frameRate * 0.999;
  return frameRates.find((rate) => rate >= tolerated) ?? frameRates.at(-1)!;
}
