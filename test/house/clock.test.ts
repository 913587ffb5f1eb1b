/**
 * The product takes the time from its `Clock` and counts money in whole minor units, and each check reports a deliberate
 * violation.
 */
import { describe, expect, it } from 'vitest';
import { textsIn } from './source-tree.js';

const forbidden: readonly (readonly [code: RegExp, why: string])[] = [
  [/\bDate\s*(?:\?\.|\.)\s*now\b/, 'Time comes from the Clock.'],
  [/\bDate\s*\(\s*\)|\bnew\s+Date\b(?!\s*[\w(])/, 'Time comes from the Clock.'],
  [/\bparseFloat\b/, 'Money is bigint minor units.'],
];

const findings = (code: string): string[] =>
  forbidden.filter(([pattern]) => pattern.test(code)).map(([, why]) => why);

it('no file but the clock’s own reads the time, and none reads money as a float', () => {
  const found = textsIn('src', 'commands', 'jobs').flatMap(({ path, code }) =>
    findings(code).map((why) => `${path}: ${why}`),
  );
  expect(found).toEqual(['src/kernel/clock.ts: Time comes from the Clock.']);
});

describe('a violation is reported', () => {
  it.each([
    ['const at = Date.now();', 'Time comes from the Clock.'],
    ['const now = Date.now;', 'Time comes from the Clock.'],
    ['const at = new Date();', 'Time comes from the Clock.'],
    ['const at = new Date;', 'Time comes from the Clock.'],
    ["const amount = parseFloat('1.10');", 'Money is bigint minor units.'],
    ["const amount = Number.parseFloat('1.10');", 'Money is bigint minor units.'],
  ])('%s', (code, why) => {
    expect(findings(code)).toEqual([why]);
  });

  it('and a point in time that is given is none', () => {
    expect(findings('const at = new Date(stored); const day: Date = new Date(2026, 1);')).toEqual([]);
  });
});
