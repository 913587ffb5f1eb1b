/** The official client reads the world: every type by id and by list, expanded, paged and filtered. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hourMs, hourOf } from '../../../sandbox/world/clock.js';
import { examples } from '../../../sandbox/world/examples.js';
import { historyHours } from '../../../sandbox/world/world.js';
import { collect, failure, openBench, start, type Bench } from './support.js';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.api.close());

describe('a payment', () => {
  it('can be followed from attempt to payout', async () => {
    const { stripe, world } = bench;
    const { paidOut, orderId } = examples(world, start);
    const intent = await stripe.paymentIntents.retrieve(paidOut, {
      expand: ['latest_charge.balance_transaction'],
    });
    expect(intent).toMatchObject({ status: 'succeeded', metadata: { order_id: orderId } });
    const charge = intent.latest_charge;
    if (typeof charge !== 'object' || !charge || typeof charge.balance_transaction !== 'object')
      throw new Error('not expanded');
    const transaction = charge.balance_transaction!;
    expect(transaction).toMatchObject({ source: charge.id, amount: intent.amount, status: 'available' });
    expect(transaction.net).toBe(transaction.amount - transaction.fee);
    const payouts = await collect(stripe.payouts.list({ limit: 100 }));
    const carriers = [];
    for (const payout of payouts.filter(({ currency }) => currency === intent.currency)) {
      const carried = await collect(stripe.balanceTransactions.list({ payout: payout.id, limit: 100 }));
      if (carried.some(({ id }) => id === transaction.id)) carriers.push({ payout, carried });
    }
    expect(carriers).toHaveLength(1);
    const [{ payout, carried }] = carriers as [(typeof carriers)[0]];
    expect(payout.status).toBe('paid');
    expect(payout.trace_id).toMatchObject({ status: 'supported' });
    expect(carried.reduce((sum, { net }) => sum + net, 0)).toBe(0);
    expect(carried.find(({ type }) => type === 'payout')?.net).toBe(-payout.amount);
  });

  it.each([
    ['inFlight', { status: 'succeeded' }, 'money not available yet'],
    ['failedThenSucceeded', { status: 'succeeded', last_payment_error: null }, 'more than one charge'],
    ['uncaptured', { status: 'requires_capture', amount_received: 0 }, 'waiting for a capture'],
    ['refunded', { status: 'succeeded' }, 'given back'],
    ['disputed', { status: 'succeeded' }, 'disputed'],
    ['warned', { status: 'succeeded' }, 'warned of'],
  ] as const)('%s is %j: %s', async (kind, expected, _) => {
    const { stripe, world } = bench;
    const id = examples(world, start)[kind];
    expect(await stripe.paymentIntents.retrieve(id)).toMatchObject(expected);
    const charges = await collect(stripe.charges.list({ payment_intent: id }));
    const refunds = await collect(stripe.refunds.list({ payment_intent: id }));
    const disputes = await collect(stripe.disputes.list({ charge: charges[0]!.id }));
    const warnings = await collect(stripe.radar.earlyFraudWarnings.list({ payment_intent: id }));
    if (kind === 'failedThenSucceeded') expect(charges.map(({ status }) => status)).toContain('failed');
    if (kind === 'refunded')
      expect(refunds[0]).toMatchObject({ charge: charges[0]!.id, status: 'succeeded' });
    if (kind === 'refunded')
      expect(charges[0]!.amount_refunded).toBe(refunds.reduce((sum, r) => sum + r.amount, 0));
    if (kind === 'disputed') {
      expect(disputes[0]).toMatchObject({ charge: charges[0]!.id, status: 'needs_response' });
      expect(disputes[0]!.evidence_details.due_by! * 1_000).toBeGreaterThan(start.getTime());
    }
    if (kind === 'warned') expect(warnings[0]).toMatchObject({ charge: charges[0]!.id });
  });

  it('moves on with the clock', async () => {
    const own = await openBench();
    const intent = examples(own.world, start).inFlight;
    const [charge] = await collect(own.stripe.charges.list({ payment_intent: intent }));
    const transaction = charge!.balance_transaction as string;
    expect((await own.stripe.balanceTransactions.retrieve(transaction)).status).toBe('pending');
    own.clock.advance(4 * 24 * hourMs);
    expect((await own.stripe.balanceTransactions.retrieve(transaction)).status).toBe('available');
    await own.api.close();
  });

  it('is not known before it happens', async () => {
    const { stripe, world } = bench;
    const future = world
      .ordersOfHour(hourOf(start.getTime()) + 2)
      .find(({ paymentId }) => paymentId.startsWith('pi_'));
    expect((await failure(stripe.paymentIntents.retrieve(future!.paymentId))).code).toBe('resource_missing');
  });
});

describe('lists', () => {
  it.each([
    'paymentIntents',
    'charges',
    'refunds',
    'disputes',
    'payouts',
    'balanceTransactions',
    'events',
  ] as const)(
    '%s page without gap or double, newest first, and each is found by its id',
    async (resource) => {
      const list = bench.stripe[resource];
      const pages: AsyncIterable<unknown> = list.list({ limit: 7 });
      const paged = (await collect(pages, 25)) as { id: string; created: number }[];
      const whole = (await list.list({ limit: 25 })).data as { id: string }[];
      expect(paged.map(({ id }) => id)).toEqual(whole.map(({ id }) => id));
      expect(paged.map(({ created }) => created)).toEqual(
        paged.map(({ created }) => created).sort((a, b) => b - a),
      );
      expect(await list.retrieve(paged[9]!.id)).toEqual(whole[9]);
      const back = await list.list({ limit: 3, ending_before: paged[9]!.id });
      expect(back.data.map(({ id }) => id)).toEqual(paged.slice(6, 9).map(({ id }) => id));
      expect(back.has_more).toBe(true);
    },
  );

  it('holds every payment of the last day once', async () => {
    const { stripe, world } = bench;
    const from = Math.floor(start.getTime() / 1_000) - 86_400;
    const listed = await collect(stripe.paymentIntents.list({ limit: 100, created: { gte: from } }));
    const hours = Array.from({ length: 25 }, (_, i) => hourOf(start.getTime()) - i);
    const expected = hours
      .flatMap((hour) => [...world.ordersOfHour(hour)])
      .filter((order) => order.route.partner.id === 'northpay')
      .filter(({ createdMs }) => createdMs <= start.getTime() && Math.floor(createdMs / 1_000) >= from);
    expect(listed.map(({ id }) => id).sort()).toEqual(expected.map(({ paymentId }) => paymentId).sort());
  });

  it('ends after eight weeks', async () => {
    const disputes = await collect(bench.stripe.disputes.list({ limit: 100 }));
    const oldest = Math.min(...disputes.map(({ created }) => created));
    expect(oldest * 1_000).toBeGreaterThan(start.getTime() - (historyHours + 1) * hourMs);
  });

  it('finds customers by e-mail and their payments', async () => {
    const { stripe, world } = bench;
    const { customerEmail, paidOut } = examples(world, start);
    const [customer] = (await stripe.customers.list({ email: customerEmail })).data;
    expect(await stripe.customers.retrieve(customer!.id)).toEqual(customer);
    const payments = await collect(stripe.paymentIntents.list({ customer: customer!.id }));
    expect(payments.map(({ id }) => id)).toContain(paidOut);
    expect(new Set(payments.map((payment) => payment.customer))).toEqual(new Set([customer!.id]));
    expect((await stripe.customers.list({ email: 'nobody@nowhere.example' })).data).toEqual([]);
  });

  it('filters events and transactions by type', async () => {
    const { stripe } = bench;
    const events = await stripe.events.list({ type: 'charge.dispute.created', limit: 2 });
    expect(events.data.map(({ type }) => type)).toEqual(['charge.dispute.created', 'charge.dispute.created']);
    expect(events.data[0]!.data.object).toMatchObject({
      object: 'dispute',
      status: expect.stringMatching(/needs_response$/) as string,
    });
    const refunds = await stripe.balanceTransactions.list({ type: 'refund', limit: 3 });
    expect(refunds.data.every(({ amount, type }) => amount < 0 && type === 'refund')).toBe(true);
  });

  it('shows money on its way in the balance', async () => {
    const balance = await bench.stripe.balance.retrieve();
    expect(balance.pending.map(({ currency }) => currency).sort()).toEqual([
      'eur',
      'gbp',
      'jpy',
      'kwd',
      'usd',
    ]);
    expect(balance.pending.every(({ amount }) => amount > 0)).toBe(true);
  });
});

describe('search', () => {
  it.each([
    ['by our order id', (id: { orderId: string }) => `metadata["order_id"]:"${id.orderId}"`],
    [
      'by order id and status',
      (id: { orderId: string }) => `metadata['order_id']:'${id.orderId}' AND status:'succeeded'`,
    ],
  ])('finds a payment %s', async (_, query) => {
    const { stripe, world } = bench;
    const found = examples(world, start);
    const { data } = await stripe.paymentIntents.search({ query: query(found) });
    expect(data.map(({ id }) => id)).toEqual([found.paidOut]);
  });

  it('finds charges by what a person remembers, and only those', async () => {
    const { stripe, world } = bench;
    const [charge] = await collect(stripe.charges.list({ payment_intent: examples(world, start).paidOut }));
    const last4 = charge!.payment_method_details!.card!.last4!;
    const { data } = await stripe.charges.search({
      query: `payment_method_details.card.last4:"${last4}" AND amount:${charge!.amount} AND -currency:"xxx"`,
    });
    expect(data.map(({ id }) => id)).toContain(charge!.id);
    expect(new Set(data.map(({ amount }) => amount))).toEqual(new Set([charge!.amount]));
  });

  it('finds the declines of one card within a span, and only those', async () => {
    const { stripe, world } = bench;
    const id = examples(world, start).failedThenSucceeded;
    const charges = await collect(stripe.charges.list({ payment_intent: id }));
    const declined = charges.find(({ status }) => status === 'failed')!;
    const fingerprint = declined.payment_method_details!.card!.fingerprint!;
    const since = declined.created - 30 * 86_400;
    const { data } = await stripe.charges.search({
      query: `payment_method_details.card.fingerprint:'${fingerprint}' AND status:'failed' AND created>${since}`,
      limit: 100,
    });
    expect(data.map((charge) => charge.id)).toContain(declined.id);
    for (const { status, created, payment_method_details: details } of data) {
      expect(status).toBe('failed');
      expect(created).toBeGreaterThan(since);
      expect(details!.card!.fingerprint).toBe(fingerprint);
    }
  });

  it.each(['', 'amount', 'colour:"red"', 'amount>1 AND', 'amount>1 OR amount<3 AND amount>2'])(
    'refuses the query "%s"',
    async (query) => {
      expect((await failure(bench.stripe.charges.search({ query }))).statusCode).toBe(400);
    },
  );
});

describe('field sets', () => {
  const path = join(import.meta.dirname, '../../../../shared/data/stripe-objects.json');
  const documented = existsSync(path)
    ? (JSON.parse(readFileSync(path, 'utf8')) as Record<string, Record<string, unknown>>)
    : {};
  /** Only sent on request or to old versions, so that a plain payment lacks them. */
  const optional = new Set(['refunds', 'enhanced_eligibility', 'account', 'discount', 'connect_reserved']);

  it.skipIf(Object.keys(documented).length === 0).each([
    ['payment_intent', (b: Bench) => b.stripe.paymentIntents.list({ limit: 1 })],
    ['charge', (b: Bench) => b.stripe.charges.list({ limit: 1 })],
    ['refund', (b: Bench) => b.stripe.refunds.list({ limit: 1 })],
    ['dispute', (b: Bench) => b.stripe.disputes.list({ limit: 1 })],
    ['payout', (b: Bench) => b.stripe.payouts.list({ limit: 1 })],
    ['balance_transaction', (b: Bench) => b.stripe.balanceTransactions.list({ limit: 1 })],
    ['event', (b: Bench) => b.stripe.events.list({ limit: 1 })],
    ['radar.early_fraud_warning', (b: Bench) => b.stripe.radar.earlyFraudWarnings.list({ limit: 1 })],
    ['customer', (b: Bench) => b.stripe.customers.list({ limit: 1 })],
  ])('%s has every documented field', async (type, list) => {
    const [object] = (await list(bench)).data;
    const missing = Object.keys(documented[type] ?? {}).filter(
      (field) => !(field in object!) && !optional.has(field),
    );
    expect(missing).toEqual([]);
  });
});

describe('search by anything', () => {
  interface Seen {
    amount: number;
    created: number;
    currency: string;
    status: string;
    customer: unknown;
    payment_method_details: { card?: { last4: string | null; brand: string | null } };
  }
  let seen: Seen[];
  let one: Seen;
  beforeAll(async () => {
    seen = (await collect(bench.stripe.charges.list({ limit: 100 }))) as unknown as Seen[];
    one = seen.findLast(({ payment_method_details: { card } }) => card !== undefined)!;
  });
  const card = ({ payment_method_details: details }: Seen) => details.card;

  it.each<[string, () => string, (charge: Seen) => boolean]>([
    [
      'four digits',
      () => `payment_method_details.card.last4:"${card(one)!.last4}"`,
      (charge) => card(charge)?.last4 === card(one)!.last4,
    ],
    ['an amount', () => `amount:${one.amount}`, (charge) => charge.amount === one.amount],
    [
      'amounts below',
      () => 'amount<900 AND status:"failed"',
      (charge) => charge.amount < 900 && charge.status === 'failed',
    ],
    ['a customer', () => `customer:"${String(one.customer)}"`, (charge) => charge.customer === one.customer],
    ['no such customer', () => 'customer:"cus_nobody"', () => false],
    [
      'another currency',
      () => '-currency:"eur" AND amount>20000',
      (charge) => charge.currency !== 'eur' && charge.amount > 20_000,
    ],
    [
      'a day',
      () => `created>${one.created - 3_600} AND created<=${one.created + 82_800}`,
      (charge) => charge.created > one.created - 3_600 && charge.created <= one.created + 82_800,
    ],
    [
      'a brand, negated',
      () => `-payment_method_details.card.brand:"visa" AND amount:${one.amount}`,
      (charge) => card(charge)?.brand !== 'visa' && charge.amount === one.amount,
    ],
    [
      'one or the other',
      () => `amount:${one.amount} OR customer:"${String(one.customer)}"`,
      (charge) => charge.amount === one.amount || charge.customer === one.customer,
    ],
    [
      'one or what only the charge knows',
      () => `amount:1 OR status:"pending"`,
      (charge) => charge.amount === 1 || charge.status === 'pending',
    ],
    ['metadata that nobody wrote', () => 'metadata["invoice"]:"4711"', () => false],
  ])('finds by %s what a list of all would', async (_what, query, wanted) => {
    const found = await collect(bench.stripe.charges.search({ query: query(), limit: 100 }), 300);
    const ids = (charges: readonly object[]) => charges.map((each) => (each as { id: string }).id);
    const expected = seen.filter(wanted).slice(0, 300);
    expect(ids(found).sort()).toEqual(ids(expected).sort());
  });

  it('finds what was written by hand as well, and charges that were captured twice', async () => {
    const { stripe, world, clock } = bench;
    const written = await stripe.paymentIntents.create({
      amount: 777_777,
      currency: 'eur',
      metadata: { invoice: '4711' },
      payment_method: 'pm_card_visa',
      confirm: true,
    });
    const byHand = await stripe.charges.search({ query: 'amount:777777' });
    expect(byHand.data.map(({ payment_intent }) => payment_intent)).toEqual([written.id]);
    const nowMs = clock.now().getTime();
    const doubled = {
      name: 'duplicate-capture' as const,
      partnerId: 'northpay',
      country: null,
      reason: null,
    };
    await world.disturb({ ...doubled, fromMs: nowMs - 7_200_000, toMs: nowMs });
    const all = await collect(stripe.charges.list({ limit: 100 }), 300);
    const twin = all.find(({ id, payment_intent }) =>
      all.some((each) => each.payment_intent === payment_intent && each.id !== id && each.captured),
    )!;
    const { data } = await stripe.charges.search({
      query: `amount:${twin.amount} AND created>${nowMs / 1_000 - 10_000}`,
      limit: 100,
    });
    expect(data.filter((each) => each.payment_intent === twin.payment_intent && each.captured)).toHaveLength(
      2,
    );
  });
});
