/** Tolerances, groups within a batch, and rules of paydesk.yaml: a row per case, with its reason. */
import { describe, expect, it } from 'vitest';
import { parseDay } from '../../src/kernel/calendar-day.js';
import type { LedgerEntry, StatementLine } from '../../src/reconciliation/findings.js';
import { reconcile } from '../../src/reconciliation/matching/match.js';
import {
  defaultSettings,
  type MatchSettings,
  type UserRule,
} from '../../src/reconciliation/matching/settings.js';

const day = parseDay('2026-11-02');

const entry = (
  id: string,
  reference: string,
  amount: number,
  more: Partial<LedgerEntry> = {},
): LedgerEntry => ({
  id,
  reference,
  amountMinor: BigInt(amount),
  currency: 'EUR',
  day,
  type: 'capture',
  batch: '',
  ...more,
});
const line = (
  no: number,
  reference: string,
  amount: number,
  more: Partial<StatementLine> = {},
): StatementLine => ({
  file: 1,
  line: no,
  reference,
  amountMinor: BigInt(amount),
  currency: 'EUR',
  day,
  type: 'payment',
  feeMinor: 0n,
  batch: '',
  ...more,
});

const rule = (more: Partial<UserRule>): MatchSettings => ({
  ...defaultSettings,
  rules: [
    {
      id: 'own',
      by: ['plain_reference'],
      ledgerTypes: [],
      statementTypes: [],
      many: false,
      windowDays: 2,
      tolerances: new Map(),
      ...more,
    },
  ],
});
const tolerant: MatchSettings = {
  ...defaultSettings,
  tolerances: new Map([['EUR', { shortMinor: 2n, overMinor: 1n }]]),
};

function said(entries: LedgerEntry[], lines: StatementLine[], settings: MatchSettings): string[] {
  return reconcile({ entries, lines }, settings)
    .map((finding) => {
      const name =
        finding.type === 'match' ? finding.rule : finding.type === 'break' ? finding.kind : 'pending';
      const ids = finding.entries
        .map(({ id }) => id)
        .sort()
        .join(' ');
      return `${name} ${ids} / ${finding.lines.map((each) => each.line).join(' ')}`;
    })
    .sort();
}

describe.each<[why: string, LedgerEntry[], StatementLine[], MatchSettings, string[]]>([
  ['two cents short is tolerated', [entry('A', 'r', 100)], [line(1, 'r', 98)], tolerant, ['tolerance A / 1']],
  ['three are not', [entry('A', 'r', 100)], [line(1, 'r', 97)], tolerant, ['amount A / 1']],
  ['one cent over is tolerated', [entry('A', 'r', 100)], [line(1, 'r', 101)], tolerant, ['tolerance A / 1']],
  ['two are not', [entry('A', 'r', 100)], [line(1, 'r', 102)], tolerant, ['amount A / 1']],
  [
    'another currency has its own tolerance, here none',
    [entry('A', 'r', 100, { currency: 'USD' })],
    [line(1, 'r', 99, { currency: 'USD' })],
    tolerant,
    ['amount A / 1'],
  ],
  [
    'rows of one batch without a common reference agree as a whole',
    [entry('A', 'x', 60, { batch: 'b' }), entry('B', 'y', 40, { batch: 'b' })],
    [line(1, 'p', 30, { batch: 'b' }), line(2, 'q', 70, { batch: 'b' })],
    defaultSettings,
    ['batch_group A B / 1 2'],
  ],
  [
    'a batch of two currencies is two batches',
    [entry('A', 'x', 60, { batch: 'b' }), entry('B', 'y', 40, { batch: 'b', currency: 'USD' })],
    [line(1, 'p', 60, { batch: 'b' }), line(2, 'q', 41, { batch: 'b', currency: 'USD' })],
    defaultSettings,
    ['batch_group A / 1', 'missing_at_partner B / ', 'missing_in_ledger  / 2'],
  ],
  [
    'a rule sees through dashes, zeros and case',
    [entry('A', 'ab-12', 100)],
    [line(1, '00AB12', 100)],
    rule({}),
    ['rule:own A / 1'],
  ],
  [
    'a rule never crosses currencies',
    [entry('A', 'ab-12', 100)],
    [line(1, 'AB12', 100, { currency: 'USD' })],
    rule({}),
    ['missing_at_partner A / ', 'missing_in_ledger  / 1'],
  ],
  [
    'a rule without a criterion matches nothing',
    [entry('A', 'x', 100)],
    [line(1, 'y', 100)],
    rule({ by: [] }),
    ['missing_at_partner A / ', 'missing_in_ledger  / 1'],
  ],
  [
    'two possible answers are none',
    [entry('A', 'ab-12', 100)],
    [line(1, 'AB12', 100), line(2, 'AB.12', 100)],
    rule({}),
    ['missing_at_partner A / ', 'missing_in_ledger  / 1', 'missing_in_ledger  / 2'],
  ],
  [
    'a rule for refunds leaves captures alone',
    [entry('A', 'ab-12', 100)],
    [line(1, 'AB12', 100)],
    rule({ ledgerTypes: ['refund'] }),
    ['missing_at_partner A / ', 'missing_in_ledger  / 1'],
  ],
  [
    'a rule by date alone wants the same amount',
    [entry('A', 'x', 100), entry('B', 'y', 70)],
    [line(1, 'p', 100)],
    rule({ by: ['date'] }),
    ['missing_at_partner B / ', 'rule:own A / 1'],
  ],
])('%s', (_why, entries, lines, settings, wanted) => {
  it('is said', () => expect(said(entries, lines, settings)).toEqual(wanted));
});

it('shows a payment under a wrong reference on both sides where a payout states the sum of the batch', () => {
  const sides = { entries: [entry('A', 'x', 60, { batch: 'b' })], lines: [line(1, 'p', 60, { batch: 'b' })] };
  const kinds = reconcile(sides, { ...defaultSettings, withinBatch: false }).map(
    (finding) => finding.type === 'break' && finding.kind,
  );
  expect(kinds).toEqual(['missing_in_ledger', 'missing_at_partner']);
});
