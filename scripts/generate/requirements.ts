/** Reads the registry of spec/ strictly, and writes generated/requirements.ts from it. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { type GeneratedFile, root } from './generated-file.ts';

/** A document that requirements are taken from (spec/sources.yaml). */
export interface Source {
  readonly key: string;
  readonly title: string;
  readonly edition: string;
  readonly role: string;
  /** Of the copy that was read. */
  readonly sha256?: string;
}

/** What this origin server does where the sources leave it open (spec/decisions.yaml). */
export interface Decision {
  readonly number: string;
  readonly subject: string;
  readonly where: string;
  readonly decision: string;
  readonly current?: string;
}

export const levels = ['shall', 'shall not', 'should', 'may', 'table', 'definition', 'note', 'abnf'] as const;
export const actors = ['origin server', 'user agent', 'document'] as const;

/** One statement of a source (spec/requirements). At most one of planned, exception and construction is there. */
export interface Requirement {
  readonly id: string;
  /** Key in spec/sources.yaml. */
  readonly source: string;
  readonly clause: string;
  /** Lines of the source. */
  readonly locator: string;
  readonly level: (typeof levels)[number];
  readonly actor: (typeof actors)[number];
  readonly summary: string;
  /** How it shows over HTTP. A name in angle brackets stands for the path of such a resource. */
  readonly observable: string;
  /** Where today's PS3.18 has it. */
  readonly current?: string;
  /** Numbers in spec/decisions.yaml. */
  readonly decision?: readonly string[];
  readonly remark?: string;
  /** The capability that will bring it. */
  readonly planned?: string;
  /** Why it is not met. */
  readonly exception?: string;
  /** What makes it true without code of this project. */
  readonly construction?: string;
}

export interface Registry {
  readonly sources: readonly Source[];
  readonly decisions: readonly Decision[];
  /** By id. */
  readonly requirements: readonly Requirement[];
}

/** A field: whether a record must have it, and what its value must be. */
type Schema = Readonly<Record<string, readonly [required: boolean, accepts: (value: unknown) => boolean]>>;

const text = (value: unknown): boolean => typeof value === 'string' && value.trim() === value && value !== '';
const like = (pattern: RegExp) => (value: unknown) => typeof value === 'string' && pattern.test(value);
const oneOf = (values: readonly string[]) => (value: unknown) => values.includes(value as string);

const sourceSchema: Schema = {
  key: [true, like(/^[\w.-]+$/)],
  title: [true, text],
  edition: [true, text],
  role: [true, text],
  sha256: [false, like(/^[0-9a-f]{64}$/)],
};

const decisionSchema: Schema = {
  number: [true, like(/^D-\d{2}$/)],
  subject: [true, text],
  where: [true, text],
  decision: [true, text],
  current: [false, text],
};

const requirementSchema: Schema = {
  id: [true, like(/^R-\d{3}-\d{3}$/)],
  clause: [true, text],
  locator: [true, like(/^lines? \d+(-\d+)?(, \d+(-\d+)?)*$/)],
  level: [true, oneOf(levels)],
  actor: [true, oneOf(actors)],
  summary: [true, text],
  observable: [true, text],
  current: [false, like(/^PS3\.\d+ /)],
  decision: [false, (value) => Array.isArray(value) && value.length > 0 && value.every(like(/^D-\d{2}$/))],
  remark: [false, text],
  planned: [false, text],
  exception: [false, text],
  construction: [false, text],
};

/** The registry below a `spec` folder. Throws with file and id where a record breaks the schema or points nowhere. */
export function readRegistry(spec = path.join(root, 'spec')): Registry {
  const sources = list<Source>(path.join(spec, 'sources.yaml'), undefined, 'key', sourceSchema);
  const decisions = list<Decision>(path.join(spec, 'decisions.yaml'), undefined, 'number', decisionSchema);
  const folder = path.join(spec, 'requirements');
  const requirements = readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .flatMap((file) => readRequirements(path.join(folder, file), sources, decisions))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  requireUnique(requirements.map(({ id }) => id));
  return { sources, decisions, requirements };
}

function readRequirements(file: string, sources: readonly Source[], decisions: readonly Decision[]): Requirement[] {
  const { source } = parse(readFileSync(file, 'utf8')) as { source: string };
  if (!sources.some(({ key }) => key === source)) throw new Error(`${file}: unknown source ${source}`);
  const requirements = list<Requirement>(file, 'requirements', 'id', requirementSchema);
  for (const { id, decision = [], ...record } of requirements) {
    const unknown = decision.filter((number) => !decisions.some((each) => each.number === number));
    if (unknown.length > 0) throw new Error(`${file} ${id}: unknown decision ${unknown.join(', ')}`);
    const marks = [record.planned, record.exception, record.construction].filter((mark) => mark !== undefined);
    if (marks.length > 1) throw new Error(`${file} ${id}: planned, exception and construction exclude each other`);
  }
  return requirements.map((requirement) => ({ ...requirement, source }));
}

function list<T>(file: string, property: string | undefined, key: string, schema: Schema): T[] {
  const content = parse(readFileSync(file, 'utf8')) as unknown;
  const records = property === undefined ? content : (content as Record<string, unknown>)[property];
  if (!Array.isArray(records)) throw new Error(`${file}: no list of records`);
  for (const record of records as Record<string, unknown>[]) {
    const name = `${file} ${String(record[key])}`;
    for (const field of Object.keys(record)) {
      if (!(field in schema)) throw new Error(`${name}: unknown field ${field}`);
    }
    for (const [field, [required, accepts]] of Object.entries(schema)) {
      if (record[field] === undefined ? required : !accepts(record[field])) {
        throw new Error(`${name}: ${field} is ${JSON.stringify(record[field])}`);
      }
    }
  }
  requireUnique(records.map((record) => String(record[key])));
  return records as T[];
}

function requireUnique(names: readonly string[]): void {
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  if (twice.length > 0) throw new Error(`${twice.join(', ')} stands more than once`);
}

export async function generateRequirements(): Promise<readonly GeneratedFile[]> {
  const { requirements } = readRegistry();
  const files = readdirSync(path.join(root, 'spec/requirements')).sort();
  return [
    {
      path: 'requirements.ts',
      script: 'scripts/generate/requirements.ts',
      sources: files.map((file) => `spec/requirements/${file}`),
      content: requirementsModule(requirements),
    },
  ];
}

function requirementsModule(requirements: readonly Requirement[]): string {
  const rows = requirements.map(({ id, source, clause, level, actor, summary, ...record }) => {
    const status = record.planned !== undefined ? 'planned' : record.exception !== undefined ? 'exception' : 'active';
    return `  '${id}': ${JSON.stringify({ source, clause, level, actor, summary, status })},`;
  });
  return `/** A statement of one of the documents in spec/sources.yaml. */
export interface RequirementRecord {
  readonly source: string;
  readonly clause: string;
  readonly level: ${levels.map((level) => `'${level}'`).join(' | ')};
  readonly actor: ${actors.map((actor) => `'${actor}'`).join(' | ')};
  readonly summary: string;
  readonly status: 'active' | 'planned' | 'exception';
}

export const requirements = {
${rows.join('\n')}
} as const satisfies Readonly<Record<string, RequirementRecord>>;

/** An id of the registry. */
export type RequirementId = keyof typeof requirements;
`;
}
