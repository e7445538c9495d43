import type { Parsed } from './parsed.ts';

export function parseQuality(_value: string): Parsed<number> {
  throw new Error('not yet');
}
