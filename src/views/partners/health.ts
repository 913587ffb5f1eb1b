/**
 * A partner's health in words: the one word, and why.
 *
 * Invariant: a rate shows its denominator and what is usual beside it; too little traffic says so instead of a rate.
 */
import { plural } from '../../kernel/counts.js';
import {
  endedOf,
  fewestAttempts,
  hasUsual,
  rateOf,
  type Finding,
  type Health,
  type HealthWord,
  type Measured,
  type Unmeasured,
} from '../../partners/health.js';
import { unknownSince } from '../../partners/status.js';
import { formatDuration } from '../../kernel/duration.js';
import type { PartnerTraffic } from '../../ports/books.js';
import type { RememberedStatus } from '../../ports/partner-statuses.js';
import { escape, instant } from '../kit/blocks.js';
import { indicatorWords } from './published.js';

export const healthMarks: Readonly<Record<HealthWord, string>> = {
  operational: ':large_green_circle:',
  degraded: ':large_yellow_circle:',
  outage: ':red_circle:',
  unknown: ':grey_question:',
};

/** A partner and all that its health is judged by. */
export interface PartnerHealth {
  id: string;
  name: string;
  status: RememberedStatus | null;
  /** Whether it has a status page that is read. */
  hasPage: boolean;
  measured: Measured | Unmeasured;
  health: Health;
}

/** Why the word is what it is: what speaks for it, our own rate, and what the partner says. */
export function reasonsOf({ status, hasPage, measured, health }: PartnerHealth, now: Date): string[] {
  return [ownWords(measured, health.findings), hasPage ? pageWords(status, now) : 'no status page'];
}

function pageWords(status: RememberedStatus | null, now: Date): string {
  if (!status) return 'status page not read yet';
  const since = unknownSince(status, now);
  if (since) return `status page unreadable since ${instant(since)}`;
  const { indicator, description } = status.published;
  if (indicator === 'none') return 'reports normal service';
  const forMs = now.getTime() - status.changedAt.getTime();
  return `has reported ${indicatorWords[indicator]} (${escape(description)}) for ${formatDuration(forMs)}`;
}

function ownWords(measured: Measured | Unmeasured, findings: readonly Finding[]): string {
  if ('unknown' in measured) return `our traffic unknown: ${escape(measured.unknown)}`;
  const trouble = findings.flatMap(({ source, word }) =>
    word === 'operational'
      ? []
      : source === 'latency'
        ? [slowWords(measured)]
        : source === 'volume'
          ? [missingWords(measured)]
          : [],
  );
  return [rateWords(measured), ...trouble].join(' · ');
}

/** “success 71.4 % (n = 42, last 5 min), usually 95.2 % (n = 1,310)”. */
function rateWords(measured: Measured): string {
  const { recent, usual, recentMs } = measured;
  const ended = endedOf(recent);
  const span = `last ${formatDuration(recentMs)}`;
  if (recent.attempts === 0 && usual.attempts === 0)
    return 'no attempts in the books, and none usual at this hour';
  const known = hasUsual(measured)
    ? `usually ${percent(rateOf(usual))} (n = ${count(endedOf(usual))})`
    : `no usual rate for this hour (n = ${count(endedOf(usual))})`;
  if (ended >= fewestAttempts)
    return `success ${percent(rateOf(recent))} (n = ${count(ended)}, ${span}), ${known}`;
  const isTelling = rateOf(recent) < rateOf(usual) && recentMs < 3_600_000;
  return isTelling
    ? `${recent.succeeded} of ${ended} succeeded (${span}), ${known}`
    : `too few attempts for a rate (n = ${ended}, ${span}), ${known}`;
}

const slowWords = ({ recent, usual }: Measured): string =>
  `slow: p50 ${millis(recent.latencyP50Ms)}, usually ${millis(usual.latencyP50Ms)}`;

const missingWords = ({ recent, expectedAttempts, recentMs }: Measured): string =>
  `traffic missing: ${plural(recent.attempts, 'attempt')} in ${formatDuration(recentMs)}, usually ${count(Math.round(expectedAttempts))}`;

/** Cut, not rounded: 9,999 of 10,000 are not 100 %. */
export const percent = (share: number): string => `${(Math.floor(share * 1000 + 1e-9) / 10).toFixed(1)} %`;

export const count = (value: number): string => value.toLocaleString('en-GB');

export const millis = (durationMs: number | null): string =>
  durationMs === null ? 'unknown' : `${count(durationMs)} ms`;

const origins: Readonly<Record<string, string>> = {
  customer: 'customers',
  partner: 'the partner',
  institution: 'institutions',
  own: 'ours',
  unknown: 'unexplained',
};

/** “40 customers, 9 the partner”, the most first. */
export function errorMix({ failedBy }: PartnerTraffic): string {
  const mix = Object.entries(failedBy)
    .filter(([, failed]) => failed > 0)
    .sort(([, a], [, b]) => b - a);
  const total = mix.reduce((sum, [, failed]) => sum + failed, 0);
  if (total === 0) return 'no failures';
  return mix
    .map(
      ([origin, failed]) =>
        `${origins[origin] ?? escape(origin)} ${count(failed)} (${Math.round((failed / total) * 100)} %)`,
    )
    .join(', ');
}
