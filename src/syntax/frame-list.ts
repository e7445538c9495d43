import type { Parsed } from './parsed.ts';

export function parseFrameList(_value: string): Parsed<readonly number[]> {
  throw new Error('not yet');
}
