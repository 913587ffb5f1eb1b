/** Dates and times as reports write them, as ISO 8601. */
import { dayOf, isoDay } from '../../kernel/calendar-day.js';
import { problem, quoted, type Problem } from '../problems.js';

/** `2026-11-27 14:05:00`, with `T`, `/` or a zone: the day, and the instant as far as the report states it. */
const dateTime =
  /^(\d{4})[-/](\d{2})[-/](\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(?:\.\d+)?\s*(Z|UTC|[+-]\d{2}(?::?\d{2})?)?)?$/;

/** `YYYY-MM-DD`; undefined for anything that is not a date. */
export function isoDate(text: string): string | undefined {
  const [, year, month, day] = dateTime.exec(text.trim()) ?? [];
  const found = dayOf(Number(year), Number(month), Number(day));
  return year === undefined || found === null ? undefined : isoDay(found);
}

/** The moment with its zone where the report has one, or the day alone. */
export function isoMoment(text: string): string | undefined {
  const date = isoDate(text);
  const [, , , , time, zone = ''] = dateTime.exec(text.trim()) ?? [];
  if (date === undefined || time === undefined) return date;
  return `${date}T${time}${isoOffset(zone)}`;
}

/** `+0100`, `+01` or `UTC` as ISO 8601 writes it; empty where there is none. */
export function isoOffset(zone: string): string {
  if (zone === 'UTC' || /^[+-]00(?::?00)?$/.test(zone)) return 'Z';
  return zone.replace(/^([+-]\d{2}):?(\d{2})?$/, (_, hours: string, minutes = '00') => `${hours}:${minutes}`);
}

/** Text in the place of dates that is not a date, by column: the row leaves it out. */
export function* badDates(
  line: number,
  texts: Readonly<Record<string, string>>,
  read: (text: string) => string | undefined = isoDate,
): Generator<Problem, void, undefined> {
  for (const [column, text] of Object.entries(texts))
    if (text !== '' && read(text) === undefined)
      yield problem(line, 'bad_date', `${quoted(text)} is not a date`, column);
}

/** Two digits of a year, as banks write it: 80 to 99 belong to the last century. */
export function sixDigitDay(text: string): string | undefined {
  const [, year = '', month, day] = /^(\d\d)(\d\d)(\d\d)$/.exec(text.trim()) ?? [];
  const found = dayOf((Number(year) >= 80 ? 1900 : 2000) + Number(year), Number(month), Number(day));
  return found === null || year === '' ? undefined : isoDay(found);
}

/** Hours before or behind UTC by the abbreviations that reports use and that have one meaning there. */
const offsets: Readonly<Record<string, string>> = {
  UTC: 'Z',
  GMT: 'Z',
  WET: 'Z',
  BST: '+01:00',
  WEST: '+01:00',
  CET: '+01:00',
  CEST: '+02:00',
  EET: '+02:00',
  EEST: '+03:00',
  MSK: '+03:00',
  GST: '+04:00',
  SGT: '+08:00',
  HKT: '+08:00',
  AWST: '+08:00',
  JST: '+09:00',
  KST: '+09:00',
  AEST: '+10:00',
  AEDT: '+11:00',
  NZST: '+12:00',
  NZDT: '+13:00',
  BRT: '-03:00',
  EDT: '-04:00',
  EST: '-05:00',
  CDT: '-05:00',
  MDT: '-06:00',
  MST: '-07:00',
  PDT: '-07:00',
  PST: '-08:00',
};

/** The offset of a zone such as `CEST`; undefined for others. */
export const namedOffset = (zone: string): string | undefined => offsets[zone.trim().toUpperCase()];
