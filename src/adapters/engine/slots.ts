/**
 * Which instants a cron expression fires at, looking back. All in UTC, to the second.
 *
 * Whole days are asked first, and then only the listed hours, minutes and seconds, so that a job that runs once a month
 * costs a few dozen questions and not a few million.
 */
import { createTask, parse, validate } from 'node-cron';
import { dayMs, hourMs, minuteMs, secondMs } from '../../kernel/clock.js';
import { OpsError } from '../../kernel/errors.js';

/** Throws `misconfigured` for an expression that does not parse. */
export function requireSchedule(job: string, schedule: string): void {
  if (validate(schedule)) return;
  throw new OpsError(
    'misconfigured',
    `The schedule “${schedule}” of the job ${job} is not a cron expression.`,
  );
}

/** The newest `limit` slots after `after` and until `until` (inclusive), oldest first. */
export function slotsBetween(schedule: string, after: Date, until: Date, limit: number): Date[] {
  const slots: Date[] = [];
  for (const slot of slotsBackFrom(schedule, until, after)) {
    if (slot.getTime() <= after.getTime() || slots.length === limit) break;
    slots.push(slot);
  }
  return slots.reverse();
}

/** Newest first; stops at the beginning of the day of `bound`. */
function* slotsBackFrom(schedule: string, until: Date, bound: Date): Generator<Date> {
  const times = timesOfDay(schedule);
  const first = times.at(-1);
  if (first === undefined) return;
  const task = createTask(schedule, () => undefined, { timezone: 'UTC' });
  try {
    for (let day = startOfDay(until); day >= startOfDay(bound); day -= dayMs) {
      if (!task.match(new Date(day + first))) continue;
      for (const time of times) if (day + time <= until.getTime()) yield new Date(day + time);
    }
  } finally {
    void task.destroy();
  }
}

/** Milliseconds since midnight, latest first. */
function timesOfDay(schedule: string): number[] {
  const { hour, minute, second } = parse(schedule);
  const times = hour.flatMap((h) =>
    minute.flatMap((m) => second.map((s) => h * hourMs + m * minuteMs + s * secondMs)),
  );
  return times.sort((a, b) => b - a);
}

const startOfDay = (instant: Date): number => Math.floor(instant.getTime() / dayMs) * dayMs;
