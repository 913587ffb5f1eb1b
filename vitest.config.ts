import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.js';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/browser/**'],
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/fixed-seed.ts'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // A condition that comes late on a busy machine is not a fault; one that never comes is.
    expect: { poll: { timeout: 10_000 } },
    pool: 'forks',
    // The stand-ins' worlds are made of many small objects that are soon forgotten: a quarter of the time went into collecting them.
    execArgv: ['--max-semi-space-size=64'],
    // A file's modules are loaded once per worker: loading them took a quarter of the run. No test replaces a module.
    isolate: false,
    // More than two cores: most of the long tests wait, for a process that was killed, for Slack's pace or for the next second.
    maxWorkers: 4,
    sequence: { sequencer: LongestFirst },
    // Real kills, clocks and paces: on a shared machine one of thousands may come too late. Twice is a fault.
    retry: process.env.CI === undefined ? 0 : 1,
  },
});
