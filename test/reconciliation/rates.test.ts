/** What becomes of a difference on a line that the partner converted. */
import { expect, it } from 'vitest';
import { judgedByRate } from '../../src/reconciliation/engine/rates.js';
import {
  broken,
  differenceOf,
  type Finding,
  type LedgerEntry,
  type StatementLine,
} from '../../src/reconciliation/findings.js';
import type { Conversion } from '../../src/ports/reconciliation.js';
import { rateLines } from '../../src/views/reconciliation/rates.js';

const entry = (amountMinor: bigint, currency: string): LedgerEntry => ({
  id: 'L1',
  reference: 'P1',
  amountMinor,
  currency,
  day: 1,
  type: 'capture',
  batch: '',
});
const line = (amountMinor: bigint, currency: string, fx?: Omit<Conversion, 'rate'>): StatementLine => ({
  file: 1,
  line: 1,
  reference: 'P1',
  amountMinor,
  currency,
  day: 1,
  type: 'payment',
  feeMinor: 0n,
  batch: '',
  ...(fx && { fx: { ...fx, rate: '' } }),
});
const usd = (amountMinor: bigint): Omit<Conversion, 'rate'> => ({ currency: 'USD', amountMinor });

/** “fx 100 EUR”. */
function said(finding: Finding | undefined): string {
  if (finding?.type === 'match') return finding.rule;
  if (finding?.type !== 'break') return 'pending';
  const { minor, currency } = differenceOf(finding);
  return `${finding.kind} ${minor} ${currency}`;
}

it.each<[string, string, 'amount' | 'currency' | 'fee', LedgerEntry, StatementLine]>([
  [
    'the rate differs from the one that we booked',
    'fx 100 EUR',
    'amount',
    entry(8_500n, 'EUR'),
    line(8_600n, 'EUR', usd(10_000n)),
  ],
  [
    'a refund at another rate',
    'fx -100 EUR',
    'amount',
    entry(-8_500n, 'EUR'),
    line(-8_600n, 'EUR', usd(-10_000n)),
  ],
  [
    'no rate is so far off',
    'amount -4250 EUR',
    'amount',
    entry(8_500n, 'EUR'),
    line(4_250n, 'EUR', usd(10_000n)),
  ],
  ['a line that was not converted', 'amount 100 EUR', 'amount', entry(8_500n, 'EUR'), line(8_600n, 'EUR')],
  ['a fee is no rate', 'fee 100 EUR', 'fee', entry(8_500n, 'EUR'), line(8_600n, 'EUR', usd(10_000n))],
  [
    'we booked the amount before conversion',
    'converted',
    'currency',
    entry(10_000n, 'USD'),
    line(8_600n, 'EUR', usd(10_000n)),
  ],
  [
    'we booked another amount before conversion',
    'fx -86 EUR',
    'currency',
    entry(10_100n, 'USD'),
    line(8_600n, 'EUR', usd(10_000n)),
  ],
  [
    'the difference is within the tolerance',
    'converted',
    'currency',
    entry(10_004n, 'USD'),
    line(8_600n, 'EUR', usd(10_000n)),
  ],
  [
    'we booked a third currency',
    'currency 8600 EUR',
    'currency',
    entry(10_000n, 'GBP'),
    line(8_600n, 'EUR', usd(10_000n)),
  ],
  [
    'we booked something else',
    'currency 8600 EUR',
    'currency',
    entry(50_000n, 'USD'),
    line(8_600n, 'EUR', usd(10_000n)),
  ],
])('%s: %s', (_why, expected, kind, ours, theirs) => {
  const tolerances = new Map([['EUR', { shortMinor: 3n, overMinor: 3n }]]);
  const [judged] = judgedByRate([broken(kind, [ours], [theirs])], tolerances);
  expect(said(judged).replace(/^currency .*/, 'currency 8600 EUR')).toBe(expected);
});

it('a group of several rows is left as it is', () => {
  const found = broken('amount', [entry(1n, 'EUR'), entry(2n, 'EUR')], [line(4n, 'EUR', usd(5n))]);
  expect(judgedByRate([found], new Map())).toEqual([found]);
});

it.each<[string, LedgerEntry, StatementLine, string]>([
  [
    'after conversion',
    entry(8_500n, 'EUR'),
    line(8_600n, 'EUR', usd(10_000n)),
    'booked at 0.85, applied 0.86 EUR per USD',
  ],
  [
    'before conversion',
    entry(10_100n, 'USD'),
    line(8_600n, 'EUR', usd(10_000n)),
    'booked at 0.851485, applied 0.86 EUR per USD',
  ],
  [
    'in yen',
    entry(8_500n, 'EUR'),
    line(8_600n, 'EUR', { currency: 'JPY', amountMinor: 14_000n }),
    'booked at 0.00607143, applied 0.00614286 EUR per JPY',
  ],
])('a card says both rates of an amount booked %s', (_how, ours, theirs, expected) => {
  const lines = rateLines({ entries: [ours], lines: [{ ...theirs, identity: '' }] });
  expect(lines.join('\n')).toContain(expected);
});
