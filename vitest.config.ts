import { defineConfig } from 'vitest/config';
import { pageScript } from './scripts/page-script.mjs';

export default defineConfig({
  test: {
    projects: [
      {
        plugins: [pageScript()],
        test: {
          name: 'unit',
          include: ['src/**/*.test.{ts,tsx}', 'test/fuzz/*.test.ts'],
          environment: 'node',
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/{integration,faults}/**/*.test.ts'],
          globalSetup: ['test/integration/build.ts'],
          environment: 'node',
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // Rounds of test/faults, which mostly wait.
          maxConcurrency: 4,
          // Half of a test is waiting for a program. Three at once, with the agent's suites beside them, left programs so little of two
          // cores that one test in a thousand saw it.
          fileParallelism: true,
          maxWorkers: 2,
        },
      },
    ],
  },
});
