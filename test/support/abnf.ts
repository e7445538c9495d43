/**
 * A recogniser that follows ABNF to the letter: alternatives have no order, every way to read a text is tried. It works on
 * the abnf package's own tree and shares nothing with the generated parsers, so that it can be their judge.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type Node, parseString } from 'abnf';

const folder = path.resolve(import.meta.dirname, '../../grammar');
const text = readdirSync(folder)
  .filter((name) => name.endsWith('.abnf'))
  .sort()
  .map((name) => readFileSync(path.join(folder, name), 'utf8'))
  .join('\n');
const { defs } = parseString(text, 'grammar');
const lines = text.split('\n');

/** Whether a rule derives the whole of a text. */
export function derives(rule: string, subject: string): boolean {
  const memory = new Map<Node, Map<number, ReadonlySet<number>>>();
  const ends = (node: Node, start: number): ReadonlySet<number> => {
    const known = memory.get(node) ?? new Map<number, ReadonlySet<number>>();
    memory.set(node, known);
    const before = known.get(start);
    if (before !== undefined) return before;
    const found = endsOf(node, start);
    known.set(start, found);
    return found;
  };
  const endsOf = (node: Node, start: number): ReadonlySet<number> => {
    switch (node.type) {
      case 'alternation':
        return new Set(node.alts.flatMap((alternative) => [...ends(alternative, start)]));
      case 'concatenation':
        return node.elements.reduce<ReadonlySet<number>>((from, element) => follow(from, element), new Set([start]));
      case 'group':
        return ends(node.alt, start);
      case 'repetition':
        return node.rep.type === 'hash_repeat'
          ? list(node.el, start)
          : repeat(node.el, start, node.rep.min, node.rep.max ?? subject.length + 1);
      case 'caseInsensitveString':
        return literal(node.str.toLowerCase(), subject.slice(start, start + node.str.length).toLowerCase(), start);
      case 'caseSensitveString':
        return literal(node.str, subject.slice(start, start + node.str.length), start);
      case 'range': {
        const code = subject.charCodeAt(start);
        return new Set(code >= node.first && code <= node.last ? [start + 1] : []);
      }
      case 'ruleref':
        return ends(definition(node.name), start);
      case 'prose':
        throw new Error(`<${node.str}> derives nothing`);
    }
  };
  const follow = (from: ReadonlySet<number>, node: Node): ReadonlySet<number> =>
    new Set([...from].flatMap((at) => [...ends(node, at)]));
  const literal = (wanted: string, found: string, start: number): ReadonlySet<number> =>
    new Set(wanted === found ? [start + wanted.length] : []);
  const repeat = (node: Node, start: number, min: number, max: number): ReadonlySet<number> => {
    const reached = new Set<number>();
    let from: ReadonlySet<number> = new Set([start]);
    for (let count = 0; count <= max && from.size > 0; count++) {
      if (count >= min) {
        const fresh = [...from].filter((at) => !reached.has(at));
        if (fresh.length === 0) break;
        for (const at of fresh) reached.add(at);
      }
      from = follow(from, node);
    }
    return reached;
  };
  // RFC 9110 5.6.1.2: [ element ] *( OWS "," OWS [ element ] ), with one real element at least. "|" marks that there was one.
  const list = (node: Node, start: number): ReadonlySet<number> => {
    const spaces = definition('OWS');
    const seen = new Set<string>();
    const done = new Set<number>();
    const visit = (at: number, real: boolean): void => {
      for (const [end, has] of [[at, real] as const, ...[...ends(node, at)].map((after) => [after, true] as const)]) {
        if (seen.has(`${end}|${has}`)) continue;
        seen.add(`${end}|${has}`);
        if (has) done.add(end);
        for (const comma of ends(spaces, end)) {
          if (subject[comma] === ',') for (const next of ends(spaces, comma + 1)) visit(next, has);
        }
      }
    };
    visit(start, false);
    return done;
  };
  return ends(definition(rule), 0).has(subject.length);
}

/** Requirement ids that stand above a rule and above those rules it needs that have no vectors of their own. */
export function requirementsOf(rule: string, withVectors: readonly string[]): readonly string[] {
  const names = new Set<string>();
  const enter = (name: string): void => {
    if (names.has(name) || (name !== rule && withVectors.includes(name))) return;
    names.add(name);
    visit(definition(name));
  };
  const visit = (node: Node): void => {
    if (node.type === 'ruleref') enter(node.name);
    else if (node.type === 'alternation') node.alts.forEach(visit);
    else if (node.type === 'concatenation') node.elements.forEach(visit);
    else if (node.type === 'group') visit(node.alt);
    else if (node.type === 'repetition') visit(node.el);
  };
  enter(rule);
  return [...new Set([...names].flatMap(requirementsAbove))].sort();
}

function requirementsAbove(rule: string): readonly string[] {
  const ids: string[] = [];
  for (let line = ruleNamed(rule).loc.start.line - 2; lines[line]?.startsWith(';'); line--) {
    const id = lines[line]?.match(/@requirement (R-\d{3}-\d{3})/)?.[1];
    if (id !== undefined) ids.push(id);
  }
  return ids;
}

function definition(name: string): Node {
  return ruleNamed(name).def;
}

function ruleNamed(name: string) {
  const rule = defs[name.toUpperCase()];
  if (rule === undefined) throw new Error(`The grammar has no rule ${name}`);
  return rule;
}
