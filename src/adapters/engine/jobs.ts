/**
 * Jobs as things with a life: the row of a job knows its last slot, and is due at the next one.
 *
 * Invariants: a row is in one hand, so a job never runs twice at a time and each slot runs once over all replicas; the
 * cursor moves when a slot ended, well or not, so a failing slot never stops a later one, and a slot that was cut off runs
 * again; a run that takes too long is told to end, and only one that does not is left to itself; a job that is seen for the
 * first time begins with now. A cursor is never ahead of the clock that replicas share.
 */
import { hourMs, minuteMs, type Clock } from '../../kernel/clock.js';
import { OpsError, toOpsError } from '../../kernel/errors.js';
import type { Log } from '../../kernel/log.js';
import type { Job } from '../../ports/jobs.js';
import type { Living } from '../../ports/lives.js';
import type { Query } from './lives.js';
import { nextSlot, requireSchedule, slotsBetween } from './slots.js';
import { within } from './worker.js';

/** A run that takes longer is asked to end, and has a while for it. One that does not end blocks no later slot. */
const usualLimits = { longestMs: hourMs, endingMs: 10 * minuteMs };

export interface JobsOptions<Desk> {
  jobs: readonly Job<Desk>[];
  desk: Desk;
  query: Query;
  clock: Clock;
  log: Log;
  limits?: typeof usualLimits | undefined;
}

/** Throws `misconfigured`. */
export function requireJobs(jobs: readonly Job<never>[]): void {
  const seen = new Set<string>();
  for (const { id, schedule, catchUp } of jobs) {
    requireSchedule(id, schedule);
    if (seen.has(id)) throw new OpsError('misconfigured', `There are two jobs ${id}.`);
    if (catchUp < 1) throw new OpsError('misconfigured', `The job ${id} must catch up on one slot at least.`);
    seen.add(id);
  }
}

/** A job of another version of Paydesk has a row and no hand here. */
export const livingJobs = <Desk>(options: JobsOptions<Desk>): Living => ({
  table: 'paydesk.job_cursors',
  key: 'job',
  atOnce: options.jobs.length,
  only: options.jobs.map(({ id }) => id),
  advance: (id) => advance(options, id),
});

const cursorSql = 'select slot from paydesk.job_cursors where job = $1';
const beginSql = `
  insert into paydesk.job_cursors (job, slot) values ($1, $2) on conflict (job) do update set job = excluded.job
  returning slot`;
// A replica that moved the cursor meanwhile leaves it due too early, which costs one look.
const planSql = 'update paydesk.job_cursors set due_at = $2 where job = $1';
const moveSql = `
  update paydesk.job_cursors set slot = greatest(slot, $2), due_at = $3, version = version + 1 where job = $1`;

/** Gives every job its row, due by the schedule of now, which may be another one than when the row was made. */
export async function planJobs<Desk>({ jobs, query, clock }: JobsOptions<Desk>): Promise<void> {
  for (const { id, schedule } of jobs) {
    const [row] = await query<{ slot: Date }>(beginSql, [id, clock.now()]);
    if (row) await query(planSql, [id, nextSlot(schedule, row.slot)]);
  }
}

/** Runs the oldest slot that is worth running. */
async function advance<Desk>(
  { jobs, desk, query, clock, log, limits = usualLimits }: JobsOptions<Desk>,
  id: string,
): Promise<void> {
  const job = jobs.find((candidate) => candidate.id === id);
  const [cursor] = await query<{ slot: Date }>(cursorSql, [id]);
  if (!job || !cursor) return;
  const [slot] = slotsBetween(job.schedule, cursor.slot, clock.now(), job.catchUp);
  const child = log.child({ job: id, slot: slot?.toISOString() });
  if (slot) await run(job.id, (until) => job.run(slot, desk, child, until), limits, child);
  const reached = slot ?? cursor.slot;
  await query(moveSql, [id, reached, nextSlot(job.schedule, reached)]);
}

async function run(
  id: string,
  work: (until: AbortSignal) => Promise<void>,
  { longestMs, endingMs }: typeof usualLimits,
  log: Log,
): Promise<void> {
  const ending = new AbortController();
  try {
    const running = work(ending.signal);
    if ((await within(longestMs, running)) === 'done') return;
    ending.abort();
    const ended = await within(endingMs, running);
    throw new OpsError(
      'unavailable',
      ended === 'done'
        ? `The job ${id} ran for too long and was ended; its next slot goes on.`
        : `The job ${id} does not end; Paydesk no longer waits for it.`,
    );
  } catch (error) {
    const fault = toOpsError(error);
    log.error({ errorId: fault.errorId, code: fault.code, err: fault }, 'a job failed');
  }
}
