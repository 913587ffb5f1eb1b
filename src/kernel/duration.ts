/**
 * Durations in configuration and on cards: `45s`, `15m`, `6h`, `2d`, and combinations such as `1h30m`.
 * A day is 24 hours; calendar days depend on the partner's time zone and are elsewhere.
 */
import { dayMs, hourMs, minuteMs, secondMs } from './clock.js';

const units: readonly (readonly [string, number])[] = [
  ['d', dayMs],
  ['h', hourMs],
  ['m', minuteMs],
  ['s', secondMs],
];

/** Milliseconds, or null when the text is not a duration. */
export function parseDuration(text: string): number | null {
  const match = /^(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?$/.exec(text.trim());
  if (!match || match[0] === '') return null;
  return units.reduce((sum, [, unitMs], index) => sum + Number(match[index + 1] ?? 0) * unitMs, 0);
}

const spoken = /(?<!\S)(?:(\d{1,4})|an?|one) ?(m|min|minute|h|hr|hour|d|day|w|week)s?(?!\S)/i;
const spokenMs: Readonly<Record<string, number>> = { m: minuteMs, h: hourMs, d: dayMs, w: 7 * dayMs };

/** A duration as people type it (`24h`, `2 hours`, `1h 30m`), and the text without it; null where there is none. */
export function takeDuration(text: string): { durationMs: number; rest: string } | null {
  const first = takeOne(text);
  if (!first) return null;
  const more = takeDuration(first.rest);
  return more ? { durationMs: first.durationMs + more.durationMs, rest: more.rest } : first;
}

function takeOne(text: string): ReturnType<typeof takeDuration> {
  for (const word of text.split(/\s+/)) {
    const durationMs = parseDuration(word);
    if (durationMs !== null) return { durationMs, rest: text.replace(word, ' ') };
  }
  const [written, count = '1', unit = ''] = spoken.exec(text) ?? [];
  if (written === undefined) return null;
  const unitMs = spokenMs[unit.charAt(0).toLowerCase()] ?? 0;
  return { durationMs: Number(count) * unitMs, rest: text.replace(written, ' ') };
}

/** For people, in at most two units: `3 d 4 h`, `12 min`, `8 s`. The sign is dropped. */
export function formatDuration(durationMs: number): string {
  const seconds = Math.floor(Math.abs(durationMs) / secondMs);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return joined(hours, 'h', minutes % 60, 'min');
  return joined(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

function joined(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}
