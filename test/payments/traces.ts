/** Findings of one payment in named states, and a trace of them read as one sign per hop and one line. */
import { weekdays } from '../../src/reconciliation/calendars/weekdays.js';
import { nextBusinessDay } from '../../src/reconciliation/settlement.js';
import type { Expectations } from '../../src/payments/hops.js';
import type { Break } from '../../src/ports/breaks.js';
import { dayMs, hourMs } from '../../src/kernel/clock.js';
import type { Finding, Findings } from '../../src/payments/findings.js';
import { traceOf, type Trace } from '../../src/payments/trace.js';
import { sentence } from '../../src/views/payments/headline.js';
import { utc } from '../../src/views/kit/blocks.js';
import {
  aBalanceTransaction,
  aCharge,
  anAttempt,
  anEntry,
  aPayment,
  aPayout,
  eur,
  now,
} from '../support/payment-objects.js';

export const expectations: Expectations = {
  captureMs: 7 * dayMs,
  payoutMs: 3 * dayMs,
  ledgerMs: 24 * hourMs,
  openDay: (day) => new Date(nextBusinessDay(Math.floor(day.getTime() / dayMs), weekdays) * dayMs),
};
export const known = <Value>(value: Value): Finding<Value> => ({ state: 'known', value });
export const none = { state: 'not_applicable' } as const;
export const down = { state: 'failed', why: 'is down' } as const;

export const complete: Findings = {
  id: 'pi_1paid',
  lookedUp: null,
  partner: 'northpay',
  connectedPartner: 'northpay',
  attempts: known([anAttempt()]),
  siblings: known([]),
  batch: none,
  payment: known(aPayment()),
  charge: known(aCharge()),
  charges: known([aCharge()]),
  balanceTransaction: known(aBalanceTransaction()),
  payout: known(aPayout()),
  ledger: known([anEntry()]),
  refunds: known([]),
  disputes: known([]),
  warnings: known([]),
};

export const noCharge: Partial<Findings> = {
  charge: known(null),
  balanceTransaction: none,
  payout: none,
  ledger: known([]),
};
export const apiDown: Partial<Findings> = {
  payment: down,
  charge: down,
  charges: down,
  balanceTransaction: down,
  payout: down,
  refunds: down,
  disputes: down,
  warnings: down,
};
export const booksDown: Partial<Findings> = { attempts: down, siblings: down, ledger: down, batch: down };
/** A line of a report, which names a day and no hour. */
export const onStatement: Partial<Findings> = {
  statement: known([
    {
      partner: 'northpay',
      businessDay: 20_775,
      fileName: 'northpay.csv',
      line: {
        file: 1,
        line: 12,
        reference: 'ch_1paid',
        amountMinor: 2_000n,
        currency: 'EUR',
        day: 20_774,
        type: 'capture',
        feeMinor: 0n,
        batch: '',
      },
    },
  ]),
};
export const aBreak: Break = {
  id: 'BRK-2',
  identity: '',
  partner: 'northpay',
  businessDay: 20_775,
  kind: 'missing_at_partner',
  currency: 'EUR',
  differenceMinor: -500n,
  state: 'open',
  ownerId: null,
  material: true,
  openedAt: new Date('2026-11-19T06:00:00Z'),
  changedAt: new Date('2026-11-19T06:00:00Z'),
  resolution: null,
  remediationId: null,
  hasCard: false,
  version: 1,
};
export const uncaptured = (changed: Parameters<typeof aCharge>[0] = {}): Partial<Findings> => ({
  payment: known(aPayment({ status: 'requires_capture', captureMethod: 'manual' })),
  charge: known(aCharge({ captured: false, amountCaptured: eur(0), balanceTransaction: null, ...changed })),
  balanceTransaction: none,
  payout: none,
  ledger: known([]),
});
export const elsewhere: Partial<Findings> = {
  id: 'RB-1',
  partner: 'rheinbank',
  payment: none,
  charge: none,
  balanceTransaction: none,
  payout: none,
  refunds: none,
  disputes: none,
  warnings: none,
};

export const trace = (changed: Partial<Findings> = {}): Trace =>
  traceOf({ ...complete, ...changed }, expectations, now);
const signs = {
  present: '+',
  expected: 'e',
  overdue: '!',
  failed: 'x',
  not_expected: '-',
  unknown_source: '?',
};
/** One sign per hop, in order: attempt, authorisation, capture, balance, payout, statement, ledger. */
export const shape = ({ hops }: Trace): string => hops.map(({ state }) => signs[state]).join('');
export const line = (traced: Trace): string => sentence(traced, traced.asOf, utc);
