import { slug } from '../../scripts/generate/grammar/print-peggy.ts';

/** A generated parser, whatever rules it has. */
export interface Parser {
  // biome-ignore lint/suspicious/noExplicitAny: each parser has its own union of start rules
  parse(text: string, options: { readonly startRule: any }): unknown;
}

/** Whether a generated parser reads the whole of a text by a rule. */
export function parses(parser: Parser, rule: string, text: string): boolean {
  try {
    parser.parse(text, { startRule: slug(rule) });
    return true;
  } catch (error) {
    if (error instanceof SyntaxError && 'location' in error) return false;
    throw error;
  }
}
