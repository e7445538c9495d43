import type { Parsed } from './parsed.ts';

export function parseUid(_value: string): Parsed<string> {
  throw new Error('not yet');
}
