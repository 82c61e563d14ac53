import { defineConfig } from 'vitest/config';

// Tests read the sources of every package, not what was last built, by the `source` export condition.
const resolve = { conditions: ['source'] };
const ssr = { resolve: { conditions: ['source', 'module', 'node', 'development|production'] } };

export default defineConfig({
  test: {
    // Much of a test is waiting for processes and disks: two files at a time are no burden even for two cores.
    maxWorkers: 2,
    projects: [
      {
        resolve,
        ssr,
        test: { name: 'unit', include: ['*/src/**/*.test.ts'], testTimeout: 30_000 },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'dataspace',
          include: ['dataspace/test/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'vectors',
          include: ['*/src/**/*.vectors.ts', 'dataspace/test/**/*.vectors.ts'],
          testTimeout: 120_000,
        },
      },
    ],
  },
});
