import type { Requirement } from '../generate/requirements.ts';
import type { Citation, Citations } from './citations.ts';
import type { TestReport, TestResult } from './test-report.ts';

/**
 * What is known of a requirement.
 *
 * - proven: a passing test names it and no failing one does.
 * - left out: every test that names it was skipped, for want of a program or of the corpus on this machine.
 * - implemented: code names it, no test does.
 * - by construction: the grammar, the routes or the HTTP server cannot do otherwise; no test names it.
 * - planned: not met yet. exception: not met, for a stated reason.
 * - not binding: a definition, a note or a matter of the user agent that nothing names.
 * - missing: nothing names it, although it asks something of an origin server.
 */
export const states = [
  'proven',
  'left out',
  'implemented',
  'by construction',
  'planned',
  'exception',
  'not binding',
  'missing',
] as const;
export type State = (typeof states)[number];

export interface TracedRequirement extends Requirement {
  readonly state: State;
  readonly citations: readonly Citation[];
  readonly tests: readonly TestResult[];
}

export interface Traceability {
  readonly requirements: readonly TracedRequirement[];
  /** What keeps a change from landing, each as a sentence. */
  readonly problems: readonly string[];
}

/** Joins the registry with every citation and with the last whole test run. */
export function traceRequirements(
  registry: readonly Requirement[],
  { citations, handlers }: Citations,
  report: TestReport | undefined,
): Traceability {
  const tests = report?.tests ?? [];
  const citationsOf = Map.groupBy(citations, ({ id }) => id);
  const testsOf = Map.groupBy(
    tests.flatMap((test) => test.requirements.map((id) => ({ id, test }))),
    ({ id }) => id,
  );
  const requirements = registry.map((requirement): TracedRequirement => {
    const cited = citationsOf.get(requirement.id) ?? [];
    const tested = (testsOf.get(requirement.id) ?? []).map(({ test }) => test);
    return { ...requirement, state: stateOf(requirement, cited, tested), citations: cited, tests: tested };
  });
  const known = new Set(registry.map(({ id }) => id));
  const unknown = [
    ...citations.map(({ id, file, name }) => ({ id, where: `${file} ${name}` })),
    ...tests.flatMap(({ requirements, file }) => requirements.map((id) => ({ id, where: file }))),
  ].filter(({ id }) => !known.has(id));
  return {
    requirements,
    problems: [
      ...(report === undefined ? ['there is no report of a whole test run: run npm test'] : []),
      ...unknown.map(({ id, where }) => `${id} is no requirement, but ${where} names it`),
      ...requirements.flatMap(problemsOf),
      ...handlers
        .filter(({ isTraced }) => !isTraced)
        .map(({ file }) => `${file} names no requirement, nor does its operation`),
    ],
  };
}

function stateOf(requirement: Requirement, citations: readonly Citation[], tests: readonly TestResult[]): State {
  if (requirement.exception !== undefined) return 'exception';
  if (requirement.planned !== undefined) return 'planned';
  if (isProven(tests)) return 'proven';
  if (tests.length > 0 && tests.every(({ state }) => state === 'skipped')) return 'left out';
  if (citations.some(({ kind }) => kind === 'source')) return 'implemented';
  const given = citations.some(({ kind }) => kind === 'grammar' || kind === 'openapi');
  if (given || requirement.construction !== undefined) return 'by construction';
  const { actor, level } = requirement;
  return actor === 'user agent' || level === 'definition' || level === 'note' ? 'not binding' : 'missing';
}

function isProven(tests: readonly TestResult[]): boolean {
  return tests.some(({ state }) => state === 'passed') && tests.every(({ state }) => state !== 'failed');
}

/** What an origin server must do: only these need a proof for a change to land. */
export function needsProof({ actor, level }: Requirement): boolean {
  return actor === 'origin server' && (level === 'shall' || level === 'shall not' || level === 'table');
}

function problemsOf(requirement: TracedRequirement): readonly string[] {
  const { id, state, citations, tests, exception } = requirement;
  const failing = tests.filter((test) => test.state === 'failed');
  if (failing.length > 0) return failing.map(({ title, file }) => `${id} is disproved by "${title}" (${file})`);
  if (state === 'exception') {
    if (exception!.trim() === '') return [`${id} is an exception without a reason`];
    const claims = [...citations.map(({ file, name }) => `${file} ${name}`), ...tests.map(({ file }) => file)];
    return claims.map((claim) => `${id} is an exception, but ${claim} claims it`);
  }
  if (state === 'planned') {
    return isProven(tests) ? [`${id} is planned, but ${tests[0]!.file} proves it: take the mark away`] : [];
  }
  const open = state !== 'proven' && state !== 'left out' && needsProof(requirement);
  return open ? [`${id} (${requirement.clause}, ${requirement.level}) is ${state}: no passing test names it`] : [];
}
