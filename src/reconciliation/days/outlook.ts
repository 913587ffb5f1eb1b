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
import type { BusinessCalendar } from '../../ports/calendars.js';
import type { Landing, OpenMoneySum, ReconciliationResults, SettledSum } from '../../ports/reconciliation.js';
import {
  expectedOnDay,
  forecast,
  learnDelay,
  pastErrors,
  type Forecast,
  type ForecastErrors,
  type LearnedDelay,
  type Moment,
  type SettledMoney,
} from '../forecast.js';
import { todayOf, type ReconciledPartner } from './partner.js';

/** A day of the chart. */
interface OutlookDay {
  day: Day;
  /** Null where too little was known to say. */
  expectedMinor: bigint | null;
  /** Null for days without a statement so far. */
  cameMinor: bigint | null;
}

export interface CurrencyOutlook extends Forecast {
  currency: string;
  /** Entries that wait for their money. */
  count: number;
  /** So many days of history it is learned from; null where the settlement rule says it. */
  learnedFrom: number | null;
  /** Around today, oldest first. */
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
  byCurrency: ReadonlyMap<string, History>;
}

interface History {
  settled: readonly SettledMoney[];
  /** Null when it is too short. */
  habit: { delay: LearnedDelay; errors: ForecastErrors } | null;
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
      learned = { key, byCurrency: historiesOf(settled, lastTold ?? today, partner) };
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

function historiesOf(
  settled: readonly SettledSum[],
  lastTold: Day,
  { calendar }: ReconciledPartner,
): ReadonlyMap<string, History> {
  const days = Array.from({ length: judgedDays }, (_, at) => lastTold - judgedDays + 1 + at);
  const historyOf = (rows: readonly SettledSum[]): History => {
    const money = rows.map(moneyOf);
    const delay = learnDelay(money, calendar);
    return { settled: money, habit: delay && { delay, errors: pastErrors(money, days, calendar) } };
  };
  return new Map([...grouped(settled)].map(([currency, rows]) => [currency, historyOf(rows)]));
}

const noHistory: History = { settled: [], habit: null };

function currenciesOf(
  open: readonly OpenMoneySum[],
  histories: ReadonlyMap<string, History>,
  { today, lastTold }: Pick<Outlook, 'today' | 'lastTold'>,
  { calendar }: ReconciledPartner,
): CurrencyOutlook[] {
  const moment = { today, lastTold: lastTold ?? today - 1 };
  return [...grouped(open)]
    .map(([currency, rows]): CurrencyOutlook => {
      const history = histories.get(currency) ?? noHistory;
      const money = rows.map(moneyOf);
      const { habit } = history;
      return {
        currency,
        count: rows.reduce((sum, row) => sum + row.count, 0),
        ...(habit ? forecast(money, moment, habit.delay, habit.errors, calendar) : byRule(rows, moment)),
        learnedFrom: habit?.delay.days ?? null,
        days: chartOf(rows, history, moment, calendar),
      };
    })
    .sort((a, b) => b.count - a.count || (a.currency < b.currency ? -1 : 1));
}

const dueBetween = (rows: readonly OpenMoneySum[], from: Day, to: Day): bigint =>
  rows.reduce(
    (sum, { dueOn, minor }) => sum + (dueOn !== null && dueOn >= from && dueOn <= to ? minor : 0n),
    0n,
  );

/** By the days on which the settlement rule has it due. */
function byRule(rows: readonly OpenMoneySum[], { today, lastTold }: Moment): Forecast {
  const expected = (from: Day, to: Day) => ({ minor: dueBetween(rows, from, to), interval: null });
  const sunday = today + 7 - weekdayOf(today);
  return {
    awaitedMinor: dueBetween(rows, lastTold + 1, today - 1),
    today: expected(today, today),
    tomorrow: expected(today + 1, today + 1),
    week: expected(today, sunday),
    laterMinor: dueBetween(rows, sunday + 1, Infinity),
    overdueMinor: rows.reduce(
      (sum, { dueOn, minor }) => sum + (dueOn === null || dueOn <= lastTold ? minor : 0n),
      0n,
    ),
  };
}

/** Business days around today: what was or is expected, and what came. */
function chartOf(
  rows: readonly OpenMoneySum[],
  { settled, habit }: History,
  { today, lastTold }: Moment,
  calendar: BusinessCalendar,
): OutlookDay[] {
  const open = rows.map(moneyOf);
  const waiting = [...settled, ...open.map((money) => ({ ...money, settledOn: Infinity }))];
  const expectedThen = (day: Day): bigint | null => {
    const then = learnDelay(
      settled.filter(({ settledOn }) => settledOn < day),
      calendar,
    );
    const openThen = waiting.filter((money) => money.day < day && money.settledOn >= day);
    return then && rounded(expectedOnDay(openThen, day, day - 1, then, calendar));
  };
  const expectedNow = (day: Day): bigint =>
    habit ? rounded(expectedOnDay(open, day, lastTold, habit.delay, calendar)) : dueBetween(rows, day, day);
  const cameOn = (day: Day): bigint =>
    settled.reduce((sum, { settledOn, amountMinor }) => sum + (settledOn === day ? amountMinor : 0n), 0n);
  return Array.from({ length: daysBack + daysAhead + 1 }, (_, at) => today - daysBack + at)
    .filter((day) => calendar.closed(day) === null)
    .map((day) =>
      day > lastTold
        ? { day, expectedMinor: expectedNow(day), cameMinor: null }
        : { day, expectedMinor: expectedThen(day), cameMinor: cameOn(day) },
    );
}

const rounded = (value: number): bigint => BigInt(Math.round(value));
