/**
 * What is done by hand through the payments API reaches the payout, the statement and the books of its day, so that a
 * repair can be proven by tomorrow's reconciliation.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { settlementOf } from '../../../sandbox/statements/settlement.js';
import { stripePayouts } from '../../../sandbox/statements/formats/stripe-payouts.js';
import { dayOf } from '../../../sandbox/world/calendar.js';
import { hourMs } from '../../../sandbox/world/clock.js';
import { payoutDayOf } from '../../../sandbox/world/settlement.js';
import { collect, openBench, start, type Bench } from './support.js';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.api.close());

/** A captured payment of the world that nobody has given anything back of. */
async function payment() {
  const all = await collect(bench.stripe.charges.list({ limit: 100 }), 100);
  return all.find((one) => one.captured && !one.refunded && !one.disputed && one.amount > 500)!;
}

async function payoutOf(currency: string) {
  const northpay = bench.world.partners.find(({ id }) => id === 'northpay')!;
  const day = payoutDayOf(northpay, start.getTime());
  const payouts = await collect(bench.stripe.payouts.list({ created: { gte: day * 86_400 } }));
  return { day, northpay, payout: payouts.find((one) => one.currency === currency)! };
}

it('a refund and a capture of today are in the next payout, its statement and its bookings', async () => {
  const { world, stripe, clock } = bench;
  const charge = await payment();
  const refund = await stripe.refunds.create({ charge: charge.id, amount: 250 });
  const intent = await stripe.paymentIntents.create({
    amount: 4_200,
    currency: charge.currency,
    payment_method: 'pm_card_visa',
    capture_method: 'manual',
    confirm: true,
    metadata: { order_id: 'ORD-BYHAND' },
  });
  await stripe.paymentIntents.capture(intent.id, { amount_to_capture: 4_000 });
  const before = await stripe.balance.retrieve();

  clock.advance(4 * 24 * hourMs);
  const { day, northpay, payout } = await payoutOf(charge.currency);
  const carried = await collect(stripe.balanceTransactions.list({ payout: payout.id, limit: 100 }));
  const own = carried.filter(({ type }) => type !== 'payout');
  expect(own.find(({ source }) => source === refund.id)?.net).toBe(-250);
  expect(own.filter(({ amount }) => amount === 4_000)).not.toEqual([]);
  expect(payout.amount).toBe(own.reduce((sum, { net }) => sum + net, 0));
  const bySource = await stripe.balanceTransactions.list({ payout: payout.id, source: refund.id });
  expect(bySource.data.map(({ id }) => id)).toEqual([refund.balance_transaction]);

  const file = stripePayouts(settlementOf(world, northpay, day));
  const rows = file.split('\n').map((line) => line.split(','));
  const columns = rows[0]!;
  const cell = (row: string[], name: string) => row[columns.indexOf(name)];
  const row = rows.find((each) => cell(each, 'balance_transaction_id') === refund.balance_transaction)!;
  expect([cell(row, 'automatic_payout_id'), cell(row, 'reporting_category'), cell(row, 'net')]).toEqual([
    payout.id,
    'refund',
    '-2.50',
  ]);
  expect([cell(row, 'source_id'), cell(row, 'charge_id')]).toEqual([refund.id, charge.id]);
  expect(rows.some((each) => cell(each, 'payment_metadata[order_id]') === 'ORD-BYHAND')).toBe(true);

  const hours = Array.from({ length: 5 * 24 }, (_, i) => day * 24 + i);
  const booked = hours
    .flatMap((hour) => world.bookingsOfHour(hour))
    .filter(({ batchId }) => batchId === payout.id);
  const fees = own.reduce((sum, { fee }) => sum + fee, 0);
  expect(booked.map(({ kind, amountMinor }) => [kind, amountMinor])).toEqual([
    ['fee', fees],
    ['payout', payout.amount],
  ]);
  const after = await stripe.balance.retrieve();
  const available = (balance: typeof after) =>
    balance.available.find(({ currency }) => currency === charge.currency)?.amount;
  expect([available(before), available(after)]).toEqual([0, 0]);
});

it('money by hand is in the balance at once, and counted once when its hour is over', async () => {
  const { stripe, clock } = bench;
  const pending = async (currency: string) =>
    (await stripe.balance.retrieve()).pending.find((one) => one.currency === currency)!.amount;
  const charge = await payment();
  const before = await pending(charge.currency);
  const refund = await stripe.refunds.create({ charge: charge.id, amount: 100 });
  expect(await pending(charge.currency)).toBe(before - 100);
  // On the hour, and on a Sunday: nothing else has moved in this hour, and nothing leaves in it.
  const now = clock.now().getTime();
  expect(now % hourMs).toBe(0);
  clock.advance(hourMs);
  const since = { gte: now / 1_000, lt: now / 1_000 + 3_600 };
  const moved = await collect(
    stripe.balanceTransactions.list({ currency: charge.currency, created: since, limit: 100 }),
  );
  expect(moved.map(({ id }) => id)).toContain(refund.balance_transaction);
  expect(await pending(charge.currency)).toBe(before + moved.reduce((sum, { net }) => sum + net, 0));
});

it('the day of a payout made by hand takes nothing from the automatic one', async () => {
  const { stripe, world, clock } = bench;
  const northpay = world.partners.find(({ id }) => id === 'northpay')!;
  const day = payoutDayOf(northpay, clock.now().getTime());
  const before = world.payoutsOfDay(northpay, day);
  await stripe.payouts.create({ amount: 1_000, currency: 'eur' });
  expect(world.payoutsOfDay(northpay, day)).toEqual(before);
  expect(dayOf(clock.now().getTime(), 0)).toBeLessThan(day);
});
