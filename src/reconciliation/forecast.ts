/**
 * What should land when: the settlement forecast of one partner and currency, from what its open entries come to and how
 * long its money took before.
 *
 * Invariants: delays are business days of the partner's calendar; an interval says how much it covers, and a history that
 * is too short to say gives none. Money is whole minor units: an estimate is a share of what is open, rounded once.
 * Deliberately absent: reading and drawing; the caller has the entries, and a view makes the chart.
 */
import type { Day } from '../kernel/calendar-day.js';
import { weekdayOf } from '../kernel/calendar-day.js';
import type { BusinessCalendar } from '../ports/calendars.js';

/** One entry, or several of one day as a sum. */
export interface OpenMoney {
  day: Day;
  amountMinor: bigint;
}

/** Money that came: when it was booked, when it was there, and how much. */
export interface SettledMoney extends OpenMoney {
  settledOn: Day;
}

/** How many business days a partner's money takes, by share of value. */
export interface LearnedDelay {
  /** Share of the value that came after so many business days; adds up to 1. */
  shares: ReadonlyMap<number, number>;
  /** By this many business days 95 % of the value was there: after it, money is overdue. */
  lateAfter: number;
  /** Days of history behind it. */
  days: number;
}

/** Fewer days say nothing about a spread. */
const fewestDays = 10;
/** Delays above this are breaks that people cleared, not habits. */
const longestDelay = 30;

/** Null when the history is too short. */
export function learnDelay(
  settled: readonly SettledMoney[],
  calendar: BusinessCalendar,
): LearnedDelay | null {
  const days = new Set(settled.map(({ day }) => day)).size;
  if (days < fewestDays) return null;
  const byDelay = new Map<number, number>();
  let total = 0;
  for (const { day, settledOn, amountMinor } of settled) {
    const delay = businessDaysBetween(day, settledOn, calendar);
    if (delay > longestDelay) continue;
    const weight = Math.abs(Number(amountMinor));
    byDelay.set(delay, (byDelay.get(delay) ?? 0) + weight);
    total += weight;
  }
  if (total === 0) return null;
  const shares = new Map(
    [...byDelay].sort(([a], [b]) => a - b).map(([delay, weight]) => [delay, weight / total]),
  );
  return { shares, lateAfter: quantile(shares, 0.95), days };
}

function quantile(shares: ReadonlyMap<number, number>, wanted: number): number {
  let sum = 0;
  for (const [delay, share] of shares) {
    sum += share;
    if (sum >= wanted - 1e-9) return delay;
  }
  return [...shares.keys()].at(-1) ?? 0;
}

/** Business days from one day to another: 0 on the same day, or when no business day lies behind the first. */
function businessDaysBetween(from: Day, to: Day, calendar: BusinessCalendar): number {
  if (to <= from) return 0;
  const numberOf = numbered.get(calendar) ?? numbering(calendar, from);
  numbered.set(calendar, numberOf);
  return numberOf(to) - numberOf(from);
}

const numbered = new WeakMap<BusinessCalendar, (day: Day) => number>();

/** Numbers business days around a first one, each counted once: a year of holidays takes a while to work out. */
function numbering(calendar: BusinessCalendar, first: Day): (day: Day) => number {
  const open = (day: Day): number => (calendar.closed(day) === null ? 1 : 0);
  const after = [0];
  const before = [0];
  return (day) => {
    for (let at = after.length; at <= day - first; at++) after.push((after[at - 1] ?? 0) + open(first + at));
    for (let at = before.length; at <= first - day; at++)
      before.push((before[at - 1] ?? 0) - open(first - at + 1));
    return (day >= first ? after[day - first] : before[first - day]) ?? 0;
  };
}

interface Expected {
  minor: bigint;
  /** From which to which amount 80 % of such days lay; null when the history is too short to say. */
  interval: { lowMinor: bigint; highMinor: bigint } | null;
}

export interface Forecast {
  /** Of the days before today whose statement has not come yet. */
  awaitedMinor: bigint;
  today: Expected;
  tomorrow: Expected;
  /** From today to Sunday. */
  week: Expected;
  /** After Sunday. */
  laterMinor: bigint;
  /** By the last statement open for longer than 95 % of the money took. */
  overdueMinor: bigint;
}

/** How past forecasts of one span went: what came as a share of what was expected. */
export interface ForecastErrors {
  today: readonly number[];
  tomorrow: readonly number[];
  week: readonly number[];
}

/** When a forecast is made, and the last day with a statement: open rows were open at its end. */
export interface Moment {
  today: Day;
  lastTold: Day;
}

export function forecast(
  open: readonly OpenMoney[],
  { today, lastTold }: Moment,
  delay: LearnedDelay,
  errors: ForecastErrors,
  calendar: BusinessCalendar,
): Forecast {
  const onDay = (day: Day): number => expectedOnDay(open, day, lastTold, delay, calendar);
  const restOfWeek = Array.from({ length: 8 - weekdayOf(today) }, (_, ahead) => today + ahead);
  const after = Array.from({ length: longestDelay }, (_, ahead) => today + restOfWeek.length + ahead);
  const untold = Array.from({ length: Math.max(0, today - 1 - lastTold) }, (_, at) => lastTold + 1 + at);
  const overdue = open.filter(({ day }) => businessDaysBetween(day, lastTold, calendar) >= delay.lateAfter);
  const sumOf = (days: readonly Day[]): number => days.reduce((sum, day) => sum + onDay(day), 0);
  return {
    awaitedMinor: BigInt(Math.round(sumOf(untold))),
    today: withInterval(onDay(today), errors.today),
    tomorrow: withInterval(onDay(today + 1), errors.tomorrow),
    week: withInterval(sumOf(restOfWeek), errors.week),
    laterMinor: BigInt(Math.round(sumOf(after))),
    overdueMinor: overdue.reduce((sum, { amountMinor }) => sum + amountMinor, 0n),
  };
}

/** What of all that is open should come on a day; nothing comes on a closing day. */
export const expectedOnDay = (
  open: readonly OpenMoney[],
  on: Day,
  lastTold: Day,
  delay: LearnedDelay,
  calendar: BusinessCalendar,
): number =>
  calendar.closed(on) === null
    ? open.reduce((sum, money) => sum + expectedOn(money, on, lastTold, delay, calendar), 0)
    : 0;

/** The part of an open amount that comes on a day, given that it has not come by the last day with a statement. */
function expectedOn(
  { day, amountMinor }: OpenMoney,
  on: Day,
  lastTold: Day,
  { shares }: LearnedDelay,
  calendar: BusinessCalendar,
): number {
  const passed = businessDaysBetween(day, lastTold, calendar);
  const isNew = day > lastTold;
  let stillToCome = 0;
  for (const [delay, share] of shares) if (isNew || delay > passed) stillToCome += share;
  const wanted = businessDaysBetween(day, on, calendar);
  const share = shares.get(wanted) ?? 0;
  const canCome = isNew || wanted > passed;
  return stillToCome > 0 && canCome && on >= day ? (Number(amountMinor) * share) / stillToCome : 0;
}

const lowest = 0.1;
const highest = 0.9;

/** An interval from how far past forecasts were off: between their 10th and 90th percentile, as exact as n allows. */
function withInterval(expected: number, errors: readonly number[]): Expected {
  const minor = BigInt(Math.round(expected));
  if (errors.length < fewestDays || expected <= 0) return { minor, interval: null };
  const sorted = [...errors].sort((a, b) => a - b);
  return {
    minor,
    interval: {
      lowMinor: BigInt(Math.round(expected * percentile(sorted, lowest))),
      highMinor: BigInt(Math.round(expected * percentile(sorted, highest))),
    },
  };
}

/** Of n past values a new one lies below the k-th with probability k / (n + 1). */
function percentile(sorted: readonly number[], share: number): number {
  const place = Math.min(Math.max(share * (sorted.length + 1) - 1, 0), sorted.length - 1);
  const [low, high] = [sorted[Math.floor(place)] ?? 1, sorted[Math.ceil(place)] ?? 1];
  return low + (high - low) * (place - Math.floor(place));
}

/** Forecasts of past days held against what came, oldest first: each day knows only what was known then. */
export function pastErrors(
  settled: readonly SettledMoney[],
  days: readonly Day[],
  calendar: BusinessCalendar,
): ForecastErrors {
  const errors = { today: [] as number[], tomorrow: [] as number[], week: [] as number[] };
  for (const today of days) {
    const delay = learnDelay(
      settled.filter(({ settledOn }) => settledOn < today),
      calendar,
    );
    if (delay === null || calendar.closed(today) !== null) continue;
    const open = settled.filter(({ day, settledOn }) => day < today && settledOn >= today);
    const moment = { today, lastTold: today - 1 };
    const expected = forecast(open, moment, delay, { today: [], tomorrow: [], week: [] }, calendar);
    const came = (from: Day, to: Day): number =>
      open.reduce(
        (sum, each) => sum + (each.settledOn >= from && each.settledOn <= to ? Number(each.amountMinor) : 0),
        0,
      );
    const add = (span: keyof ForecastErrors, actual: number): void => {
      if (expected[span].minor > 0n) errors[span].push(actual / Number(expected[span].minor));
    };
    add('today', came(today, today));
    add('tomorrow', came(today + 1, today + 1));
    add('week', came(today, today + 7 - weekdayOf(today)));
  }
  return errors;
}
