import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/browser/**/*.test.ts'],
    globalSetup: ['test/browser/world.ts', 'test/support/global-setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    // Each worker has a world of its own, and a browser per file.
    maxWorkers: 2,
    // Real clocks, as in the other tests.
    retry: process.env.CI === undefined ? 0 : 1,
  },
});
