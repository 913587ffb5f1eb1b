/** The card of a payout, as text: its first line in every state, and what it contains. */
import { expect, it } from 'vitest';
import type { PayoutReport } from '../../src/payments/payout.js';
import type { PayoutTrace } from '../../src/ports/payouts.js';
import { payoutCard } from '../../src/views/payments/payout.js';
import { aBreak } from '../payments/traces.js';
import { linesOf } from '../support/cards.js';
import { aPayout, at, eur, now } from '../support/payment-objects.js';
import { read } from './reading.js';

const links = (): null => null;

const unasked = { state: 'not_applicable' } as const;

it.each([
  [aPayout({ traceId: 'FT1' }), 'Payout arrived 13 Nov 2026 · 9,000.00 EUR po_1paid'],
  [
    aPayout({ status: 'in_transit', arrivalDate: at('11-21T00:00') }),
    'Payout in transit, expected 21 Nov 2026 · 9,000.00 EUR po_1paid',
  ],
  [
    aPayout({ status: 'pending', arrivalDate: at('11-20T10:00') }),
    'Payout pending, expected 20 Nov 2026 · 9,000.00 EUR po_1paid',
  ],
  [
    aPayout({ status: 'pending', arrivalDate: at('11-18T23:59') }),
    'Payout pending, expected 18 Nov 2026 (overdue by 2 d) · 9,000.00 EUR po_1paid',
  ],
  [
    aPayout({ status: 'failed', failure: { code: 'account_closed', message: null } }),
    'Payout failed; the money is back on the balance: account closed · 9,000.00 EUR po_1paid',
  ],
  [aPayout({ arrivalDate: at('11-21T00:00') }), 'Payout paid, arrives 21 Nov 2026 · 9,000.00 EUR po_1paid'],
  [aPayout({ reversedBy: 'po_2' }), 'Payout of 13 Nov 2026 reversed by `po_2` · 9,000.00 EUR po_1paid'],
  [aPayout({ amount: eur(-5000) }), 'Debit of the bank account, 13 Nov 2026 · -50.00 EUR po_1paid'],
  [
    aPayout({ status: 'failed', amount: eur(-5000), failure: null }),
    'Debit of the bank account failed · -50.00 EUR po_1paid',
  ],
  [
    aPayout({ status: 'canceled' }),
    'Payout cancelled; the money is back on the balance · 9,000.00 EUR po_1paid',
  ],
])('a payout %#', (payout, first) => {
  const report = { id: payout.id, payout, partner: 'northpay', contents: unasked, asOf: now };
  expect(read(payoutCard(report, links)).split('\n')[0]).toBe(first);
});

it.each([aPayout({ status: 'failed' }), aPayout({ status: 'canceled' }), aPayout({ reversedBy: 'po_2' })])(
  'a payout whose money came back was not paid, although the report lists it %#',
  (payout) => {
    const reported: PayoutReport['reported'] = {
      state: 'known',
      value: [
        { kind: 'payment', currency: 'EUR', entries: 2, minor: 900_000n },
        { kind: 'payout', currency: 'EUR', entries: 1, minor: -900_000n },
      ],
    };
    const report = { id: payout.id, payout, partner: 'northpay', contents: unasked, reported, asOf: now };
    const text = read(payoutCard(report, links));
    expect(text).toContain(':red_circle: expected 9,000.00 EUR, not paid: the money came back');
    expect(text).toContain(':red_circle: *Payout ');
    expect(text).not.toContain(':white_check_mark:');
  },
);

it.each([
  [aPayout(), '*What it contains:* not listed by our books or a report of the partner'],
  [aPayout({ automatic: false }), '*What it contains:* a manual payout isn’t tied to single payments'],
])('a payout of which no source lists the contents says so %#', (payout, line) => {
  const contents: PayoutReport['contents'] = { state: 'known', value: [] };
  const report = { id: payout.id, payout, partner: 'northpay', contents, asOf: now };
  expect(read(payoutCard(report, links))).toContain(line);
});

it('a payout that is short of its entries, with its line at the bank and its break', () => {
  const part = { partner: 'northpay', account: 'clearing:northpay', currency: 'EUR' };
  const report: PayoutReport = {
    id: 'po_1paid',
    payout: aPayout(),
    partner: 'northpay',
    contents: {
      state: 'known',
      value: [
        { ...part, kind: 'capture', entries: 1213, minor: 920_000n },
        { ...part, kind: 'refund', entries: 12, minor: -8_000n },
        { ...part, kind: 'fee', entries: 1, minor: -11_000n },
        { ...part, kind: 'payout', entries: 1, minor: -900_000n },
      ],
    },
    atBank: { state: 'failed', why: 'the database is down (E-1)' },
    breaks: { state: 'known', value: [{ ...aBreak, kind: 'batch_residue', differenceMinor: -1_000n }] },
    asOf: now,
  };
  expect(read(payoutCard(report, links))).toMatchInlineSnapshot(`
    "Payout arrived 13 Nov 2026; 10.00 EUR short (payout differs from its lines) (BRK-2) · 9,000.00 EUR po_1paid
    :red_circle: *Payout arrived 13 Nov 2026; 10.00 EUR short (payout differs from its lines) (BRK-2)*
    *Payout* \`po_1paid\`
    *Partner* northpay
    *Amount* 9,000.00 EUR
    *Status* paid
    *Arrival* 13 Nov 2026
    *Kind* automatic
    *What it contains, per our books*
    • 1,213 captures: 9,200.00 EUR
    • 12 refunds: -80.00 EUR
    • 1 fee: -110.00 EUR
    :red_circle: expected 9,010.00 EUR, paid 9,000.00 EUR · 10.00 EUR less than its contents
    :red_circle: *BRK-2* · 10.00 EUR short (payout differs from its lines) · material · Wed 18 Nov · 2–3 days · not taken
    :grey_question: statements: the database is down (E-1)
    [BRK-2 → BRK-2]
    [Partner → northpay]
    As of 2026-11-20 12:00 UTC"
  `);
});

it.each<[string, PayoutReport['contents'], PayoutReport['reported'], string[]]>([
  [
    'the partner’s report, where it is read',
    { state: 'known', value: [{ kind: 'fee', currency: 'EUR', entries: 1, minor: -3n }] },
    {
      state: 'known',
      value: [
        { kind: 'payment', currency: 'EUR', entries: 2, minor: 20n },
        { kind: 'payout', currency: 'EUR', entries: 1, minor: -19n },
      ],
    },
    [
      '*What it contains, per the partner’s report*',
      '• 2 payments: 0.20 EUR',
      ':red_circle: expected 0.20 EUR, paid 0.19 EUR · 0.01 EUR less than its contents',
    ],
  ],
  [
    'the partner’s report, whole by itself, of which the provider paid less',
    { state: 'known', value: [] },
    {
      state: 'known',
      value: [
        { kind: 'payment', currency: 'EUR', entries: 2, minor: 20n },
        { kind: 'payout', currency: 'EUR', entries: 1, minor: -20n },
      ],
    },
    [
      '*What it contains, per the partner’s report*',
      '• 2 payments: 0.20 EUR',
      ':red_circle: expected 0.20 EUR, paid 0.19 EUR · 0.01 EUR less than its contents',
    ],
  ],
  [
    'nothing, where the books hold the payout and its fees alone',
    {
      state: 'known',
      value: [
        { kind: 'fee', currency: 'EUR', entries: 1, minor: -3n },
        { kind: 'payout', currency: 'EUR', entries: 1, minor: -19n },
      ],
    },
    { state: 'known', value: [] },
    [],
  ],
])('a payout is said to contain %s', (_what, contents, reported, expected) => {
  const payout = aPayout({ amount: eur(19) });
  const report = { id: 'po_1paid', payout, partner: 'northpay', contents, reported, asOf: now };
  const lines = linesOf(payoutCard({ ...report, reported: reported ?? unasked }, links));
  expect(lines.filter((line) => /it contains,|expected|^•/.test(line))).toEqual(expected);
});

it.each([
  ['is not booked yet', [], 'Not paid out yet, per our books · 0.12 EUR B-1'],
  ['is booked and whole', [-12n], 'Payout booked, per our books · 0.12 EUR B-1'],
  [
    'is booked in two parts, more than its entries',
    [-12n, -3n],
    'Payout booked, per our books; 0.03 EUR more than its contents · 0.15 EUR B-1',
  ],
] as [string, bigint[], string][])('a payout of the books alone that %s', (_which, paid, first) => {
  const part = { partner: 'halcyon', account: 'clearing:halcyon', currency: 'EUR', entries: 1 };
  const value = [
    { ...part, kind: 'capture', minor: 12n },
    ...paid.map((minor) => ({ ...part, kind: 'payout', minor })),
  ];
  const report: PayoutReport = {
    id: 'B-1',
    payout: null,
    partner: 'halcyon',
    contents: { state: 'known', value },
    asOf: now,
  };
  expect(read(payoutCard(report, links)).split('\n')[0]).toBe(first);
});

it.each<[PayoutTrace['state'], bigint, string]>([
  ['arrived', 0n, 'Payout booked, per our books'],
  ['due', 0n, 'Payout booked, per our books'],
  ['ambiguous', 0n, 'Payout booked, per our books'],
  ['short', -300n, 'Payout booked, per our books; 3.00 EUR short at Harbour Bank'],
  ['over', 12n, 'Payout booked, per our books; 0.12 EUR too much at Harbour Bank'],
  ['late', 0n, 'Payout booked, per our books; late at Harbour Bank'],
  ['missing', 0n, 'Payout booked, per our books; missing at Harbour Bank'],
])('a payout that is %s at the bank', (state, differenceMinor, first) => {
  const trace: PayoutTrace = {
    payout: {
      partner: 'halcyon',
      businessDay: 20_774,
      batch: 'B-1',
      reference: '',
      currency: 'EUR',
      amountMinor: 9_800n,
      day: 20_774,
      fileName: 'halcyon.csv',
      line: 3,
    },
    partnerName: 'Halcyon',
    bank: { id: 'harbour', name: 'Harbour Bank' },
    state,
    dueOn: 20_775,
    lines: [],
    differenceMinor,
  };
  const part = { currency: 'EUR', entries: 1 };
  const report: PayoutReport = {
    id: 'B-1',
    payout: null,
    partner: 'halcyon',
    contents: {
      state: 'known',
      value: [
        { ...part, kind: 'capture', minor: 9_800n },
        { ...part, kind: 'payout', minor: -9_800n },
      ],
    },
    atBank: { state: 'known', value: [trace] },
    asOf: now,
  };
  expect(read(payoutCard(report, links)).split('\n')[0]).toBe(`${first} · 98.00 EUR B-1`);
});
