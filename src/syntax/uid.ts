import * as resources from '../../generated/parsers/resources.js';
import type { Parsed } from './parsed.ts';
import { read } from './read.ts';

/** PS3.5 9.1: a UID has at most 64 characters. */
const longestUid = 64;

/** Reads a UID (PS3.5 9.1). Leading zeros in a component are let through, as archives have them; the text stays as it is. */
export function parseUid(value: string): Parsed<string> {
  const tree = read(resources, 'uid', 'UID', value, longestUid);
  return tree.ok ? { ok: true, value } : tree;
}
