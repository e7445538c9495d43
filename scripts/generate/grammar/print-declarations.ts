import type { ParserPlan } from './parsers.ts';
import { slug } from './print-peggy.ts';

/** The types of one parser: what it can start with and the names of its nodes. */
export function printDeclarations(plan: ParserPlan): string {
  const union = (names: readonly string[]): string => [...new Set(names)].map((name) => `\n  | '${name}'`).join('');
  return `
/** Rules that a text can be parsed by ("-" is written "_"). */
export type StartRule =${union(plan.start.map(slug))};

/** Rules that have a node in the syntax tree. */
export type Rule =${union([...plan.start, ...plan.nodes])};

export interface Node {
  readonly rule: Rule;
  /** Column at which the text of the node begins, from 0. */
  readonly at: number;
  readonly text: string;
  readonly children: readonly Node[];
}

/** The syntax tree of a text; throws a SyntaxError where the text does not fit. */
export function parse(text: string, options: { readonly startRule: StartRule }): Node;

export interface Expectation {
  readonly type: 'literal' | 'class' | 'any' | 'end' | 'other';
  readonly text?: string;
  readonly description?: string;
}

export class SyntaxError extends globalThis.SyntaxError {
  readonly expected: readonly Expectation[] | null;
  readonly found: string | null;
  readonly location: { readonly start: { readonly offset: number } };
}
`;
}
