import { slug } from '../../scripts/generate/grammar/print-peggy.ts';

/** A generated parser, whatever its start rules are. */
export interface Parser {
  parse(
    text: string,
    options: { readonly startRule: never; readonly peg$library: true },
  ): { readonly peg$success: boolean };
}

/** Whether a generated parser reads the whole of a text by a rule. */
export function parses(parser: Parser, rule: string, text: string): boolean {
  return parser.parse(text, { startRule: slug(rule) as never, peg$library: true }).peg$success;
}
