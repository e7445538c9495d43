import type { Parsed } from './parsed.ts';
import type { Weighted } from './weighted.ts';

export function parseAcceptCharsetField(_value: string): readonly Weighted<string>[] {
  throw new Error('not yet');
}

export function parseCharsetParameter(_value: string): Parsed<readonly Weighted<string>[]> {
  throw new Error('not yet');
}
