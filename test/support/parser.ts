import { slug } from '../../scripts/generate/grammar/print-peggy.ts';

/** A generated parser, whatever rules it has. */
export interface Parser {
  // biome-ignore lint/suspicious/noExplicitAny: each parser has its own union of start rules
  parse(text: string, options: { readonly startRule: any; readonly peg$library: true }): { readonly peg$success: boolean };
}

/** Whether a generated parser reads the whole of a text by a rule. */
export function parses(parser: Parser, rule: string, text: string): boolean {
  return parser.parse(text, { startRule: slug(rule), peg$library: true }).peg$success;
}
