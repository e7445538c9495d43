import { globSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Reporter, TestModule, TestRunEndReason, Vitest } from 'vitest/node';
import type { TestReport, TestResult } from './test-report.ts';

/**
 * Writes test-report/requirements.json: every test of a whole run with its state and the requirements it proves.
 * A run of some files or of one name leaves the report of the last whole run alone.
 */
export class RequirementReporter implements Reporter {
  #vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestRunEnd(modules: readonly TestModule[], _errors: readonly unknown[], reason: TestRunEndReason): void {
    const root = this.#vitest!.config.root;
    const ran = new Set(modules.map((module) => module.relativeModuleId));
    const whole = globSync('test/**/*.test.ts', { cwd: root }).every((file) => ran.has(file));
    if (!whole || reason === 'interrupted' || this.#vitest!.config.testNamePattern !== undefined) return;
    const report: TestReport = { tests: modules.flatMap(resultsOf).sort(byFileAndTitle) };
    mkdirSync(path.join(root, 'test-report'), { recursive: true });
    writeFileSync(path.join(root, 'test-report/requirements.json'), `${JSON.stringify(report, null, 1)}\n`);
  }
}

function resultsOf(module: TestModule): readonly TestResult[] {
  const file = module.relativeModuleId;
  const results = Array.from(module.children.allTests(), (test): TestResult => {
    const { state } = test.result();
    return {
      file,
      title: test.fullName,
      requirements: test.meta().requirements ?? [],
      state: state === 'pending' ? 'skipped' : state,
    };
  });
  // A file that breaks before its tests are collected has none to fail.
  if (!module.ok() && results.every(({ state }) => state !== 'failed')) {
    results.push({ file, title: 'the file itself', requirements: [], state: 'failed' });
  }
  return results;
}

function byFileAndTitle(a: TestResult, b: TestResult): number {
  return a.file.localeCompare(b.file, 'en') || a.title.localeCompare(b.title, 'en');
}
