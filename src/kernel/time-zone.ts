/**
 * Calendar days and the instants that they begin at in a time zone.
 *
 * Invariant: a day is a date on a calendar (`YYYY-MM-DD`) and has no zone; it becomes instants only for a zone.
 */
import { dayMs } from './clock.js';

/** `YYYY-MM-DD`. */
export type Day = string;

/** Null for a day that no calendar has, such as 31 February. */
export function dayOf(year: number, month: number, day: number): Day | null {
  const at = new Date(Date.UTC(year, month - 1, day));
  const isReal = at.getUTCFullYear() === year && at.getUTCMonth() === month - 1 && at.getUTCDate() === day;
  return isReal ? at.toISOString().slice(0, 10) : null;
}

export const addDays = (day: Day, days: number): Day =>
  new Date(Date.parse(day) + days * dayMs).toISOString().slice(0, 10);

/** 0 is Sunday. */
export const weekdayOf = (day: Day): number => new Date(day).getUTCDay();

/** The day on a wall calendar in this zone. */
export const dayIn = (at: Date, timeZone: string): Day =>
  new Date(at.getTime() + offsetMs(at, timeZone)).toISOString().slice(0, 10);

/** When the clocks of the zone show this time (`HH:MM`) of this day. */
export function instantAt(day: Day, time: string, timeZone: string): Date {
  const shown = Date.parse(`${day}T${time}:00Z`);
  const near = shown - offsetMs(new Date(shown), timeZone);
  // The offset of the right side of a clock change, which is known only once the instant nearly is.
  return new Date(shown - offsetMs(new Date(near), timeZone));
}

export const startOfDay = (day: Day, timeZone: string): Date => instantAt(day, '00:00', timeZone);

export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** By time zone, of which there are some hundred: making one takes far longer than asking it. */
const offsetFormats = new Map<string, Intl.DateTimeFormat>();

function offsetFormat(timeZone: string): Intl.DateTimeFormat {
  const known = offsetFormats.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' });
  offsetFormats.set(timeZone, made);
  return made;
}

/** How far the zone's clocks are ahead of UTC. */
function offsetMs(at: Date, timeZone: string): number {
  const name = offsetFormat(timeZone)
    .formatToParts(at)
    .find(({ type }) => type === 'timeZoneName')?.value;
  const [, sign = '+', hours = '0', minutes = '0', seconds = '0'] =
    /GMT([+-])(\d{2}):(\d{2})(?::(\d{2}))?/.exec(name ?? '') ?? [];
  const ahead = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
  return sign === '-' ? -ahead : ahead;
}
