import { type TestFunction, test } from 'vitest';

/**
 * A test that proves one or more requirement records.
 *
 * The ids stand in the title and in the test's metadata, so every report carries them and the trace can join them.
 */
export function requirement(ids: string | readonly string[], title: string, run: TestFunction, timeout?: number): void {
  const requirements = typeof ids === 'string' ? [ids] : [...ids];
  test(
    `${title} [${requirements.join(' ')}]`,
    { meta: { requirements }, ...(timeout === undefined ? {} : { timeout }) },
    run,
  );
}

declare module 'vitest' {
  interface TaskMeta {
    /** Ids of the requirement records that the test proves. */
    requirements?: string[];
  }
}
