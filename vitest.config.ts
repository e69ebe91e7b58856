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
          // Most of a test is waiting for a program, so more files at once than there are cores; none may rest on a quiet machine.
          fileParallelism: true,
          maxWorkers: 3,
        },
      },
    ],
  },
});
