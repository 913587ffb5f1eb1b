/** Captures at the stateful payments API: what is refused, what is shown, and that money is taken once. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { cancelPayment } from '../../../src/remediation/actions/cancel-payment.js';
import { capturePayment } from '../../../src/remediation/actions/capture-payment.js';
import { dayMs, minuteMs } from '../../../src/kernel/clock.js';
import type { Plan } from '../../../src/remediation/kit/action.js';
import { codeOf, only, openPaymentsDesk, planned, refused, type PaymentsDesk } from '../payments-desk.js';
import { underOrdeals } from '../ordeals.js';

let at: PaymentsDesk;
beforeAll(async () => {
  at = await openPaymentsDesk();
});
afterEach(() => at.api.resetFaults());
afterAll(() => at.api.close());

const plan = (payment: string, amount = ''): Promise<Plan> =>
  planned(capturePayment, { payment, amount }, at.desk);
const faults = (payment: string, amount = '') => refused(capturePayment, { payment, amount }, at.desk);
const authorise = async (fields: object = {}): Promise<string> =>
  (await at.pay({ amount: 1_000, capture_method: 'manual', ...fields })).payment;
const received = async (payment: string) => (await at.get(`payment_intents/${payment}`)).amount_received;

it.each([
  ['captured', capturePayment],
  ['cancelled', cancelPayment],
])('the form offers payments that can be %s', async (_what, action) => {
  const waiting = await authorise({ currency: 'eur' });
  const taken = (await at.pay({ amount: 1_000 })).payment;
  const offered = await action.fields.payment!.suggest!(
    at.desk,
    { about: null, typed: {} },
    new AbortController().signal,
  );
  expect(offered.map(({ value }) => value)).not.toContain(taken);
  expect(offered.find(({ value }) => value === waiting)).toEqual({
    value: waiting,
    label: expect.stringMatching(/^10\.00 EUR, Visa •• 4242, expires 20\d\d-.* UTC$/i) as string,
    description: waiting,
  });
});

describe('what cannot be captured', () => {
  it.each([
    ['1e3', /Enter an amount above zero/],
    ['-5', /Enter an amount above zero/],
    ['１００', /Enter an amount above zero/],
    ['0', /above zero/],
  ])('the amount %s', (amount, message) => {
    expect(capturePayment.faultsOf({ payment: 'pi_123', amount })).toEqual(only('amount', message));
  });

  it('a charge, or nothing', () => {
    const message = 'Enter an ID that starts with pi_.';
    expect(capturePayment.faultsOf({ payment: 'ch_123' })).toEqual([{ field: 'payment', message }]);
    expect(capturePayment.faultsOf({})).toEqual(only('payment', /Required/));
  });

  it.each([
    ['more decimals than the currency has', 'usd', '1.234', /USD has 2 decimals/],
    ['decimals where there are none', 'jpy', '100.5', /JPY has 0 decimals/],
    ['another currency', 'eur', '5.00 USD', /The currency is EUR, not USD/],
    [
      'less than the provider accepts',
      'eur',
      '0.49',
      /0\.49 EUR is below the provider’s minimum of 0\.50 EUR/,
    ],
    [
      'a thousandth, which the networks do not count',
      'kwd',
      '0.501',
      /accepts KWD only in steps of 0\.010 KWD/,
    ],
    ['more by one cent', 'eur', '10.01', /10\.01 EUR is more than the authorised amount: at most 10\.00 EUR/],
  ])('%s', async (_why, currency, amount, message) => {
    expect(await faults(await authorise({ currency }), amount)).toEqual(only('amount', message));
  });

  it('a payment that is not ours', async () => {
    expect(await faults('pi_3OfAnotherAccount')).toEqual(only('payment', /no object with this ID/));
  });

  it('one that is captured already, whatever the amount', async () => {
    const { payment } = await at.pay();
    const message = /is succeeded: only an authorised payment/;
    expect(await faults(payment)).toEqual(only('payment', message));
    expect(await faults(payment, '5.00')).toEqual(only('payment', message));
  });

  it('an unpaid one, in a wrong currency too: both are reported', async () => {
    const { id } = await at.stripe.paymentIntents.create({ amount: 500, currency: 'eur' });
    expect((await faults(id, '5 USD')).map(({ field }) => field)).toEqual(['payment', 'amount']);
  });

  it.each([
    [4_000, 6_000, /: 40\.00 EUR of 100\.00 EUR captured so far, 60\.00 EUR still authorised/],
    [10_000, 0, /: 100\.00 EUR of 100\.00 EUR captured so far, 0\.00 EUR still authorised/],
    [12_000, 2_000, /: 120\.00 EUR of 100\.00 EUR captured so far, 20\.00 EUR still authorised/],
  ])(
    'one with captures (%i, %i to come): neither captured nor cancelled, totals said',
    async (taken, rest, message) => {
      const payment = await authorise({ amount: 10_000 });
      const object = await at.get(`payment_intents/${payment}`);
      at.api.putObjects([{ ...object, amount_received: taken, amount_capturable: rest }]);
      expect(await faults(payment)).toEqual(only('payment', message));
      const typed = { payment, reason: 'abandoned' };
      expect(await refused(cancelPayment, typed, at.desk)).toEqual(only('payment', message));
    },
  );

  it('one of which nothing is authorised: it is neither captured nor offered for it, and releases nothing', async () => {
    const payment = await authorise();
    const object = await at.get(`payment_intents/${payment}`);
    at.api.putObjects([{ ...object, amount_capturable: 0 }]);
    const message = /Nothing of pi_\w+ is authorised, so nothing can be captured/;
    expect(await faults(payment)).toEqual(only('payment', message));
    const { preview } = await planned(cancelPayment, { payment, reason: 'abandoned' }, at.desk);
    expect([...preview.changes, ...preview.affected].join()).not.toMatch(/0\.00|release/);
    expect(preview.value).toEqual({ minor: 1_000n, currency: 'EUR' });
  });

  it('one that was cancelled', async () => {
    const payment = await authorise();
    await at.stripe.paymentIntents.cancel(payment);
    expect(await faults(payment)).toEqual(only('payment', /is canceled/));
  });

  it('an authorisation that ended, or ends while the capture may still be under way', async () => {
    const own = await openPaymentsDesk();
    const { payment } = await own.pay({ capture_method: 'manual' });
    own.clock.advance(7 * dayMs - 6 * minuteMs);
    const made = await planned(capturePayment, { payment }, own.desk);
    own.clock.advance(minuteMs);
    const ended = /The authorisation of pi_\w+ expires at 2026-11-25 12:00 UTC, .* five minutes before/;
    expect(await refused(capturePayment, { payment }, own.desk)).toEqual(only('payment', ended));
    expect(await capturePayment.changesSince(made, own.desk)).toEqual([expect.stringMatching(ended)]);
    own.clock.advance(dayMs);
    expect(await refused(capturePayment, { payment }, own.desk)).toEqual(only('payment', ended));
    await own.api.close();
  });

  it('anything without a provider', async () => {
    const world = { ...at.desk, payments: null };
    expect(await refused(capturePayment, { payment: 'pi_123' }, world)).toEqual(
      only(null, /No payments provider/),
    );
  });
});

describe('the plan', () => {
  it('of a part says what is released for good, and puts all of it at stake', async () => {
    const customer = (await at.stripe.customers.list({ limit: 1 })).data[0]!.id;
    const payment = await authorise({ customer, metadata: { merchant: 'fernweh' } });
    expect((await plan(payment, '7')).preview).toEqual({
      headline: `Capture 7.00 EUR of ${payment} of ${customer} from Visa •• 4242`,
      changes: [
        'Status: requires_capture → succeeded',
        'Received: 0.00 EUR → 7.00 EUR, less the provider’s fee',
        'Released to the customer: 3.00 EUR, which can’t be captured later',
      ],
      affected: [
        'The customer is charged 7.00 EUR.',
        'Without a capture the authorisation expires at 2026-11-25 12:00 UTC.',
      ],
      undo: 'Refund the payment; the provider keeps its fee.',
      irreversible: null,
      value: { minor: 1_000n, currency: 'EUR' },
      subject: { kind: 'payment', id: payment },
      partner: 'stripe',
      merchant: 'fernweh',
    });
  });

  it('of all releases nothing', async () => {
    const { preview } = await plan(await authorise());
    expect(preview).toMatchObject({ value: { minor: 1_000n }, irreversible: null, merchant: null });
    expect(preview.changes.join()).not.toMatch(/Released/);
  });
});

describe('doing it', () => {
  it.each([
    ['', 1_000],
    ['7.00', 700],
  ])('captures an amount of “%s”, is found again and verified', async (amount, minor) => {
    const payment = await authorise();
    const made = await plan(payment, amount);
    const key = `key-capture-${minor}`;
    expect(await capturePayment.changesSince(made, at.desk)).toEqual([]);
    expect((await capturePayment.readBack(made, key, at.desk)).kind).toBe('not_done');
    const effect = await capturePayment.execute(made, key, at.desk);
    expect(effect).toEqual({
      id: payment,
      summary: `Payment ${payment} is captured: ${minor / 100}.00 EUR received.`,
    });
    expect(await received(payment)).toBe(minor);
    expect(await capturePayment.readBack(made, key, at.desk)).toEqual({ kind: 'done', effect });
    expect(await capturePayment.verify(made, key, effect, at.desk)).toEqual({
      kind: 'visible',
      evidence: `Payment ${payment} is succeeded, ${minor / 100}.00 EUR received.`,
    });
  });

  it.each([
    ['processing', 0, 'not_yet', 'cannot_tell'],
    ['requires_capture', 0, 'not_yet', 'not_done'],
    ['canceled', 0, 'wrong', 'not_done'],
    ['succeeded', 999, 'wrong', 'cannot_tell'],
    ['succeeded', 1_000, 'visible', 'done'],
  ])('a payment that is %s with %i received', async (status, amount_received, verification, settled) => {
    const payment = await authorise();
    const made = await plan(payment);
    at.api.putObjects([{ ...(await at.get(`payment_intents/${payment}`)), status, amount_received }]);
    const effect = { id: payment, summary: '' };
    expect((await capturePayment.verify(made, 'key', effect, at.desk)).kind).toBe(verification);
    expect((await capturePayment.readBack(made, 'key', at.desk)).kind).toBe(settled);
  });

  it('a colleague captured another amount meanwhile: told before, refused after, and a person looks', async () => {
    const payment = await authorise();
    const made = await plan(payment, '7');
    await at.stripe.paymentIntents.capture(payment, { amount_to_capture: 800 });
    expect(await capturePayment.changesSince(made, at.desk)).toEqual([
      'status: requires_capture → succeeded',
      'amount capturable: 10.00 EUR → 0.00 EUR',
      'amount received: 0.00 EUR → 8.00 EUR',
      expect.stringMatching(/^pi_\w+ is succeeded: only/),
    ]);
    expect(await codeOf(capturePayment.execute(made, 'key-late', at.desk))).toBe('invalid');
    expect(await capturePayment.readBack(made, 'key-late', at.desk)).toEqual({
      kind: 'cannot_tell',
      evidence: [`Payment ${payment} is succeeded, 8.00 EUR received.`, 'The plan was to capture 7.00 EUR.'],
    });
  });
});

describe('an answer that is lost', () => {
  const path = '/v1/payment_intents/';

  it('after the effect: unknown, then found, and sent again it acts no second time', async () => {
    const payment = await authorise();
    const made = await plan(payment, '7');
    at.api.setFault({ kind: 'crash_after_effect', path });
    expect(await codeOf(capturePayment.execute(made, 'key-after', at.desk))).toBe('unknown_outcome');
    expect((await capturePayment.readBack(made, 'key-after', at.desk)).kind).toBe('done');
    await capturePayment.execute(made, 'key-after', at.desk);
    expect(await received(payment)).toBe(700);
  });

  it('before the effect: unknown, then surely not done, and sent again it acts once', async () => {
    const payment = await authorise();
    const made = await plan(payment, '7');
    at.api.setFault({ kind: 'drop', path });
    expect(await codeOf(capturePayment.execute(made, 'key-before', at.desk))).toBe('unknown_outcome');
    expect(await capturePayment.readBack(made, 'key-before', at.desk)).toEqual({
      kind: 'not_done',
      evidence: [`Payment ${payment} is requires_capture, 0.00 EUR received.`],
    });
    await capturePayment.execute(made, 'key-before', at.desk);
    await capturePayment.execute(made, 'key-before', at.desk);
    expect(await received(payment)).toBe(700);
    const { data } = await at.stripe.charges.list({ payment_intent: payment });
    expect(data.map(({ amount_captured }) => amount_captured)).toEqual([700]);
  });
});

underOrdeals(capturePayment, async ({ payments }) => {
  const { payment } = await payments.pay({ capture_method: 'manual' });
  return {
    typed: { payment, amount: '5' },
    effects: async () => Number((await payments.get(`payment_intents/${payment}`)).amount_received) / 500,
  };
});
