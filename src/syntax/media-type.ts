import type { Parsed } from './parsed.ts';

export interface MediaType {
  readonly type: string;
  readonly subtype: string;
  readonly parameters: ReadonlyMap<string, string>;
}

export function parseMediaType(_text: string): Parsed<MediaType> {
  throw new Error('not yet');
}

export function formatMediaType(_mediaType: MediaType): string {
  throw new Error('not yet');
}
