import type { Parsed } from './parsed.ts';

/** Longest text that is parsed at all: as long as a request line and its header fields may be. A list of 2,000 frames has 9 KB. */
export const maximumLength = 16_384;

/** A generated parser, as far as it is used here. */
interface Parser<StartRule, Node> {
  parse(text: string, options: { readonly startRule: StartRule; readonly peg$library: true }): Outcome<Node>;
}

type Outcome<Node> =
  | { readonly peg$success: true; readonly peg$result: Node }
  | {
      readonly peg$success: false;
      /** The mark `peg$FAILED` where the rule does not even fit the beginning of the text. */
      readonly peg$result: unknown;
      readonly peg$FAILED: unknown;
      /** Where the rule ended, if it fits the beginning of the text. */
      readonly peg$currPos: number;
      /** The furthest position at which something was looked for, and what that was. */
      readonly peg$maxFailPos: number;
      readonly peg$maxFailExpected: readonly Expectation[];
    };

interface Expectation {
  readonly type: string;
  readonly text?: string;
  readonly description?: string;
}

/**
 * The syntax tree of a text by one rule of the grammar.
 *
 * @param subject what the text is, as the sentence of a failure names it, e.g. `viewport`
 */
export function read<StartRule, Node>(
  parser: Parser<StartRule, Node>,
  startRule: StartRule,
  subject: string,
  text: string,
  longest: number = maximumLength,
): Parsed<Node> {
  if (text.length > longest) {
    return failure(subject, longest, `at most ${longest} characters were expected, found ${text.length}`);
  }
  const outcome = parser.parse(text, { startRule, peg$library: true });
  if (outcome.peg$success) return { ok: true, value: outcome.peg$result };
  const ended = outcome.peg$result === outcome.peg$FAILED ? -1 : outcome.peg$currPos;
  const at = Math.max(ended, outcome.peg$maxFailPos);
  const expected = at === outcome.peg$maxFailPos ? outcome.peg$maxFailExpected : [];
  const phrase = describe(at === ended ? [...expected, { type: 'end' }] : expected);
  return failure(subject, at, `${phrase} was expected, ${found(text, at)}`);
}

/** A failure at a column counted from 0; the sentence counts from 1, as people do. */
export function failure(subject: string, at: number, complaint: string): Parsed<never> {
  return { ok: false, at, message: `${subject}: at column ${at + 1} ${complaint}` };
}

function found(text: string, at: number): string {
  const character = text.codePointAt(at);
  return character === undefined ? 'found the end' : `found ${JSON.stringify(String.fromCodePoint(character))}`;
}

const marks: Readonly<Record<string, string>> = { ',': 'a comma', '"': 'a double quote', '\\': 'a backslash' };

function describe(expected: readonly Expectation[]): string {
  const rules = expected.flatMap((one) => (one.type === 'other' ? [one.description ?? ''] : []));
  const literals = expected.flatMap((one) => (one.type === 'literal' ? [one.text ?? ''] : []));
  const other = expected.flatMap((one) =>
    one.type === 'end' ? ['the end'] : one.type === 'class' ? ['another character'] : [],
  );
  // White space may stand in most places and says nothing; a word that is a rule's beginning is told by the rule.
  const named = rules.filter((rule) => rule !== 'white space');
  const shown = named.length > 0 ? literals.filter((text) => !/^\w/.test(text)) : literals;
  const phrases = [...named, ...shown.map((text) => marks[text] ?? `"${text}"`)];
  const all = [
    ...new Set(phrases.length > 0 ? [...phrases, ...other.filter((phrase) => phrase === 'the end')] : other),
  ];
  return all.length < 2 ? (all[0] ?? 'something else') : `${all.slice(0, -1).join(', ')} or ${all.at(-1)}`;
}
