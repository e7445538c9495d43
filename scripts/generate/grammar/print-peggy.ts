import { type Expression, type Grammar, partsOf, type Range, type Rule, reachable, ruleOf } from './expression.ts';
import type { ParserPlan } from './parsers.ts';

/** What every parser starts with: the node of its syntax tree, made from what the parts of a rule have left. */
const prelude = `{{
  const none = Object.freeze([]);

  function gather(value, nodes) {
    if (Array.isArray(value)) for (const part of value) gather(part, nodes);
    else if (value !== null && typeof value === "object") nodes.push(value);
    return nodes;
  }
}}
`;

/** The grammar of one parser, in the notation of Peggy. */
export function printPeggy(grammar: Grammar, plan: ParserPlan): string {
  const named = new Set([...plan.start, ...plan.nodes]);
  const bearing = new Map<string, boolean>();
  const bears = (expression: Expression): boolean => {
    if (expression.kind !== 'rule') return partsOf(expression).some(bears);
    const { name, expression: definition } = ruleOf(grammar, expression.name);
    if (!bearing.has(name)) bearing.set(name, named.has(name) || bears(definition));
    return bearing.get(name) === true;
  };
  const printRule = (rule: Rule): string => {
    const head = slug(rule.name) + (rule.expected === undefined ? '' : ` ${JSON.stringify(rule.expected)}`);
    const guard = plan.guards[rule.name] === undefined ? '' : ` ${plan.guards[rule.name]}`;
    const body = print(rule.expression, bears);
    if (!named.has(rule.name)) return `${head}\n  = ${bears(rule.expression) ? body : `$(${body})`}${guard}\n`;
    const node = (children: string) =>
      `{ return { rule: "${rule.name}", at: offset(), text: text(), children: ${children} }; }`;
    return bears(rule.expression)
      ? `${head}\n  = parts:(${body})${guard} ${node('gather(parts, [])')}\n`
      : `${head}\n  = (${body})${guard} ${node('none')}\n`;
  };
  const rules = reachable(grammar, plan.start).filter((rule) => named.has(rule.name) || !isInlined(rule));
  return `${prelude}\n${rules.toReversed().map(printRule).join('\n')}`;
}

/** Sets of characters have been written where they are used, unless a person is to read their name. */
function isInlined(rule: Rule): boolean {
  return rule.expression.kind === 'characters' && rule.expected === undefined;
}

/** Name of a rule as Peggy can have it. */
export function slug(name: string): string {
  return name.replaceAll('-', '_');
}

function print(expression: Expression, bears: (part: Expression) => boolean): string {
  switch (expression.kind) {
    case 'characters':
      return printCharacters(expression.ranges);
    case 'literal':
      return JSON.stringify(expression.text) + (expression.caseSensitive ? '' : 'i');
    case 'rule':
      return slug(expression.name);
    case 'sequence': {
      // "@" keeps the value of a part that has nodes in it, and drops that of all others.
      const keep = expression.elements.some(bears);
      return expression.elements.map((part) => (keep && bears(part) ? '@' : '') + printElement(part, bears)).join(' ');
    }
    case 'choice':
      return expression.alternatives.map((part) => print(part, bears)).join(' / ');
    case 'repeat':
      return printRepeated(expression.element, bears) + printCount(expression.min, expression.max);
  }
}

function printElement(part: Expression, bears: (part: Expression) => boolean): string {
  const printed = print(part, bears);
  return part.kind === 'sequence' || part.kind === 'choice' ? `(${printed})` : printed;
}

function printRepeated(part: Expression, bears: (part: Expression) => boolean): string {
  return part.kind === 'repeat' ? `(${print(part, bears)})` : printElement(part, bears);
}

function printCount(min: number, max: number | undefined): string {
  if (min === 0 && max === undefined) return '*';
  if (min === 0 && max === 1) return '?';
  if (min === 1 && max === undefined) return '+';
  return min === max ? `|${min}|` : `|${min}..${max ?? ''}|`;
}

function printCharacters(ranges: readonly Range[]): string {
  const [only] = ranges;
  if (ranges.length === 1 && only !== undefined && only[0] === only[1])
    return JSON.stringify(String.fromCharCode(only[0]));
  return `[${ranges.map(([first, last]) => (first === last ? escaped(first) : `${escaped(first)}-${escaped(last)}`)).join('')}]`;
}

function escaped(code: number): string {
  const character = String.fromCharCode(code);
  return /[0-9A-Za-z]/.test(character) ? character : `\\x${code.toString(16).padStart(2, '0')}`;
}
