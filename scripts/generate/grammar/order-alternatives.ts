import { type Expression, type Grammar, mapParts } from './expression.ts';

/**
 * Puts a literal before every literal it begins with. ABNF alternatives have no order, those of a PEG are tried in turn:
 * "linear" first would hide "linear-exact".
 */
export function orderAlternatives(grammar: Grammar): Grammar {
  return new Map([...grammar].map(([key, rule]) => [key, { ...rule, expression: order(rule.expression) }]));
}

function order(expression: Expression): Expression {
  const ordered = mapParts(expression, order);
  if (ordered.kind !== 'choice' || !ordered.alternatives.every((alternative) => alternative.kind === 'literal')) {
    return ordered;
  }
  return { kind: 'choice', alternatives: ordered.alternatives.toSorted((a, b) => b.text.length - a.text.length) };
}
