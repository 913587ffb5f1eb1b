/** Cancelling payments at the stateful payments API: what is refused, what is shown, and who wins a race. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { cancelPayment } from '../../../src/remediation/actions/cancel-payment.js';
import type { Plan } from '../../../src/remediation/kit/action.js';
import { codeOf, only, openPaymentsDesk, planned, refused, type PaymentsDesk } from '../payments-desk.js';
import { underOrdeals } from '../ordeals.js';

let at: PaymentsDesk;
beforeAll(async () => {
  at = await openPaymentsDesk();
});
afterEach(() => at.api.resetFaults());
afterAll(() => at.api.close());

const typedFor = (payment: string) => ({ payment, reason: 'abandoned' });
const plan = (payment: string): Promise<Plan> => planned(cancelPayment, typedFor(payment), at.desk);
const faults = (payment: string) => refused(cancelPayment, typedFor(payment), at.desk);
const authorise = async (fields: object = {}): Promise<string> =>
  (await at.pay({ amount: 1_000, capture_method: 'manual', ...fields })).payment;
const unpaid = async (): Promise<string> =>
  (await at.stripe.paymentIntents.create({ amount: 500, currency: 'eur' })).id;
const put = async (payment: string, fields: object) =>
  at.api.putObjects([{ ...(await at.get(`payment_intents/${payment}`)), ...fields }]);

describe('what cannot be cancelled', () => {
  it('an ID of another object, and an unknown reason', () => {
    expect(cancelPayment.faultsOf({ payment: 'po_123', reason: 'because' })).toEqual([
      { field: 'payment', message: 'Enter an ID that starts with pi_.' },
      { field: 'reason', message: 'Choose one of the options.' },
    ]);
  });

  it('a payment that is not ours', async () => {
    expect(await faults('pi_3OfAnotherAccount')).toEqual(only('payment', /no object with this ID/));
  });

  it('one that took money', async () => {
    const { payment } = await at.pay();
    expect(await faults(payment)).toEqual(
      only('payment', /is succeeded: only .* It captured 25\.00 EUR: refund it instead\.$/),
    );
  });

  it.each(['canceled', 'a_word_to_come'])('one that is %s', async (status) => {
    const payment = await authorise();
    await put(payment, { status });
    expect(await faults(payment)).toEqual(
      only('payment', new RegExp(`is ${status}: .*nothing left to cancel`)),
    );
  });
});

describe('the plan', () => {
  it('of an authorised payment says what is released', async () => {
    const customer = (await at.stripe.customers.list({ limit: 1 })).data[0]!.id;
    const payment = await authorise({ customer, metadata: { merchant: 'fernweh' } });
    expect((await plan(payment)).preview).toEqual({
      headline: `Cancel ${payment} of ${customer}, 10.00 EUR with Visa •• 4242`,
      changes: [
        'Status: requires_capture → canceled, reason abandoned',
        'Authorised: 10.00 EUR → released, nothing is captured',
      ],
      affected: ['The customer’s bank releases 10.00 EUR; this can take a few days to show.'],
      undo: null,
      irreversible: 'A cancelled payment can’t be captured: the customer must pay again.',
      value: { minor: 1_000n, currency: 'EUR' },
      subject: { kind: 'payment', id: payment },
      partner: 'stripe',
      merchant: 'fernweh',
    });
  });

  it.each([
    ['requires_payment_method', /can no longer complete/],
    ['requires_confirmation', /can no longer complete/],
    ['requires_action', /can no longer complete/],
    ['processing', /may refuse to cancel it/],
  ])('of one that is %s', async (status, affected) => {
    const payment = await unpaid();
    await put(payment, { status });
    const { preview } = await plan(payment);
    expect(preview).toMatchObject({
      headline: `Cancel ${payment}, 5.00 EUR`,
      changes: [`Status: ${status} → canceled, reason abandoned`],
      affected: [expect.stringMatching(affected)],
      value: { minor: 500n, currency: 'EUR' },
    });
  });
});

describe('doing it', () => {
  it.each([
    ['an authorised payment', authorise],
    ['one that nobody paid', unpaid],
  ])('cancels %s, is found again and verified', async (what, make) => {
    const payment = await make();
    const made = await plan(payment);
    const key = `key-${what.replaceAll(' ', '-')}`;
    expect(await cancelPayment.changesSince(made, at.desk)).toEqual([]);
    expect((await cancelPayment.readBack(made, key, at.desk)).kind).toBe('not_done');
    const effect = await cancelPayment.execute(made, key, at.desk);
    expect(effect).toEqual({ id: payment, summary: `Payment ${payment} is cancelled (abandoned).` });
    expect(await at.get(`payment_intents/${payment}`)).toMatchObject({
      status: 'canceled',
      amount_capturable: 0,
    });
    expect(await cancelPayment.readBack(made, key, at.desk)).toEqual({ kind: 'done', effect });
    expect((await cancelPayment.verify(made, key, effect, at.desk)).kind).toBe('visible');
  });

  it.each([
    ['requires_capture', 'not_yet'],
    ['succeeded', 'wrong'],
  ])('a payment that is %s afterwards', async (status, kind) => {
    const payment = await authorise();
    const made = await plan(payment);
    await put(payment, { status });
    const effect = { id: payment, summary: '' };
    expect((await cancelPayment.verify(made, 'key', effect, at.desk)).kind).toBe(kind);
    expect(await cancelPayment.readBack(made, 'key', at.desk)).toEqual({
      kind: 'not_done',
      evidence: [`Payment ${payment} is ${status}.`],
    });
  });

  it('a capture came first: told in words, and refused without an effect', async () => {
    const payment = await authorise();
    const made = await plan(payment);
    await at.stripe.paymentIntents.capture(payment);
    expect(await cancelPayment.changesSince(made, at.desk)).toEqual([
      'status: requires_capture → succeeded',
      'amount capturable: 10.00 EUR → 0.00 EUR',
      'amount received: 0.00 EUR → 10.00 EUR',
      expect.stringMatching(/It captured 10\.00 EUR: refund it instead\.$/),
    ]);
    expect(await codeOf(cancelPayment.execute(made, 'key-late', at.desk))).toBe('invalid');
    expect(await at.get(`payment_intents/${payment}`)).toMatchObject({ amount_received: 1_000 });
  });

  it('a capture at the same moment: one of the two takes effect, and the request says which', async () => {
    const payment = await authorise();
    const made = await plan(payment);
    const [cancelled, captured] = await Promise.allSettled([
      cancelPayment.execute(made, 'key-race', at.desk),
      at.stripe.paymentIntents.capture(payment),
    ]);
    expect(cancelled.status).not.toBe(captured.status);
    const { kind } = await cancelPayment.readBack(made, 'key-race', at.desk);
    expect(kind).toBe(cancelled.status === 'fulfilled' ? 'done' : 'not_done');
  });
});

describe('an answer that is lost', () => {
  const path = '/v1/payment_intents/';

  it('after the effect: unknown, then found', async () => {
    const made = await plan(await authorise());
    at.api.setFault({ kind: 'crash_after_effect', path });
    expect(await codeOf(cancelPayment.execute(made, 'key-after', at.desk))).toBe('unknown_outcome');
    const settled = await cancelPayment.readBack(made, 'key-after', at.desk);
    expect(settled).toEqual({
      kind: 'done',
      effect: await cancelPayment.execute(made, 'key-after', at.desk),
    });
  });

  it('before the effect: unknown, then surely not done, and sent again it acts', async () => {
    const payment = await authorise();
    const made = await plan(payment);
    at.api.setFault({ kind: 'drop', path });
    expect(await codeOf(cancelPayment.execute(made, 'key-before', at.desk))).toBe('unknown_outcome');
    expect((await cancelPayment.readBack(made, 'key-before', at.desk)).kind).toBe('not_done');
    const first = await cancelPayment.execute(made, 'key-before', at.desk);
    expect(await cancelPayment.execute(made, 'key-before', at.desk)).toEqual(first);
    expect((await cancelPayment.readBack(made, 'key-before', at.desk)).kind).toBe('done');
  });
});

underOrdeals(cancelPayment, async ({ payments }) => {
  const { payment } = await payments.pay({ capture_method: 'manual' });
  return {
    typed: { payment, reason: 'duplicate' },
    effects: async () => Number((await payments.get(`payment_intents/${payment}`)).status === 'canceled'),
  };
});
