/**
 * Says when a statement that should be there is not: one finding for the whole file, never a break for each of its rows.
 *
 * Invariants: a day is said to be late once, and said to have come once; the time by which it is due is what people
 * configured, or what past arrivals show.
 */
import { isoDay, type Day } from '../../kernel/calendar-day.js';
import { dayMs, hourMs } from '../../kernel/clock.js';
import { instantAt, startOfDay } from '../../kernel/time-zone.js';
import type { DaysDeps, LateStatement } from './deps.js';
import { todayOf, type ReconciledPartner } from './partner.js';

/** Business days that are looked back on: an older gap was said when it was young. */
const lookBackDays = 5;
/** Fewer arrivals show no habit. */
const fewestArrivals = 5;
/** Beyond what past arrivals show. */
export const graceMs = hourMs;
const mostArrivals = 30;

/** `mayBeLate`: false while files come in; what has come is said all the same. */
export async function watchLate(deps: DaysDeps, { mayBeLate }: { mayBeLate: boolean }): Promise<void> {
  for (const partner of deps.partners) await watchPartner(deps, partner, mayBeLate);
}

async function watchPartner(deps: DaysDeps, partner: ReconciledPartner, mayBeLate: boolean): Promise<void> {
  const now = deps.clock.now();
  const today = todayOf(partner, now);
  const arrivals = await deps.arrivals.arrivedAt(partner.partner, mostArrivals);
  // A partner that never sent anything is being set up, and nothing is owed for the days before its first file.
  const first = Math.min(...arrivals.map(({ businessDay }) => businessDay));
  const habit = habitOf(partner, arrivals);
  for (let day = Math.max(first, today - lookBackDays); day < today; day++) {
    if (partner.calendar.closed(day) !== null) continue;
    const arrived = arrivals.find(({ businessDay }) => businessDay === day)?.receivedAt ?? null;
    const dueAt = dueAtOf(partner, day, habit);
    if (dueAt === null) continue;
    const late: LateStatement = {
      partner: { id: partner.partner, name: partner.name },
      businessDay: day,
      dueAt,
      learnedFrom: partner.cutOff === null ? (habit?.count ?? null) : null,
      usually: habit?.usually ?? null,
      timeZone: partner.timeZone,
      arrivedAt: arrived,
    };
    if (mayBeLate && arrived === null && now > dueAt) await sayLate(deps, late, now);
    if (arrived !== null) await sayArrived(deps, late);
  }
}

export interface Habit {
  count: number;
  /** After the start of the business day. */
  medianMs: number;
  latestMs: number;
  /** The median by the partner's clock. */
  usually: string;
}

/** From the arrivals of the last weeks; files that were caught up long after their day show no habit. */
export function habitOf(
  partner: ReconciledPartner,
  arrivals: readonly { businessDay: Day; receivedAt: Date }[],
): Habit | null {
  const delays = arrivals
    .map(({ businessDay, receivedAt }) => receivedAt.getTime() - startOf(partner, businessDay).getTime())
    .filter((delayMs) => delayMs > 0 && delayMs < 2.5 * dayMs)
    .sort((a, b) => a - b);
  const medianMs = delays[Math.floor(delays.length / 2)];
  const latestMs = delays.at(-1);
  if (medianMs === undefined || latestMs === undefined || delays.length < fewestArrivals) return null;
  const minutes = Math.round(medianMs / 60_000) % (24 * 60);
  const usually = `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
  return { count: delays.length, medianMs, latestMs, usually };
}

export const startOf = ({ timeZone }: ReconciledPartner, day: Day): Date => startOfDay(isoDay(day), timeZone);

/** Null where nothing says when. */
function dueAtOf(partner: ReconciledPartner, day: Day, habit: Habit | null): Date | null {
  if (partner.cutOff !== null)
    return instantAt(isoDay(day + partner.cutOffDays), partner.cutOff, partner.timeZone);
  return habit === null ? null : new Date(startOf(partner, day).getTime() + habit.latestMs + graceMs);
}

async function sayLate(deps: DaysDeps, late: LateStatement, now: Date): Promise<void> {
  const key = { partner: late.partner.id, businessDay: late.businessDay };
  await deps.transactions.run(async (tx) => {
    const day = await deps.days.take(tx, key);
    if (day.lateAt !== null) return;
    await deps.days.put(tx, { ...day, lateAt: now }, null);
    await deps.showLate(tx, late);
  });
}

async function sayArrived(deps: DaysDeps, late: LateStatement): Promise<void> {
  const key = { partner: late.partner.id, businessDay: late.businessDay };
  const known = await deps.days.find(key);
  if (!known?.lateAt) return;
  await deps.transactions.run(async (tx) => {
    const day = await deps.days.take(tx, key);
    if (day.lateAt === null) return;
    await deps.days.put(tx, { ...day, lateAt: null }, null);
    await deps.showLate(tx, late);
  });
}
