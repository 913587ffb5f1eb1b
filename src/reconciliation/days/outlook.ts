/**
 * What should land when, per partner and currency: from what its open entries come to and how long its money took before,
 * or from its settlement rule where the history is too short.
 *
 * Invariants: nothing is overdue before the statement that should have it is there; a forecast of a past day knows only
 * what was known then. What is learned is kept until the partner is reconciled again, because it reads months of history.
 */
import type { Day } from '../../kernel/calendar-day.js';
import { weekdayOf } from '../../kernel/calendar-day.js';
import type { Clock } from '../../kernel/clock.js';
import type { Landing, OpenMoneySum, ReconciliationResults, SettledSum } from '../../ports/reconciliation.js';
import {
  expectedOnDay,
  forecast,
  learnDelay,
  pastErrors,
  type Forecast,
  type ForecastErrors,
  type LearnedDelay,
  type SettledMoney,
} from '../forecast.js';
import { todayOf, type ReconciledPartner } from './partner.js';

/** A day of the chart. */
interface OutlookDay {
  day: Day;
  /** Null where too little was known to say. */
  expectedMinor: bigint | null;
  /** Null for days that no statement has told of yet. */
  cameMinor: bigint | null;
}

export interface CurrencyOutlook extends Forecast {
  currency: string;
  /** Entries that wait for their money. */
  count: number;
  /** So many days of history it is learned from; null where the settlement rule says it. */
  learnedFrom: number | null;
  /** Around today, oldest first; empty without a history. */
  days: OutlookDay[];
}

export interface Outlook {
  partner: { id: string; name: string };
  today: Day;
  /** The newest business day that was reconciled; null while there is none. */
  lastTold: Day | null;
  /** What is not due yet by the settlement rule. */
  landings: Landing[];
  /** The one with most entries first. */
  currencies: CurrencyOutlook[];
}

export type OutlookOf = (partner: ReconciledPartner) => Promise<Outlook>;

const historyDays = 120;
/** Forecasts of so many past days are held against what came. */
const judgedDays = 60;
const daysBack = 12;
const daysAhead = 6;
/** A unit is looked for among the days up to now. */
const unitDays = 30;

interface Learned {
  key: string;
  byCurrency: ReadonlyMap<string, Habit>;
}

interface Habit {
  settled: readonly SettledMoney[];
  delay: LearnedDelay;
  errors: ForecastErrors;
}

export function createOutlook({
  results,
  clock,
}: {
  results: Pick<ReconciliationResults, 'units' | 'openMoney' | 'settled' | 'landings'>;
  clock: Clock;
}): OutlookOf {
  const known = new Map<string, Learned>();
  return async (partner) => {
    const id = partner.partner;
    const today = todayOf(partner, clock.now());
    const [units, open, landings] = await Promise.all([
      results.units(id, today - unitDays, today + 1),
      results.openMoney(id),
      results.landings(id),
    ]);
    const lastTold = units.at(-1)?.businessDay ?? null;
    const key = `${today} ${Math.max(0, ...units.map(({ ranAt }) => ranAt.getTime()))}`;
    let learned = known.get(id);
    if (learned?.key !== key) {
      const settled = await results.settled(id, today - historyDays);
      learned = { key, byCurrency: habitsOf(settled, lastTold ?? today, partner) };
      known.set(id, learned);
    }
    const { byCurrency } = learned;
    const named = { partner: { id, name: partner.name }, today, lastTold, landings };
    return { ...named, currencies: currenciesOf(open, byCurrency, named, partner) };
  };
}

function grouped<Row extends { currency: string }>(rows: readonly Row[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) groups.set(row.currency, [...(groups.get(row.currency) ?? []), row]);
  return groups;
}

const moneyOf = <Row extends { minor: bigint }>(row: Row) => ({ ...row, amountMinor: row.minor });

function habitsOf(
  settled: readonly SettledSum[],
  lastTold: Day,
  { calendar }: ReconciledPartner,
): ReadonlyMap<string, Habit> {
  const habits = new Map<string, Habit>();
  const days = Array.from({ length: judgedDays }, (_, at) => lastTold - judgedDays + 1 + at);
  for (const [currency, rows] of grouped(settled)) {
    const money = rows.map(moneyOf);
    const delay = learnDelay(money, calendar);
    if (delay !== null)
      habits.set(currency, { settled: money, delay, errors: pastErrors(money, days, calendar) });
  }
  return habits;
}

function currenciesOf(
  open: readonly OpenMoneySum[],
  habits: ReadonlyMap<string, Habit>,
  { today, lastTold }: Pick<Outlook, 'today' | 'lastTold'>,
  partner: ReconciledPartner,
): CurrencyOutlook[] {
  const byCurrency = grouped(open);
  const moment = { today, lastTold: lastTold ?? today - 1 };
  return [...byCurrency]
    .map(([currency, rows]): CurrencyOutlook => {
      const habit = habits.get(currency);
      const count = rows.reduce((sum, row) => sum + row.count, 0);
      if (habit === undefined)
        return { currency, count, ...byRule(rows, moment), learnedFrom: null, days: [] };
      const money = rows.map(moneyOf);
      const { delay, errors } = habit;
      return {
        currency,
        count,
        ...forecast(money, moment, delay, errors, partner.calendar),
        learnedFrom: delay.days,
        days: chartOf(money, habit, moment, partner),
      };
    })
    .sort((a, b) => b.count - a.count || (a.currency < b.currency ? -1 : 1));
}

/** By the days on which the settlement rule has it due. */
function byRule(rows: readonly OpenMoneySum[], { today, lastTold }: { today: Day; lastTold: Day }): Forecast {
  const between = (from: Day, to: Day): bigint =>
    rows.reduce(
      (sum, { dueOn, minor }) => sum + (dueOn !== null && dueOn >= from && dueOn <= to ? minor : 0n),
      0n,
    );
  const expected = (from: Day, to: Day) => ({ minor: between(from, to), interval: null });
  return {
    awaitedMinor: between(lastTold + 1, today - 1),
    today: expected(today, today),
    tomorrow: expected(today + 1, today + 1),
    week: expected(today, today + 7 - weekdayOf(today)),
    overdueMinor: rows.reduce(
      (sum, { dueOn, minor }) => sum + (dueOn === null || dueOn <= lastTold ? minor : 0n),
      0n,
    ),
  };
}

/** Business days around today: what was or is expected, and what came. */
function chartOf(
  open: readonly { day: Day; amountMinor: bigint }[],
  { settled, delay }: Habit,
  { today, lastTold }: { today: Day; lastTold: Day },
  { calendar }: ReconciledPartner,
): OutlookDay[] {
  const sumOn = (day: Day): bigint =>
    settled.reduce((sum, { settledOn, amountMinor }) => sum + (settledOn === day ? amountMinor : 0n), 0n);
  const waiting = [
    ...settled.map((money) => ({ ...money })),
    ...open.map((money) => ({ ...money, settledOn: Infinity })),
  ];
  const days = Array.from({ length: daysBack + daysAhead + 1 }, (_, at) => today - daysBack + at);
  return days
    .filter((day) => calendar.closed(day) === null)
    .map((day): OutlookDay => {
      if (day > lastTold) {
        const minor = BigInt(Math.round(expectedOnDay(open, day, lastTold, delay, calendar)));
        return { day, expectedMinor: minor, cameMinor: null };
      }
      const then = learnDelay(
        settled.filter(({ settledOn }) => settledOn < day),
        calendar,
      );
      const openThen = waiting.filter((money) => money.day < day && money.settledOn >= day);
      const expected = then && expectedOnDay(openThen, day, day - 1, then, calendar);
      return {
        day,
        expectedMinor: expected === null ? null : BigInt(Math.round(expected)),
        cameMinor: sumOn(day),
      };
    });
}
