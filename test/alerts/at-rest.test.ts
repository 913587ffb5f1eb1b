/**
 * The sandbox's own books at rest: a week in which nothing is wrong raises nothing, of what is booked and of invariants.
 * AT_REST_ALL looks at the metrics of five-minute buckets too, which takes minutes.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBooks, type Books } from '../../sandbox/books/books.js';
import { createWorld } from '../../sandbox/world/world.js';
import { openDatabase, type Database } from '../../src/adapters/postgres/database.js';
import { createInvariantSources } from '../../src/adapters/books/invariant-sources.js';
import { createMetricSource } from '../../src/adapters/books/metric-source.js';
import { breachesOf } from '../../src/alerts/invariants/check.js';
import { shippedInvariants } from '../../src/alerts/invariants/shipped.js';
import { shippedMetrics } from '../../src/alerts/shipped-metrics.js';
import { dayMs, fixedClock, hourMs } from '../../src/kernel/clock.js';
import { silentLog } from '../../src/kernel/log.js';
import { Secret } from '../../src/kernel/secret.js';
import { detectorOf } from '../../src/wiring/detectors.js';
import { createEmptyDatabase, type TestDatabase } from '../support/postgres.js';

const now = new Date('2026-11-20T12:00:00Z');
const metrics = shippedMetrics.filter(
  ({ bucketMs }) => process.env.AT_REST_ALL !== undefined || bucketMs >= hourMs,
);

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
    const read = await createMetricSource(database).read(metric, {
      from: new Date(now.getTime() - 55 * dayMs),
      to: now,
      now,
    });
    const raised = new Set<string>();
    const weekAgo = now.getTime() - 7 * dayMs;
    for (const bucket of filled(read, metric.bucketMs)) {
      detector.observe(bucket);
      for (const { slice, raisedAt, facts } of detector.detected())
        if (raisedAt.getTime() >= weekAgo)
          raised.add(
            `${raisedAt.toISOString()} ${JSON.stringify(slice)} ${facts.failures} of ${facts.attempts}`,
          );
    }
    expect(read.length).toBeGreaterThan(1000);
    expect([...raised]).toEqual([]);
  },
  600_000,
);

function filled(read: Awaited<ReturnType<ReturnType<typeof createMetricSource>['read']>>, widthMs: number) {
  const byBegin = new Map(read.map((bucket) => [bucket.at.getTime(), bucket]));
  const first = read[0]?.at.getTime() ?? 0;
  return Array.from({ length: Math.floor((now.getTime() - first) / widthMs) }, (_, index) => {
    const at = first + index * widthMs;
    return byBegin.get(at) ?? { at: new Date(at), counts: [] };
  });
}

it.each(shippedInvariants.map(({ id }) => id))('%s holds on each day of a week', async (id) => {
  const invariant = shippedInvariants.find((one) => one.id === id)!;
  const sources = createInvariantSources(database);
  for (let day = 0; day < 7; day++) {
    const at = new Date(now.getTime() - day * dayMs);
    const breaches = breachesOf(invariant, await sources.read(invariant, at), at);
    expect(breaches.slice(0, 5), at.toISOString()).toEqual([]);
  }
});
