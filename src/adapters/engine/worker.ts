/**
 * Moves due things on: claims them, renews their leases while it works, and releases them.
 *
 * Invariants: a due thing is looked for when the database announces one, when the next one's time has come, and every
 * second in any case, so that a lost announcement costs a second and nothing else; a thing that throws is released and due
 * again a few seconds later; a lease is held only as far as the database last confirmed it over the connection of now.
 */
import { secondMs, minuteMs, type Clock } from '../../kernel/clock.js';
import { toOpsError } from '../../kernel/errors.js';
import type { Log } from '../../kernel/log.js';
import { createNap, type Nap } from '../../kernel/nap.js';
import type { Lease, Living } from '../../ports/lives.js';
import { claim, nextDueAt, release, renew, type Taken } from './lives.js';
import { faultOf, type Session } from './session.js';

const pollMs = secondMs;
/** For a replica that was stopped or cut off; one that died is noticed at once. */
const leaseMs = 3 * minuteMs;
const renewMs = 30 * secondMs;
/** After which something that did not move is tried again. */
const againMs = 10 * secondMs;

export interface Worker {
  /** Something may be due, or free. */
  wake(): void;
  /** Tables whose due things could not be claimed at the last try. */
  failing(): readonly string[];
  /** After a reconnect: checks that running work still holds its leases. */
  reconnected(): void;
  /** Takes nothing new and waits at most so long for running work; other replicas take the rest once the session ends. */
  close(drainTimeoutMs: number): Promise<void>;
}

export interface WorkerOptions {
  living: readonly Living[];
  session: Session;
  owner: string;
  clock: Clock;
  log: Log;
}

interface Hand {
  living: Living;
  taken: Taken;
  heldUntil: Date;
  /** The connection over which the lease was confirmed last. */
  connection: number;
  done: Promise<void>;
}

export function startWorker(options: WorkerOptions): Worker {
  const state: State = { ...options, hands: new Set(), nap: createNap(), failing: [], isClosing: false };
  const { session, log, hands, nap } = state;
  const keep = (): void =>
    void renewAll(state).catch((error: unknown) => log.warn(faultOf(error), 'leases cannot be renewed now'));
  const renewing = setInterval(keep, renewMs);
  const running = loop(state);
  return {
    wake: () => nap.wake(),
    failing: () => state.failing,
    reconnected: () => {
      if (session.connection() !== 0) keep();
      nap.wake();
    },
    close: async (drainTimeoutMs) => {
      state.isClosing = true;
      nap.wake();
      await running;
      await within(drainTimeoutMs, Promise.all([...hands].map(({ done }) => done)));
      clearInterval(renewing);
    },
  };
}

interface State extends WorkerOptions {
  readonly hands: Set<Hand>;
  readonly nap: Nap;
  failing: readonly string[];
  isClosing: boolean;
}

/** A kind whose table cannot be read or written keeps no other kind waiting. */
async function loop(state: State): Promise<void> {
  const { living, nap, log } = state;
  while (!state.isClosing) {
    const failing: string[] = [];
    const faults: unknown[] = [];
    for (const kind of living)
      await take(state, kind).catch((error: unknown) => {
        failing.push(kind.table);
        faults.push(error);
      });
    state.failing = failing;
    const waitMs = await untilNextMs(state).catch((error: unknown) => (faults.push(error), pollMs));
    const [fault] = faults;
    if (fault !== undefined) log.warn({ ...faultOf(fault), tables: failing }, 'due things could not be read');
    await nap.sleep(failing.length > 0 ? pollMs : waitMs);
  }
}

/** How long there is nothing to do, as far as is known. */
async function untilNextMs({ session, living, clock }: State): Promise<number> {
  const now = clock.now();
  const next = await nextDueAt(session.query, living, now);
  return next === null ? pollMs : Math.min(pollMs, next.getTime() - now.getTime());
}

const handsOf = ({ hands }: State, kind: Living): Hand[] =>
  [...hands].filter(({ living }) => living === kind);
const leaseUntil = ({ clock }: State): Date => new Date(clock.now().getTime() + leaseMs);

async function take(state: State, kind: Living): Promise<void> {
  const { session, owner, clock, hands } = state;
  const mine = handsOf(state, kind);
  const limit = kind.atOnce - mine.length;
  if (limit <= 0) return;
  const [connection, heldUntil] = [session.connection(), leaseUntil(state)];
  const taken = await claim(session.query, kind, {
    owner,
    now: clock.now(),
    leaseUntil: heldUntil,
    limit,
    only: kind.only ?? null,
    except: mine.map((hand) => hand.taken.key),
  });
  for (const one of taken) {
    const hand: Hand = { living: kind, taken: one, heldUntil, connection, done: Promise.resolve() };
    hands.add(hand);
    hand.done = advance(state, hand);
  }
}

async function advance(state: State, hand: Hand): Promise<void> {
  const { clock, session, log, hands, nap } = state;
  const { living: kind, taken } = hand;
  const id = `${kind.prefix ?? ''}${taken.key}`;
  const lasts: Lease['lasts'] = (durationMs) =>
    hand.connection === session.connection() && clock.now().getTime() + durationMs < hand.heldUntil.getTime();
  try {
    await kind.advance(id, { lasts });
  } catch (thrown) {
    const fault = toOpsError(thrown);
    const { errorId, code } = fault;
    log.error(
      { thing: id, errorId, code, err: fault },
      'a due thing could not be advanced; it will be retried',
    );
  }
  await giveBack(state, hand);
  hands.delete(hand);
  nap.wake();
}

/** While the database is down this replica keeps the thing: no other one could take it either. */
async function giveBack(state: State, { living: kind, taken }: Hand): Promise<void> {
  const { session, owner, clock, log } = state;
  for (;;) {
    const now = clock.now();
    try {
      await release(session.query, kind, { owner, taken, now, againAt: new Date(now.getTime() + againMs) });
      return;
    } catch (error) {
      log.debug(faultOf(error), 'a lease could not be released');
      if (state.isClosing) return;
      await createNap().sleep(pollMs);
    }
  }
}

async function renewAll(state: State): Promise<void> {
  const { living, session, owner } = state;
  const outcomes = await Promise.allSettled(
    living.map(async (kind) => {
      const mine = handsOf(state, kind);
      if (mine.length === 0) return;
      const [connection, until] = [session.connection(), leaseUntil(state)];
      const keys = mine.map(({ taken }) => taken.key);
      const kept = new Set(await renew(session.query, kind, { owner, keys, leaseUntil: until }));
      for (const hand of mine)
        if (kept.has(hand.taken.key)) Object.assign(hand, { heldUntil: until, connection });
    }),
  );
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
}

/** Resolves when the work is done, or late. */
export async function within(timeoutMs: number, work: Promise<unknown>): Promise<'done' | 'late'> {
  const late = createNap();
  const timer = late.sleep(timeoutMs).then(() => 'late' as const);
  const outcome = await Promise.race([work.then(() => 'done' as const), timer]);
  late.wake();
  return outcome;
}
