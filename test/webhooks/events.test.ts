/** Events about objects that cannot be read: people hear of them once, the event stays, and its neighbours are worked off. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createFraudWarnings } from '../../src/adapters/postgres/fraud-warnings.js';
import { createProviderInbox } from '../../src/adapters/postgres/provider-events.js';
import { createStripePayments } from '../../src/adapters/stripe/payments.js';
import { minuteMs } from '../../src/kernel/clock.js';
import { silentLog } from '../../src/kernel/log.js';
import type { ProviderInbox } from '../../src/ports/provider-events.js';
import { noLinks } from '../../src/views/kit/links.js';
import { advanceEvent, type EventDeps } from '../../src/webhooks/events.js';
import { startOutboxBench, type OutboxBench } from '../outbox/support.js';
import { startFakeStripe, type FakeStripe } from '../stripe/fake-stripe.js';
import { dispute, payout, refund } from '../stripe/objects.js';
import { stripeDeps } from '../stripe/setup.js';

let bench: OutboxBench;
let stripe: FakeStripe;
let inbox: ProviderInbox;
let deps: EventDeps;
beforeEach(async () => {
  bench = await startOutboxBench({ rateLimits: false });
  stripe = await startFakeStripe();
  inbox = createProviderInbox(bench.db, bench.clock);
  const api = createStripePayments(stripeDeps(stripe.baseUrl).deps);
  const { general = '', incidents = '' } = bench.channels;
  deps = {
    inbox,
    api,
    partner: { id: 'stripe', name: 'Stripe' },
    disputes: {
      lookAt: async (id) => {
        await api.dispute(id);
        throw new Error('every dispute here is one that cannot be read');
      },
    },
    warnings: createFraudWarnings(bench.db),
    signals: { note: () => Promise.resolve(true), open: () => Promise.resolve([]) },
    channels: { disputes: general, money: incidents },
    outbox: bench.outbox,
    transactions: bench.db,
    links: noLinks,
    clock: bench.clock,
    log: silentLog,
  };
  bench.startSender();
});
afterEach(async () => {
  await stripe.close();
  await bench.close();
});

const work = async (id: string, type: string, objectId: string): Promise<void> => {
  await inbox.put([{ id, type, objectId, happenedAt: bench.clock.now() }], 'webhook');
  for (let look = 0; look < 3; look++) {
    await advanceEvent(deps, id);
    bench.clock.advance(minuteMs);
  }
  await bench.untilSent();
};

it.each([
  ['a payout in a stablecoin', 'payout.failed', 'po_1', 'incidents', 'a failed payout', '98765 usdc'],
  ['a refund in a stablecoin', 'refund.failed', 're_1', 'incidents', 'a failed refund', 'usdc'],
  ['a dispute in a stablecoin', 'charge.dispute.created', 'du_1', 'general', 'a dispute', 'usdc'],
])('%s is reported once as the provider words it, and waits', async (_what, type, id, channel, what, raw) => {
  const currency = 'usdc';
  stripe.put('payouts', payout({ currency }));
  stripe.put('refunds', refund({ id: 're_1', status: 'failed', currency }));
  stripe.put('disputes', dispute({ id: 'du_1', currency }));
  await work('evt_1', type, id);
  const [told, ...more] = await bench.said(channel);
  expect(more).toEqual([]);
  expect(told?.text).toBe(`Stripe reports ${what} that Paydesk can’t read`);
  expect(JSON.stringify(told?.blocks)).toContain(id);
  expect(JSON.stringify(told?.blocks)).toContain(raw);
  expect(await inbox.read('evt_1')).toMatchObject({ failures: 3, isFinished: false });
});

it('says nothing of an unreadable refund that did not fail, nor of a provider that is away or a stranger', async () => {
  stripe.put('refunds', refund({ id: 're_1', status: 'succeeded', currency: 'usdc' }));
  await work('evt_1', 'refund.updated', 're_1');
  stripe.failWhere('/payouts/', (response) => void response.writeHead(500).end());
  await work('evt_2', 'payout.failed', 'po_1');
  stripe.failWhere('/refunds/', (response) => void response.end('<html>Please log in</html>'));
  await work('evt_3', 'refund.failed', 're_1');
  expect(await bench.said('incidents')).toEqual([]);
});
