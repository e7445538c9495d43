import { describe, expect, test } from 'vitest';
import { statableRate, videoTimingOf } from '../../../src/video/video-timing.ts';

/** Frames of the video for frames that stand so many milliseconds. */
function timed(delays: readonly number[]): { frameRate: number; repetitions: number[] } {
  const { frameRate, repetitionsOf } = videoTimingOf(delays.length, (frame) => delays[frame]!);
  return { frameRate, repetitions: delays.map((_, frame) => repetitionsOf(frame)) };
}

describe('the timing of a video', () => {
  test('equal times are the rate, unlike ones are repeated at that of the shortest', () => {
    expect(timed([40, 40, 40])).toEqual({ frameRate: 25, repetitions: [1, 1, 1] });
    expect(timed([40, 80, 120])).toEqual({ frameRate: 25, repetitions: [1, 2, 3] });
  });

  test.each([
    [[1e12, 1e12, 1e12]],
    [[1e300, 40, 1e300]],
    [[1e-300, 1e12, 1e9]],
    [[1, 1e9, 1, 1]],
    [[Number.MAX_VALUE, Number.MAX_VALUE]],
  ])('times of %j do not make it endless', (delays) => {
    const { frameRate, repetitions } = timed(delays);
    expect(frameRate).toBeGreaterThanOrEqual(0.001);
    expect(frameRate).toBeLessThanOrEqual(1000);
    expect(repetitions.reduce((sum, times) => sum + times)).toBeLessThanOrEqual(9 * delays.length);
  });

  test('a coding that states few rates gets the least that loses no frame', () => {
    expect(statableRate(20, undefined)).toBe(20);
    expect(statableRate(20, [24, 25, 30])).toBe(24);
    expect(statableRate(100, [24, 25, 30])).toBe(30);
  });
});
