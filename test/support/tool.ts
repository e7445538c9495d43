import { spawnSync } from 'node:child_process';
import { describe } from 'vitest';

/** Whether a program is on the PATH. */
export function hasTool(name: string): boolean {
  return spawnSync('which', [name]).status === 0;
}

/** A block of tests that compares with an independent program; left out, with its reason in the title, where it is not installed. */
export function describeWithTool(tool: string, title: string, run: () => void): void {
  if (hasTool(tool)) describe(title, run);
  else describe.skip(`${title} (left out: ${tool} is not installed)`, run);
}
