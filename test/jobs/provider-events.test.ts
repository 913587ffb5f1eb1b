/** Events found by asking, beside webhooks, in a real database. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { providerEventsJob } from '../../jobs/provider-events.js';
import { openDatabase, type Database } from '../../src/adapters/postgres/database.js';
import {
  createLooks,
  createPartnerSignals,
  createProviderInbox,
} from '../../src/adapters/postgres/provider-events.js';
import { createAuditTrail } from '../../src/audit/trail.js';
import { createAuditStore } from '../../src/adapters/postgres/audit.js';
import { dayMs, fixedClock, minuteMs } from '../../src/kernel/clock.js';
import { silentLog } from '../../src/kernel/log.js';
import { createSignals } from '../../src/partners/signals.js';
import type { HealthAlert, ProviderEvent } from '../../src/ports/payments-api.js';
import type { ProviderInbox } from '../../src/ports/provider-events.js';
import { now } from '../support/payment-objects.js';
import { FakePaymentsApi } from '../support/payment-sources.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';

let own: TestDatabase;
let db: Database;
let api: FakePaymentsApi;
let inbox: ProviderInbox;
let told: string[] = [];
const clock = fixedClock(now);

beforeEach(async () => {
  own = await createDatabase();
  clock.set(now);
  told = [];
  db = openDatabase({ url: own.appUrl, clock, log: silentLog });
  api = new FakePaymentsApi();
  inbox = createProviderInbox(db, clock);
});
afterEach(async () => {
  await db.close();
  await own.drop();
});

const look = (): Promise<void> =>
  providerEventsJob.run(
    clock.now(),
    {
      paymentsApi: api,
      paymentsPartner: 'northpay',
      inbox,
      looks: createLooks(db, clock),
      signals: createSignals({
        signals: createPartnerSignals(db),
        audit: createAuditTrail(createAuditStore(db)),
        transactions: db,
        tell: (_tx, { type, resolvedAt }) => {
          told.push(`${type} ${resolvedAt === null ? 'lasts' : 'is over'}`);
          return Promise.resolve();
        },
      }),
      clock,
    },
    silentLog,
  );

const anEvent = (id: string, secondsAgo: number): ProviderEvent => ({
  id,
  type: 'charge.dispute.created',
  createdAt: new Date(now.getTime() - secondsAgo * 1000),
  subject: { object: 'dispute', id: 'du_1' },
});
const kept = () =>
  db.query<{ id: string; came_by: string }>('select id, came_by from paydesk.provider_events order by id');

describe('events', () => {
  it('that a webhook brought are not found again, and those that it missed are', async () => {
    const { subject, createdAt, ...event } = anEvent('evt_1', 5);
    await inbox.put([{ ...event, objectId: subject.id, happenedAt: createdAt }], 'webhook');
    api.events = [anEvent('evt_2', 1), anEvent('evt_1', 5)];
    await look();
    await look();
    expect(await kept()).toEqual([
      { id: 'evt_1', came_by: 'webhook' },
      { id: 'evt_2', came_by: 'polling' },
    ]);
  });

  it('are all found, however many there were in an outage of ours', async () => {
    api.events = Array.from({ length: 1750 }, (_, n) => anEvent(`evt_${n}`, n));
    await look();
    expect(await kept()).toHaveLength(1750);
  });

  it('are looked for from where the last whole look was', async () => {
    await look();
    api.mood = 'down';
    clock.advance(dayMs);
    await expect(look()).rejects.toThrow('down');
    api.mood = 'up';
    api.events = [anEvent('evt_missed', -minuteMs / 1000)];
    await look();
    expect(await kept()).toHaveLength(1);
  });
});

describe('health alerts', () => {
  const alert: HealthAlert = {
    id: 'hlth_1',
    type: 'api_error',
    summary: 'Requests fail.',
    severity: 'critical',
    startedAt: now,
    resolvedAt: null,
  };

  it('are told when they begin and when they end, in whatever order they are heard', async () => {
    api.healthAlerts = [alert];
    await look();
    await look();
    api.healthAlerts = [{ ...alert, resolvedAt: now }];
    await look();
    api.healthAlerts = [alert];
    await look();
    expect(told).toEqual(['api_error lasts', 'api_error is over']);
  });
});
