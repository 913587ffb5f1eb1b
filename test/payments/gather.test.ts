/** Which questions a payment's latest charge and its balance transaction make necessary, and what is noted without asking. */
import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { fixedClock } from '../../src/kernel/clock.js';
import { silentLog } from '../../src/kernel/log.js';
import { money } from '../../src/kernel/money.js';
import { valueOf } from '../../src/payments/findings.js';
import { gather } from '../../src/payments/gather.js';
import type { Books, LedgerEntry } from '../../src/ports/books.js';
import type { BalanceTransaction, Charge, Payment, PaymentsApi } from '../../src/ports/payments-api.js';

const at = new Date('2026-11-02T09:00:00Z');
const transaction: BalanceTransaction = {
  id: 'txn_1',
  sourceId: 'ch_1',
  type: 'charge',
  reportingCategory: 'charge',
  amount: money(1250, 'EUR'),
  fee: money(44, 'EUR'),
  net: money(1206, 'EUR'),
  status: 'available',
  createdAt: at,
  availableOn: at,
};

const charge = (balanceTransaction: Charge['balanceTransaction']): Charge => ({
  id: 'ch_1',
  paymentId: null,
  status: 'succeeded',
  amount: money(1250, 'EUR'),
  amountCaptured: money(1250, 'EUR'),
  amountRefunded: money(0, 'EUR'),
  captured: true,
  captureBefore: null,
  createdAt: at,
  outcome: null,
  failure: null,
  methodType: null,
  card: null,
  disputed: false,
  balanceTransaction,
  description: null,
});

const none = { rows: [], problems: [] };

/** An API that knows one charge, and notes what is asked. */
function apiWith(
  only: Charge,
  more: Partial<Record<keyof PaymentsApi, unknown>> = {},
): { api: PaymentsApi; asked: string[] } {
  const asked: string[] = [];
  const answers: Partial<Record<keyof PaymentsApi, unknown>> = {
    charge: only,
    balanceTransaction: transaction,
    payoutOf: null,
    refundsOf: none,
    disputesOf: none,
    earlyFraudWarningsOf: none,
    ...more,
  };
  const api = Object.fromEntries(
    Object.entries(answers).map(([question, answer]) => [
      question,
      () => {
        asked.push(question);
        return Promise.resolve(answer);
      },
    ]),
  );
  return { api: api as unknown as PaymentsApi, asked };
}

const booked = { kind: 'capture', batchId: 'po_7', reference: 'ch_1', partner: 'stripe' } as LedgerEntry;

const payment = (latestCharge: Payment['latestCharge'], taken: number, held: number): Payment => ({
  id: 'pi_1',
  status: 'succeeded',
  amount: money(1250, 'EUR'),
  amountCapturable: money(held, 'EUR'),
  amountReceived: money(taken, 'EUR'),
  captureMethod: 'automatic',
  createdAt: at,
  canceledAt: null,
  cancellationReason: null,
  latestCharge,
  lastError: null,
  customerId: null,
  description: null,
  metadata: {},
});
const succeeded = charge(null);
const held: Charge = { ...succeeded, captured: false };
const refused: Charge = { ...succeeded, id: 'ch_2', status: 'failed', captured: false };

it.each([
  ['took the money: no other can have', payment(succeeded, 1250, 0), 'ch_1'],
  ['holds the money: no other can', payment(held, 0, 1250), 'ch_1'],
  ['failed, and no money was taken', payment(refused, 0, 0), 'ch_2'],
  ['failed, and money was taken: by another', payment(refused, 1250, 0), 'ch_1'],
  ['failed, and money is held: by another', payment(refused, 0, 1250), 'ch_1'],
  ['is known by its id', payment('ch_2', 1250, 0), 'ch_1'],
  ['does not exist', payment(null, 0, 0), undefined],
] as const)('the latest charge %s', async (_reason, sent, followed) => {
  const { api, asked } = apiWith(charge(null), {
    payment: sent,
    chargesOf: { rows: [refused, succeeded], problems: [] },
  });
  const provider = { partner: 'stripe', name: 'Stripe', api };
  const subject = { paymentId: 'pi_1', chargeId: null };
  const found = await gather(subject, {
    provider,
    books: null,
    statements: null,
    log: silentLog,
    retryLimits: {},
    clock: fixedClock(at),
  }).settled;
  expect(valueOf(found.charge)?.id).toBe(followed);
  // One list shows all charges and finds the one to follow.
  expect(asked.filter((question) => question === 'chargesOf')).toHaveLength(1);
});

it('does not follow another charge where the one that decides cannot be read', async () => {
  const problems = ['charge ch_1 cannot be read: currency is not an ISO 4217 currency'];
  const sent = payment('ch_1', 1250, 0);
  const { api } = apiWith(refused, { payment: sent, chargesOf: { rows: [refused], problems } });
  const provider = { partner: 'stripe', name: 'Stripe', api };
  const subject = { paymentId: 'pi_1', chargeId: null };
  const found = await gather(subject, {
    provider,
    books: null,
    statements: null,
    log: silentLog,
    retryLimits: {},
    clock: fixedClock(at),
  }).settled;
  expect(found.charge).toMatchObject({
    state: 'failed',
    why: expect.stringContaining(problems[0]!) as string,
  });
  expect(found.payment.state).toBe('known');
  expect(found.charges).toMatchObject({ state: 'known', problems });
});

it('keeps the refunds that can be read, and what is said of the others', async () => {
  const refund = { id: 're_1' };
  const { api } = apiWith(charge(null), { refundsOf: { rows: [refund], problems: ['refund re_2 …'] } });
  const provider = { partner: 'stripe', name: 'Stripe', api };
  const subject = { paymentId: null, chargeId: 'ch_1' };
  const found = await gather(subject, {
    provider,
    books: null,
    statements: null,
    log: silentLog,
    retryLimits: {},
    clock: fixedClock(at),
  }).settled;
  expect(found.refunds).toEqual({ state: 'known', value: [refund], problems: ['refund re_2 …'] });
});

const known = { state: 'known', value: transaction };

it.each([
  ['came along: it is not asked for', transaction, known, ['payoutOf']],
  ['is known by its id: it is asked for', 'txn_1', known, ['balanceTransaction', 'payoutOf']],
  ['does not exist yet: nothing is asked', null, { state: 'not_applicable' }, []],
] as const)('the balance transaction %s', async (_reason, sent, finding, questions) => {
  const { api, asked } = apiWith(charge(sent));
  const provider = { partner: 'stripe', name: 'Stripe', api };
  const subject = { paymentId: null, chargeId: 'ch_1' };
  const { balanceTransaction } = await gather(subject, {
    provider,
    books: null,
    statements: null,
    log: silentLog,
    retryLimits: {},
    clock: fixedClock(at),
  }).settled;
  expect(balanceTransaction).toEqual(finding);
  expect(asked.filter((question) => /balance|payout/.test(question))).toEqual(questions);
});

it.each([
  [
    'have answered: its name is asked for first',
    () => Promise.resolve({ rows: [booked], problems: [] }),
    'po_7',
  ],
  ['hang: it is searched for, and they are not waited for', () => new Promise<never>(() => undefined), null],
] as const)('the payout where the books %s', async (_reason, entriesOf, named) => {
  const asked: (string | null)[] = [];
  const { api } = apiWith(charge(transaction));
  // The provider is further away than the books.
  api.charge = () => setImmediate(charge(transaction));
  api.payoutOf = (_transaction, name) => Promise.resolve(null).finally(() => asked.push(name));
  const books = {
    attemptsBy: () => Promise.resolve(none),
    entriesOf,
    entriesOfBatch: () => Promise.resolve(none),
  } as unknown as Books;
  void gather(
    { paymentId: null, chargeId: 'ch_1' },
    {
      provider: { partner: 'stripe', name: 'Stripe', api },
      books,
      statements: null,
      log: silentLog,
      retryLimits: {},
      clock: fixedClock(at),
    },
  ).settled;
  await expect.poll(() => asked).toEqual([named]);
});
