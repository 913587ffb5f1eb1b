/**
 * Starts a job's slots when their time has come.
 *
 * One idea: **advancing** a job enqueues every slot between its cursor and now, at most `catchUp` of them, and moves
 * the cursor. A tick, the start of the process and a missed tick all just advance. Each replica does so; a slot's
 * workflow id is made of job and slot, so enqueueing it twice is enqueueing it once.
 * A job that is seen for the first time begins with now: it has missed nothing.
 * Invariant: a cursor is never ahead of the clock that replicas share, whatever the clock of one machine says; a cursor
 * ahead would stop the job on all of them.
 */
import { createTask, type Logger, type ScheduledTask } from 'node-cron';
import { dayMs, type Clock } from '../../kernel/clock.js';
import { toOpsError } from '../../kernel/errors.js';
import type { Log } from '../../kernel/log.js';
import { faultOf, type Session } from './session.js';
import { slotsBetween } from './slots.js';

interface Scheduled {
  readonly id: string;
  readonly schedule: string;
  readonly catchUp: number;
}

export interface SchedulesOptions {
  jobs: readonly Scheduled[];
  session: Session;
  enqueue: (jobId: string, slot: Date) => Promise<void>;
  clock: Clock;
  log: Log;
}

const readCursor = `
  insert into paydesk.job_cursors as cursor (job, slot) values ($1, $2)
  on conflict (job) do update set slot = cursor.slot returning slot`;

const moveCursor = 'update paydesk.job_cursors set slot = greatest(slot, $2) where job = $1';

/** Advances every job once, then at each tick until the returned function is called. */
export async function startSchedules(options: SchedulesOptions): Promise<() => Promise<void>> {
  const tasks = options.jobs.map((job) => createTicks(job, options));
  for (const job of options.jobs) await advance(job, options.clock.now(), options);
  for (const task of tasks) await task.start();
  return async () => {
    for (const task of tasks) await task.destroy();
  };
}

function createTicks(job: Scheduled, options: SchedulesOptions): Pick<ScheduledTask, 'start' | 'destroy'> {
  const again = createTimer(() => advance(job, options.clock.now(), options));
  const tick = async (date: Date): Promise<void> => {
    const now = options.clock.now();
    // A timer may fire a moment early; its slot counts as reached. Ticks come by the clock of the machine, and slots by the
    // clock that replicas share: where the first is ahead, the slot is looked for again when it has come.
    const earlyMs = date.getTime() - now.getTime();
    await advance(job, earlyMs > 0 && earlyMs <= aMomentMs ? date : now, options);
    if (earlyMs > aMomentMs) again.after(earlyMs);
  };
  const task = createTask(job.schedule, ({ date }) => tick(date), {
    name: job.id,
    timezone: 'UTC',
    noOverlap: true,
    suppressMissedWarning: true,
    logger: cronLogger(options.log),
  });
  task.on('execution:missed', ({ date }) => tick(date));
  return {
    start: () => task.start(),
    destroy: () => {
      again.clear();
      return task.destroy();
    },
  };
}

/** One at a time; the earliest that was asked for. */
function createTimer(call: () => Promise<void>): { after(durationMs: number): void; clear(): void } {
  let timer: NodeJS.Timeout | null = null;
  return {
    after: (durationMs) => {
      if (timer !== null) return;
      const elapsed = (): void => {
        timer = null;
        void call();
      };
      timer = setTimeout(elapsed, Math.min(durationMs, longestTimerMs)).unref();
    },
    clear: () => {
      if (timer !== null) clearTimeout(timer);
    },
  };
}

/** What a timer may be early by. */
const aMomentMs = 1000;
const longestTimerMs = dayMs;

/** Never throws: what could not be enqueued now is caught up by the next tick. */
async function advance(
  job: Scheduled,
  until: Date,
  { session, enqueue, log }: SchedulesOptions,
): Promise<void> {
  try {
    const [cursor] = await session.query<{ slot: Date }>(readCursor, [job.id, until]);
    const slots = slotsBetween(job.schedule, cursor?.slot ?? until, until, job.catchUp);
    for (const slot of slots) await enqueue(job.id, slot);
    const newest = slots.at(-1);
    if (newest) await session.query(moveCursor, [job.id, newest]);
  } catch (error) {
    const { reference } = toOpsError(error);
    log.error(
      { job: job.id, reference, ...faultOf(error) },
      'a tick could not be enqueued; the next one catches up',
    );
  }
}

function cronLogger(log: Log): Logger {
  return {
    info: (message) => log.debug({}, message),
    debug: (message) => log.debug({}, String(message)),
    warn: (message) => log.warn({}, message),
    error: (message, error) => log.error(error ? faultOf(error) : {}, String(message)),
  };
}
