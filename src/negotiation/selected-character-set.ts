import { characterSets } from '../../generated/tables.ts';
import type { Weighted } from '../syntax/weighted.ts';

/** What a request says about character sets. PS3.18 Sup174 6.1.2.1. */
export interface AcceptableCharacterSets {
  /** charset parameters of the Selected Media Type, best first. */
  readonly charsets: readonly string[];
  /** charset query parameter. */
  readonly parameter?: readonly Weighted<string>[];
  /** Accept-Charset header field; undefined for none, and for one without a well-formed element. */
  readonly field?: readonly Weighted<string>[];
}

export type SelectedCharacterSet =
  | { readonly kind: 'selected' /** Preferred MIME name, such as UTF-8 */; readonly characterSet: string }
  | { readonly kind: 'not-acceptable'; readonly why: string };

const utf8 = 'UTF-8';

/**
 * Selects the character set of a text. PS3.18 Sup174 6.1.2.4.
 *
 * @param supported preferred MIME names of the character sets that can be written; UTF-8 is one of them
 * @requirement R-001-192
 * @requirement R-001-193
 * @requirement R-001-194
 * @requirement R-001-195
 * @requirement R-001-196
 * @requirement R-001-197
 */
export function selectCharacterSet(
  acceptable: AcceptableCharacterSets,
  supported: readonly string[],
): SelectedCharacterSet {
  const parameter = acceptable.parameter ?? [];
  const field = acceptable.field ?? [];
  const characterSet =
    // 6.1.2.4 steps 1 to 3
    firstSupported(acceptable.charsets, supported) ??
    highestPriority(parameter, supported) ??
    highestPriority(field, supported);
  if (characterSet !== undefined) return { kind: 'selected', characterSet };
  // 6.1.2.4 step 4 selects nothing: no rendered text type has a default character set here (D-14).
  if (refusesUtf8(parameter) || refusesUtf8(field)) {
    return {
      kind: 'not-acceptable',
      why: 'UTF-8 is refused with q=0, and no other character set that the request accepts is supported.',
    };
  }
  // 6.1.2.4 step 5
  return { kind: 'selected', characterSet: utf8 };
}

/** Table D-1, by Defined Term; a term without code extensions names its repertoire in both forms. */
const charsetOfTerm: ReadonlyMap<string, string> = new Map(
  [...characterSets]
    .reverse()
    .flatMap(({ charset, definedTerms }) =>
      definedTerms.flatMap((term) => [
        [term, charset] as const,
        [term.replace(/^ISO_IR /, 'ISO 2022 IR '), charset] as const,
      ]),
    ),
);

/** The supported character set that a charset name or a Defined Term stands for (D-39). */
export function supportedCharacterSet(name: string, supported: readonly string[]): string | undefined {
  const terms = name
    .toUpperCase()
    .split('\\')
    .map((term) => term.trim());
  // Of a list of terms with code extensions, the last one says what the first cannot write.
  const preferred = charsetOfTerm.get(terms.at(-1)!) ?? terms.at(-1)!;
  return supported.find((characterSet) => characterSet.toUpperCase() === preferred.toUpperCase());
}

function firstSupported(names: readonly string[], supported: readonly string[]): string | undefined {
  for (const name of names) {
    const characterSet = supportedCharacterSet(name, supported);
    if (characterSet !== undefined) return characterSet;
  }
  return undefined;
}

/** The supported member of largest weight, the first of equals; `*` stands for UTF-8, or for what is not named (D-13). */
function highestPriority(list: readonly Weighted<string>[], supported: readonly string[]): string | undefined {
  const named = new Set(list.flatMap(({ value }) => supportedCharacterSet(value, supported) ?? []));
  const unnamed = [utf8, ...supported].find((characterSet) => !named.has(characterSet));
  let best: { characterSet: string; weight: number } | undefined;
  for (const { value, weight } of list) {
    const characterSet = value === '*' ? unnamed : supportedCharacterSet(value, supported);
    if (characterSet !== undefined && weight > (best?.weight ?? 0)) best = { characterSet, weight };
  }
  return best?.characterSet;
}

function refusesUtf8(list: readonly Weighted<string>[]): boolean {
  const member =
    list.find(({ value }) => supportedCharacterSet(value, [utf8]) !== undefined) ??
    list.find(({ value }) => value === '*');
  return member?.weight === 0;
}
