/**
 * Runs the scheduled jobs durably: each slot once over all replicas and restarts, taken over when a replica dies.
 *
 * Invariants: a failing job is logged with a reference and never stops a later slot; one job never runs twice at a
 * time; a job that was cut off by a crash runs again for its slot, so a job must bear that.
 * Deliberately absent: waiting for people inside a workflow. Votes and states are rows of the desk's own tables.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../kernel/clock.js';
import { OpsError, toOpsError } from '../../kernel/errors.js';
import type { Log } from '../../kernel/log.js';
import type { Secret } from '../../kernel/secret.js';
import type { Job } from '../../ports/jobs.js';
import { startAdopter } from './adopter.js';
import { launchDurableJobs, type DurableJobs } from './dbos.js';
import { startForgetter } from './forgetter.js';
import { startSchedules } from './schedules.js';
import { faultOf, openSession, type Session } from './session.js';
import { requireSchedule } from './slots.js';

export interface EngineOptions<Desk> {
  /** The desk's own database, migrated. A direct connection or a pooler in session mode. */
  databaseUrl: Secret;
  jobs: readonly Job<Desk>[];
  /** What `Tasks` starts, by name. Each reads where its subject stands, because it may run again after a crash. */
  tasks?: Readonly<Record<string, (subject: string) => Promise<void>>>;
  /** Handed to every job. */
  desk: Desk;
  clock: Clock;
  log: Log;
  /** How long `close` waits for running jobs. */
  drainTimeoutMs?: number;
}

interface EngineState {
  running: boolean;
  /** Why not; null when it runs. */
  reason: string | null;
}

export interface Engine {
  state(): EngineState;
  /** Runs a slot of a job out of turn, unless it waits already or has run within the last week. */
  enqueue(jobId: string, slot: Date): Promise<void>;
  /** Takes no new slot, waits for running ones, lets go. Safe to call twice; returns within the drain time and 2 s. */
  close(): Promise<void>;
}

const letGoTimeoutMs = 2000;

/** Throws `misconfigured` (a bad job, tables missing) or `unavailable` (no database); then nothing is left behind. */
export async function startEngine<Desk>(options: EngineOptions<Desk>): Promise<Engine> {
  requireJobs(options.jobs);
  const { databaseUrl: url, log, drainTimeoutMs = 10_000 } = options;
  const executorId = randomUUID();
  const parts: (() => Promise<void>)[] = [];
  const letGo = async (): Promise<void> => {
    for (const part of parts.splice(0).reverse()) {
      await part().catch((error: unknown) => log.warn(faultOf(error), 'a part of the engine did not let go'));
    }
  };
  try {
    // The lock first: from its first moment on, our work must not look abandoned.
    const session = await openSession(url, executorId, log);
    parts.push(() => session.close());
    const durable = await launchDurableJobs({
      url,
      executorId,
      log,
      run: createRunner(options),
      runTask: createTaskRunner(options),
    });
    parts.push(() => durable.close(drainTimeoutMs));
    const adopter = startAdopter({ session, executorId, log, recover: (id) => durable.recover(id) });
    parts.push(() => adopter.close());
    parts.push(startForgetter({ ...options, forget: (before) => durable.forget(before) }));
    parts.push(
      await startSchedules({ ...options, session, enqueue: (id, slot) => durable.enqueue(id, slot) }),
    );
    log.info({ executor: executorId, jobs: options.jobs.length }, 'the engine runs');
    return describeEngine(durable, session, () => within(drainTimeoutMs + letGoTimeoutMs, letGo(), log));
  } catch (error) {
    await letGo();
    throw error;
  }
}

function requireJobs(jobs: readonly Job<never>[]): void {
  const seen = new Set<string>();
  for (const { id, schedule, catchUp } of jobs) {
    requireSchedule(id, schedule);
    if (seen.has(id)) throw new OpsError('misconfigured', `There are two jobs ${id}.`);
    if (catchUp < 1) throw new OpsError('misconfigured', `The job ${id} must catch up on one slot at least.`);
    seen.add(id);
  }
}

function describeEngine(durable: DurableJobs, session: Session, close: () => Promise<void>): Engine {
  let closed: Promise<void> | null = null;
  const reason = (): string | null =>
    closed
      ? 'closed'
      : session.connection() === 0
        ? 'its database session is broken; it is reconnecting'
        : null;
  return {
    state: () => ({ running: reason() === null, reason: reason() }),
    enqueue: (jobId, slot) => durable.enqueue(jobId, slot),
    close: () => (closed ??= close()),
  };
}

/** Runs a slot and tells how it went; a fault is logged, not thrown, so that the workflow counts as done. */
function createRunner<Desk>({
  jobs,
  desk,
  log,
}: EngineOptions<Desk>): (id: string, slot: Date) => Promise<object> {
  return async (id, slot) => {
    const own = log.child({ job: id, slot: slot.toISOString() });
    const job = jobs.find((candidate) => candidate.id === id);
    if (!job) {
      own.warn({}, 'a slot of a job that no longer exists was dropped');
      return { outcome: 'dropped' };
    }
    try {
      await job.run(slot, desk, own);
      return { outcome: 'done' };
    } catch (error) {
      const fault = toOpsError(error);
      own.error({ reference: fault.reference, code: fault.code, err: fault }, 'a job failed');
      return { outcome: 'failed', reference: fault.reference };
    }
  };
}

/** A task that fails is logged and left to what made it due: the sweep comes by again. */
function createTaskRunner<Desk>({
  tasks = {},
  log,
}: EngineOptions<Desk>): (task: string, subject: string) => Promise<object> {
  return async (task, subject) => {
    const own = log.child({ task, subject });
    try {
      const run = tasks[task];
      if (!run) throw new OpsError('internal', `There is no task ${task}.`);
      await run(subject);
      return { outcome: 'done' };
    } catch (error) {
      const fault = toOpsError(error);
      own.error({ reference: fault.reference, code: fault.code, err: fault }, 'a task failed');
      return { outcome: 'failed', reference: fault.reference };
    }
  };
}

async function within(timeoutMs: number, work: Promise<void>, log: Log): Promise<void> {
  const waiting = new AbortController();
  const late = delay(timeoutMs, 'late' as const, { signal: waiting.signal, ref: false }).catch(
    () => undefined,
  );
  const outcome = await Promise.race([work, late]);
  waiting.abort();
  if (outcome === 'late') log.warn({ timeoutMs }, 'the engine was left before it had let go');
}
