/** A set of characters up to U+00FF as a table: a look-up costs a tenth of a regular expression. */
const characterSet = `class CharacterSet {
  constructor(expression) {
    this.table = Uint8Array.from({ length: 256 }, (_, code) => (expression.test(String.fromCharCode(code)) ? 1 : 0));
  }

  test(character) {
    return this.table[character.charCodeAt(0)] === 1;
  }
}
`;

const expectationMaker = /^ {2}function peg\$(?:literal|class|any|other)Expectation\(.*\) \{\n.*\n {2}\}\n\n/gm;
const constant = /^ {2}const peg\$[cre]\d+ = .*;\n/gm;
const expression = /^(const peg\$r\d+) = (\/.*\/);$/gm;

/**
 * Moves the constants of a parser made by Peggy out of its parse function, which else makes them anew for every text: for
 * a header field of 200 characters that is a quarter of the time.
 */
export function hoistConstants(parser: string): string {
  const makers = parser.match(expectationMaker) ?? [];
  const constants = parser.match(constant) ?? [];
  if (makers.length !== 4 || constants.length === 0) throw new Error('Peggy writes its parsers in another way now');
  const hoisted = [...makers, ...constants]
    .join('')
    .replace(/^ {2}/gm, '')
    .replace(expression, '$1 = new CharacterSet($2);');
  const rest = parser.replace(expectationMaker, '').replace(constant, '');
  return rest.replace('function peg$parse(', () => `${characterSet}\n${hoisted}\nfunction peg$parse(`);
}
