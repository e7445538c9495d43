import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type Rule as AbnfRule, type Node, parseString } from 'abnf';
import { root } from '../generated-file.ts';
import type { Expression, Grammar, Rule } from './expression.ts';

/** Paths of all files of the grammar, relative to the root of the project. */
export const grammarFiles: readonly string[] = readdirSync(path.join(root, 'grammar'))
  .filter((name) => name.endsWith('.abnf'))
  .sort()
  .map((name) => `grammar/${name}`);

/** All rules of `grammar/`, as one grammar. */
export function readGrammar(): Grammar {
  const text = grammarFiles.map((file) => readFileSync(path.join(root, file), 'utf8')).join('\n');
  const lines = text.split('\n');
  return new Map(
    Object.values(parseString(text, 'grammar').defs).map((rule) => [rule.name.toLowerCase(), readRule(rule, lines)]),
  );
}

function readRule(rule: AbnfRule, lines: readonly string[]): Rule {
  const expected = commentAbove(lines, rule.loc.start.line).find((line) => line.startsWith('@expected '));
  return {
    name: rule.name,
    expression: readNode(rule.def),
    ...(expected === undefined ? {} : { expected: expected.slice('@expected '.length) }),
  };
}

/** The comment lines that end directly above a line (counted from 1), without their semicolons. */
function commentAbove(lines: readonly string[], line: number): readonly string[] {
  let first = line - 1;
  while (first > 0 && lines[first - 1]?.startsWith(';')) first--;
  return lines.slice(first, line - 1).map((text) => text.replace(/^;\s*/, ''));
}

function readNode(node: Node): Expression {
  switch (node.type) {
    case 'alternation':
      return { kind: 'choice', alternatives: node.alts.map(readNode) };
    case 'concatenation':
      return { kind: 'sequence', elements: node.elements.map(readNode) };
    case 'group':
      return readNode(node.alt);
    case 'repetition':
      if (node.rep.type === 'hash_repeat') return list(readNode(node.el), node.rep.min, node.rep.max);
      return { kind: 'repeat', element: readNode(node.el), min: node.rep.min, max: node.rep.max ?? undefined };
    case 'caseInsensitveString':
      return literal(node.str, !/[a-z]/i.test(node.str));
    case 'caseSensitveString':
      return literal(node.str, true);
    case 'range':
      return { kind: 'characters', ranges: [[node.first, node.last]] };
    case 'ruleref':
      return { kind: 'rule', name: node.name };
    case 'prose':
      throw new Error(`<${node.str}> is prose and cannot be parsed; write a rule`);
  }
}

function literal(text: string, caseSensitive: boolean): Expression {
  if (text.length !== 1) return { kind: 'literal', text, caseSensitive };
  const forms = caseSensitive ? [text] : [text.toUpperCase(), text.toLowerCase()];
  return { kind: 'characters', ranges: forms.map((form) => [form.charCodeAt(0), form.charCodeAt(0)]) };
}

/**
 * `1#element` as RFC 9110 5.6.1.2 tells a recipient to read it: empty elements are passed over, one real one is needed.
 * That is *( OWS "," OWS ) element *( OWS "," OWS [ element ] ).
 */
function list(element: Expression, min: number, max: number | null): Expression {
  if (min !== 1 || max !== null) throw new Error('Of the list rule only 1#element is in use');
  const space: Expression = { kind: 'rule', name: 'OWS' };
  const comma = [space, literal(',', true), space];
  return sequence(
    any(sequence(...comma)),
    element,
    any(sequence(...comma, { kind: 'repeat', element, min: 0, max: 1 })),
  );
}

function sequence(...elements: readonly Expression[]): Expression {
  return { kind: 'sequence', elements };
}

function any(element: Expression): Expression {
  return { kind: 'repeat', element, min: 0, max: undefined };
}
