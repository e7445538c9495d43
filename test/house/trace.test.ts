import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Requirement } from '../../scripts/generate/requirements.ts';
import { readCitations } from '../../scripts/trace/citations.ts';
import { matrixCsv, traceabilitySnapshot } from '../../scripts/trace/matrix.ts';
import { matrixPage } from '../../scripts/trace/matrix-page.ts';
import type { TestResult } from '../../scripts/trace/test-report.ts';
import { type Traceability, traceRequirements } from '../../scripts/trace/traceability.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const accept: Requirement = {
  id: 'R-999-001',
  source: 'a-supplement',
  clause: '6.1',
  locator: 'line 1',
  level: 'shall',
  actor: 'origin server',
  summary: 'A request without Accept is answered with 406.',
  observable: 'GET <CT image> without Accept -> 406.',
};

/** A project in which one function meets `accept`. */
const project: Readonly<Record<string, string>> = {
  'src/negotiation/accept.ts': `/**
 * Reads Accept.
 *
 * @requirement R-999-001
 */
export function readAccept(): void {}
`,
};

function passing(id = accept.id): TestResult {
  return { file: 'test/accept.test.ts', title: 'no Accept, 406', requirements: [id], state: 'passed' };
}

function trace(
  files: Readonly<Record<string, string>>,
  tests: readonly TestResult[] | undefined,
  requirement: Requirement = accept,
): Traceability {
  const root = temporaryDirectory();
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), content);
  }
  return traceRequirements([requirement], readCitations(root), tests && { tests });
}

describe('where a requirement is named', () => {
  test('in a docstring, by the declaration that follows', () => {
    expect(trace(project, []).requirements[0]!.citations).toEqual([
      { id: 'R-999-001', kind: 'source', file: 'src/negotiation/accept.ts', name: 'readAccept' },
    ]);
  });

  test('in the error catalogue', () => {
    const files = {
      'src/errors/catalogue.ts': `export const catalogue = {\n  a: {\n    requirement: 'R-999-001',\n  },\n};\n`,
    };
    expect(trace(files, []).requirements[0]!.citations).toMatchObject([{ kind: 'source', name: 'catalogue' }]);
  });

  test('above a grammar rule', () => {
    const files = { 'grammar/a.abnf': '; @requirement R-999-001\naccept = 1*VCHAR\n; no rule follows\n' };
    expect(trace(files, []).requirements[0]!.citations).toMatchObject([{ kind: 'grammar', name: 'accept' }]);
  });

  test('at any depth of the API description, apart from planned operations', () => {
    const files = {
      'spec/openapi/paths/a.yaml':
        "get:\n  operationId: a\n  responses:\n    '406': { x-requirements: [R-999-001] }\npost:\n  x-planned: later\n  x-requirements: [R-999-001]\n",
    };
    expect(trace(files, []).requirements[0]!.citations).toMatchObject([
      { kind: 'openapi', name: 'get.responses.406' },
      { kind: 'planned operation', name: 'post' },
    ]);
  });
});

describe('the state of a requirement', () => {
  const stateOf = (...[files, tests, requirement]: Parameters<typeof trace>) =>
    trace(files, tests, requirement).requirements[0]!.state;

  test('is proven by a passing test', () => {
    expect(trace(project, [passing()])).toMatchObject({ requirements: [{ state: 'proven' }], problems: [] });
  });

  test('is not proven while one of its tests fails', () => {
    const { requirements, problems } = trace(project, [passing(), { ...passing(), state: 'failed' }]);
    expect(requirements[0]!.state).toBe('implemented');
    expect(problems).toEqual(['R-999-001 is disproved by "no Accept, 406" (test/accept.test.ts)']);
  });

  test('is implemented where only code names it', () => {
    expect(stateOf(project, [])).toBe('implemented');
  });

  test('is by construction where only the grammar names it, or a record says so', () => {
    expect(stateOf({ 'grammar/a.abnf': '; @requirement R-999-001\na = "a"\n' }, [])).toBe('by construction');
    expect(stateOf({}, [], { ...accept, construction: 'node:http frames the message.' })).toBe('by construction');
  });

  test('is missing where nothing but a planned operation names it', () => {
    const planned = { 'spec/openapi/a.yaml': 'get: { x-planned: later, x-requirements: [R-999-001] }\n' };
    expect(stateOf({}, [])).toBe('missing');
    expect(stateOf(planned, [])).toBe('missing');
  });
});

describe('a statement that nothing names', () => {
  test.each([
    [{ level: 'shall' }, 'missing'],
    [{ level: 'may' }, 'missing'],
    [{ level: 'abnf', actor: 'document' }, 'missing'],
    [{ level: 'definition' }, 'not binding'],
    [{ level: 'note', actor: 'document' }, 'not binding'],
    [{ level: 'shall', actor: 'user agent' }, 'not binding'],
  ] as const)('%o is %s', (kind, state) => {
    expect(trace({}, [], { ...accept, ...kind }).requirements[0]!.state).toBe(state);
  });
});

describe('the gate fails', () => {
  const problemsOf = (...[files, tests, requirement]: Parameters<typeof trace>) =>
    trace(files, tests, requirement).problems;

  test('on a shall, a shall not and a row of a table of the origin server that no passing test names', () => {
    for (const level of ['shall', 'shall not', 'table'] as const) {
      expect(problemsOf(project, [], { ...accept, level })).toEqual([
        `R-999-001 (6.1, ${level}) is implemented: no passing test names it`,
      ]);
    }
  });

  test('but not on what is weaker, or binds another actor', () => {
    for (const level of ['should', 'may', 'definition', 'note', 'abnf'] as const) {
      expect(problemsOf({}, [], { ...accept, level })).toEqual([]);
    }
    expect(problemsOf({}, [], { ...accept, actor: 'user agent' })).toEqual([]);
  });

  test('but not where every test was left out on this machine', () => {
    const { requirements, problems } = trace(project, [{ ...passing(), state: 'skipped' }]);
    expect({ state: requirements[0]!.state, problems }).toEqual({ state: 'left out', problems: [] });
    expect(traceabilitySnapshot(requirements)).toBe('R-999-001  proven  source:1  test-files:1\n');
  });

  test('on an unknown id in code, in grammar, in the API description and in a test', () => {
    const unknown = {
      'src/a.ts': '/** @requirement R-999-002 */\nexport const a = 1;\n',
      'grammar/a.abnf': '; @requirement R-999-003\na = "a"\n',
      'spec/openapi/a.yaml': 'get: { x-requirements: [R-999-004] }\n',
    };
    expect(problemsOf({ ...project, ...unknown }, [passing(), passing('R-999-005')])).toEqual([
      'R-999-002 is no requirement, but src/a.ts a names it',
      'R-999-003 is no requirement, but grammar/a.abnf a names it',
      'R-999-004 is no requirement, but spec/openapi/a.yaml get names it',
      'R-999-005 is no requirement, but test/accept.test.ts names it',
    ]);
  });

  test('on an exception without a reason', () => {
    expect(problemsOf({}, [], { ...accept, exception: ' ' })).toEqual(['R-999-001 is an exception without a reason']);
  });

  test('on an exception that code or a test claims to meet', () => {
    expect(problemsOf(project, [passing()], { ...accept, exception: 'Retired.' })).toEqual([
      'R-999-001 is an exception, but src/negotiation/accept.ts readAccept claims it',
      'R-999-001 is an exception, but test/accept.test.ts claims it',
    ]);
  });

  test('on a planned requirement that a test proves', () => {
    const planned = { ...accept, planned: 'video' };
    expect(problemsOf(project, [], planned)).toEqual([]);
    expect(problemsOf(project, [passing()], planned)).toEqual([
      'R-999-001 is planned, but test/accept.test.ts proves it: take the mark away',
    ]);
  });

  test('on a handler that names no requirement, unless its operation does or is one of Health', () => {
    const handler = { 'src/handlers/retrieve-study.ts': 'export const retrieveStudy = 1;\n' };
    const operation = (more: string) => ({ 'spec/openapi/a.yaml': `get: { operationId: retrieveStudy, ${more} }\n` });
    const traced = { ...project, ...handler };
    expect(problemsOf(traced, [passing()])).toEqual([
      'src/handlers/retrieve-study.ts names no requirement, nor does its operation',
    ]);
    expect(problemsOf({ ...traced, ...operation('x-requirements: [R-999-001]') }, [passing()])).toEqual([]);
    expect(problemsOf({ ...traced, ...operation('tags: [Health]') }, [passing()])).toEqual([]);
  });

  test('without the report of a whole run', () => {
    expect(problemsOf(project, undefined)).toContain('there is no report of a whole test run: run npm test');
  });
});

describe('the matrix', () => {
  const matrixed = () => {
    const summary = 'A "quoted" <tag>, and a comma';
    return trace({}, [], { ...accept, summary, exception: 'Retired.' }).requirements;
  };

  test('quotes for a spreadsheet', () => {
    expect(matrixCsv(matrixed())).toContain(',exception,"A ""quoted"" <tag>, and a comma",Retired.,');
  });

  test('escapes for a page and loads nothing', () => {
    const page = matrixPage(matrixed(), [], []);
    expect(page).toContain('A &quot;quoted&quot; &lt;tag>, and a comma');
    expect(page).not.toMatch(/<(script|link|img)[^>]*(src|href)=/);
  });
});
