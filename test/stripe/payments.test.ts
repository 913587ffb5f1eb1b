/** The port's questions, asked of Stripe over HTTP: which requests they make, and what they find. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createStripePayments } from '../../src/adapters/stripe/payments.js';
import type { PaymentsApi } from '../../src/ports/payments-api.js';
import type { Rows } from '../../src/ports/rows.js';
import { dayMs } from '../../src/kernel/clock.js';
import { json, refusal, silent, startFakeStripe, type FakeStripe } from './fake-stripe.js';
import * as objects from './objects.js';
import { faultOf, stripeDeps } from './setup.js';

let stripe: FakeStripe;
let payments: PaymentsApi;
beforeEach(async () => {
  stripe = await startFakeStripe();
  payments = createStripePayments(stripeDeps(stripe.baseUrl).deps);
});
afterEach(() => stripe.close());

const paths = () => stripe.requests.map(({ url }) => decodeURIComponent(url).replace('/v1/', ''));

describe('one object', () => {
  it.each([
    ['payment', 'payment_intents', objects.paymentIntent()],
    ['charge', 'charges', objects.charge()],
    ['refund', 'refunds', objects.refund()],
    ['dispute', 'disputes', objects.dispute()],
    ['payout', 'payouts', objects.payout()],
    ['balanceTransaction', 'balance_transactions', objects.balanceTransaction()],
    ['earlyFraudWarning', 'radar/early_fraud_warnings', objects.earlyFraudWarning()],
    ['event', 'events', objects.event()],
  ] as const)('%s', async (question, collection, object) => {
    stripe.put(collection, object);
    expect(await payments[question](object.id)).toMatchObject({ id: object.id });
    expect(paths().map((path) => path.replace(/[?].*/, ''))).toEqual([`${collection}/${object.id}`]);
    expect((await faultOf(payments[question]('missing_1'))).code).toBe('not_found');
  });
});

describe('the balance transaction of a charge', () => {
  const transaction = { id: 'txn_1', net: { minor: 1206n, currency: 'EUR' } };

  it.each([
    ['charge', 'charges/ch_1?expand[0]=balance_transaction', () => payments.charge('ch_1')],
    [
      'payment, below its latest charge',
      'payment_intents/pi_1?expand[0]=latest_charge.balance_transaction',
      async () => (await payments.payment('pi_1')).latestCharge,
    ],
    [
      'chargesOf',
      'charges?payment_intent=pi_1&expand[0]=data.balance_transaction&limit=100',
      async () => (await payments.chargesOf('pi_1')).rows[0],
    ],
  ] as const)('%s: comes along, in one request', async (_question, path, ask) => {
    stripe.put('payment_intents', objects.paymentIntent());
    stripe.put('charges', objects.charge());
    stripe.put('balance_transactions', objects.balanceTransaction());
    expect(await ask()).toMatchObject({ id: 'ch_1', balanceTransaction: transaction });
    expect(paths()).toEqual([path]);
  });

  it.each([
    ['an id that was not expanded', 'txn_1', 'txn_1'],
    ['none yet', null, null],
    ['a field that is absent', undefined, null],
  ])('%s is kept as it is', async (_reason, sent, kept) => {
    stripe.put('charges', objects.charge({ balance_transaction: sent }));
    expect((await payments.charge('ch_1')).balanceTransaction).toBe(kept);
  });

  it.each<[string, objects.Fields]>([
    ['in a stablecoin', { currency: 'usdc' }],
    ['of a fraction that the currency has not', { currency: 'isk', amount: 4010 }],
    ['without most of its fields', { amount: undefined, status: undefined }],
  ])('%s leaves the charge with its id, and is named where it is asked for', async (_reason, fields) => {
    const transaction = objects.balanceTransaction(fields);
    stripe.put('charges', objects.charge({ balance_transaction: transaction }));
    stripe.put('payment_intents', objects.paymentIntent());
    stripe.put('balance_transactions', transaction);
    expect(await payments.charge('ch_1')).toMatchObject({ id: 'ch_1', balanceTransaction: 'txn_1' });
    expect((await payments.payment('pi_1')).latestCharge).toMatchObject({ balanceTransaction: 'txn_1' });
    const fault = await faultOf(payments.balanceTransaction('txn_1'));
    expect(fault.publicMessage).toMatch(/^Stripe’s balance transaction txn_1 cannot be read: /);
    expect(`${fault.publicMessage} ${fault.hint ?? ''}`).not.toMatch(/address|proxy/);
  });

  it('inside a payment: an unreadable latest charge leaves the payment with its id', async () => {
    stripe.put('charges', objects.charge({ currency: 'usdc' }));
    stripe.put('payment_intents', objects.paymentIntent());
    expect((await payments.payment('pi_1')).latestCharge).toBe('ch_1');
  });
});

describe('lists', () => {
  const older = objects.created - 60;

  it.each([
    ['chargesOf', 'pi_1', 'charges', objects.charge, { payment_intent: 'pi_2' }],
    ['refundsOf', { chargeId: 'ch_1' }, 'refunds', objects.refund, { charge: 'ch_2' }],
    ['refundsOf', { paymentId: 'pi_1' }, 'refunds', objects.refund, { payment_intent: 'pi_2' }],
    ['disputesOf', { chargeId: 'ch_1' }, 'disputes', objects.dispute, { charge: 'ch_2' }],
    ['disputesOf', { paymentId: 'pi_1' }, 'disputes', objects.dispute, { payment_intent: 'pi_2' }],
    [
      'earlyFraudWarningsOf',
      { chargeId: 'ch_1' },
      'radar/early_fraud_warnings',
      objects.earlyFraudWarning,
      { charge: 'ch_2' },
    ],
    [
      'earlyFraudWarningsOf',
      { paymentId: 'pi_1' },
      'radar/early_fraud_warnings',
      objects.earlyFraudWarning,
      { payment_intent: 'pi_2' },
    ],
  ] as const)('%s %j: its own, newest first', async (question, of, collection, make, ofAnother) => {
    const ask = (subject: typeof of): Promise<Rows<{ id: string }>> =>
      (payments[question] as (of: unknown) => Promise<Rows<{ id: string }>>)(subject);
    stripe.put(
      collection,
      make({ id: 'x_1', created: older }),
      make({ id: 'x_2' }),
      make({ id: 'x_3', ...ofAnother }),
    );
    expect((await ask(of)).rows.map((found) => found.id)).toEqual(['x_2', 'x_1']);
  });

  /** Everything that the provider may list and nobody here can read, and what is then said of it. */
  const unreadable: [reason: string, fields: objects.Fields, says: string][] = [
    ['a stablecoin', { currency: 'usdc' }, 'currency is not an ISO 4217 currency'],
    ['a currency to come', { currency: 'zzz' }, 'currency is not an ISO 4217 currency'],
    ['a fraction of a króna', { currency: 'isk', amount: 4010 }, 'amount is not a whole amount of ISK'],
    ['a fraction of a shilling', { currency: 'ugx', amount: 1 }, 'amount is not a whole amount of UGX'],
    ['an amount that is none', { amount: '12.50' }, 'amount is text, not a number (Stripe'],
    ['no amount', { amount: null }, 'amount is null, not a number (Stripe'],
    ['a date beyond all dates', { created: 9e15 }, 'created: '],
  ];
  const listOf = {
    refunds: () => payments.refundsOf({ chargeId: 'ch_1' }),
    disputes: () => payments.disputesOf({ chargeId: 'ch_1' }),
    charges: () => payments.chargesOf('pi_1'),
    payment_intents: () => payments.paymentsOfCustomer('cus_1', 10),
  } as const;
  const makeOf = {
    refunds: objects.refund,
    disputes: objects.dispute,
    charges: objects.charge,
    payment_intents: objects.paymentIntent,
  } as const;

  describe.each(Object.keys(listOf) as (keyof typeof listOf)[])('of %s', (collection) => {
    it.each(unreadable)('%s: is named, and its neighbours stand', async (_reason, fields, says) => {
      const make = makeOf[collection];
      stripe.put(collection, make({ id: 'x_1' }), make({ id: 'x_odd', ...fields }), make({ id: 'x_3' }));
      const { rows, problems } = await listOf[collection]();
      expect(rows.map(({ id }) => id).sort()).toEqual(['x_1', 'x_3']);
      expect(problems).toHaveLength(1);
      expect(problems[0]).toMatch(/^(refund|dispute|charge|payment) x_odd cannot be read: /);
      expect(problems[0]).toContain(says);
    });

    it.each(['hrk', 'ltl', 'eek', 'lvl', 'skk', 'dem', 'sll', 'mro', 'byr', 'itl'])(
      'in %s, which ISO 4217 has withdrawn: is read',
      async (currency) => {
        stripe.put(collection, makeOf[collection]({ currency }));
        const { rows, problems } = await listOf[collection]();
        expect(problems).toEqual([]);
        expect(rows[0]!.amount.currency).toBe(currency.toUpperCase());
      },
    );

    it('with a status to come: is read', async () => {
      stripe.put(collection, makeOf[collection]({ status: 'brand_new' }));
      expect(await listOf[collection]()).toMatchObject({ rows: [{ status: 'brand_new' }], problems: [] });
    });
  });

  it('say of what they cannot read what Stripe says of it, in words of a known form only', async () => {
    const { evidence_details } = objects.dispute();
    const due_by = Date.parse('2026-11-30T12:00:00Z') / 1000;
    stripe.put(
      'disputes',
      objects.dispute({ currency: 'usdc', evidence_details: { ...evidence_details, due_by } }),
      objects.dispute({ id: 'dp_2', currency: '<!channel>', status: 'sk live key', reason: 'x'.repeat(500) }),
      { object: 'dispute', amount: 5, created: 1 } as never,
    );
    const { problems } = await payments.recentDisputes(100);
    expect(problems.sort()).toEqual([
      expect.stringMatching(/^dispute \(without id\) cannot be read: .* \(Stripe says: 5 \(no currency\)\)$/),
      'dispute dp_1 cannot be read: currency is not an ISO 4217 currency (Stripe says: 1000 usdc, needs response, fraudulent, response due 2026-11-30)',
      expect.stringMatching(
        /^dispute dp_2 cannot be read: .* \(Stripe says: 1000 \(no currency\), response due 2026-11-16\)$/,
      ),
    ]);
  });

  it('of a customer: the newest payments, as many as wanted', async () => {
    stripe.put(
      'payment_intents',
      objects.paymentIntent({ created: older }),
      objects.paymentIntent({ id: 'pi_2' }),
    );
    stripe.put('payment_intents', objects.paymentIntent({ id: 'pi_3', customer: 'cus_2' }));
    expect((await payments.paymentsOfCustomer('cus_1', 1)).rows.map(({ id }) => id)).toEqual(['pi_2']);
    expect(paths()).toEqual(['payment_intents?customer=cus_1&limit=1']);
  });

  it.each([
    ['mToisGZ01V71BCos', 'mToisGZ01V71BCos', 'as the provider names it'],
    ["a' OR status:'succeeded", 'aORstatussucceeded', 'no name widens the search'],
  ])('of the declines of a card %s: one page of a search', async (fingerprint, asked, _why) => {
    const query = `payment_method_details.card.fingerprint:'${asked}' AND status:'failed' AND created>1797000000`;
    stripe.put(
      'charges/search',
      { ...objects.charge(), query },
      { ...objects.charge({ id: 'ch_2' }), query: 'x' },
    );
    const { rows } = await payments.failedChargesOfCard(fingerprint, new Date(1_797_000_000_000), 100);
    expect(rows.map(({ id }) => id)).toEqual(['ch_1']);
  });

  it('of disputes: the newest, as many as wanted, over pages', async () => {
    const ids = Array.from({ length: 130 }, (_, index) => `dp_${index}`);
    stripe.put(
      'disputes',
      ...ids.map((id, index) => objects.dispute({ id, created: objects.created - index })),
    );
    expect((await payments.recentDisputes(120)).rows.map(({ id }) => id)).toEqual(ids.slice(0, 120));
    expect(paths()).toEqual(['disputes?limit=100', 'disputes?starting_after=dp_99&limit=20']);
  });

  it('of what something else entirely was pasted for: nothing, and the text stays a value', async () => {
    stripe.put('charges', objects.charge());
    expect(await payments.chargesOf('pi_1&limit=1#')).toEqual({ rows: [], problems: [] });
    expect(stripe.requests[0]!.url).toMatch(/^\/v1\/charges\?payment_intent=pi_1%26limit%3D1%23&expand/);
  });
});

describe('the payout of a balance transaction', () => {
  const availableOn = new Date('2026-11-04T00:00:00Z');
  const day = (days: number) => (availableOn.getTime() + days * dayMs) / 1000;
  const payoutOn = (days: number, fields: objects.Fields = {}) =>
    objects.payout({ id: `po_${days}`, arrival_date: day(days), created: day(days - 1), ...fields });

  const likely = (id: string) => `balance_transactions?payout=${id}&source=ch_1&limit=100`;

  async function find(fields: objects.Fields = {}, named: string | null = null) {
    const object = objects.balanceTransaction({ available_on: day(0), ...fields });
    stripe.put('balance_transactions', object, objects.balanceTransaction({ id: 'txn_other' }));
    const transaction = await payments.balanceTransaction('txn_1');
    stripe.requests.length = 0;
    return payments.payoutOf(transaction, named);
  }

  it('is the one which lists it, found in two steps: the list, then the likely ones at once', async () => {
    stripe.put('payouts', ...[1, 2, 3, 4].map((days) => payoutOn(days)));
    stripe.put('payouts', payoutOn(-1, { created: day(-1) }));
    stripe.settle('po_1', 'txn_1');
    stripe.settle('po_2', 'txn_other');
    expect(await find()).toMatchObject({ id: 'po_1' });
    expect(paths()).toEqual([
      `payouts?arrival_date[gte]=${day(-1)}&arrival_date[lte]=${day(14)}&limit=100`,
      ...['po_-1', 'po_1', 'po_2', 'po_3'].map((id) => likely(id)),
    ]);
  });

  it('is asked for by its name where another source gives one, and no list is read', async () => {
    stripe.put('payouts', ...[1, 2, 3].map((days) => payoutOn(days)));
    stripe.settle('po_3', 'txn_1');
    expect(await find({}, 'po_3')).toMatchObject({ id: 'po_3' });
    expect(paths()).toEqual(['payouts/po_3', likely('po_3')]);
  });

  it.each([
    ['lists another movement only', 'po_2'],
    ['does not exist', 'po_gone'],
    ['cannot be read', 'po_odd'],
    ['has a name that no payout can have', 'batch 7/2026'],
  ])('is searched for where the named one %s', async (_reason, named) => {
    stripe.put('payouts', ...[1, 2].map((days) => payoutOn(days)));
    stripe.put('payouts', payoutOn(60, { id: 'po_odd', amount: 'much' }));
    stripe.settle('po_1', 'txn_1');
    stripe.settle('po_2', 'txn_other');
    expect(await find({}, named)).toMatchObject({ id: 'po_1' });
  });

  it.each([
    ['none exists', [], 2],
    ['none lists it yet', [payoutOn(1), payoutOn(2)], 3],
    ['they are manual, which Stripe cannot take apart', [payoutOn(1, { automatic: false })], 2],
    ['they are in another currency', [payoutOn(1, { currency: 'usd' })], 2],
    ['they arrived before the funds were available', [payoutOn(-2)], 2],
    ['they set out before the transaction existed', [payoutOn(1, { created: objects.created - 1 })], 2],
    ['they arrive too late for any schedule', [payoutOn(41)], 2],
    ['there are many: eight are asked', Array.from({ length: 30 }, (_, index) => payoutOn(index)), 9],
  ])('is null when %s', async (_reason, payouts, requests) => {
    stripe.put('payouts', ...payouts);
    expect(await find()).toBeNull();
    expect(stripe.requests).toHaveLength(requests);
  });

  it('is found beside payouts in stablecoins and movements that cannot be read', async () => {
    stripe.put('payouts', payoutOn(1, { id: 'po_coin', currency: 'usdc' }), payoutOn(1));
    stripe.put('balance_transactions', objects.balanceTransaction({ id: 'txn_coin', currency: 'usdc' }));
    stripe.settle('po_1', 'txn_1');
    stripe.settle('po_1', 'txn_coin');
    expect(await find()).toMatchObject({ id: 'po_1' });
  });

  it('is not told where a payout in its currency cannot be read, which may be the one', async () => {
    stripe.put('payouts', payoutOn(1, { amount: 'much' }));
    const fault = await faultOf(find());
    expect(fault.publicMessage).toMatch(
      /^Stripe’s payout po_1 cannot be read: amount is text, not a number /,
    );
  });

  it('is not that of another movement of the same charge', async () => {
    stripe.put('payouts', payoutOn(1));
    stripe.settle('po_1', 'txn_other');
    expect(await find()).toBeNull();
  });

  it('is found by type for a movement without a source, such as a fee', async () => {
    stripe.put('payouts', payoutOn(1));
    stripe.settle('po_1', 'txn_1');
    expect(await find({ source: null, type: 'stripe_fee' })).toMatchObject({ id: 'po_1' });
    expect(paths()[1]).toBe('balance_transactions?payout=po_1&type=stripe_fee&limit=100');
  });

  it.each([
    ['a weekly', 10, 2],
    ['a monthly', 33, 3],
  ])(
    'is found with %s schedule, arriving after %i days, in %i requests',
    async (_schedule, days, requests) => {
      stripe.put('payouts', payoutOn(days));
      stripe.settle(`po_${days}`, 'txn_1');
      expect(await find()).toMatchObject({ id: `po_${days}` });
      expect(stripe.requests).toHaveLength(requests);
    },
  );

  it('is found among daily payouts in many currencies, although the latest fill the first pages', async () => {
    const days = Array.from({ length: 60 }, (_, index) => index);
    for (const currency of ['usd', 'gbp', 'jpy', 'sek', 'nok', 'dkk', 'chf', 'pln', 'czk']) {
      stripe.put('payouts', ...days.map((n) => payoutOn(n, { id: `po_${n}_${currency}`, currency })));
    }
    stripe.put('payouts', ...days.map((n) => payoutOn(n)));
    stripe.settle('po_1', 'txn_1');
    expect(await find()).toMatchObject({ id: 'po_1' });
    expect(stripe.requests).toHaveLength(6);
  });

  it('a failed one is still the one it left with', async () => {
    stripe.put('payouts', payoutOn(1, { status: 'failed' }));
    stripe.settle('po_1', 'txn_1');
    expect(await find()).toMatchObject({ status: 'failed', failure: { code: 'account_closed' } });
  });

  it('says that Stripe is down rather than “none”', async () => {
    stripe.put('payouts', payoutOn(1));
    stripe.put('balance_transactions', objects.balanceTransaction({ available_on: day(0) }));
    const found = await payments.balanceTransaction('txn_1');
    stripe.failNext(refusal(500, {}), refusal(500, {}), refusal(500, {}));
    expect((await faultOf(payments.payoutOf(found, null))).code).toBe('unavailable');
  });

  it('is asked of the later ones only when the likely ones do not list it', async () => {
    stripe.put('payouts', ...[1, 2, 3, 4, 5].map((days) => payoutOn(days)));
    stripe.settle('po_5', 'txn_1');
    expect(await find()).toMatchObject({ id: 'po_5' });
    expect(paths().slice(1)).toEqual([1, 2, 3, 4, 5].map((days) => likely(`po_${days}`)));
  });

  it('does not wait in turn: the likely ones are asked before any of them has answered', async () => {
    stripe.put('payouts', payoutOn(1), payoutOn(2), payoutOn(3));
    stripe.settle('po_3', 'txn_1');
    const held: (() => void)[] = [];
    stripe.failWhere('payout=', (response, request) => {
      const data = request.url!.includes('payout=po_3') ? [objects.balanceTransaction()] : [];
      held.push(() => json(200, { data, has_more: false })(response, request));
      if (held.length === 3) held.forEach((answer) => answer());
    });
    expect(await find()).toMatchObject({ id: 'po_3' });
  });

  it('is found although one that does not list it fails', async () => {
    stripe.put('payouts', payoutOn(1), payoutOn(2));
    stripe.settle('po_2', 'txn_1');
    stripe.failWhere('payout=po_1&', refusal(400, {}));
    expect(await find()).toMatchObject({ id: 'po_2' });
  });

  it('has one deadline over all its requests', async () => {
    stripe.put('payouts', payoutOn(1), payoutOn(2));
    stripe.put('balance_transactions', objects.balanceTransaction({ available_on: day(0) }));
    const found = await payments.balanceTransaction('txn_1');
    const hasty = createStripePayments(stripeDeps(stripe.baseUrl, { timeoutMs: 60 }).deps);
    stripe.requests.length = 0;
    stripe.failNext(silent);
    expect((await faultOf(hasty.payoutOf(found, null))).code).toBe('unavailable');
    expect(stripe.requests).toHaveLength(1);
  });
});

describe('the check of the key', () => {
  it('succeeds when Stripe accepts it', async () => {
    await expect(payments.check()).resolves.toBeUndefined();
    expect(paths()).toEqual(['balance']);
  });

  it.each([
    [401, /key/],
    [403, /permission/],
  ])('says what to do about %i', async (status, hint) => {
    stripe.failNext(refusal(status, {}));
    const fault = await faultOf(payments.check());
    expect(fault.code).toBe('misconfigured');
    expect(fault.hint).toMatch(hint);
  });
});
