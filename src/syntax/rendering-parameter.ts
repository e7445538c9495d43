import type { Node, Rule } from '../../generated/parsers/rendering.js';

/** Longest value of a parameter made of numbers. Every decimal number that fits is finite: it has a two-digit exponent. */
export const longestRenderingParameter = 200;

/** The number that a child of a node holds, undefined where the child was left out. */
export function numberOf(node: Node | undefined, rule: Rule): number | undefined {
  const child = node?.children.find((one) => one.rule === rule);
  return child === undefined ? undefined : Number(child.text);
}
