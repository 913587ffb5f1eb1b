/** What the official client sees of a disturbed world. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hourMs } from '../../../sandbox/world/clock.js';
import { createScenarios, type Scenarios } from '../../../sandbox/world/scenarios.js';
import { collect, failure, openBench, type Bench } from './support.js';

let bench: Bench;
let scenarios: Scenarios;
beforeEach(async () => {
  bench = await openBench();
  scenarios = createScenarios({
    world: bench.world,
    clock: bench.clock,
    putObjects: () => undefined,
    happen: () => Promise.resolve(null),
  });
});
afterEach(() => bench.api.close());

describe('the payments API in a disturbed world', () => {
  it('shows a duplicate capture as a second charge, by id, in lists and in events, and refunds it', async () => {
    const { stripe } = bench;
    const { payments } = (await scenarios.start('duplicate-capture')) as { payments: string[] };
    const charges = await collect(stripe.charges.list({ payment_intent: payments[0]! }));
    const paid = charges.filter(({ captured }) => captured);
    expect(paid).toHaveLength(2);
    const [second, first] = paid as [(typeof paid)[0], (typeof paid)[0]];
    expect(second.created).toBeGreaterThan(first.created);
    expect(second.amount).toBe(first.amount);
    expect(await stripe.charges.retrieve(second.id)).toEqual(second);
    const transaction = await stripe.balanceTransactions.retrieve(second.balance_transaction as string);
    expect([transaction.amount, transaction.source]).toEqual([second.amount, second.id]);
    const recent = await collect(stripe.charges.list({ limit: 100 }), 400);
    expect(recent.map(({ id }) => id)).toContain(second.id);
    const events = await collect(stripe.events.list({ type: 'charge.succeeded', limit: 100 }), 400);
    expect(events.map(({ data }) => (data.object as { id: string }).id)).toContain(second.id);
    expect(await stripe.refunds.create({ charge: second.id })).toMatchObject({ amount: second.amount });
    expect((await failure(stripe.refunds.create({ charge: second.id }))).code).toBe(
      'charge_already_refunded',
    );
  });

  it('pays short: the payout is less than the transactions it carries', async () => {
    const { stripe } = bench;
    const { short } = (await scenarios.start('short-paid-settlement')) as {
      short: { batch: string; missingMinor: number }[];
    };
    for (const { batch, missingMinor } of short) {
      const payout = await stripe.payouts.retrieve(batch);
      const carried = await collect(stripe.balanceTransactions.list({ payout: batch, limit: 100 }));
      const nets = carried.filter(({ type }) => type !== 'payout').reduce((sum, { net }) => sum + net, 0);
      expect(nets - payout.amount).toBe(missingMinor);
      expect(missingMinor).toBeGreaterThan(0);
    }
  });

  it('lists the disputes of a wave', async () => {
    const { stripe } = bench;
    const before = (await stripe.disputes.list({ limit: 100 })).data.map(({ id }) => id);
    await scenarios.start('dispute-wave', { reason: 'product_not_received' });
    const added = (await stripe.disputes.list({ limit: 100 })).data.filter(({ id }) => !before.includes(id));
    expect(added.length).toBeGreaterThan(0);
    expect(new Set(added.map(({ reason }) => reason))).toEqual(new Set(['product_not_received']));
    expect(await stripe.disputes.retrieve(added[0]!.id)).toEqual(added[0]);
  });

  it('has events at once whose webhooks are still pending while webhooks are late', async () => {
    const { stripe, clock } = bench;
    await scenarios.start('webhook-delay');
    clock.advance(hourMs);
    const events = await collect(stripe.events.list({ limit: 100 }), 200);
    const nowS = clock.now().getTime() / 1_000;
    const age = ({ created }: { created: number }): number => nowS - created;
    const pending = events.filter((event) => age(event) < 44 * 60);
    const through = events.filter((event) => age(event) > 46 * 60);
    expect(pending.length).toBeGreaterThan(0);
    expect(new Set(pending.map((event) => event.pending_webhooks))).toEqual(new Set([1]));
    expect(new Set(through.map((event) => event.pending_webhooks))).toEqual(new Set([0]));
    await scenarios.stop('webhook-delay');
    const [newest] = (await stripe.events.list({ limit: 1 })).data;
    expect(newest!.pending_webhooks).toBe(0);
  });
});
