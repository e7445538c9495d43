import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';

/** A place that names a requirement. */
export interface Citation {
  readonly id: string;
  /** A planned operation is described in OpenAPI and answers 501. */
  readonly kind: 'source' | 'grammar' | 'openapi' | 'planned operation';
  readonly file: string;
  /** The function, grammar rule or OpenAPI object, for example `get.responses.406`. */
  readonly name: string;
}

/** A file of src/handlers. */
export interface HandlerFile {
  readonly file: string;
  /** Whether it or its operation names a requirement, or its operation has a tag that the documents know nothing of. */
  readonly isTraced: boolean;
}

export interface Citations {
  readonly citations: readonly Citation[];
  readonly handlers: readonly HandlerFile[];
}

/** Every citation below the root of a project. Code and grammar are read as text; nothing is imported. */
export function readCitations(root: string): Citations {
  const openapi = globSync('spec/openapi/**/*.yaml', { cwd: root }).sort();
  const grammar = globSync('grammar/*.abnf', { cwd: root }).sort();
  const source = globSync(['src/**/*.ts', 'scripts/**/*.ts'], { cwd: root }).sort();
  const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
  const operations = new Set<string>();
  const citations = [
    ...source.flatMap((file) => sourceCitations(file, read(file))),
    ...grammar.flatMap((file) => grammarCitations(file, read(file))),
    ...openapi.flatMap((file) => openApiCitations(file, parse(read(file)), operations)),
  ];
  const handlers = source
    .filter((file) => file.startsWith('src/handlers/'))
    .map((file) => ({
      file,
      isTraced: citations.some((each) => each.file === file) || operations.has(operationIdOf(file)),
    }));
  return { citations, handlers };
}

/** Tags in comments, named by the declaration that follows, and the `requirement` of an entry of the error catalogue. */
function sourceCitations(file: string, text: string): readonly Citation[] {
  const tags = text.matchAll(/@requirement\s+(R-\d{3}-\d{3})|^\s*requirement: '(R-\d{3}-\d{3})'/gm);
  return Array.from(tags, ({ 1: tag, 2: entry, index }) => ({
    id: tag ?? entry!,
    kind: 'source',
    file,
    name: entry === undefined ? nameAfter(text.slice(index)) : 'catalogue',
  }));
}

/** The first name that is declared in a text: of a function, constant, class, type, or of a member of one. */
function nameAfter(text: string): string {
  const declaration =
    /^(?:export\s+)?(?:async\s+)?(?:function\*?|const|class|interface|type)\s+(\w+)|^\s+(?:static\s+|async\s+|readonly\s+)*#?(\w+)\s*[(:=]/m;
  const name = declaration.exec(text);
  return name?.[1] ?? name?.[2] ?? 'the file';
}

/** `; @requirement ID` above a rule. */
function grammarCitations(file: string, text: string): readonly Citation[] {
  const citations: Citation[] = [];
  let waiting: string[] = [];
  for (const line of text.split('\n')) {
    waiting.push(...Array.from(line.matchAll(/;\s*@requirement\s+(R-\d{3}-\d{3})/g), ([, id]) => id!));
    const rule = /^([A-Za-z][\w-]*)\s*=/.exec(line)?.[1];
    if (rule === undefined) continue;
    citations.push(...waiting.map((id): Citation => ({ id, kind: 'grammar', file, name: rule })));
    waiting = [];
  }
  citations.push(...waiting.map((id): Citation => ({ id, kind: 'grammar', file, name: 'the file' })));
  return citations;
}

/** Tags of operations that none of the documents asks for. */
const beyondTheDocuments: ReadonlySet<unknown> = new Set(['Health', 'Thumbnail']);

/** Every `x-requirements`, at any depth. Adds to `operations` the ids of the operations that are traced. */
function openApiCitations(file: string, document: unknown, operations: Set<string>): readonly Citation[] {
  const citations: Citation[] = [];
  const walk = (node: unknown, trail: readonly string[], planned: boolean, operation: string | undefined): void => {
    if (typeof node !== 'object' || node === null) return;
    const object = node as Readonly<Record<string, unknown>>;
    const isPlanned = planned || 'x-planned' in object;
    const within = typeof object.operationId === 'string' ? object.operationId : operation;
    if (within !== undefined && [object.tags].flat().some((tag) => beyondTheDocuments.has(tag))) operations.add(within);
    for (const [key, value] of Object.entries(object)) {
      if (key !== 'x-requirements') {
        walk(value, [...trail, key], isPlanned, within);
        continue;
      }
      if (within !== undefined) operations.add(within);
      for (const id of value as readonly string[]) {
        citations.push({ id, kind: isPlanned ? 'planned operation' : 'openapi', file, name: trail.join('.') });
      }
    }
  };
  walk(document, [], false, undefined);
  return citations;
}

/** `src/handlers/retrieve-study.ts` serves the operation retrieveStudy. */
function operationIdOf(file: string): string {
  return path.basename(file, '.ts').replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
