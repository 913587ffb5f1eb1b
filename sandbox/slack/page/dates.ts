/**
 * Moments in a person's time zone, worded as Slack words them.
 * Invariant: pure; a broken time zone reads as UTC and a broken moment as its fallback, nothing throws.
 */

const formats: Record<string, Intl.DateTimeFormatOptions> = {
  date_num: { year: 'numeric', month: '2-digit', day: '2-digit' },
  date: { year: 'numeric', month: 'long', day: 'numeric' },
  date_short: { year: 'numeric', month: 'short', day: 'numeric' },
  date_long: { weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' },
  day_divider_pretty: { weekday: 'long', month: 'long', day: 'numeric' },
  time: { hour: 'numeric', minute: '2-digit' },
  time_secs: { hour: 'numeric', minute: '2-digit', second: '2-digit' },
};
const dayMs = 86_400_000;

/** A Slack timestamp ("1710000000.000100") in milliseconds since 1970. */
function tsMs(ts: string): number {
  return Number(ts) * 1000;
}

/** "10:32 AM" */
export function timeOf(ts: string, tz: string): string {
  return say(tsMs(ts), tz, 'time');
}

/** "2026-11-20" in the zone: equal for two moments of one day. */
export function dayKey(ts: string, tz: string): string {
  return dayOf(tsMs(ts), tz);
}

/** "Today", "Yesterday" or "Monday, November 16th". */
export function dayLabel(ts: string, tz: string, nowMs: number): string {
  const ms = tsMs(ts);
  return near(ms, tz, nowMs) ?? `${say(ms, tz, 'day_divider_pretty')}${ordinal(dayNumber(ms, tz))}`;
}

/** "Nov 20 at 10:32:05 AM", for a time's tooltip. */
export function momentLabel(ts: string, tz: string): string {
  const ms = tsMs(ts);
  return `${part(ms, tz, { month: 'short', day: 'numeric' })} at ${say(ms, tz, 'time_secs')}`;
}

/** "just now", "5 minutes ago", "3 hours ago", "2 days ago". */
export function agoLabel(ts: string, nowMs: number): string {
  const minutes = Math.floor((nowMs - tsMs(ts)) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return count(minutes, 'minute');
  return minutes < 1440 ? count(Math.floor(minutes / 60), 'hour') : count(Math.floor(minutes / 1440), 'day');
}

function count(amount: number, unit: string): string {
  return `${amount} ${unit}${amount === 1 ? '' : 's'} ago`;
}

/** Slack's date formatting (`<!date^…>`, rich text dates): `format` with tokens such as `{date_short_pretty}`. */
export function formatDate(
  epochSeconds: number,
  format: string,
  fallback: string,
  tz: string,
  nowMs: number,
): string {
  const ms = epochSeconds * 1000;
  if (!Number.isFinite(ms) || Math.abs(ms) > 8.64e15) return fallback;
  return format.replace(/\{(\w+)\}/g, (whole, token: string) => tokenOf(ms, token, tz, nowMs) ?? whole);
}

function tokenOf(ms: number, token: string, tz: string, nowMs: number): string | null {
  if (token === 'ago') return agoLabel(String(ms / 1000), nowMs);
  const pretty = /^(.*)_pretty$/.exec(token);
  const name = formats[token] === undefined ? (pretty?.[1] ?? '') : token;
  if (formats[name] === undefined) return null;
  const close = pretty === null ? null : near(ms, tz, nowMs);
  if (close !== null) return close.toLowerCase();
  if (name === 'date_num') return dayOf(ms, tz);
  return name === 'date' || name === 'date_long' ? withOrdinal(ms, tz, name) : say(ms, tz, name);
}

function withOrdinal(ms: number, tz: string, name: string): string {
  const day = dayNumber(ms, tz);
  return say(ms, tz, name).replace(`${day},`, `${day}${ordinal(day)},`);
}

function near(ms: number, tz: string, nowMs: number): string | null {
  const day = dayOf(ms, tz);
  if (day === dayOf(nowMs, tz)) return 'Today';
  if (day === dayOf(nowMs - dayMs, tz)) return 'Yesterday';
  return day === dayOf(nowMs + dayMs, tz) ? 'Tomorrow' : null;
}

function say(ms: number, tz: string, name: string): string {
  return part(ms, tz, formats[name] ?? {});
}

function part(ms: number, tz: string, options: Intl.DateTimeFormatOptions): string {
  try {
    return new Intl.DateTimeFormat('en-US', { ...options, timeZone: tz }).format(ms);
  } catch {
    return Number.isFinite(ms)
      ? new Intl.DateTimeFormat('en-US', { ...options, timeZone: 'UTC' }).format(ms)
      : '';
  }
}

function dayNumber(ms: number, tz: string): number {
  return Number(part(ms, tz, { day: 'numeric' }));
}

function ordinal(day: number): string {
  if (day >= 11 && day <= 13) return 'th';
  return ['th', 'st', 'nd', 'rd'][day % 10] ?? 'th';
}

function dayOf(ms: number, tz: string): string {
  const [month = '', day = '', year = ''] = say(ms, tz, 'date_num').split('/');
  return `${year}-${month}-${day}`;
}

/** "2026-11-20T10:32" in the zone, as a date-and-time field takes it. */
export function wallTime(epochSeconds: number, tz: string): string {
  const ms = epochSeconds * 1000;
  return `${dayOf(ms, tz)}T${part(ms, tz, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })}`;
}

/** Seconds since 1970 of a wall time ("2026-11-20T10:32") in the zone, or null where it is not one. */
export function epochOfWallTime(wall: string, tz: string): number | null {
  const asUtc = /^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(wall) ? Date.parse(`${wall}:00Z`) : NaN;
  if (Number.isNaN(asUtc)) return null;
  const offset = Date.parse(`${wallTime(asUtc / 1000, tz)}:00Z`) - asUtc;
  const guess = asUtc - offset;
  const drift = Date.parse(`${wallTime(guess / 1000, tz)}:00Z`) - asUtc;
  return (guess - drift) / 1000;
}
