import type { MediaType } from './media-type.ts';
import type { Parsed } from './parsed.ts';
import type { Weighted } from './weighted.ts';

export type { Weighted };

export function parseAcceptField(_value: string): readonly Weighted<MediaType>[] {
  throw new Error('not yet');
}

export function parseAcceptParameter(_value: string): Parsed<readonly Weighted<MediaType>[]> {
  throw new Error('not yet');
}
