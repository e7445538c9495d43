import type { Parsed } from './parsed.ts';

export type WindowShape = 'linear' | 'linear-exact' | 'sigmoid';

export interface Window {
  readonly center: number;
  readonly width: number;
  readonly shape: WindowShape;
}

export function parseWindow(_value: string): Parsed<Window> {
  throw new Error('not yet');
}
export function formatWindow(_window: Window): string {
  throw new Error('not yet');
}
