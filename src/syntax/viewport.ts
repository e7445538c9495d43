import type { Parsed } from './parsed.ts';

export interface SourceRegion {
  readonly sx?: number;
  readonly sy?: number;
  readonly sw?: number;
  readonly sh?: number;
}

export interface Viewport {
  readonly vw: number;
  readonly vh: number;
  /** Present if any comma follows vh. */
  readonly region?: SourceRegion;
}

export function parseViewport(_value: string): Parsed<Viewport> {
  throw new Error('not yet');
}
export function formatViewport(_viewport: Viewport): string {
  throw new Error('not yet');
}
