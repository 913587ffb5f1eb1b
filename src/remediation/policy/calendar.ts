/**
 * Hours in which a rule is open, and freezes in which nothing is done.
 *
 * Invariant: hours go by the clock on the wall of their time zone. Where that clock is set back, the hour that comes twice
 * counts both times; where it is set forward, the hour that is left out never comes.
 */
import { minuteMs } from '../../kernel/clock.js';
import { utcText } from '../../kernel/instants.js';
import { weekdays, type Hours, type Weekday } from '../kit/hours.js';
import type { Freeze, Policy } from './policy.js';

export function isOpen({ days, from, to, timeZone }: Hours, at: Date): boolean {
  const { weekday, time } = wallClock(at, timeZone);
  if (from < to) return days.includes(weekday) && from <= time && time < to;
  // Over midnight: the evening belongs to its own day, the small hours to the day before.
  return (time >= from && days.includes(weekday)) || (time < to && days.includes(dayBefore(weekday)));
}

/** `time` is `HH:MM`, so that it compares as text. */
function wallClock(at: Date, timeZone: string): { weekday: Weekday; time: string } {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
  const name = (parts.get('weekday') ?? '').toLowerCase();
  const weekday = weekdays.find((day) => day === name) ?? 'sun';
  return { weekday, time: `${parts.get('hour') ?? ''}:${parts.get('minute') ?? ''}` };
}

const dayBefore = (day: Weekday): Weekday => weekdays.at(weekdays.indexOf(day) - 1) ?? 'sun';

/** “mon, tue 09:00–18:00 (Europe/Amsterdam)”. */
export const hoursText = ({ days, from, to, timeZone }: Hours): string =>
  `${days.join(', ')} ${from}–${to} (${timeZone})`;

export type FreezeRuling =
  | { frozen: false; reason: 'no_freeze' }
  | { frozen: true; reason: 'freeze'; freeze: Freeze; message: string };

/** Of several freezes the one that ends last, since nothing is possible before. */
export function freezeOn({ freezes }: Policy, action: string, at: Date): FreezeRuling {
  const [freeze] = freezes
    .filter(({ actions }) => actions?.includes(action) ?? true)
    .filter(({ from, to }) => from <= at && at < to)
    .sort((a, b) => b.to.getTime() - a.to.getTime());
  if (freeze === undefined) return { frozen: false, reason: 'no_freeze' };
  const until = `It ends on ${instantText(freeze.to)}; request it again then.`;
  const message = `Freeze “${freeze.id}” is active: ${freeze.why}. ${until}`;
  return { frozen: true, reason: 'freeze', freeze, message };
}

/** `2026-11-20 14:05 UTC`, the minute rounded up: what is said to be possible from then on is. */
export function instantText(at: Date): string {
  const upMs = Math.ceil(at.getTime() / minuteMs) * minuteMs;
  return utcText(new Date(upMs));
}
