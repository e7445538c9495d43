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

export interface Expectation {
  readonly type: 'literal' | 'class' | 'any' | 'end' | 'other';
  readonly text?: string;
  readonly description?: string;
}

/** What became of a text: its syntax tree, or the furthest position reached and what would have been read there. */
export type Outcome =
  | { readonly peg$success: true; readonly peg$result: Node }
  | {
      readonly peg$success: false;
      /** The same as peg$FAILED where the rule does not even fit the beginning of the text. */
      readonly peg$result: unknown;
      readonly peg$FAILED: unknown;
      readonly peg$currPos: number;
      readonly peg$maxFailPos: number;
      readonly peg$maxFailExpected: readonly Expectation[];
    };

/** Parses a text to its end by a rule. In library mode an outcome is returned, and no error made and thrown. */
export function parse(text: string, options: { readonly startRule: StartRule; readonly peg$library: true }): Outcome;
`;
}
