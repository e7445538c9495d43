import fc from 'fast-check';

/** What can be drawn from an expression of the grammar. */
export interface Drawn {
  /** Strings that the expression derives. */
  readonly valid: fc.Arbitrary<string>;
  /** Strings one step away: a part too many, too few, swapped, or with a wrong character. Some of them are valid by chance. */
  readonly near: fc.Arbitrary<string>;
}

/** How many more than the fewest are drawn of something that may be repeated without end. */
const spread = 4;

/** Characters that a list, a parameter, a number or an escape can go wrong at. */
const strangers = fc.constantFrom(...' \t",;=/*+-.%\\()<>@q0:&#\x00\x7f\xe4\u20ac');

export function characters(...ranges: readonly (readonly [first: number, last: number])[]): Drawn {
  const codes = ranges.map(([min, max]) => fc.integer({ min, max }));
  return {
    valid: fc.oneof(...codes).map((code) => String.fromCharCode(code)),
    near: fc.oneof(strangers, fc.constant('')),
  };
}

export function literal(text: string, caseSensitive: boolean): Drawn {
  const otherCase = text === text.toLowerCase() ? text.toUpperCase() : text.toLowerCase();
  return {
    valid: caseSensitive
      ? fc.constant(text)
      : fc
          .infiniteStream(fc.boolean())
          .map((upper) =>
            [...text]
              .map((letter) => (upper.next().value === true ? letter.toUpperCase() : letter.toLowerCase()))
              .join(''),
          ),
    near: fc.constantFrom('', text.slice(0, -1), text.slice(1), text + text, `${text} `, otherCase),
  };
}

export function choice(...alternatives: readonly Drawn[]): Drawn {
  return {
    valid: fc.oneof(...alternatives.map(({ valid }) => valid)),
    near: fc.oneof(...alternatives.map(({ near }) => near)),
  };
}

export function sequence(...elements: readonly Drawn[]): Drawn {
  const valid = elements.map((element) => element.valid);
  const join = (parts: readonly string[]): string => parts.join('');
  const spoilt = elements.map((element, at) => fc.tuple(...valid.with(at, element.near)).map(join));
  const without = elements.map((_, at) => fc.tuple(...valid.toSpliced(at, 1)).map(join));
  const swapped = fc.tuple(fc.tuple(...valid), fc.nat(elements.length - 1)).map(([parts, at]) => {
    const [part = ''] = parts.slice(at);
    return join([...parts.toSpliced(at, 1), part]);
  });
  return {
    valid: fc.tuple(...valid).map(join),
    near: fc.oneof({ weight: 4, arbitrary: fc.oneof(...spoilt) }, fc.oneof(...without), swapped),
  };
}

export function repeat(min: number, max: number | undefined, element: Drawn): Drawn {
  const most = Math.min(max ?? Number.POSITIVE_INFINITY, min + spread);
  const some = fc.array(element.valid, { minLength: min, maxLength: most });
  const join = (parts: readonly string[]): string => parts.join('');
  const exactly = (count: number) => fc.array(element.valid, { minLength: count, maxLength: count }).map(join);
  return {
    // The longest that is allowed is where a greedy parser goes wrong, so it is drawn more often than chance would.
    valid:
      max === undefined || max <= most
        ? some.map(join)
        : fc.oneof({ weight: 9, arbitrary: some.map(join) }, exactly(max)),
    near: fc.oneof(
      fc.tuple(some, element.near, some).map(([before, near, after]) => join([...before, near, ...after])),
      exactly(Math.max(0, min - 1)),
      exactly((max ?? most) + 1),
    ),
  };
}
