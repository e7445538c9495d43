import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { root } from './generated-file.ts';

/** Where the API description is written, relative to the root of the project. */
export const sourceFolder = 'spec/openapi';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

export const methods = ['get', 'head', 'post', 'options'] as const;

export interface ApiOperation {
  /** Absent on the HEAD and OPTIONS that the bundle adds. */
  readonly operationId?: string;
  readonly summary: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly JsonObject[];
  readonly responses: { readonly [status: string]: JsonObject };
  readonly 'x-planned'?: string;
  readonly 'x-requirements'?: readonly string[];
  readonly [key: string]: unknown;
}

export type PathItem = { readonly [Method in (typeof methods)[number]]?: ApiOperation } & {
  readonly parameters?: readonly JsonObject[];
  readonly 'x-root'?: 'archive' | 'server';
};

export interface ApiDocument {
  readonly paths: { readonly [path: string]: PathItem };
  readonly components: { readonly responses: { readonly [name: string]: JsonObject } } & JsonObject;
}

/** Name in `components` of each file of the components folder. */
const componentKinds: Readonly<Record<string, string>> = {
  'schemas.yaml': 'schemas',
  'parameters.yaml': 'parameters',
  'headers.yaml': 'headers',
  'responses.yaml': 'responses',
  'request-bodies.yaml': 'requestBodies',
  'security-schemes.yaml': 'securitySchemes',
};

/**
 * Reads spec/openapi as one document: references into components stay references, every other file is put in its place, keys are sorted.
 *
 * @returns the document, and the files it was made from, relative to the root of the project
 * @throws Error for a reference that leads nowhere
 */
export function bundle(): { document: ApiDocument; sources: readonly string[] } {
  const sources = new Set<string>();
  const {
    'x-every-operation': every,
    'x-every-planned-operation': everyPlanned,
    ...rest
  } = load('openapi.yaml', sources);
  const document = rest as unknown as ApiDocument;
  const common = (every as unknown as ApiOperation).responses;
  const planned = (everyPlanned as unknown as ApiOperation).responses;
  const capabilities = document.paths['/']!.options!;
  const paths = Object.entries(document.paths).map(([name, item]) => [
    name,
    withCommonResponses(withOptions(withHead(item), capabilities), common, planned),
  ]);
  const whole = { ...document, paths: Object.fromEntries(paths), components: describeErrors(document.components) };
  checkReferences(whole as unknown as JsonObject);
  return { document: sortKeys(whole as unknown as Json) as unknown as ApiDocument, sources: [...sources].sort() };
}

function load(file: string, sources: Set<string>): JsonObject {
  const source = path.posix.join(sourceFolder, file);
  sources.add(source);
  return resolve(parse(readFileSync(path.join(root, source), 'utf8')) as Json, file, sources) as JsonObject;
}

/** The node with each reference made local, or replaced by the file it names. */
function resolve(node: Json, file: string, sources: Set<string>): Json {
  if (Array.isArray(node)) return node.map((item) => resolve(item, file, sources));
  if (node === null || typeof node !== 'object') return node;
  const entries = Object.entries(node).filter(([key]) => key !== '$ref');
  const resolved = Object.fromEntries(entries.map(([key, value]) => [key, resolve(value, file, sources)]));
  const reference = (node as JsonObject).$ref;
  if (typeof reference !== 'string') return resolved;
  const [target, fragment] = reference.split('#') as [string, string | undefined];
  const named = target === '' ? file : path.posix.join(path.posix.dirname(file), target);
  if (fragment === undefined) return { ...load(named, sources), ...resolved };
  const kind = componentKinds[path.posix.basename(named)];
  if (kind === undefined) throw new Error(`${file}: ${reference} is not a component`);
  return { $ref: `#/components/${kind}${fragment}`, ...resolved };
}

/** HEAD is GET without the body (RFC 9110 9.3.2). */
function withHead(item: PathItem): PathItem {
  if (item.get === undefined) return item;
  const { operationId: _, 'x-requirements': __, ...get } = item.get;
  const responses = Object.entries(get.responses).map(([status, { content: _, ...response }]) => [status, response]);
  const description = 'The header fields that GET would send, without the body.';
  return {
    ...item,
    head: { ...get, summary: `${get.summary}: header fields`, description, responses: Object.fromEntries(responses) },
  };
}

/** Every resource answers OPTIONS as the service root does, for itself alone. */
function withOptions(item: PathItem, capabilities: ApiOperation): PathItem {
  if (item.options !== undefined) return item;
  const { operationId: _, 'x-requirements': __, ...options } = capabilities;
  return { ...item, options };
}

function withCommonResponses(
  item: PathItem,
  common: ApiOperation['responses'],
  planned: ApiOperation['responses'],
): PathItem {
  const operations = methods.flatMap((method) => {
    const operation = item[method];
    if (operation === undefined) return [];
    const added = operation['x-planned'] === undefined ? common : { ...common, ...planned };
    return [[method, { ...operation, responses: { ...added, ...operation.responses } }]];
  });
  return { ...item, ...Object.fromEntries(operations) };
}

/** Writes the codes of x-errors into the descriptions, where people who read the API find them. */
function describeErrors(components: ApiDocument['components']): ApiDocument['components'] {
  const responses = Object.entries(components.responses).map(([name, response]) => {
    const errors = Object.entries((response['x-errors'] ?? {}) as JsonObject).map(
      ([code, when]) => `- \`${code}\`: ${when}`,
    );
    const description = [response.description, ...(errors.length > 0 ? [errors.join('\n')] : [])].join('\n\n');
    return [name, { ...response, description }];
  });
  return { ...components, responses: Object.fromEntries(responses) };
}

function checkReferences(document: JsonObject, node: Json = document): void {
  if (node === null || typeof node !== 'object') return;
  for (const [key, value] of Object.entries(node)) {
    if (key !== '$ref' || typeof value !== 'string') {
      checkReferences(document, value);
      continue;
    }
    const found = value
      .split('/')
      .slice(1)
      .reduce<Json | undefined>((at, step) => (at as JsonObject | undefined)?.[step], document);
    if (found === undefined) throw new Error(`${sourceFolder}: ${value} leads nowhere`);
  }
}

function sortKeys(node: Json): Json {
  if (Array.isArray(node)) return node.map(sortKeys);
  if (node === null || typeof node !== 'object') return node;
  return Object.fromEntries(
    Object.entries(node)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => [key, sortKeys(value)]),
  );
}
