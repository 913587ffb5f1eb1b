/** The rules as sets of the database agree with the rules as code, to the row, on any two tables. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { generate } from '../../bench/reconciliation/generate.js';
import { openSession, type CopySession } from '../../src/adapters/postgres/reconciliation-engine/session.js';
import {
  addRows,
  applyRules,
  openSides,
  takeExact,
} from '../../src/adapters/postgres/reconciliation-engine/sql-engine.js';
import { parseDay } from '../../src/kernel/calendar-day.js';
import type { Finding, LedgerEntry, Pool, StatementLine } from '../../src/reconciliation/findings.js';
import { reconcile } from '../../src/reconciliation/matching/match.js';
import { defaultSettings, type MatchSettings } from '../../src/reconciliation/matching/settings.js';
import { readLedger, readStatementTable } from '../../src/reconciliation/tables.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';

let database: TestDatabase;
let session: CopySession;
beforeAll(async () => {
  database = await createDatabase();
  session = await openSession({ url: database.appUrl, setting: 'DATABASE_URL', statementTimeoutMs: 60_000 });
});
afterAll(async () => {
  await session.close();
  await database.drop();
});

const first = parseDay('2026-11-01') ?? 0;

/** Few values, so that references, amounts, days, batches and currencies collide often. */
const day = fc.constantFrom(null, first, first, first + 1, first + 3, first + 4, first + 9);
const amountMinor = fc.constantFrom(100n, 100n, 100n, -100n, 60n, 40n, 97n, 0n, 9_007_199_254_740_993n);
const currency = fc.constantFrom('USD', 'USD', 'USD', 'EUR');
const entry = fc.record({
  reference: fc.constantFrom('', 'r1', 'r2', 'r3', 'b1', 'R-1', '0r2'),
  amountMinor,
  currency,
  day,
  type: fc.constantFrom('payment', 'payment', 'refund'),
  batch: fc.constantFrom('', 'b1', 'b2', 'r1'),
});
const line = fc.record({
  reference: fc.constantFrom('', '', 'r1', 'r2', 'r3', 'b1', 'b2', 'r-3'),
  amountMinor,
  currency,
  day,
  type: fc.constantFrom('payment', 'payment', 'refund'),
  feeMinor: fc.constantFrom(0n, 0n, 3n),
  batch: fc.constantFrom('', '', 'b1', 'b2'),
});
const pool: fc.Arbitrary<Pool> = fc.record({
  entries: fc
    .array(entry, { maxLength: 12 })
    .map((rows): LedgerEntry[] => rows.map((row, at) => ({ ...row, id: `L${at}` }))),
  lines: fc
    .array(line, { maxLength: 12 })
    .map((rows): StatementLine[] => rows.map((row, at) => ({ ...row, file: 1, line: at + 1 }))),
});

const tolerances = new Map([['USD', { shortMinor: 5n, overMinor: 1n }]]);
const userRule = {
  id: 'own',
  by: ['plain_reference'],
  ledgerTypes: [],
  statementTypes: ['payment'],
  many: true,
  windowDays: 3,
  tolerances,
} as const;

/** The ways in which a company may set the rules. */
const settings = fc.constantFrom<MatchSettings>(
  defaultSettings,
  { ...defaultSettings, tolerances, withinBatch: false },
  {
    ...defaultSettings,
    dueOn: ({ day: on, type }) => (on !== null && type === 'payment' ? on + 3 : on),
    dueLater: ({ day: on, type }) => (on !== null && on > first + 2 && type === 'payment' ? on + 2 : null),
  },
  { ...defaultSettings, rules: [userRule] },
  { ...defaultSettings, windowDays: 5, rules: [{ ...userRule, by: ['batch', 'date'], many: false }] },
  { ...defaultSettings, rules: [{ ...userRule, by: ['date'], many: false, tolerances: new Map() }] },
);

async function bySql(sides: Pool, terms: MatchSettings, apart?: string): Promise<string[]> {
  await session.query('discard temp');
  await openSides(session);
  await addRows(session, sides.entries, sides.lines);
  const exact = await takeExact(session, terms, apart);
  const findings = await applyRules(session, terms);
  const count = exact.reduce((sum, { rows }) => sum + rows, 0);
  return said(
    findings.map(({ type, name, due, ...rows }) => ({
      type,
      name: due === null ? name : String(due),
      ...rows,
    })),
    count,
  );
}

const byCode = (sides: Pool, terms: MatchSettings): string[] =>
  said(
    reconcile(sides, terms).map((finding) => ({ ...finding, name: nameOf(finding) })),
    0,
  );

const nameOf = (finding: Finding): string =>
  finding.type === 'match' ? finding.rule : finding.type === 'break' ? finding.kind : String(finding.dueOn);

interface Told {
  type: string;
  name: string;
  entries: LedgerEntry[];
  lines: StatementLine[];
}

/** Exact matches of unshared references are counted by one engine and listed by the other: both as a number. */
function said(findings: Told[], exact: number): string[] {
  const isExact = ({ name }: Told): boolean => name === 'exact';
  const texts = findings
    .filter((finding) => !isExact(finding))
    .map(({ type, name, entries, lines }) => {
      const ids = entries
        .map(({ id }) => id)
        .sort()
        .join(' ');
      return `${type} ${name} ${ids} / ${lines
        .map((each) => each.line)
        .sort((a, b) => a - b)
        .join(' ')}`;
    });
  return [`exact ${exact + findings.filter(isExact).length}`, ...texts.sort()];
}

it('agrees on any two tables and any settings', async () => {
  await fc.assert(
    fc.asyncProperty(pool, settings, fc.constantFrom(undefined, 'refund'), async (sides, terms, apart) => {
      expect(await bySql(sides, terms, apart)).toEqual(byCode(sides, terms));
    }),
    { numRuns: Number(process.env.RECONCILIATION_RUNS ?? 40) },
  );
}, 120_000);

it('agrees on a generated day with fees, batches and duplicates', async () => {
  const { ledger, statement } = generate(5000, 11);
  const sides = { entries: readLedger(ledger).rows, lines: readStatementTable(statement).rows };
  expect(await bySql(sides, defaultSettings)).toEqual(byCode(sides, defaultSettings));
});
