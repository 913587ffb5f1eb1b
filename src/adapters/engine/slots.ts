/**
 * Which instants a cron expression fires at, looking back and to the next one. All in UTC, to the second.
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

/** Leap days on a given weekday come back after 28 years at most, or 40 across a century. */
const furthestMs = 41 * 366 * dayMs;

/** The first slot after an instant; null for a day that no calendar has, such as February 30. */
export function nextSlot(schedule: string, after: Date): Date | null {
  const times = timesOf(schedule);
  const first = earliestOf(times);
  const task = createTask(schedule, () => undefined, { timezone: 'UTC' });
  try {
    for (let day = startOfDay(after); day <= after.getTime() + furthestMs; day += dayMs) {
      if (!task.match(new Date(day + first))) continue;
      const slot = firstAfter(day, times, after.getTime());
      if (slot !== null) return slot;
    }
    return null;
  } finally {
    void task.destroy();
  }
}

function firstAfter(day: number, { hours, minutes, seconds }: Times, after: number): Date | null {
  for (const hour of hours.toReversed()) {
    if (day + hour + hourMs <= after) continue;
    for (const minute of minutes.toReversed()) {
      if (day + hour + minute + minuteMs <= after) continue;
      for (const second of seconds.toReversed())
        if (day + hour + minute + second > after) return new Date(day + hour + minute + second);
    }
  }
  return null;
}

/** Newest first; stops at the beginning of the day of `bound`. */
function* slotsBackFrom(schedule: string, until: Date, bound: Date): Generator<Date> {
  const times = timesOf(schedule);
  const first = earliestOf(times);
  const task = createTask(schedule, () => undefined, { timezone: 'UTC' });
  try {
    for (let day = startOfDay(until); day >= startOfDay(bound); day -= dayMs) {
      if (task.match(new Date(day + first))) yield* slotsOf(day, times, until.getTime());
    }
  } finally {
    void task.destroy();
  }
}

/** Milliseconds since midnight, the hour and the minute; latest first. */
type Times = Readonly<Record<'hours' | 'minutes' | 'seconds', readonly number[]>>;

function timesOf(schedule: string): Times {
  const { hour, minute, second } = parse(schedule);
  const latestFirst = (values: readonly number[], unitMs: number): number[] =>
    values.map((value) => value * unitMs).sort((a, b) => b - a);
  return {
    hours: latestFirst(hour, hourMs),
    minutes: latestFirst(minute, minuteMs),
    seconds: latestFirst(second, secondMs),
  };
}

const earliestOf = ({ hours, minutes, seconds }: Times): number =>
  (hours.at(-1) ?? 0) + (minutes.at(-1) ?? 0) + (seconds.at(-1) ?? 0);

/** Made one by one: a job of every second has 86,400 a day, and mostly the newest is all that is asked for. */
function* slotsOf(day: number, { hours, minutes, seconds }: Times, until: number): Generator<Date> {
  for (const hour of hours) {
    if (day + hour > until) continue;
    for (const minute of minutes) {
      if (day + hour + minute > until) continue;
      for (const second of seconds) {
        const slot = day + hour + minute + second;
        if (slot <= until) yield new Date(slot);
      }
    }
  }
}

const startOfDay = (instant: Date): number => Math.floor(instant.getTime() / dayMs) * dayMs;
