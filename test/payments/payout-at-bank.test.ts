/** The payout's step of a trace, where the company's bank statement is read too. */
import { describe, expect, it } from 'vitest';
import { fixedClock } from '../../src/kernel/clock.js';
import { silentLog } from '../../src/kernel/log.js';
import { money } from '../../src/kernel/money.js';
import type { Findings } from '../../src/payments/findings.js';
import { gather } from '../../src/payments/gather.js';
import { hop, type HopState } from '../../src/payments/hop.js';
import { atBank } from '../../src/payments/payout-at-bank.js';
import type { Books } from '../../src/ports/books.js';
import type { PayoutState, PayoutTrace } from '../../src/ports/payouts.js';
import type { LineSighting } from '../../src/ports/reconciliation.js';

const friday = 20_784;
const bankLine: LineSighting = {
  partner: 'harbour',
  businessDay: friday,
  fileName: 'harbour.xml',
  line: {
    file: 1,
    line: 12,
    reference: 'BK1',
    amountMinor: 9_500n,
    currency: 'EUR',
    day: friday,
    type: 'payment',
    feeMinor: 0n,
    batch: '',
  },
};

const trace = (state: PayoutState, differenceMinor = 0n, lines = [bankLine]): PayoutTrace => ({
  payout: {
    partner: 'northpay',
    businessDay: friday - 1,
    batch: 'PO1',
    reference: '',
    currency: 'EUR',
    amountMinor: 9_800n,
    day: friday - 1,
    fileName: 'northpay.csv',
    line: 3,
  },
  partnerName: 'Northpay',
  bank: { id: 'harbour', name: 'Harbour Bank' },
  state,
  dueOn: friday,
  lines,
  differenceMinor,
});

const said = (before: HopState, landing: Findings['landing']): string => {
  const payout = hop('payout', 'books', before, { note: 'in a payout of 98.00 EUR' });
  const { state, at, expectedBy, note } = atBank(payout, { landing } as Findings);
  return [state, (at ?? expectedBy)?.toISOString().slice(0, 10) ?? '', note].join(' | ');
};

it.each<[string, HopState, PayoutTrace, string]>([
  [
    'arrived',
    'expected',
    trace('arrived'),
    'present | 2026-11-27 | in a payout of 98.00 EUR, 98.00 EUR at Harbour Bank: harbour.xml, line 12',
  ],
  [
    'short',
    'present',
    trace('short', -300n),
    'present | 2026-11-27 | in a payout of 98.00 EUR, 95.00 EUR at Harbour Bank: harbour.xml, line 12, 3.00 EUR short',
  ],
  [
    'over',
    'present',
    trace('over', 100n),
    'present | 2026-11-27 | in a payout of 98.00 EUR, 99.00 EUR at Harbour Bank: harbour.xml, line 12, 1.00 EUR too much',
  ],
  [
    'due',
    'present',
    trace('due', 0n, []),
    'present |  | in a payout of 98.00 EUR, due at Harbour Bank 27 Nov 2026',
  ],
  [
    'late',
    'present',
    trace('late', 0n, []),
    'overdue | 2026-11-27 | in a payout of 98.00 EUR, reported by Northpay, on no statement of Harbour Bank',
  ],
  [
    'missing',
    'present',
    trace('missing', 0n, []),
    'overdue | 2026-11-27 | in a payout of 98.00 EUR, reported by Northpay, on no statement of Harbour Bank',
  ],
  [
    'ambiguous',
    'present',
    trace('ambiguous'),
    'present |  | in a payout of 98.00 EUR, several lines of Harbour Bank could be it',
  ],
  ['what failed stays failed', 'failed', trace('missing', 0n, []), 'failed |  | in a payout of 98.00 EUR'],
])('%s', (_what, before, landing, expected) => {
  expect(said(before, { state: 'known', value: landing })).toBe(expected);
});

it.each<[string, Findings['landing']]>([
  ['is not followed to a bank', undefined],
  ['is unknown there', { state: 'known', value: null }],
  ['could not be looked up', { state: 'failed', why: 'the database is down' }],
])('a payout that %s stays as it was', (_why, landing) => {
  expect(said('present', landing)).toBe('present |  | in a payout of 98.00 EUR');
});

describe('the payout is looked up by the batch', () => {
  const entry = {
    id: 'L1',
    account: 'clearing:northpay',
    direction: 'debit',
    amount: money(10_000, 'EUR'),
    kind: 'capture',
    partner: 'northpay',
    reference: 'P1',
    batchId: 'B-books',
    businessDay: '2026-11-25',
    bookedAt: new Date('2026-11-25T12:00:00Z'),
  };
  const none = { rows: [], problems: [] };
  const books = {
    attemptsBy: () => Promise.resolve(none),
    entriesOf: () => Promise.resolve({ rows: [entry], problems: [] }),
    entriesOfBatch: () => Promise.resolve(none),
  } as unknown as Books;

  it.each<[string, string, string[]]>([
    ['of the statement line, and that of the booking', 'PO1', ['PO1', 'B-books']],
    ['of the booking, where the line has none', '', ['B-books']],
  ])('%s', async (_which, batch, expected) => {
    const asked: unknown[] = [];
    const statements = {
      placesOf: () => Promise.resolve([]),
      linesBy: () =>
        Promise.resolve([{ ...bankLine, partner: 'northpay', line: { ...bankLine.line, batch } }]),
      payoutsNamed: (...question: unknown[]) => {
        asked.push(question);
        return Promise.resolve([trace('arrived')]);
      },
      openBreaks: () => Promise.resolve([]),
      batchSums: () => Promise.resolve([]),
    };
    const subject = { paymentId: 'pay-1', chargeId: null };
    const found = await gather(subject, {
      provider: null,
      books,
      statements,
      log: silentLog,
      retryLimits: {},
      clock: fixedClock('2026-11-20T12:00:00Z'),
    }).settled;
    expect(asked).toEqual([['northpay', expected, 'EUR']]);
    expect(found.landing).toMatchObject({ state: 'known', value: { state: 'arrived' } });
  });
});
