/**
 * Watched payments on a real PostgreSQL: what ends a watch, and that its person hears of it once, however many replicas look
 * and wherever one is killed.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAuditStore } from '../../src/adapters/postgres/audit.js';
import { openDatabase, type Database } from '../../src/adapters/postgres/database.js';
import { createOutbox } from '../../src/adapters/postgres/outbox.js';
import { createWatches } from '../../src/adapters/postgres/watches.js';
import { createAuditTrail } from '../../src/audit/trail.js';
import { dayMs, fixedClock, hourMs, minuteMs } from '../../src/kernel/clock.js';
import { OpsError } from '../../src/kernel/errors.js';
import { silentLog } from '../../src/kernel/log.js';
import { hop, type HopState } from '../../src/payments/hop.js';
import type { Lookup } from '../../src/payments/lookup.js';
import type { Trace } from '../../src/payments/trace.js';
import { createWatchService, endOf, type WatchService } from '../../src/payments/watch.js';
import { watchNewsCard } from '../../src/views/payments/watch.js';
import { now } from '../support/payment-objects.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';

let own: TestDatabase;
let db: Database;
const clock = fixedClock(now);
/** What the payout of every payment is now; null while no source answers. */
let payout: HopState | null;
let killed = false;

const traceWith = (state: HopState): Trace => {
  const next = hop('payout', 'payments_api', state, { expectedBy: new Date(now.getTime() + 5 * minuteMs) });
  return {
    findings: {} as Trace['findings'],
    hops: [next],
    headline: {
      lastConfirmed: null,
      next: state === 'present' ? null : next,
      ended: state === 'present' ? 'complete' : null,
      reversals: [],
      doubled: [],
      advice: null,
      unknown: [],
      unread: [],
      breaks: [],
      fraudReported: false,
    },
    asOf: clock.now(),
  };
};

// oxlint-disable-next-line typescript/require-await -- a generator as the lookup's
async function* follow(): AsyncGenerator<Lookup, void> {
  if (payout === null) throw new OpsError('unavailable', 'It is down.');
  yield { kind: 'trace', trace: traceWith(payout), complete: true };
}

const replica = (): WatchService =>
  createWatchService({
    watches: createWatches(db),
    payments: { follow },
    transactions: db,
    audit: createAuditTrail(createAuditStore(db)),
    tell: async (tx, watch, news) => {
      await createOutbox(() => undefined).enqueue(tx, {
        channel: watch.channel,
        card: watchNewsCard(watch, news),
        once: `watch:${watch.id}`,
      });
      if (killed) throw new Error('killed before the commit');
    },
    directWith: (person) => Promise.resolve(`D${person}`),
    clock,
  });
const told = async (): Promise<string[]> =>
  (
    await db.query<{ text: string }>(`select channel || ' ' || (card->>'text') as text from paydesk.outbox`)
  ).map(({ text }) => text);

beforeAll(async () => {
  own = await createDatabase();
  db = openDatabase({ url: own.appUrl, clock, log: silentLog });
});
afterAll(async () => {
  await db.close();
  await own.drop();
});
beforeEach(async () => {
  clock.set(now);
  [payout, killed] = ['expected', false];
  await db.query('delete from paydesk.outbox');
  await db.query('delete from paydesk.payment_watches');
});

const started = async (payment = 'pi_1', person = 'U1ANA') => {
  const answer = await replica().start(payment, person);
  if (answer === 'already') throw new Error('watched already');
  return answer.watch;
};

describe('a watch', () => {
  it.each<[string, HopState, string]>([
    ['arrives', 'present', 'DU1ANA Paid out: `pi_1`'],
    ['is overdue', 'overdue', 'DU1ANA The payout of `pi_1` is overdue'],
    ['fails', 'failed', 'DU1ANA The payout of `pi_1` did not happen'],
  ])('ends with one direct message when the step %s', async (_name, state, text) => {
    const { id } = await started();
    await replica().advance(id);
    expect(await told()).toEqual([]);
    payout = state;
    await Promise.all([replica().advance(id), replica().advance(id), replica().advance(id)]);
    await replica().advance(id);
    expect(await told()).toEqual([text]);
    expect(await replica().of('U1ANA')).toEqual([]);
  });

  it('whose replica is killed before the commit is reported by the next one, once', async () => {
    const { id } = await started();
    [payout, killed] = ['present', true];
    await expect(replica().advance(id)).rejects.toThrow('killed');
    expect(await told()).toEqual([]);
    killed = false;
    await replica().advance(id);
    await replica().advance(id);
    expect(await told()).toHaveLength(1);
  });

  it('is looked at right after the expected time, and goes on while no source answers', async () => {
    const { id, dueAt } = await started();
    expect(dueAt).toEqual(new Date(now.getTime() + 5 * minuteMs + 1000));
    payout = null;
    await replica().advance(id);
    expect((await createWatches(db).read(id)).dueAt).toEqual(new Date(now.getTime() + 15 * minuteMs));
    expect(await told()).toEqual([]);
  });

  it('of a step that was overdue already waits for its arrival alone', async () => {
    payout = 'overdue';
    const { id } = await started();
    await replica().advance(id);
    expect(await told()).toEqual([]);
    payout = 'present';
    await replica().advance(id);
    expect(await told()).toHaveLength(1);
  });

  it('is one per person and payment; it is stopped by its person alone, and then is silent', async () => {
    const { id } = await started();
    expect(await replica().start('pi_1', 'U1ANA')).toBe('already');
    await started('pi_1', 'U2MEI');
    await expect(replica().stop(id, 'U2MEI')).rejects.toThrow('This watch belongs to another person.');
    await replica().stop(id, 'U1ANA');
    payout = 'present';
    await replica().advance(id);
    expect(await told()).toEqual([]);
    payout = 'expected';
    await started();
  });

  it('of a payment of which nothing is expected is refused', async () => {
    payout = 'present';
    await expect(replica().start('pi_1', 'U1ANA')).rejects.toThrow('Nothing further is expected for pi_1.');
  });

  it.each<[HopState | null, number, string | null]>([
    ['expected', hourMs, null],
    ['unknown_source', hourMs, null],
    [null, 29 * dayMs, null],
    [null, 31 * dayMs, 'ended'],
    ['expected', 31 * dayMs, 'ended'],
  ])('%s after %i ms: %s', (state, age, end) => {
    const watch = { wasOverdue: false, startedAt: new Date(now.getTime() - age) };
    expect(endOf(watch, state && hop('payout', 'payments_api', state), now)).toBe(end);
  });
});
