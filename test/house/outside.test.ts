/**
 * What the product takes from outside comes in by one door each: time from the `Clock`, settings from the environment where
 * a process begins, the network through adapters. Each check reports a deliberate violation.
 */
import { describe, expect, it } from 'vitest';
import { textsIn } from './source-tree.js';

interface Door {
  why: string;
  /** Code that goes around the door. */
  code: readonly RegExp[];
  /** The files that are the door. */
  door: RegExp;
}

const doors: readonly Door[] = [
  {
    why: 'Time comes from the Clock.',
    code: [/\bDate\s*(?:\?\.|\.)\s*now\b/, /\bDate\s*\(\s*\)|\bnew\s+Date\b(?!\s*[\w(])/],
    door: /^src\/kernel\/clock\.ts$/,
  },
  { why: 'Money is bigint minor units.', code: [/\bparseFloat\b/], door: /^$/ },
  {
    why: 'The environment is read where a process begins.',
    code: [/\bprocess\s*(?:\?\.|\.)\s*env\b/, /\{[^}]*\benv\b[^}]*\}\s*=\s*process\b/, /node:process/],
    // PostgreSQL, a process of its own, inherits the search path.
    door: /^src\/(?:main\.ts$|cli\.ts$|cli\/|adapters\/postgres\/embedded\/binaries\.ts$)/,
  },
  {
    why: 'Only adapters use the network.',
    code: [
      /(?<![.\w])fetch\s*\((?!\w+\??:)/,
      /\bglobalThis\s*\.\s*fetch\b/,
      /\bnew\s+(?:WebSocket|EventSource)\b/,
    ],
    door: /^src\/adapters\//,
  },
];

const findings = (path: string, code: string): string[] =>
  doors
    .filter(({ code: patterns, door }) => !door.test(path) && patterns.some((pattern) => pattern.test(code)))
    .map(({ why }) => why);

it('no file goes around a door', () => {
  const found = textsIn('src', 'commands', 'jobs').flatMap(({ path, code }) =>
    findings(path, code).map((why) => `${path}: ${why}`),
  );
  expect(found).toEqual([]);
});

describe('a violation is reported', () => {
  const [time, money, environment, network] = doors.map(({ why }) => why);

  it.each([
    ['const at = Date.now();', time],
    ['const now = Date.now;', time],
    ['const at = new Date();', time],
    ['const at = new Date;', time],
    ["const amount = parseFloat('1.10');", money],
    ["const amount = Number.parseFloat('1.10');", money],
    ['const home = process.env.PAYDESK_HOME;', environment],
    ['const { env } = process;', environment],
    ["import { env } from 'node:process';", environment],
    ["const answer = await fetch('https://example.com');", network],
    ["const answer = await globalThis.fetch('https://example.com');", network],
    ["const socket = new WebSocket('wss://example.com');", network],
  ])('%s', (code, why) => {
    expect(findings('src/payments/x.ts', code)).toEqual([why]);
  });

  it.each([
    'const at = new Date(stored); const day: Date = new Date(2026, 1);',
    'interface StatusSource { fetch(pageUrl: string): Promise<string>; }',
    'const published = await source.fetch(page);',
  ])('and this is none: %s', (code) => {
    expect(findings('src/payments/x.ts', code)).toEqual([]);
  });
});
