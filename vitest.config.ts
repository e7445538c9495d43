import { defineConfig } from 'vitest/config';
import { RequirementReporter } from './scripts/trace/requirement-reporter.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/support/property-seed.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    pool: 'forks',
    maxWorkers: 2,
    reporters: ['default', new RequirementReporter()],
  },
});
