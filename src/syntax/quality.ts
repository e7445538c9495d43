import * as rendering from '../../generated/parsers/rendering.js';
import type { Parsed } from './parsed.ts';
import { read } from './read.ts';
import { longestRenderingParameter } from './rendering-parameter.ts';

/**
 * Reads the value of the quality parameter (PS3.18 Sup174 6.5.8.1.2.2): 1 to 100, 100 best.
 *
 * @requirement R-001-298
 * @requirement R-001-299
 */
export function parseQuality(value: string): Parsed<number> {
  const tree = read(rendering, 'quality_value', 'quality', value, longestRenderingParameter);
  return tree.ok ? { ok: true, value: Number(tree.value.text) } : tree;
}
