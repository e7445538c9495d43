import { type Expression, type Grammar, mapParts, type Range, ruleOf } from './expression.ts';

/**
 * Makes one set of characters of every choice between single characters, through rule names as well: `token` becomes one
 * character class instead of seventeen alternatives tried in turn. Rules named in `kept` stay references.
 */
export function mergeCharacters(grammar: Grammar, kept: ReadonlySet<string>): Grammar {
  const merge = (expression: Expression): Expression => {
    if (expression.kind === 'rule') {
      const rule = ruleOf(grammar, expression.name);
      if (kept.has(rule.name) || rule.expected !== undefined) return expression;
      const definition = merge(rule.expression);
      return definition.kind === 'characters' ? definition : expression;
    }
    const merged = mapParts(expression, merge);
    if (merged.kind !== 'choice') return merged;
    const sets = merged.alternatives.filter((alternative) => alternative.kind === 'characters');
    if (sets.length < merged.alternatives.length) return merged;
    return { kind: 'characters', ranges: joinRanges(sets.flatMap((set) => set.ranges)) };
  };
  return new Map([...grammar].map(([key, rule]) => [key, { ...rule, expression: merge(rule.expression) }]));
}

function joinRanges(ranges: readonly Range[]): readonly Range[] {
  const joined: [number, number][] = [];
  for (const [first, last] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const before = joined.at(-1);
    if (before !== undefined && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else joined.push([first, last]);
  }
  return joined;
}
