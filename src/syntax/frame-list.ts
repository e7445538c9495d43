import * as resources from '../../generated/parsers/resources.js';
import type { Parsed } from './parsed.ts';
import { read } from './read.ts';

/**
 * Reads the frame list of a target URI: frame numbers from 1, in the order asked for, repeats kept.
 *
 * @requirement R-001-266
 */
export function parseFrameList(value: string): Parsed<readonly number[]> {
  const tree = read(resources, 'frame_list', 'frame list', value);
  return tree.ok ? { ok: true, value: tree.value.children.map((frame) => Number(frame.text)) } : tree;
}
