import type { Parsed } from './parsed.ts';

export type AnnotationKeyword = 'patient' | 'technique';

export interface Annotation {
  readonly keywords: readonly AnnotationKeyword[];
  readonly unknown: readonly string[];
}

export function parseAnnotation(_value: string): Parsed<Annotation> {
  throw new Error('not yet');
}
