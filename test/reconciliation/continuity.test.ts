/** Balances across files: a statement opens where the account's one before it closed. */
import { expect, it } from 'vitest';
import { parseDay } from '../../src/kernel/calendar-day.js';
import type { StatedBalance } from '../../src/ports/reconciliation.js';
import { firstOfAccounts, gapAfter, statedBalance } from '../../src/reconciliation/engine/continuity.js';
import type { StatementFacts } from '../../src/reconciliation/formats/format.js';

const day = (date: number): number => parseDay(`2026-11-${date}`) ?? 0;

const stated = (from: number, to: number, opening: bigint | null, closing: bigint | null): StatedBalance => ({
  line: 1,
  account: 'NL1',
  currency: 'EUR',
  exponent: 2,
  from: day(from),
  to: day(to),
  openingMinor: opening,
  closingMinor: closing,
});

it.each<[string, StatedBalance, StatedBalance, string | null]>([
  ['the next day goes on', stated(25, 25, 100n, 150n), stated(26, 26, 150n, 90n), null],
  [
    'MT940 opens on the day on which the one before closed',
    stated(24, 25, 100n, 150n),
    stated(25, 26, 150n, 90n),
    null,
  ],
  ['a day is missing between', stated(24, 24, 100n, 150n), stated(26, 26, 170n, 90n), '0.20 EUR'],
  ['less than it closed with', stated(25, 25, 100n, 150n), stated(26, 26, 149n, 90n), '-0.01 EUR'],
  [
    'a week that begins with a day that came alone',
    stated(23, 23, 100n, 150n),
    stated(23, 27, 100n, 500n),
    null,
  ],
  [
    'a week that begins there and opens elsewhere',
    stated(23, 23, 100n, 150n),
    stated(23, 27, 99n, 500n),
    '-0.51 EUR',
  ],
  [
    'without a closing balance there is nothing to compare',
    stated(25, 25, 100n, null),
    stated(26, 26, 1n, 2n),
    null,
  ],
  ['without an opening balance neither', stated(25, 25, 100n, 150n), stated(26, 26, null, 2n), null],
  [
    'more decimals are the same amount',
    stated(25, 25, 100n, 150n),
    { ...stated(26, 26, 15_000n, 2n), exponent: 4 },
    null,
  ],
])('%s', (_what, before, after, difference) => {
  const found = gapAfter(before, after);
  expect(found?.code ?? null).toBe(difference === null ? null : 'balance_gap');
  if (difference !== null)
    expect(found?.message).toContain(`of NL1 differs by ${difference} from the closing balance of 2026-11-`);
});

it('only the oldest statement of an account in a file is compared with another file', () => {
  const [a, b, other] = [
    stated(26, 26, 1n, 2n),
    stated(25, 25, 1n, 2n),
    { ...stated(26, 26, 1n, 2n), account: 'NL2' },
  ];
  expect(firstOfAccounts([a, b, other, { ...b, line: 9 }])).toEqual([b, other]);
});

it.each<[string, Partial<StatementFacts>, number]>([
  ['with days', { from: '2026-11-25', to: '2026-11-26', openingMinor: 1n }, 1],
  ['with one day', { to: '2026-11-26', closingMinor: 1n }, 1],
  ['without a day', { openingMinor: 1n }, 0],
  ['without a balance', { to: '2026-11-26' }, 0],
])('a statement %s', (_what, facts, count) => {
  expect(
    statedBalance({ type: 'statement', line: 1, account: 'NL1', currency: 'EUR', ...facts }),
  ).toHaveLength(count);
});
