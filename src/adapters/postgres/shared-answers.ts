/**
 * Shared answers in Postgres: a row per key, which one replica at a time leases to ask, and a row per pace.
 *
 * Invariants: see `ports/shared-answers.ts`; no connection is held while a service is asked; a question that outlasts its
 * caller's patience still ends, and its answer serves the next caller.
 * The pace is the generic cell rate algorithm (GCRA): `full_at` is the moment at which the whole burst is free again.
 * A caller that has an older answer asks only while half of the burst is free, so that a crowd that merely refreshes what
 * it knows takes no turn from those who cannot go on without an answer.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { dayMs, secondMs } from '../../kernel/clock.js';
import { messageOf, OpsError, toOpsError } from '../../kernel/errors.js';
import type { Log } from '../../kernel/log.js';
import type { Freshness, Pace, Question, SharedAnswer, SharedAnswers } from '../../ports/shared-answers.js';
import type { Database } from './database.js';
import { jsonText } from './texts.js';

/** Longer than a turn's wait and a call together: a dead replica blocks others no longer than this. */
const leaseMs = 20 * secondMs;
/** How long a newer answer is waited for where an older one will do: short enough for a click. */
const withFallbackMs = 600;
/** A service that does not answer is left alone for a moment, by all replicas. */
const outageMs = 2 * secondMs;
/** Unused answers are forgotten after this, because they name people. */
const keptMs = 30 * dayMs;
const lookEveryMs = 40;

const readSql = `
  select answer, asked_at, coalesce(asked_at > expired_at, true) as is_current, clock_timestamp() as now
  from (select) as one left join paydesk.shared_answers on key = $1`;
const leaseSql = `
  insert into paydesk.shared_answers as known (key, asking_until) values ($1, clock_timestamp() + $2::float8 * interval '1 ms')
  on conflict (key) do update set asking_until = excluded.asking_until
  where known.asking_until is null or known.asking_until <= clock_timestamp()
  returning 1`;
const nowSql = 'select clock_timestamp() as now';
const putSql = `
  update paydesk.shared_answers set answer = $2, asked_at = $3
  where key = $1 and (asked_at is null or asked_at < $3)`;
const releaseSql = 'update paydesk.shared_answers set asking_until = clock_timestamp() where key = $1';
const expireSql = 'update paydesk.shared_answers set expired_at = clock_timestamp() where key = $1';
const forgetSql = `
  delete from paydesk.shared_answers
  where coalesce(asked_at, asking_until) < clock_timestamp() - $1::float8 * interval '1 ms'`;

/** $2: one interval; $3: what a full burst may run ahead; $4: how long the turn may be waited for, or what it must leave free. In ms. */
const turnSql = `
  insert into paydesk.call_paces as pace (name, full_at) values ($1, clock_timestamp() + $2::float8 * interval '1 ms')
  on conflict (name) do update set full_at = greatest(pace.full_at, clock_timestamp()) + $2::float8 * interval '1 ms'
  where pace.full_at <= clock_timestamp() + ($3::float8 + $4::float8) * interval '1 ms'
  returning ${msUntil('full_at', '$2::float8 + $3::float8')} as wait`;
const waitSql = `select ${msUntil('full_at', '$2::float8')} as wait from paydesk.call_paces where name = $1`;
const holdSql = `
  insert into paydesk.call_paces as pace (name, full_at) values ($1, clock_timestamp() + $2::float8 * interval '1 ms')
  on conflict (name) do update set full_at = greatest(pace.full_at, excluded.full_at)`;

function msUntil(moment: string, aheadMs: string): string {
  return `greatest(0, ceil(extract(epoch from ${moment} - clock_timestamp()) * 1000 - (${aheadMs})))::int`;
}

interface Row {
  answer: unknown;
  asked_at: Date | null;
  is_current: boolean;
  now: Date;
}

export function createSharedAnswers(database: Database, log: Log): SharedAnswers {
  const store: Store = { database, log };
  return {
    get: (question, freshness) => get(store, question, freshness),
    expire: async (key) => {
      await database.query(expireSql, [key]);
    },
  };
}

interface Store {
  database: Database;
  log: Log;
}

async function get<Value>(
  store: Store,
  question: Question<Value>,
  { maxAgeMs, atWorstMs, patienceMs }: Freshness,
): Promise<SharedAnswer<Value>> {
  const row = await read(store, question.key).catch((error: unknown) => {
    if (atWorstMs !== Infinity) throw error;
    store.log.warn(
      { key: question.key, err: messageOf(error) },
      'asked without the shared cache, because the database is unreachable',
    );
    return null;
  });
  // Lookups go on without the database; a decision about money sets a limit, and waits for the answer.
  if (row === null) return { value: await question.ask(), ageMs: 0 };
  const known = answerOf<Value>(row);
  if (known && row.is_current && known.ageMs <= maxAgeMs && maxAgeMs > 0) return known;
  // What is known to be outdated serves only those who take anything.
  const isUsable = row.is_current ? (known?.ageMs ?? Infinity) <= atWorstMs : atWorstMs === Infinity;
  const fallback = isUsable ? known : null;
  const waitMs = fallback ? Math.min(withFallbackMs, patienceMs) : patienceMs;
  const sinceMs = row.now.getTime() - maxAgeMs;
  const newer = newerAnswer(store, question, { sinceMs, waitMs, isSpare: fallback !== null });
  if (!fallback) return newer;
  return unlessLate(newer, waitMs, fallback, (error) => {
    const { code } = toOpsError(error);
    store.log.warn(
      { key: question.key, ageMs: fallback.ageMs, code },
      'a cached answer is used, because there is no newer one',
    );
  });
}

/** The newer answer if it comes in time and the service gives one; otherwise the older. */
async function unlessLate<Value>(
  newer: Promise<SharedAnswer<Value>>,
  waitMs: number,
  fallback: SharedAnswer<Value>,
  onFailure: (error: unknown) => void,
): Promise<SharedAnswer<Value>> {
  const waiting = new AbortController();
  const late = pause(waitMs, fallback, { signal: waiting.signal }).catch(() => fallback);
  const answered = newer.catch((error: unknown) => {
    if (toOpsError(error).code === 'not_found') throw error;
    onFailure(error);
    return fallback;
  });
  try {
    return await Promise.race([answered, late]);
  } finally {
    waiting.abort();
    // After the caller gave up, a failure is of no interest.
    answered.catch(() => undefined);
  }
}

interface Wanted {
  sinceMs: number;
  waitMs: number;
  /** Whether the caller can go on without it. */
  isSpare: boolean;
}

/** Asks, or waits for the answer of the replica that is asking. */
async function newerAnswer<Value>(
  store: Store,
  question: Question<Value>,
  wanted: Wanted,
): Promise<SharedAnswer<Value>> {
  const untilMs = performance.now() + wanted.waitMs;
  for (;;) {
    const leftMs = Math.max(0, untilMs - performance.now());
    const [leased] = await store.database.query(leaseSql, [question.key, leaseMs]);
    if (leased) return askUnlessKnown(store, question, { ...wanted, waitMs: leftMs });
    const shared = await readSince<Value>(store, question.key, wanted.sinceMs);
    if (shared) return shared;
    if (leftMs === 0) throw tooBusy(secondMs);
    // Random, so that those who wait do not look in step.
    await pause(lookEveryMs * (0.5 + Math.random()));
  }
}

/** Holds the lease. Its last holder may have answered just now. */
async function askUnlessKnown<Value>(
  store: Store,
  question: Question<Value>,
  { sinceMs, waitMs, isSpare }: Wanted,
): Promise<SharedAnswer<Value>> {
  const { database } = store;
  const { key, pace } = question;
  try {
    const known = await readSince<Value>(store, key, sinceMs);
    if (known) return known;
    await pause(await takeTurn(database, pace, isSpare ? -spareMs(pace) : waitMs));
    const value = await asked(store, question);
    return { value, ageMs: 0 };
  } finally {
    await database.query(releaseSql, [key]);
  }
}

async function asked<Value>({ database, log }: Store, { key, pace, ask }: Question<Value>): Promise<Value> {
  const [{ now } = { now: new Date(0) }] = await database.query<{ now: Date }>(nowSql);
  try {
    const value = await ask();
    await database.query(putSql, [key, jsonText(value), now]);
    await database.query(forgetSql, [keptMs]);
    return value;
  } catch (thrown) {
    const { code, details } = toOpsError(thrown);
    const holdMs = Number(details.retryAfterMs ?? (code === 'unavailable' ? outageMs : 0));
    if (holdMs > 0) {
      log.warn({ pace: pace.name, holdMs, err: messageOf(thrown) }, 'a service asked Paydesk to wait');
      await database.query(holdSql, [pace.name, holdMs + aheadMs(pace)]);
    }
    throw thrown;
  }
}

/** How far the calls of a burst run ahead of the even pace. */
const aheadMs = ({ everyMs, burst }: Pace): number => (burst - 1) * everyMs;

/** Half of the burst. */
const spareMs = ({ everyMs, burst }: Pace): number => Math.floor(burst / 2) * everyMs;

/** Reserves the next call and answers how long it has to wait, in order of asking. */
async function takeTurn(database: Database, pace: Pace, mostMs: number): Promise<number> {
  const ahead = aheadMs(pace);
  const [turn] = await database.query<{ wait: number }>(turnSql, [pace.name, pace.everyMs, ahead, mostMs]);
  if (turn) return turn.wait;
  const [free] = await database.query<{ wait: number }>(waitSql, [pace.name, ahead]);
  throw tooBusy(free?.wait ?? pace.everyMs);
}

const tooBusy = (retryAfterMs: number): OpsError =>
  new OpsError('rate_limited', 'Too many requests to Slack at once.', {
    hint: `Try again in ${Math.ceil(retryAfterMs / secondMs)} s.`,
    details: { retryAfterMs },
  });

async function read({ database }: Store, key: string): Promise<Row> {
  const [row] = await database.prepared<Row>(readSql, [key]);
  if (!row) throw new OpsError('internal', 'The database answered nothing.');
  return row;
}

async function readSince<Value>(
  store: Store,
  key: string,
  sinceMs: number,
): Promise<SharedAnswer<Value> | null> {
  const row = await read(store, key);
  return row.is_current && row.asked_at && row.asked_at.getTime() >= sinceMs ? answerOf<Value>(row) : null;
}

const answerOf = <Value>({ answer, asked_at, now }: Row): SharedAnswer<Value> | null =>
  asked_at === null ? null : { value: answer as Value, ageMs: now.getTime() - asked_at.getTime() };
