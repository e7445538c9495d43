/** First and last code point of a run of characters. */
export type Range = readonly [first: number, last: number];

/** The right-hand side of a rule, in the few shapes that every pass and printer has to know. */
export type Expression =
  | { readonly kind: 'characters'; readonly ranges: readonly Range[] }
  | { readonly kind: 'literal'; readonly text: string; readonly caseSensitive: boolean }
  | { readonly kind: 'rule'; readonly name: string }
  | { readonly kind: 'sequence'; readonly elements: readonly Expression[] }
  | { readonly kind: 'choice'; readonly alternatives: readonly Expression[] }
  | { readonly kind: 'repeat'; readonly element: Expression; readonly min: number; readonly max: number | undefined };

export interface Rule {
  readonly name: string;
  readonly expression: Expression;
  /** What a person is told was expected where the rule does not fit; from `; @expected` above the rule. */
  readonly expected?: string;
}

/** Rules by lower-case name: names of ABNF have no case (RFC 5234 2.1). */
export type Grammar = ReadonlyMap<string, Rule>;

export function ruleOf(grammar: Grammar, name: string): Rule {
  const rule = grammar.get(name.toLowerCase());
  if (rule === undefined) throw new Error(`The grammar has no rule ${name}`);
  return rule;
}

/** The expression with `change` applied to each of its direct parts. */
export function mapParts(expression: Expression, change: (part: Expression) => Expression): Expression {
  switch (expression.kind) {
    case 'sequence':
      return { ...expression, elements: expression.elements.map(change) };
    case 'choice':
      return { ...expression, alternatives: expression.alternatives.map(change) };
    case 'repeat':
      return { ...expression, element: change(expression.element) };
    default:
      return expression;
  }
}

export function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'sequence':
      return expression.elements;
    case 'choice':
      return expression.alternatives;
    case 'repeat':
      return [expression.element];
    default:
      return [];
  }
}

/** The rules that the named ones need, themselves included, each after those it needs. */
export function reachable(grammar: Grammar, names: readonly string[]): readonly Rule[] {
  const done = new Set<Rule>();
  const open = new Set<Rule>();
  const visit = (expression: Expression): void => {
    if (expression.kind === 'rule') enter(expression.name);
    partsOf(expression).forEach(visit);
  };
  const enter = (name: string): void => {
    const rule = ruleOf(grammar, name);
    if (done.has(rule)) return;
    if (open.has(rule)) throw new Error(`Rule ${rule.name} is defined by itself; write it as a repetition`);
    open.add(rule);
    visit(rule.expression);
    done.add(rule);
  };
  names.forEach(enter);
  return [...done];
}
