import * as resources from '../../generated/parsers/resources.js';
import type { Parsed } from './parsed.ts';
import { failure, read } from './read.ts';

/** Values by name, both percent-decoded, in the order of the query; names have case. */
export type QueryParameters = ReadonlyMap<string, readonly string[]>;

/**
 * Reads the query component of a target URI (without "?"): elements parted at "&", name and value at the first "=", each
 * percent-decoded once as UTF-8. "+" is a plus sign and ";" is data. Octets that are not UTF-8, NUL and bad escapes fail.
 */
export function parseQueryString(raw: string): Parsed<QueryParameters> {
  const parameters = new Map<string, readonly string[]>();
  if (raw === '') return { ok: true, value: parameters };
  const tree = read(resources, 'query_string', 'query', raw);
  if (!tree.ok) return tree;
  for (const { children } of tree.value.children) {
    const [name, value] = children.map(decode);
    if (name?.ok === false) return name;
    if (value?.ok === false) return value;
    // "&&" and "=x" name no parameter.
    if (name === undefined || name.value === '') continue;
    const values = parameters.get(name.value) ?? [];
    parameters.set(name.value, [...values, value?.value ?? '']);
  }
  return { ok: true, value: parameters };
}

function decode(node: resources.Node): Parsed<string> {
  if (!node.text.includes('%')) return { ok: true, value: node.text };
  try {
    const text = decodeURIComponent(node.text);
    if (!text.includes('\0')) return { ok: true, value: text };
    return failure('query', node.at + node.text.indexOf('%00'), 'a character was expected, found NUL');
  } catch {
    return failure('query', node.at, 'text in UTF-8 was expected, found other octets');
  }
}

/** The value of a parameter that is a list: what is repeated is joined in its order. Undefined if the parameter is not there. */
export function listParameter(parameters: QueryParameters, name: string): string | undefined {
  return parameters.get(name)?.join(',');
}

/** The value of a parameter that is no list; fails if it is repeated. */
export function singleParameter(parameters: QueryParameters, name: string): Parsed<string | undefined> {
  const values = parameters.get(name) ?? [];
  if (values.length < 2) return { ok: true, value: values[0] };
  return { ok: false, at: 0, message: `${name}: one value was expected, found ${values.length}` };
}
