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
