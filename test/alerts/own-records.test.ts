/**
 * What Paydesk's own records say is wrong: found in the real tables, listed as alerts, and left to the cards that say it already.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createInvariantSources } from '../../src/adapters/books/invariant-sources.js';
import { ownRecords } from '../../src/alerts/invariants/own-records.js';
import { createInvariantWatch } from '../../src/alerts/invariants/watch.js';
import type { Alert } from '../../src/ports/alerts.js';
import { startOutboxBench, type OutboxBench } from '../outbox/support.js';
import { depsOn, stageOn } from './support.js';

describe('what Paydesk’s own records say', () => {
  let bench: OutboxBench;
  beforeEach(async () => void (bench = await startOutboxBench({ rateLimits: false })));
  afterEach(() => bench.close());

  it.each<[string, string, string[], string]>([
    [
      'statement-lateness',
      `insert into paydesk.recon_days (partner, business_day, late_at) values
        ('northpay', $1::timestamptz::date - 1, $1), ('halcyon', $1::timestamptz::date - 20, $1), ('quill', $1::timestamptz::date - 1, null)`,
      ['northpay, late files: 1', '  business_day'],
      'update paydesk.recon_days set late_at = null',
    ],
    [
      'unexplained-value',
      `insert into paydesk.breaks (identity, partner, business_day, kind, currency, difference_minor, state, material, opened_at,
          changed_at, owner)
        select n, 'northpay', $1::timestamptz::date - 3, 'amount', currency, minor, state, minor <> 5,
          $1::timestamptz - since::interval, $1, case state when 'owned' then 'U1ANA' end
        from (values ('a', 'EUR', -12345, 'open', '2 days'), ('b', 'EUR', 55, 'open', '2 days'), ('c', 'JPY', 700, 'open', '2 days'),
          ('owned', 'EUR', 999, 'owned', '2 days'), ('small', 'EUR', 5, 'open', '2 days'), ('young', 'EUR', 999, 'open', '1 hour')
        ) as given (n, currency, minor, state, since)`,
      [
        'northpay EUR, unexplained for more than a day: 124',
        '  break',
        '  break',
        '  break',
        'northpay JPY, unexplained for more than a day: 700',
        '  break',
      ],
      `update paydesk.breaks set state = 'owned', owner = 'U1ANA'`,
    ],
    [
      'failed-payouts',
      `insert into paydesk.provider_events (id, type, object, happened_at, received_at, came_by) values
        ('evt_1', 'payout.failed', 'po_1', $1, $1, 'webhook'), ('evt_2', 'refund.failed', 're_1', $1, $1, 'webhook'),
        ('evt_3', 'payout.failed', 'po_2', $1::timestamptz - interval '2 days', $1, 'polling')`,
      ['po_1, failed payout: 1'],
      `delete from paydesk.provider_events where object = 'po_1'`,
    ],
  ])('%s is in /alerts, and has its card elsewhere', async (id, sql, findings, mended) => {
    const stage = stageOn(bench);
    const deps = {
      ...depsOn(stage),
      invariants: ownRecords,
      sources: createInvariantSources(bench.db),
      handledIn: () => 'C0RECON',
    };
    const check = async (): Promise<Alert[]> => {
      await createInvariantWatch(deps).checkInvariants();
      return deps.alerts.active(null);
    };
    expect(await check()).toEqual([]);
    await bench.db.query(sql, [bench.clock.now()]);
    const [alert, ...others] = await check();
    expect(others).toEqual([]);
    expect(alert).toMatchObject({
      metric: id,
      kind: 'invariant',
      dueAt: null,
      ruling: 'not notified: it has a card of its own where it is handled',
    });
    expect(
      alert?.facts.findings?.map((line) =>
        line.startsWith(' ') ? line.split(' ').slice(0, 3).join(' ') : line,
      ),
    ).toEqual(findings);
    await bench.db.query(mended);
    expect(await check()).toEqual([]);
  });
});
