import type { TracedRequirement } from './traceability.ts';

/**
 * The committed snapshot: a line a requirement with its state, how many places name it, and how many test files.
 *
 * It is the same on every machine: what is only left out here counts as proven, and neither times nor titles are in it.
 */
export function traceabilitySnapshot(requirements: readonly TracedRequirement[]): string {
  const lines = requirements.map(({ id, state, citations, tests }) => {
    const places = ['source', 'grammar', 'openapi', 'planned operation']
      .map((kind) => ({ kind, count: citations.filter((each) => each.kind === kind).length }))
      .filter(({ count }) => count > 0)
      .map(({ kind, count }) => `${kind.replace(' ', '-')}:${count}`);
    const files = new Set(tests.map(({ file }) => file)).size;
    const stable = state === 'left out' ? 'proven' : state;
    return [id, stable, ...places, ...(files > 0 ? [`test-files:${files}`] : [])].join('  ');
  });
  return `${lines.join('\n')}\n`;
}

/** The matrix for machines: the whole of each record with its state, its places and its tests. */
export function matrixJson(requirements: readonly TracedRequirement[]): string {
  return `${JSON.stringify({ requirements }, null, 1)}\n`;
}

const columns = {
  id: ({ id }) => id,
  source: ({ source }) => source,
  clause: ({ clause }) => clause,
  locator: ({ locator }) => locator,
  level: ({ level }) => level,
  actor: ({ actor }) => actor,
  state: ({ state }) => state,
  summary: ({ summary }) => summary,
  reason: (requirement) => reasonOf(requirement) ?? '',
  decision: ({ decision = [] }) => decision.join(' '),
  places: ({ citations }) => citations.map(({ file, name }) => `${file} ${name}`).join('; '),
  tests: ({ tests }) => tests.map(({ file, title, state }) => `${state}: ${file}: ${title}`).join('; '),
} satisfies Readonly<Record<string, (requirement: TracedRequirement) => string>>;

/** The matrix for a spreadsheet (RFC 4180). */
export function matrixCsv(requirements: readonly TracedRequirement[]): string {
  const rows = requirements.map((requirement) => Object.values(columns).map((cell) => cell(requirement)));
  return [Object.keys(columns), ...rows].map((row) => `${row.map(csvCell).join(',')}\r\n`).join('');
}

function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Why a requirement is not met, or is met without a test. */
export function reasonOf({ planned, exception, construction }: TracedRequirement): string | undefined {
  return exception ?? construction ?? (planned === undefined ? undefined : `Comes with: ${planned}.`);
}
