/** Writes generated/tables.ts: the tables of spec/tables as constants that the code loops over. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { type GeneratedFile, root } from './generated-file.ts';

type Cell = string | number | boolean | null | readonly string[];

/** A table of a document, as spec/tables keeps it. */
export interface Table {
  /** The standard's own label and title. */
  readonly title: string;
  /** Key in spec/sources.yaml, or the part of DICOM that the table stands in. */
  readonly source: string;
  /** Where today's PS3.18 has it. */
  readonly current?: string;
  readonly notes?: readonly string[];
  readonly rows: readonly Readonly<Record<string, Cell>>[];
}

/** The tables by the name of their file, without its extension. */
export function readTables(folder = path.join(root, 'spec/tables')): ReadonlyMap<string, Table> {
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
  return new Map(
    files
      .sort()
      .map((file) => [path.basename(file, '.yaml'), parse(readFileSync(path.join(folder, file), 'utf8')) as Table]),
  );
}

export async function generateTables(): Promise<readonly GeneratedFile[]> {
  const tables = readTables();
  return [
    {
      path: 'tables.ts',
      script: 'scripts/generate/tables.ts',
      sources: [...tables.keys()].map((name) => `spec/tables/${name}.yaml`),
      content: Array.from(tables, ([name, table]) => tableConstant(name, table)).join('\n'),
    },
  ];
}

function tableConstant(name: string, table: Table): string {
  const comment = [
    `${table.title}.`,
    ...(table.current === undefined ? [] : [`Today: ${table.current}.`]),
    ...(table.notes ?? []),
  ];
  return `/**
${comment.map((line) => ` * ${line}`).join('\n')}
 */
export const ${camelCase(name)} = [
${table.rows.map((row) => `  ${literal(row)},`).join('\n')}
] as const;
`;
}

function literal(row: Readonly<Record<string, Cell>>): string {
  const cells = Object.entries(row).map(([key, cell]) => `${key}: ${JSON.stringify(cell)}`);
  return `{ ${cells.join(', ')} }`;
}

function camelCase(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
