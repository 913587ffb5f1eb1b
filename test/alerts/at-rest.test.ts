/**
 * The sandbox's own books at rest: a week in which nothing is wrong raises nothing, of what is booked and of invariants; and what
 * is then done to the books raises what it is.
 * AT_REST_ALL looks at the metrics of five-minute buckets too, which takes minutes.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBooks, type Books } from '../../sandbox/books/books.js';
import { createWorld } from '../../sandbox/world/world.js';
import { openDatabase, type Database } from '../../src/adapters/postgres/database.js';
import { createInvariantSources } from '../../src/adapters/books/invariant-sources.js';
import { createMetricSource } from '../../src/adapters/books/metric-source.js';
import { breachesOf } from '../../src/alerts/invariants/check.js';
import { shippedInvariants } from '../../src/alerts/invariants/shipped.js';
import { filledBuckets, replayMetric } from '../../src/alerts/replay.js';
import { shippedMetrics } from '../../src/alerts/shipped-metrics.js';
import { parseConfig } from '../../src/config/load.js';
import { dayMs, fixedClock, hourMs } from '../../src/kernel/clock.js';
import { silentLog } from '../../src/kernel/log.js';
import { Secret } from '../../src/kernel/secret.js';
import { ownMetricsOf } from '../../src/wiring/alerts.js';
import { detectorOf } from '../../src/wiring/detectors/detectors.js';
import type { Invariant } from '../../src/ports/invariants.js';
import type { Metric } from '../../src/ports/metrics.js';
import { root } from '../house/source-tree.js';
import { createEmptyDatabase, type TestDatabase } from '../support/postgres.js';

const now = new Date('2026-11-20T12:00:00Z');
/** Those of the page about anomalies; each of its blocks is a part of a configuration. */
const page = readFileSync(join(root, 'docs', 'anomalies.md'), 'utf8');
const documented: Metric[] = [...page.matchAll(/```yaml\n(metrics:\n[^]*?)```/g)].flatMap(([, block = '']) =>
  ownMetricsOf(
    parseConfig(`company: L\npartners: [{ id: aa, name: A, kind: psp }]\n${block}`, 'docs/anomalies.md'),
  ),
);
const ofNewKinds = documented.filter(({ kind }) => ['level', 'amount', 'lateness'].includes(kind));
const metrics = [
  ...ofNewKinds,
  ...shippedMetrics.filter(({ bucketMs }) => process.env.AT_REST_ALL !== undefined || bucketMs >= hourMs),
];

let own: TestDatabase;
let books: Books;
let database: Database;

beforeAll(async () => {
  own = await createEmptyDatabase();
  const clock = fixedClock(now.toISOString());
  const world = createWorld({ seed: 'at-rest' });
  books = await openBooks({ url: own.url.reveal(), world, clock, log: () => undefined, tickMs: 0 });
  database = openDatabase({ url: new Secret(books.readerUrl), clock, log: silentLog });
}, 120_000);
afterAll(async () => {
  await database.close();
  await books.close();
  await own.drop();
});

it.each(metrics.map(({ id }) => id))(
  '%s raises nothing',
  async (id) => {
    const metric = metrics.find((one) => one.id === id)!;
    const detector = detectorOf(metric);
    const source = createMetricSource(database);
    const limits = await source.slowLimits(metric, {
      from: new Date(now.getTime() - 14 * dayMs),
      to: now,
      now,
    });
    const from = new Date(now.getTime() - 55 * dayMs);
    const read = await source.read(metric, { from, to: now, now, limits });
    const raised = new Set<string>();
    const weekAgo = now.getTime() - 7 * dayMs;
    const first = read[0]?.at.getTime() ?? 0;
    const end = Math.floor(now.getTime() / metric.bucketMs) * metric.bucketMs;
    for (const bucket of filledBuckets(read, first, end, metric.bucketMs)) {
      detector.observe(bucket);
      for (const { slice, raisedAt, facts } of detector.detected())
        if (raisedAt.getTime() >= weekAgo)
          raised.add(`${raisedAt.toISOString()} ${JSON.stringify(slice)} ${JSON.stringify(facts)}`);
    }
    expect(read.length).toBeGreaterThan(metric.kind === 'lateness' ? 50 : 1000);
    expect([...raised]).toEqual([]);
  },
  600_000,
);

/** Of a list of faulty rows since a day, the first day's holds those of all others; no day is staler than the last. */
function daysThatTell({ rule, sources }: Invariant): number[] {
  if (rule.kind === 'stale') return [0];
  const isListOfRows = rule.kind === 'nothing' && sources.every(({ sql }) => sql.split('$1').length === 2);
  return isListOfRows ? [6] : [0, 1, 2, 3, 4, 5, 6];
}

it.each(shippedInvariants.map(({ id }) => id))('%s holds on each day of a week', async (id) => {
  const invariant = shippedInvariants.find((one) => one.id === id)!;
  const sources = createInvariantSources(database);
  for (const day of daysThatTell(invariant)) {
    const at = new Date(now.getTime() - day * dayMs);
    const breaches = breachesOf(invariant, await sources.read(invariant, at), at);
    expect(breaches.slice(0, 5), at.toISOString()).toEqual([]);
  }
});

describe('what happens to the books is seen', () => {
  let owner: Database;
  beforeAll(
    () => void (owner = openDatabase({ url: own.url, clock: fixedClock(now.toISOString()), log: silentLog })),
  );
  afterAll(() => owner.close());

  it.each<[string, string, object]>([
    [
      'refund-rate',
      `insert into books.written_bookings select 'refunded_' || n, 'refunds', 'clearing:northpay', 1000, 'EUR', 'refund', 'northpay',
        null, 'refunded_' || n, null, $1::timestamptz::date, $1::timestamptz - interval '4 hours' + n * interval '1 minute'
      from generate_series(1, 240) n`,
      { partner: 'northpay', currency: 'EUR' },
    ],
    [
      'latency',
      `update books.attempts set latency_ms = 3 * latency_ms
      where partner = 'northpay' and created_at >= $1::timestamptz - interval '5 hours'`,
      { partner: 'northpay' },
    ],
  ])('%s, by the hour', async (id, sql, slice) => {
    await owner.query(sql, [now]);
    const metric = { ...shippedMetrics.find((one) => one.id === id)!, bucketMs: hourMs };
    const source = createMetricSource(database);
    const from = new Date(now.getTime() - dayMs);
    const changes = await replayMetric({ metric, source, detector: detectorOf(metric), from, to: now });
    expect(changes).toMatchObject([{ kind: 'rate', slice, resolvedAt: null }]);
  });

  it.each<[string, string, object]>([
    [
      'unanswered',
      `update books.attempts set status = 'pending', completed_at = null
      where method = 'card' and created_at >= $1::timestamptz - interval '3 hours'`,
      { kind: 'level', slice: {}, facts: { value: { unit: 'attempts', series: 1 } } },
    ],
    [
      'refunded',
      `insert into books.written_bookings select 'dear_' || n, 'refunds', 'clearing:northpay', 500000, 'EUR', 'refund', 'northpay',
        null, 'dear_' || n, null, $1::timestamptz::date, $1::timestamptz - interval '2 hours' + n * interval '1 minute'
      from generate_series(1, 100) n`,
      {
        kind: 'level',
        slice: { partner: 'northpay', currency: 'EUR' },
        facts: { value: { currency: 'EUR' } },
      },
    ],
    [
      'payouts-booked',
      `delete from books.bookings where kind = 'payout' and partner = 'northpay' and booked_at >= $1::timestamptz - interval '26 hours'`,
      { kind: 'overdue', slice: { partner: 'northpay' } },
    ],
  ])(
    '%s, which the page declares',
    async (id, sql, alert) => {
      await owner.query(sql, [now]);
      const metric = ofNewKinds.find((one) => one.id === id)!;
      const source = createMetricSource(database);
      const from = new Date(now.getTime() - dayMs);
      const changes = await replayMetric({ metric, source, detector: detectorOf(metric), from, to: now });
      expect(changes).toMatchObject([{ ...alert, resolvedAt: null }]);
    },
    60_000,
  );

  it('a payout that was booked back', async () => {
    const back = `insert into books.written_bookings
      select booking_id || ':back', credit, debit, amount_minor, currency, kind, partner, payment_id, reference || ':back', batch_id,
        business_day, booked_at + interval '1 hour'
      from books.bookings where kind = 'payout' and booked_at < $1 order by booked_at desc limit 1 returning batch_id`;
    const [payout] = await owner.query<{ batch_id: string }>(back, [now]);
    const invariant = shippedInvariants.find(({ id }) => id === 'returned-payouts')!;
    const breaches = breachesOf(invariant, await createInvariantSources(database).read(invariant, now), now);
    expect(new Set(breaches.map(({ key }) => key?.split(' ')[1]))).toEqual(new Set([payout!.batch_id]));
  });
});
