/**
 * Days as people write them: `2026-11-27`, `27.11.`, `27 Nov`, `yesterday`, `last Friday`, `20–27 Nov`, `since Monday`.
 *
 * Invariants: a day that is written without a year is the latest one that is not in the future; day and month in an order
 * that cannot be told apart give both readings; a day that no calendar has gives none.
 * Deliberately absent: time zones. What is read are calendar days; whose midnight counts is the caller's to say.
 */
import { OpsError } from './errors.js';
import { addDays, dayOf, weekdayOf, type Day } from './time-zone.js';

/** Both included. */
export interface DayRange {
  from: Day;
  to: Day;
}

export interface DaysRead {
  /** More than one where the order of day and month is open; none where no calendar has the day. */
  readings: DayRange[];
  /** What was read as days. */
  written: string;
  /** The text without its days. */
  rest: string;
}

const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const month = String.raw`(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?`;
const weekdayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const weekday = String.raw`(?:mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:rs?(?:day)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)\b`;
const fullYear = String.raw`(?:19|20)\d{2}\b`;

interface Form {
  /** Without groups of its own that are kept, because it becomes a part of longer patterns. */
  source: string;
  read: (written: string, today: Day) => (Day | null)[];
}

const numbersIn = (written: string): number[] => (written.match(/\d+/g) ?? []).map(Number);
const monthIn = (written: string): number =>
  monthNames.findIndex((name) => new RegExp(String.raw`(?<![a-z])${name}`, 'i').test(written)) + 1;

/** Eight years hold every 29 February. */
function latest(monthOfYear: number, day: number, today: Day): Day | null {
  const thisYear = Number(today.slice(0, 4));
  const years = Array.from({ length: 9 }, (_, back) => thisYear - back);
  const days = years.map((year) => dayOf(year, monthOfYear, day));
  return days.find((found) => found !== null && found <= today) ?? null;
}

const inYear = (year: number | undefined, monthOfYear: number, day: number, today: Day): Day | null =>
  year === undefined
    ? latest(monthOfYear, day, today)
    : dayOf(year < 100 ? 2000 + year : year, monthOfYear, day);

/** Day before month if dots separate them, unless no calendar has that; elsewhere both orders. */
function eitherOrder(written: string, today: Day): (Day | null)[] {
  const [first = 0, second = 0, year] = numbersIn(written);
  const dayFirst = inYear(year, second, first, today);
  const monthFirst = inYear(year, first, second, today);
  return written.includes('.') && dayFirst !== null ? [dayFirst] : [dayFirst, monthFirst];
}

function named(written: string, today: Day): (Day | null)[] {
  const [day = 0, year] = numbersIn(written);
  return [inYear(year, monthIn(written), day, today)];
}

const isoForm: Form = {
  source: String.raw`(?:19|20)\d{2}[-/.]\d{1,2}[-/.]\d{1,2}`,
  read: (written) => {
    const [year = 0, monthOfYear = 0, day = 0] = numbersIn(written);
    return [dayOf(year, monthOfYear, day)];
  },
};

/** Dates by number and by name; a weekday before one says nothing new. */
const dates: readonly Form[] = [
  isoForm,
  {
    source: String.raw`20\d{6}`,
    read: (written) => [
      dayOf(Number(written.slice(0, 4)), Number(written.slice(4, 6)), Number(written.slice(6))),
    ],
  },
  { source: String.raw`\d{1,2}[./-]\d{1,2}[./-](?:(?:19|20)\d{2}|\d{2})`, read: eitherOrder },
  { source: String.raw`\d{1,2}\.\d{1,2}\.(?!\d)`, read: eitherOrder },
  { source: String.raw`\d{1,2}\/\d{1,2}`, read: eitherOrder },
  {
    source: String.raw`\d{1,2}(?:st|nd|rd|th|\.)?[ -]?(?:of )?${month}(?:,?[ -]?(?:${fullYear}|'\d{2}))?`,
    read: named,
  },
  { source: String.raw`${month}[ -]?\d{1,2}(?:st|nd|rd|th)?(?:,? ?${fullYear})?`, read: named },
];

const dayDigits = String.raw`(?:0?[1-9]|[12]\d|3[01])`;
const monthDigits = '(?:0?[1-9]|1[0-2])';
/** `27.11` may as well be an amount, and `11-27` an identifier: a day only where the text makes no sense otherwise. */
const bareDate: Form = {
  source: `${dayDigits}[.-]${monthDigits}|${monthDigits}-${dayDigits}`,
  read: eitherOrder,
};

const daysBack = (written: string): number => (numbersIn(written)[0] ?? 1) * (/week/i.test(written) ? 7 : 1);

/** Said on a Friday, “Friday” may mean today or a week ago. */
function lastWeekday(written: string, today: Day): Day[] {
  const wanted = weekdayNames.findIndex((name) => new RegExp(String.raw`\b${name}`, 'i').test(written));
  const back = (weekdayOf(today) - wanted + 7) % 7;
  if (back > 0) return [addDays(today, -back)];
  return /last/i.test(written) ? [addDays(today, -7)] : [today, addDays(today, -7)];
}

const relative: readonly Form[] = [
  { source: 'day before yesterday', read: (_written, today) => [addDays(today, -2)] },
  { source: 'yesterday', read: (_written, today) => [addDays(today, -1)] },
  { source: 'today', read: (_written, today) => [today] },
  {
    source: String.raw`(?:\d{1,3}|an?|one) ?(?:d|days?|weeks?) ago`,
    read: (written, today) => [addDays(today, -daysBack(written))],
  },
  { source: String.raw`(?:last |this |on )?${weekday}`, read: lastWeekday },
];

const edges = (source: string): string => String.raw`(?<![\p{L}\d.,/-])(?:${source})(?![\p{L}\d]|[.,/-]\d)`;
const oneOf = (forms: readonly Form[]): string => forms.map(({ source }) => `(?:${source})`).join('|');
const pointOf = (extra: readonly Form[]): string =>
  `(?:(?:${weekday},? )?(?:${oneOf([...dates, ...extra])}))|(?:${oneOf(relative)})`;

function readPoint(written: string, today: Day): Day[] {
  const withoutWeekday = written.replace(new RegExp(`^${weekday},? (?=.*\\d)`, 'i'), '');
  const form = [...dates, bareDate, ...relative].find(({ source }) =>
    new RegExp(`^(?:${source})$`, 'i').test(withoutWeekday),
  );
  const days = form?.read(withoutWeekday, today) ?? [];
  return [...new Set(days.filter((day) => day !== null))];
}

interface Phrase {
  pattern: RegExp;
  read: (found: RegExpExecArray, today: Day) => DayRange[];
}

const single = (day: Day): DayRange => ({ from: day, to: day });

function between(from: Day[], to: Day[]): DayRange[] {
  return from
    .flatMap((first) => to.map((last) => ({ from: first, to: last })))
    .filter((range) => range.from <= range.to);
}

const dash = String.raw`(?: ?(?:-|–|—|\.{2,3}|→) ?| (?:to|till|until|through|and) )`;

/** `20–27 Nov`: the first day is of the same month. */
function sameMonth([, first = '', rest = '']: RegExpExecArray, today: Day): DayRange[] {
  return readPoint(rest, today).flatMap((to) => {
    const from = dayOf(Number(to.slice(0, 4)), Number(to.slice(5, 7)), Number(first));
    return from !== null && from <= to ? [{ from, to }] : [];
  });
}

/** `Nov 20-27`. */
function sameMonthAfter(
  [, name = '', first = '', last = '', year = '']: RegExpExecArray,
  today: Day,
): DayRange[] {
  const written = (day: string): string => `${day} ${name} ${year}`.trim();
  return between(readPoint(written(first), today), readPoint(written(last), today));
}

function period([, which = '', count, unit = '']: RegExpExecArray, today: Day): DayRange[] {
  const isThis = /this/i.test(which);
  if (/month/i.test(unit)) {
    const first = `${today.slice(0, 7)}-01`;
    if (isThis) return [{ from: first, to: today }];
    const last = addDays(first, -1);
    return [{ from: `${last.slice(0, 7)}-01`, to: last }];
  }
  if (count !== undefined || /day/i.test(unit))
    return [{ from: addDays(today, -daysBack(`${count ?? 1} ${unit}`)), to: today }];
  const monday = addDays(today, -((weekdayOf(today) + 6) % 7));
  return [isThis ? { from: monday, to: today } : { from: addDays(monday, -7), to: addDays(monday, -1) }];
}

function wholeMonth([, name = '', year = '']: RegExpExecArray, today: Day): DayRange[] {
  const [from] = readPoint(`1 ${name} ${year}`.trim(), today);
  if (from === undefined) return [];
  const next = addDays(from, 31);
  return [{ from, to: addDays(`${next.slice(0, 7)}-01`, -1) }];
}

const phrase = (source: string, read: Phrase['read']): Phrase => ({
  pattern: new RegExp(edges(source), 'iu'),
  read,
});

/** The longest first: a range holds two points, and a point may be half of a range. */
function phrasesWith(extra: readonly Form[]): Phrase[] {
  const point = pointOf(extra);
  const points = (found: string | undefined, today: Day): Day[] => readPoint(found ?? '', today);
  return [
    phrase(`(?:from |between )?(${point})${dash}(${point})`, (found, today) =>
      between(points(found[1], today), points(found[2], today)),
    ),
    phrase(
      String.raw`(?:from |between )?(\d{1,2})(?:st|nd|rd|th|\.)?${dash}(\d{1,2}(?:st|nd|rd|th|\.)?[ -]?${month}(?:,? ?${fullYear})?)`,
      sameMonth,
    ),
    phrase(String.raw`(${month}) ?(\d{1,2})${dash}(\d{1,2})(?:,? (${fullYear}))?`, sameMonthAfter),
    phrase(`(?:since|after|from) (${point})`, (found, today) =>
      points(found[1], today).map((from) => ({ from, to: today })),
    ),
    phrase(
      String.raw`(this|last|past|previous|(?:in|over) the (?:last|past)) (?:(\d{1,3}) ?)?(days?|weeks?|months?)`,
      period,
    ),
    phrase(point, (found, today) => points(found[0], today).map(single)),
    phrase(String.raw`(?:in )?(${month})(?: (${fullYear}))?`, wholeMonth),
  ];
}

const strict = phrasesWith([]);
const loose = phrasesWith([bareDate]);

/**
 * The days of a text, in what is the caller's today; null where it names none. `isLoose`: `27.11` is a day too.
 */
export function readDays(text: string, today: Day, isLoose = false): DaysRead | null {
  for (const { pattern, read } of isLoose ? loose : strict) {
    const found = pattern.exec(text);
    if (!found) continue;
    const [written] = found;
    return { readings: read(found, today), written, rest: text.replace(written, ' ') };
  }
  return null;
}

/** A part of a text that is read once it is known whose today counts. */
export interface Taken {
  /** Throws `invalid` for what no calendar has, and for more than one. */
  on: (today: Day) => string;
  /** The text without it. */
  rest: string;
}

/** Any day: which words of a text are a day does not depend on what today is. */
const anyToday = '2000-01-01';

/** The one day that a text names, as `YYYY-MM-DD`; null where it names none. */
export function takeDay(text: string): Taken | null {
  const taken = readDays(text, anyToday, true);
  if (!taken) return null;
  return { on: (today) => oneDay(readDays(text, today, true) ?? taken), rest: taken.rest };
}

function oneDay({ readings, written }: DaysRead): Day {
  const [first, second] = readings;
  if (first === undefined) throw new OpsError('invalid', `“${written}” is not a day.`, { hint: dayHint });
  if (readings.some(({ from, to }) => from !== to))
    throw new OpsError('invalid', 'One day at a time, please.', { hint: dayHint });
  // A weekday's name means its latest day; numbers in an open order are two days that have nothing in common.
  if (second !== undefined && /\d/.test(written))
    throw new OpsError('invalid', `“${written}” can be read as two days.`, {
      hint: `Write \`${first.from}\` or \`${second.from}\`.`,
    });
  return first.from;
}

export const dayHint = 'Days are written as 2026-11-27, `27 Nov`, `27.11.`, `last fri` or `yesterday`.';

const namedMonth = new RegExp(
  edges(String.raw`(?:this|last|past|previous) month|(?:in )?${month}(?:,? ${fullYear})?`),
  'iu',
);

/** The one month that a text names in words, as `YYYY-MM`: `November`, `Oct 2026`, `last month`. */
export function takeMonth(text: string): Taken | null {
  const [written] = namedMonth.exec(text) ?? [];
  if (written === undefined) return null;
  const plain = written.replace(',', '');
  return {
    on: (today) => readDays(plain, today)?.readings[0]?.from.slice(0, 7) ?? '',
    rest: text.replace(written, ' '),
  };
}

const time =
  /(?<![\p{L}\d.,:/-])(?:at |around |about )?(?:([01]?\d|2[0-3])[:h]([0-5]\d)(?::[0-5]\d)? ?(am|pm)?|(1[0-2]|[1-9]) ?(am|pm))(?![\p{L}\d:])/iu;

/** The time of day as `HH:MM`, and the text without it; null where there is none. */
export function readTime(text: string): { time: string; rest: string } | null {
  const found = time.exec(text);
  if (!found) return null;
  const [whole, clock, minutes = '00', half24, hour12, half12] = found;
  const half = (half24 ?? half12)?.toLowerCase();
  const hour = Number(clock ?? hour12);
  const hours = half === 'pm' && hour < 12 ? hour + 12 : half === 'am' && hour === 12 ? 0 : hour;
  return { time: `${String(hours).padStart(2, '0')}:${minutes}`, rest: text.replace(whole, ' ') };
}
