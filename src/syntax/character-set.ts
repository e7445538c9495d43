import * as characterSets from '../../generated/parsers/character-sets.js';
import { listElements } from './list-elements.ts';
import type { Parsed } from './parsed.ts';
import { maximumLength, read } from './read.ts';
import type { Weighted } from './weighted.ts';

/**
 * The character sets of an Accept-Charset header field, in the order of the field: IANA names and `*` in lower case, DICOM
 * Defined Terms in upper case, several of them joined by a backslash. Elements that are not well-formed are left out.
 *
 * @requirement R-001-183
 * @requirement R-001-160
 */
export function parseAcceptCharsetField(value: string): readonly Weighted<string>[] {
  const field = value.trim();
  if (field === '' || field.length > maximumLength) return [];
  const tree = read(characterSets, 'Accept_Charset', 'Accept-Charset', field);
  const ranges = tree.ok ? tree.value.children : listElements(field).flatMap(rangeOf);
  return ranges.map(weightedCharacterSet);
}

function rangeOf(element: string): readonly characterSets.Node[] {
  const tree = read(characterSets, 'charset_range', 'Accept-Charset', element);
  return tree.ok ? [tree.value] : [];
}

/**
 * The character sets of the value of a <character-set> query parameter (`charset`), after percent-decoding, named as
 * those of the header field. There is no wildcard and no empty element in it; a Defined Term may do without its quotes.
 *
 * @requirement R-001-173
 * @requirement R-001-174
 * @requirement R-001-175
 */
export function parseCharsetParameter(value: string): Parsed<readonly Weighted<string>[]> {
  const tree = read(characterSets, 'charset_list', 'charset', value);
  return tree.ok ? { ok: true, value: tree.value.children.map(weightedCharacterSet) } : tree;
}

function weightedCharacterSet(member: characterSets.Node): Weighted<string> {
  const leaves = member.children.flatMap((child) => (child.children.length > 0 ? child.children : [child]));
  const weight = leaves.find((leaf) => leaf.rule === 'qvalue');
  const characterSet = leaves.find((leaf) => leaf.rule !== 'qvalue');
  return { value: nameOf(characterSet), weight: weight === undefined ? 1 : Number(weight.text) };
}

/** @requirement R-001-158 */
function nameOf(node: characterSets.Node | undefined): string {
  if (node?.rule !== 'defined-terms') return node?.text.toLowerCase() ?? '';
  return node.text.toUpperCase().replaceAll('\\\\', '\\');
}
