/**
 * How punctual a partner's statements are: of the business days whose statement was due, how many came in time.
 *
 * Invariant: nothing is owed for days before the partner's first file reached us, for closing days, and for a statement whose
 * time has not come. Without a configured time the usual one counts, and the answer says so.
 */
import { isoDay, type Day } from '../../kernel/calendar-day.js';
import { instantAt } from '../../kernel/time-zone.js';
import type { DaysDeps } from './deps.js';
import { graceMs, habitOf, startOf, type Habit } from './late.js';
import { todayOf, type ReconciledPartner } from './partner.js';

export interface Punctuality {
  /** Business days whose statement was due: in time, late and missing together. */
  due: number;
  inTime: number;
  late: number;
  missing: number;
  /** The newest business day that has none yet; null where none is missing. */
  missingSince: Day | null;
  /** What “in time” means: configured, or learned from so many arrivals; null where nothing says when. */
  measure: { kind: 'cut_off' | 'usual'; time: string; timeZone: string; arrivals: number } | null;
}

export async function punctualityOf(
  deps: Pick<DaysDeps, 'arrivals' | 'clock'>,
  partner: ReconciledPartner,
  from: Day,
  to: Day,
): Promise<Punctuality> {
  const now = deps.clock.now();
  const today = todayOf(partner, now);
  const arrivals = await deps.arrivals.arrivedAt(partner.partner, today - from + 1);
  const habit = habitOf(partner, arrivals);
  const firstAt = Math.min(...arrivals.map(({ receivedAt }) => receivedAt.getTime()));
  const counted = { due: 0, inTime: 0, late: 0, missing: 0 };
  let missingSince: Day | null = null;
  for (let day = from; day <= Math.min(to, today - 1); day++) {
    const dueAt = partner.calendar.closed(day) === null ? dueOf(partner, day, habit) : null;
    if (dueAt === null || dueAt > now || dueAt.getTime() < firstAt) continue;
    const arrivedAt = arrivals.find(({ businessDay }) => businessDay === day)?.receivedAt ?? null;
    counted.due += 1;
    if (arrivedAt === null) {
      counted.missing += 1;
      missingSince = day;
    } else if (arrivedAt > dueAt) counted.late += 1;
    else counted.inTime += 1;
  }
  return { ...counted, missingSince, measure: measureOf(partner, habit) };
}

/** Half of all files come before the usual time: an hour later a file is late. */
function dueOf(partner: ReconciledPartner, day: Day, habit: Habit | null): Date | null {
  if (partner.cutOff !== null)
    return instantAt(isoDay(day + partner.cutOffDays), partner.cutOff, partner.timeZone);
  return habit === null ? null : new Date(startOf(partner, day).getTime() + habit.medianMs + graceMs);
}

function measureOf({ cutOff, timeZone }: ReconciledPartner, habit: Habit | null): Punctuality['measure'] {
  if (cutOff !== null) return { kind: 'cut_off', time: cutOff, timeZone, arrivals: 0 };
  return habit && { kind: 'usual', time: habit.usually, timeZone, arrivals: habit.count };
}
