import * as rendering from '../../generated/parsers/rendering.js';
import type { Parsed } from './parsed.ts';
import { failure, read } from './read.ts';

export type AnnotationKeyword = 'patient' | 'technique';

export interface Annotation {
  /** What to annotate, each once. */
  readonly keywords: readonly AnnotationKeyword[];
  /** Keywords that mean nothing here. */
  readonly unknown: readonly string[];
}

/** Table 6.5.8-2 writes `procedure` where the section has `technique`. */
const meaning: ReadonlyMap<string, AnnotationKeyword> = new Map([
  ['patient', 'patient'],
  ['technique', 'technique'],
  ['procedure', 'technique'],
]);

/**
 * Reads the value of the annotation parameter (PS3.18 Sup174 6.5.8.1.2.1); at least one keyword has to be known.
 *
 * @requirement R-001-286
 * @requirement R-001-287
 * @requirement R-001-292
 */
export function parseAnnotation(value: string): Parsed<Annotation> {
  const tree = read(rendering, 'annotation_list', 'annotation', value);
  if (!tree.ok) return tree;
  const keywords = new Set<AnnotationKeyword>();
  const unknown = new Set<string>();
  for (const { text } of tree.value.children) {
    const keyword = meaning.get(text);
    if (keyword === undefined) unknown.add(text);
    else keywords.add(keyword);
  }
  if (keywords.size === 0) {
    return failure('annotation', 0, `patient or technique was expected, found ${JSON.stringify(value)}`);
  }
  return { ok: true, value: { keywords: [...keywords], unknown: [...unknown] } };
}
