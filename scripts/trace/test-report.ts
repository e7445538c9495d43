import { existsSync, readFileSync } from 'node:fs';

/** A test of the last whole run. */
export interface TestResult {
  readonly file: string;
  readonly title: string;
  readonly requirements: readonly string[];
  readonly state: 'passed' | 'failed' | 'skipped';
}

export interface TestReport {
  readonly tests: readonly TestResult[];
}

/** The report that the reporter wrote, or undefined when no whole run has been made. */
export function readTestReport(file: string): TestReport | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as TestReport) : undefined;
}
