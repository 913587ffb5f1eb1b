/**
 * Watching a payment: its person hears once, when the step that was awaited arrives, becomes overdue or will not come.
 *
 * Invariants: the message is enqueued in the transaction that ends the watch, so it is sent once whatever is killed; a trace
 * that lacks the source of that step decides nothing; a watch ends by itself after a month.
 */
import { dayMs, minuteMs, type Clock } from '../kernel/clock.js';
import { OpsError } from '../kernel/errors.js';
import { move, takeIf, type Life } from '../lifecycle/lifecycle.js';
import type { AuditTrail } from '../ports/audit.js';
import type { Transaction, Transactions } from '../ports/transaction.js';
import type { Watch, WatchProgress, Watches } from '../ports/watches.js';
import type { Hop } from './hop.js';
import type { PaymentLookup } from './lookup.js';
import type { Trace } from './trace.js';

/** What its person hears. */
export interface WatchNews {
  state: 'arrived' | 'overdue' | 'ended';
  /** Null where a month went by without an answer. */
  trace: Trace | null;
}

export interface WatchDeps {
  watches: Watches;
  payments: Pick<PaymentLookup, 'follow'>;
  transactions: Transactions;
  audit: AuditTrail;
  /** Enqueues the direct message. */
  tell(tx: Transaction, watch: Watch, news: WatchNews): Promise<void>;
  /** The id of a person's direct messages. */
  directWith(personId: string): Promise<string>;
  clock: Clock;
}

export interface WatchService {
  /** Throws `invalid` where nothing is awaited, `conflict` where the person watches too many. */
  start(paymentId: string, personId: string): Promise<{ watch: Watch; hop: Hop } | 'already'>;
  stop(id: string, personId: string): Promise<Watch>;
  of(personId: string): Promise<Watch[]>;
  /** Called when it is due. */
  advance(id: string): Promise<void>;
}

const mostWatches = 50;
const lookEveryMs = 15 * minuteMs;
const longestMs = 30 * dayMs;

export function createWatchService(deps: WatchDeps): WatchService {
  return {
    start: (paymentId, personId) => start(deps, paymentId, personId),
    stop: (id, personId) => stop(deps, id, personId),
    of: (personId) => deps.watches.of(personId, mostWatches),
    advance: (id) => advance(deps, id),
  };
}

const lifeOf = (deps: WatchDeps): Life<Watch, WatchProgress, WatchNews, 'watch'> => ({
  noun: 'watch',
  things: deps.watches,
  audit: deps.audit,
  entryOf: ({ id, paymentId, hop, state }) => ({ subjects: [id, paymentId], details: { hop, state } }),
  show: async (tx, watch, news) => {
    if (news) await deps.tell(tx, watch, news);
  },
});

/** The step that a watch would wait for; null where nothing further is expected. */
export const watchable = ({ headline: { next } }: Trace): Hop | null =>
  next !== null && (next.state === 'expected' || next.state === 'overdue') ? next : null;

async function start(
  deps: WatchDeps,
  paymentId: string,
  personId: string,
): Promise<{ watch: Watch; hop: Hop } | 'already'> {
  const trace = await traceOf(deps, paymentId);
  const hop = trace && watchable(trace);
  if (!hop)
    throw new OpsError('invalid', `Nothing further is expected for ${paymentId.slice(0, 60)}.`, {
      hint: 'There is nothing to watch.',
    });
  if ((await deps.watches.of(personId, mostWatches)).length === mostWatches)
    throw new OpsError('conflict', `You already watch ${mostWatches} payments.`, {
      hint: 'Stop watching some in your App Home.',
    });
  const channel = await deps.directWith(personId);
  return deps.transactions.run(async (tx) => {
    const watch = await deps.watches.start(tx, {
      personId,
      channel,
      paymentId,
      hop: hop.kind,
      wasOverdue: hop.state === 'overdue',
      startedAt: tx.now,
      dueAt: nextLook(hop, tx.now),
    });
    if (watch === null) return 'already';
    const { subjects, details } = lifeOf(deps).entryOf(watch);
    await deps.audit.append(tx, { kind: 'watch.started', actor: personId, subjects, why: null, details });
    return { watch, hop };
  });
}

async function stop(deps: WatchDeps, id: string, personId: string): Promise<Watch> {
  return deps.transactions.run(async (tx) => {
    const watch = await deps.watches.take(tx, id);
    if (watch.personId !== personId) throw new OpsError('forbidden', 'This watch belongs to another person.');
    if (watch.state !== 'watching') return watch;
    return move(tx, lifeOf(deps), watch, {
      progress: { state: 'stopped', dueAt: null },
      happening: { verb: 'stopped', actor: personId, why: null },
      news: null,
    });
  });
}

async function advance(deps: WatchDeps, id: string): Promise<void> {
  const before = await deps.watches.read(id);
  if (before.state !== 'watching') return;
  const now = deps.clock.now();
  const trace = await traceOf(deps, before.paymentId).catch(() => null);
  const hop = trace?.hops.find(({ kind }) => kind === before.hop) ?? null;
  const state = endOf(before, hop, now);
  await deps.transactions.run(async (tx) => {
    const watch = await takeIf(tx, deps.watches, before);
    if (watch === null) return;
    if (state === null) {
      await deps.watches.change(tx, id, { dueAt: nextLook(hop, now) });
      return;
    }
    await move(tx, lifeOf(deps), watch, {
      progress: { state, dueAt: null },
      happening: { verb: 'told', actor: 'paydesk', why: null },
      news: { state, trace },
    });
  });
}

/** Null while it goes on. */
export function endOf(
  { wasOverdue, startedAt }: Pick<Watch, 'wasOverdue' | 'startedAt'>,
  hop: Hop | null,
  now: Date,
): WatchNews['state'] | null {
  if (hop?.state === 'present') return 'arrived';
  if (hop?.state === 'failed' || hop?.state === 'not_expected') return 'ended';
  if (hop?.state === 'overdue' && !wasOverdue) return 'overdue';
  return now.getTime() - startedAt.getTime() > longestMs ? 'ended' : null;
}

/** In a quarter of an hour, or right after the step's time. */
function nextLook(hop: Hop | null, now: Date): Date {
  const regular = now.getTime() + lookEveryMs;
  const due =
    hop?.state === 'expected' && hop.expectedBy !== null ? hop.expectedBy.getTime() + 1000 : Infinity;
  return new Date(due > now.getTime() ? Math.min(regular, due) : regular);
}

async function traceOf({ payments }: WatchDeps, paymentId: string): Promise<Trace | null> {
  let trace: Trace | null = null;
  for await (const lookup of payments.follow(paymentId)) if (lookup.kind === 'trace') ({ trace } = lookup);
  return trace;
}
