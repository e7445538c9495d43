import * as rendering from '../../generated/parsers/rendering.js';
import type { Parsed } from './parsed.ts';
import { failure, read } from './read.ts';
import { longestRenderingParameter, numberOf } from './rendering-parameter.ts';

export type WindowShape = 'linear' | 'linear-exact' | 'sigmoid';

/** A VOI LUT window; center and width in the units of the Modality LUT. */
export interface Window {
  readonly center: number;
  readonly width: number;
  readonly shape: WindowShape;
}

/** PS3.3 C.11.2.1.2: the smallest width of each function, and whether it may be reached. */
const narrowest: Readonly<Record<WindowShape, { readonly allows: (width: number) => boolean; readonly text: string }>> =
  {
    linear: { allows: (width) => width >= 1, text: 'a width of 1 or more' },
    'linear-exact': { allows: (width) => width > 0, text: 'a width above 0' },
    sigmoid: { allows: (width) => width > 0, text: 'a width above 0' },
  };

/**
 * Reads the value of the window parameter (PS3.18 Sup174 6.5.8.1.2.4).
 *
 * @requirement R-001-331
 * @requirement R-001-332
 * @requirement R-001-333
 * @requirement R-001-334
 * @requirement R-001-336
 */
export function parseWindow(value: string): Parsed<Window> {
  const tree = read(rendering, 'window_value', 'window', value, longestRenderingParameter);
  if (!tree.ok) return tree;
  const center = numberOf(tree.value, 'center') ?? 0;
  const width = numberOf(tree.value, 'width') ?? 0;
  const shape = tree.value.children.find((child) => child.rule === 'function')?.text as WindowShape;
  if (!narrowest[shape].allows(width)) {
    const at = tree.value.children.find((child) => child.rule === 'width')?.at ?? 0;
    return failure('window', at, `${narrowest[shape].text} was expected, found ${width}`);
  }
  return { ok: true, value: { center, width, shape } };
}

/** Writes a window as the value of its parameter. */
export function formatWindow({ center, width, shape }: Window): string {
  return [center, width, shape].join(',');
}
