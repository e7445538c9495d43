import { type Expression, type Grammar, type Range, reachable } from './expression.ts';
import type { ParserPlan } from './parsers.ts';

/** The strings of every rule that a parser reaches, and strings next to them, as a module of fast-check arbitraries. */
export function printArbitraries(grammar: Grammar, plan: ParserPlan): string {
  const rules = reachable(grammar, plan.start);
  const lines = rules.map((rule) => {
    const shown = plan.start.includes(rule.name) ? 'export ' : '';
    return `${shown}const ${camel(rule.name)} = ${print(rule.expression)};`;
  });
  const used = ['characters', 'choice', 'literal', 'repeat', 'sequence'].filter((name) =>
    lines.some((line) => line.includes(`${name}(`)),
  );
  return `import { ${used.join(', ')} } from './drawn.ts';\n\n${lines.join('\n')}\n`;
}

function print(expression: Expression): string {
  switch (expression.kind) {
    case 'characters':
      return `characters(${expression.ranges.map(printRange).join(', ')})`;
    case 'literal':
      return `literal(${JSON.stringify(expression.text)}, ${expression.caseSensitive})`;
    case 'rule':
      return camel(expression.name);
    case 'sequence':
      return `sequence(${expression.elements.map(print).join(', ')})`;
    case 'choice':
      return `choice(${expression.alternatives.map(print).join(', ')})`;
    case 'repeat':
      return `repeat(${expression.min}, ${expression.max}, ${print(expression.element)})`;
  }
}

function printRange([first, last]: Range): string {
  return `[0x${first.toString(16)}, 0x${last.toString(16)}]`;
}

/** Rule name as a constant; one that is a reserved word or a name of this module gets a stroke behind it. */
function camel(name: string): string {
  const joined = name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  return ['function', 'characters', 'choice', 'literal', 'repeat', 'sequence'].includes(joined) ? `${joined}_` : joined;
}
