/**
 * Moves what is due, durably: requests, alerts and other things with a life, and the slots of jobs. One mechanism
 * for all of them, kept in the rows of the things themselves.
 *
 * Invariants: each slot of a job runs once over all replicas and restarts; what a dead replica held is taken
 * over; replicas need nothing but the database, of which each uses one connection here.
 * Deliberately absent: workflows and queues. A thing is moved on from where its row says that it is.
 */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../kernel/clock.js';
import { OpsError } from '../../kernel/errors.js';
import type { Log } from '../../kernel/log.js';
import type { Secret } from '../../kernel/secret.js';
import type { Job } from '../../ports/jobs.js';
import type { Living } from '../../ports/lives.js';
import { startAdopter } from './adopter.js';
import { nextDueAt } from './lives.js';
import { livingJobs, planJobs, requireJobs, type JobsOptions } from './jobs.js';
import { faultOf, isTableMissing, openSession, type Session } from './session.js';
import { startWorker, within, type Worker } from './worker.js';

export interface EngineOptions<Desk> {
  /** The desk's own database, migrated. A direct connection or a pooler in session mode. */
  databaseUrl: Secret;
  jobs: readonly Job<Desk>[];
  /** Things with a life, besides the jobs. */
  living?: readonly Living[];
  /** Handed to every job. */
  desk: Desk;
  clock: Clock;
  log: Log;
  /** How long `close` waits for running work. */
  drainTimeoutMs?: number;
  /** For how long a run of a job is waited for; an hour where absent. */
  limits?: JobsOptions<Desk>['limits'];
}

interface EngineState {
  running: boolean;
  /** Why not; null when it runs. */
  reason: string | null;
}

export interface Engine {
  state(): EngineState;
  /** Takes nothing new, waits for running work, then closes. Safe to call twice; returns within the drain time and 2 s. */
  close(): Promise<void>;
}

const letGoTimeoutMs = 2000;

/** Throws `misconfigured` (a bad job, tables missing) or `unavailable` (no database); then nothing is left behind. */
export async function startEngine<Desk>(options: EngineOptions<Desk>): Promise<Engine> {
  requireJobs(options.jobs);
  const { databaseUrl: url, clock, log, drainTimeoutMs = 10_000 } = options;
  const owner = randomUUID();
  let worker: Worker | null = null;
  const events = { due: () => worker?.wake(), reconnected: () => worker?.reconnected() };
  const session = await openSession(url, owner, events, log);
  try {
    const jobs = { ...options, query: session.query };
    await planJobs(jobs);
    const living = [livingJobs(jobs), ...(options.living ?? [])];
    await nextDueAt(session.query, living, clock.now());
    const running = startWorker({ living, session, owner, clock, log });
    worker = running;
    const adopter = startAdopter({ session, tables: living, freed: () => running.wake(), log });
    log.info({ owner, jobs: options.jobs.length }, 'the engine runs');
    const letGo = async (): Promise<void> => {
      await running.close(drainTimeoutMs);
      await adopter.close();
      await session.close();
    };
    return describeEngine(session, running, async () => {
      const outcome = await within(drainTimeoutMs + letGoTimeoutMs, letGo());
      if (outcome === 'late') log.warn({}, 'the engine was stopped before it released its work');
    });
  } catch (error) {
    await session.close().catch((fault: unknown) => log.warn(faultOf(fault), 'the session did not end'));
    throw launchFault(error);
  }
}

function launchFault(error: unknown): unknown {
  if (!isTableMissing(error)) return error;
  return new OpsError('misconfigured', 'The engine’s tables are missing or old.', {
    hint: 'Run `paydesk migrate`.',
    cause: error,
  });
}

function describeEngine(session: Session, worker: Worker, close: () => Promise<void>): Engine {
  let closed: Promise<void> | null = null;
  const reason = (): string | null => {
    if (closed) return 'closed';
    if (session.connection() === 0) return 'its database session is broken; it is reconnecting';
    const failing = worker.failing();
    return failing.length === 0 ? null : `due rows of ${failing.join(', ')} can’t be claimed`;
  };
  return {
    state: () => ({ running: reason() === null, reason: reason() }),
    close: () => (closed ??= close()),
  };
}
