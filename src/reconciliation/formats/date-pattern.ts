/** Dates by a pattern such as `dd.MM.yyyy HH:mm:ss`: exact, so that day and month are never exchanged by a guess. */
import { dayOf, isoDay } from '../../kernel/calendar-day.js';
import { isoOffset } from './dates.js';

/** The day or the moment as ISO 8601; undefined for a text that is not of the pattern, or no date. */
export type DateReader = (text: string) => string | undefined;

const parts: Readonly<Record<string, string>> = {
  yyyy: '(?<year>\\d{4})',
  yy: '(?<shortYear>\\d{2})',
  MMM: '(?<monthName>[A-Za-z]{3})',
  MM: '(?<month>\\d{2})',
  M: '(?<month>\\d{1,2})',
  dd: '(?<day>\\d{2})',
  d: '(?<day>\\d{1,2})',
  HH: '(?<hour>\\d{2})',
  mm: '(?<minute>\\d{2})',
  ss: '(?<second>\\d{2})',
};

/** The first pattern that fits the whole text counts, so a pattern with a time is listed beside one without. */
export function dateReader(patterns: readonly string[]): DateReader {
  const readers = patterns.map(patternReader);
  return (text) => {
    for (const read of readers) {
      const found = read(text.trim());
      if (found !== undefined) return found;
    }
    return undefined;
  };
}

/** Fractions of a second are dropped; an offset is kept, because it makes the moment an instant. */
const rest = '(?:[.,]\\d+)?(?<zone>Z|UTC|[+-]\\d{2}(?::?\\d{2})?)?';

const monthNames = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');

/** 1 to 12 by its first three letters in English; 0, which is no month, for others. */
const monthNamed = (name: string): number => monthNames.indexOf(name.toLowerCase()) + 1;

function patternReader(pattern: string): DateReader {
  const source = pattern.replace(
    /yyyy|yy|MMM|MM|M|dd|d|HH|mm|ss|[^A-Za-z]|[A-Za-z]/g,
    (part) => parts[part] ?? part.replace(/[.*+?^${}()|[\]\\]/, '\\$&'),
  );
  const expression = new RegExp(`^${source}${pattern.includes('HH') ? rest : ''}$`);
  return (text) => {
    const found = expression.exec(text)?.groups;
    if (!found) return undefined;
    const year = found.year === undefined ? 2000 + Number(found.shortYear) : Number(found.year);
    const month = found.monthName === undefined ? Number(found.month) : monthNamed(found.monthName);
    const day = dayOf(year, month, Number(found.day));
    if (day === null) return undefined;
    if (found.hour === undefined) return isoDay(day);
    const { hour, minute = '00', second = '00' } = found;
    if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return undefined;
    return `${isoDay(day)}T${hour}:${minute}:${second}${isoOffset(found.zone ?? '')}`;
  };
}
