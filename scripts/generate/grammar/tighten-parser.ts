/** A set of characters up to U+00FF as a table: a look-up costs a tenth of a regular expression. */
const characterSet = `class CharacterSet {
  constructor(expression) {
    this.table = Uint8Array.from({ length: 256 }, (_, code) => (expression.test(String.fromCharCode(code)) ? 1 : 0));
  }

  test(character) {
    return this.table[character.charCodeAt(0)] === 1;
  }

  /** Position behind the longest run of the set that begins at a position. */
  skip(input, position) {
    const { table } = this;
    while (table[input.charCodeAt(position)] === 1) position++;
    return position;
  }
}
`;

const expectationMaker = /^ {2}function peg\$(?:literal|class|any|other)Expectation\(.*\) \{\n.*\n {2}\}\n\n/gm;
const constant = /^ {2}const peg\$[cre]\d+ = .*;\n/gm;
const expression = /^(const peg\$r\d+) = (\/.*\/);$/gm;

/** The loop that collects the characters of a run one by one, which no node has a use for. */
const runLoop = new RegExp(
  [
    'while \\((s\\d+) !== peg\\$FAILED\\) \\{',
    's\\d+\\.push\\(\\1\\);',
    '\\1 = input\\.charAt\\(peg\\$currPos\\);',
    'if \\((peg\\$r\\d+)\\.test\\(\\1\\)\\) \\{',
    'peg\\$currPos\\+\\+;',
    '\\} else \\{',
    '\\1 = peg\\$FAILED;',
    '(if \\(peg\\$silentFails === 0\\) \\{ peg\\$fail\\(peg\\$e\\d+\\); \\})',
    '\\}',
    '\\}',
  ].join('\\n\\s+'),
  'g',
);
const skip = 'if ($1 !== peg$$FAILED) { peg$$currPos = $2.skip(input, peg$$currPos); $3 }';

/**
 * Makes a parser written by Peggy about twice as fast on header fields, without a change to what it reads: constants move
 * out of the parse function, which else makes them anew for every text, and runs of characters are skipped in one loop.
 */
export function tightenParser(parser: string): string {
  const makers = parser.match(expectationMaker) ?? [];
  const constants = parser.match(constant) ?? [];
  if (makers.length !== 4 || constants.length === 0 || !runLoop.test(parser)) {
    throw new Error('Peggy writes its parsers in another way now');
  }
  const hoisted = [...makers, ...constants]
    .join('')
    .replace(/^ {2}/gm, '')
    .replace(expression, '$1 = new CharacterSet($2);');
  const rest = parser.replace(expectationMaker, '').replace(constant, '').replace(runLoop, skip);
  return rest.replace('function peg$parse(', () => `${characterSet}\n${hoisted}\nfunction peg$parse(`);
}
