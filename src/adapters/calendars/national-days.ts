/**
 * What the package of holidays lacks of the days on which a country's payment systems rest: days of its banks alone, days
 * in lieu of a weekend, days that were proclaimed, and days that were moved away.
 *
 * Sources: Payments Canada, Lynx holiday schedules; the Bulgarian Labour Code, article 154; the Korean Act on Public
 * Holidays and its proclamations; the Reserve Bank of Australia, RITS; the Bank of England; the notices of China's State
 * Council; SIX, bank holidays of the Swiss franc; Mexico's Federal Labour Law, article 74; Hungary's decrees on the order of
 * working days; New Zealand's Holidays Act. Deliberately absent: days that are proclaimed year by year in other countries, for which paydesk.yaml has
 * `closingDays`; the weekends on which China works, because money that came then would be early and never missing.
 */
import { dayOf, isoDay, parseDay, weekdayOf, type Day } from '../../kernel/calendar-day.js';

/** By date: the name of a closing day, or null for a day that is open. */
type Days = Readonly<Record<string, string | null>>;

/** `known`: the closing days of the year without these. */
export const nationalDays = (country: string, year: number, known: ReadonlyMap<string, string>): Days => ({
  ...rules[country]?.(year, known),
  ...proclaimed[country],
});

const monday = 1;
const friday = 5;

const onDate = (year: number, monthDay: string): Day => parseDay(`${year}-${monthDay}`) ?? 0;

/** The first such weekday on a day or behind it. */
const firstFrom = (day: Day, weekday: number): Day => day + ((weekday - weekdayOf(day) + 7) % 7);

const secondMonday = (year: number, month: number): Day => firstFrom(dayOf(year, month, 8) ?? 0, monday);

type Rule = (year: number, known: ReadonlyMap<string, string>) => Days;

const canada: Rule = (year, known) => {
  const fixed = {
    '01-01': "New Year's Day",
    '07-01': 'Canada Day',
    ...(year >= 2021 && { '09-30': 'National Day for Truth and Reconciliation' }),
    '11-11': 'Remembrance Day',
    '12-25': 'Christmas Day',
    '12-26': 'Boxing Day',
  };
  return {
    [isoDay(firstFrom(onDate(year, '05-18'), monday))]: 'Victoria Day',
    [isoDay(secondMonday(year, 10))]: 'Thanksgiving',
    ...withDaysInLieu(year, fixed, known),
  };
};

/** Days in lieu came with 2017; days of Easter get none. */
const bulgaria: Rule = (year, known) => {
  const fixed = {
    '01-01': "New Year's Day",
    '03-03': 'Liberation Day',
    '05-01': 'Labour Day',
    '05-06': "St. George's Day",
    '05-24': 'Education and Culture Day',
    '09-06': 'Unification Day',
    '09-22': 'Independence Day',
    '12-24': 'Christmas Eve',
    '12-25': 'Christmas Day',
    '12-26': 'Second Day of Christmas',
  };
  return year < 2017 ? { [`${year}-12-26`]: fixed['12-26'] } : withDaysInLieu(year, fixed, known);
};

const australia: Rule = (year) => ({ [isoDay(secondMonday(year, 6))]: "King's Birthday" });

/** Banks rest on Labour Day, which was no public holiday for long. */
const korea: Rule = (year) => ({ [`${year}-05-01`]: 'Labour Day' });

/** The days that a notice gives are all of a year; in other years those of the law apply, without children's half of one. */
const china: Rule = (year, known) => {
  const notice = chineseHolidays[year];
  if (notice === undefined) return { [`${year}-06-01`]: null };
  const lawful = [...known.keys()].map((date) => [date, null] as const);
  const days = notice.flatMap(({ name, from, to }) =>
    range(onDate(year, from), onDate(year, to)).map((date) => [date, name] as const),
  );
  return Object.fromEntries([...lawful, ...days]);
};

const switzerland: Rule = (year) => ({ [`${year}-01-02`]: 'Berchtold Day', [`${year}-05-01`]: 'Labour Day' });

/** Since 2024 presidents take office on 1 October. */
const mexico: Rule = (year) =>
  year >= 2024 && year % 6 === 2
    ? { [`${year}-10-01`]: 'Change of Federal Government', [`${year}-12-01`]: null }
    : {};

/** Good Friday came with 2016. */
const czechia: Rule = (year, known) => (year < 2016 ? without(known, /^Good Friday/) : {});

/** Days in lieu of Waitangi Day and ANZAC Day came with 2014. */
const newZealand: Rule = (year, known) =>
  year < 2014 ? without(known, /^(?:Waitangi|ANZAC) Day \(substitute day\)/) : {};

const without = (known: ReadonlyMap<string, string>, name: RegExp): Days =>
  Object.fromEntries([...known].filter(([, each]) => name.test(each)).map(([date]) => [date, null]));

const range = (first: Day, last: Day): string[] =>
  Array.from({ length: last - first + 1 }, (_, at) => isoDay(first + at));

const rules: Readonly<Record<string, Rule>> = {
  AU: australia,
  BG: bulgaria,
  CA: canada,
  CH: switzerland,
  CN: china,
  CZ: czechia,
  KR: korea,
  MX: mexico,
  NZ: newZealand,
};

/** Which closing days of a country are not known; null where all are. */
export function nationalUncertainty(country: string, year: number): string | null {
  if (country === 'CN' && chineseHolidays[year] === undefined)
    return `China proclaims the bridges between its holidays each November for the next year; those of ${year} are not known here.`;
  if (country === 'HU' && !Object.keys(proclaimed.HU ?? {}).some((date) => date.startsWith(String(year))))
    return `Hungary decrees days off for Saturdays of work each year; those of ${year} are not known here.`;
  if (country === 'IN')
    return 'The banks of India close on the days that each state proclaims, and work on some Saturdays; only national holidays are known here.';
  return null;
}

/** Fixed days, and for each on a weekend the next weekday on which nothing else is kept. */
function withDaysInLieu(
  year: number,
  fixed: Readonly<Record<string, string>>,
  known: ReadonlyMap<string, string>,
): Days {
  const days = Object.fromEntries(Object.entries(fixed).map(([at, name]) => [`${year}-${at}`, name]));
  for (const [date, name] of Object.entries(days)) {
    const day = parseDay(date) ?? 0;
    if (weekdayOf(day) <= friday) continue;
    let free = firstFrom(day, monday);
    while (known.has(isoDay(free)) || isoDay(free) in days) free++;
    days[isoDay(free)] = `${name} (in lieu)`;
  }
  return days;
}

const notice = (...days: [name: string, from: string, to?: string][]): ChineseHoliday[] =>
  days.map(([name, from, to = from]) => ({ name, from, to }));

interface ChineseHoliday {
  name: string;
  from: string;
  to: string;
}

const [newYear, spring, qingming, labour, dragonBoat, midAutumn, national] = [
  "New Year's Day",
  'Spring Festival',
  'Qingming Festival',
  'Labour Day',
  'Dragon Boat Festival',
  'Mid-Autumn Festival',
  'National Day',
];

const chineseHolidays: Readonly<Record<number, ChineseHoliday[]>> = {
  2024: notice(
    [newYear, '01-01'],
    [spring, '02-10', '02-17'],
    [qingming, '04-04', '04-06'],
    [labour, '05-01', '05-05'],
    [dragonBoat, '06-08', '06-10'],
    [midAutumn, '09-15', '09-17'],
    [national, '10-01', '10-07'],
  ),
  2025: notice(
    [newYear, '01-01'],
    [spring, '01-28', '02-04'],
    [qingming, '04-04', '04-06'],
    [labour, '05-01', '05-05'],
    [dragonBoat, '05-31', '06-02'],
    [national, '10-01', '10-08'],
  ),
  2026: notice(
    [newYear, '01-01', '01-03'],
    [spring, '02-15', '02-23'],
    [qingming, '04-04', '04-06'],
    [labour, '05-01', '05-05'],
    [dragonBoat, '06-19', '06-21'],
    [midAutumn, '09-25', '09-27'],
    [national, '10-01', '10-07'],
  ),
};

const election = 'Election Day';
const temporary = 'Temporary holiday';
const bridge = 'Day off for a Saturday of work';

const proclaimed: Readonly<Record<string, Days>> = {
  GB: {
    '2002-05-27': null,
    '2002-06-03': 'Golden Jubilee of Elizabeth II',
    '2002-06-04': 'Spring bank holiday',
    '2011-04-29': 'Wedding of William and Catherine',
    '2012-05-28': null,
    '2012-06-04': 'Spring bank holiday',
  },
  HU: {
    '2024-08-19': bridge,
    '2024-12-24': bridge,
    '2024-12-27': bridge,
    '2025-05-02': bridge,
    '2025-10-24': bridge,
    '2025-12-24': bridge,
    '2026-01-02': bridge,
    '2026-08-21': bridge,
    '2026-12-24': bridge,
  },
  PL: { '2018-11-12': 'Centenary of independence' },
  KR: {
    '2020-04-15': election,
    '2020-08-17': temporary,
    '2022-03-09': election,
    '2022-06-01': election,
    '2023-10-02': temporary,
    '2024-04-10': election,
    '2024-10-01': temporary,
    '2025-01-27': temporary,
    '2025-06-03': election,
    '2026-06-03': election,
  },
};
