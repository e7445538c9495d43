/** The tree of the abnf package (lib/ast.js), as far as it is read here. Two of its type names are misspelt. */
declare module 'abnf' {
  export interface Rules {
    readonly defs: Readonly<Record<string, Rule>>;
  }

  export interface Rule {
    readonly name: string;
    readonly def: Node;
    readonly loc: { readonly start: { readonly line: number } };
  }

  export interface Repeat {
    readonly type: 'repeat' | 'hash_repeat';
    readonly min: number;
    readonly max: number | null;
  }

  export type Node =
    | { readonly type: 'alternation'; readonly alts: readonly Node[] }
    | { readonly type: 'concatenation'; readonly elements: readonly Node[] }
    | { readonly type: 'group'; readonly alt: Node }
    | { readonly type: 'repetition'; readonly rep: Repeat; readonly el: Node }
    | { readonly type: 'caseInsensitveString'; readonly str: string }
    | { readonly type: 'caseSensitveString'; readonly str: string }
    | { readonly type: 'range'; readonly first: number; readonly last: number }
    | { readonly type: 'ruleref'; readonly name: string }
    | { readonly type: 'prose'; readonly str: string };

  export function parseString(text: string, source?: string): Rules;
}
