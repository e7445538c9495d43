import type { Parsed } from './parsed.ts';

export type QueryParameters = ReadonlyMap<string, readonly string[]>;

export function parseQueryString(_raw: string): Parsed<QueryParameters> {
  throw new Error('not yet');
}
