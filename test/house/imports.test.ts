import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');

/**
 * Who may import whom: a room, and the rooms it may use beside itself.
 * A request travels one way through the house; an arrow that runs back is a wall in the wrong place.
 */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  'src/errors': [],
  'src/buffers': [],
  'src/dicom': ['src/errors', 'generated/dictionary.ts'],
  'src/syntax': ['src/errors', 'generated/parsers'],
  'src/codecs': ['src/dicom', 'src/errors'],
  'src/negotiation': ['src/syntax', 'src/dicom', 'src/errors', 'generated/tables.ts'],
  'src/storage': ['src/dicom', 'src/buffers', 'src/errors'],
  'src/rendering': ['src/buffers', 'src/dicom', 'src/codecs', 'src/syntax', 'src/errors', 'generated/dictionary.ts'],
  'src/queues': ['src/errors'],
  'src/pool': [
    'src/queues',
    'src/buffers',
    'src/rendering',
    'src/codecs',
    'src/dicom',
    'src/errors',
    'generated/dictionary.ts',
  ],
  'src/video': ['src/queues', 'src/errors'],
  'src/packaging': ['src/dicom', 'src/syntax', 'src/errors', 'generated/dictionary.ts'],
  'src/storing': [
    'src/storage',
    'src/packaging',
    'src/dicom',
    'src/syntax',
    'src/negotiation',
    'src/errors',
    'generated/tables.ts',
    'generated/dictionary.ts',
  ],
  'src/retrieval': [
    'src/buffers',
    'src/storage',
    'src/packaging',
    'src/negotiation',
    'src/pool',
    'src/rendering',
    'src/video',
    'src/codecs',
    'src/dicom',
    'src/syntax',
    'src/errors',
    'generated/tables.ts',
    'generated/dictionary.ts',
    'generated/operations.ts',
  ],
  'src/capabilities': ['generated'],
  'src/handlers': [
    'src/capabilities',
    'src/retrieval',
    'src/storing',
    'src/storage',
    'src/packaging',
    'src/negotiation',
    'src/pool',
    'src/dicom',
    'src/syntax',
    'src/errors',
    'generated',
  ],
  'src/import': ['src/storage', 'src/storing', 'src/dicom', 'src/errors'],
  'src/http': ['src/syntax', 'src/buffers', 'src/errors', 'generated'],
  // Measures a room from inside, where there is no request to measure it by.
  'scripts/bench': ['scripts', 'src/syntax'],
  scripts: ['spec', 'grammar', 'scripts'],
  generated: [],
};

/** Files that stand above the rooms: the composition root knows every room, the command line starts it. */
const entrances = ['src/origin-server.ts', 'src/cli.ts', 'src/config.ts'];

interface Import {
  readonly from: string;
  readonly to: string;
}

function importsOf(file: string): readonly Import[] {
  const text = readFileSync(path.join(root, file), 'utf8');
  const found = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\b[^;'"]*?\bfrom\s*['"](\.[^'"]+)['"]|import\s*\(\s*['"](\.[^'"]+)['"]\s*\)|new URL\(\s*['"](\.[^'"]+\.ts)['"]/g,
  );
  return [...found].map((match) => ({
    from: file,
    to: path.relative(root, path.resolve(root, path.dirname(file), match[1] ?? match[2] ?? match[3]!)),
  }));
}

function roomOf(file: string): string | undefined {
  return Object.keys(mayImport).find((room) => file.startsWith(`${room}/`));
}

const files = globSync(['src/**/*.ts', 'scripts/**/*.ts', 'generated/**/*.ts', 'generated/**/*.js'], {
  cwd: root,
}).sort();
const imports = files.flatMap(importsOf);

describe('import direction', () => {
  test('every file of src stands in a room, or at the entrance', () => {
    expect(
      files.filter((file) => file.startsWith('src/') && roomOf(file) === undefined && !entrances.includes(file)),
    ).toEqual([]);
  });

  test('a room imports only from itself and from the rooms below it', () => {
    const forbidden = imports.filter(({ from, to }) => {
      const room = roomOf(from);
      if (room === undefined) return false;
      return (
        !to.startsWith(`${room}/`) &&
        !mayImport[room]!.some((allowed) => to === allowed || to.startsWith(`${allowed}/`))
      );
    });
    expect(forbidden.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
  });

  test('handlers do not import each other', () => {
    const forbidden = imports.filter(
      ({ from, to }) => from.startsWith('src/handlers/') && to.startsWith('src/handlers/'),
    );
    expect(forbidden.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
  });

  test('no handler and no room above storage names a concrete store', () => {
    const concrete = /^src\/storage\/(sqlite|postgres|file|s3)-/;
    const forbidden = imports.filter(
      ({ from, to }) => concrete.test(to) && !from.startsWith('src/storage/') && !entrances.includes(from),
    );
    expect(forbidden.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
  });

  test('only the command line imports the composition root', () => {
    const forbidden = imports.filter(({ from, to }) => to === 'src/origin-server.ts' && from !== 'src/cli.ts');
    expect(forbidden.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
  });

  test('no files import each other in a circle', () => {
    expect(circles(imports)).toEqual([]);
  });
});

/** Circles among the files: each as the list of its files. Depth-first search with three colours. */
function circles(edges: readonly Import[]): readonly string[] {
  const next = Map.groupBy(edges, ({ from }) => from);
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (file: string, trail: readonly string[]): void => {
    if (trail.includes(file)) {
      found.push([...trail.slice(trail.indexOf(file)), file].join(' -> '));
      return;
    }
    if (done.has(file)) return;
    for (const { to } of next.get(file) ?? []) visit(to, [...trail, file]);
    done.add(file);
  };
  for (const file of next.keys()) visit(file, []);
  return found;
}
