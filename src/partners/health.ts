/**
 * How a partner is, in one word, and why: what it publishes beside what we measure ourselves.
 *
 * Invariants: the last minutes are compared with the same hour of earlier weeks, so that an outage is not averaged with the
 * time before it, and a quiet night is not one; a rate is judged by how likely its failures are at the usual rate, so few
 * attempts say nothing about a partner; without a page and without traffic the word is `unknown`.
 */
import { dayMs, hourMs, minuteMs } from '../kernel/clock.js';
import type { PartnerTraffic, TrafficByPartner, TrafficWindow } from '../ports/books.js';
import type { StatusIndicator } from '../ports/partner-status.js';
import type { RememberedStatus } from '../ports/partner-statuses.js';
import { unknownSince } from './status.js';

export type HealthWord = 'operational' | 'degraded' | 'outage' | 'unknown';

/** What speaks for the word: the partner's own page, or one of our measures. */
export type Finding =
  | { source: 'page'; word: HealthWord; indicator: StatusIndicator | null }
  | { source: 'success' | 'latency' | 'volume'; word: 'operational' | 'degraded' | 'outage' };

export interface Health {
  word: HealthWord;
  /** The worst first; what says “operational” comes last. */
  findings: readonly Finding[];
}

/** What we counted: the last minutes, and the same hour of earlier weeks. */
export interface Measured {
  /** How far back `recent` reaches. */
  recentMs: number;
  recent: PartnerTraffic;
  usual: PartnerTraffic;
  /** Attempts to be expected in the time of `recent`. */
  expectedAttempts: number;
}

export interface Unmeasured {
  unknown: string;
}

/** Fewer attempts than this say nothing about a rate. */
export const fewestAttempts = 20;

const recentSpansMs = [5 * minuteMs, 15 * minuteMs, hourMs] as const;
const weeksBack = 4;

/** What to count: the last minutes in three widths, then the hour around this time of the week in earlier weeks. */
export function healthWindows(now: Date): TrafficWindow[] {
  const span = (fromMs: number, toMs: number) => ({ from: new Date(fromMs), to: new Date(toMs) });
  const nowMs = now.getTime();
  const earlier = Array.from({ length: weeksBack }, (_, index) => nowMs - (index + 1) * 7 * dayMs);
  return [
    ...recentSpansMs.map((recentMs) => [span(nowMs - recentMs, nowMs)]),
    earlier.map((atMs) => span(atMs - hourMs / 2, atMs + hourMs / 2)),
  ];
}

/** The shortest of the last minutes that shows something: a change, or enough attempts for a rate. */
export function measuredOf(counted: readonly TrafficByPartner[], partner: string): Measured {
  const usual = counted[recentSpansMs.length]?.get(partner) ?? noTraffic;
  const looks = recentSpansMs.map((recentMs, index): Measured => ({
    recentMs,
    recent: counted[index]?.get(partner) ?? noTraffic,
    usual,
    expectedAttempts: (usual.attempts * recentMs) / (weeksBack * hourMs),
  }));
  const telling = looks.find((look) => isWorse(look) || endedOf(look.recent) >= fewestAttempts);
  return telling ?? looks.at(-1) ?? { recentMs: hourMs, recent: noTraffic, usual, expectedAttempts: 0 };
}

export const noTraffic: PartnerTraffic = {
  attempts: 0,
  succeeded: 0,
  failedBy: {},
  latencyP50Ms: null,
  latencyP95Ms: null,
  lastAttemptAt: null,
};

/** Attempts under way have neither succeeded nor failed. */
export const endedOf = ({ succeeded, failedBy }: PartnerTraffic): number =>
  succeeded + Object.values(failedBy).reduce((sum, count) => sum + count, 0);

export const rateOf = (traffic: PartnerTraffic): number => traffic.succeeded / Math.max(1, endedOf(traffic));

/** Whether the usual rate is known well enough to compare with. */
export const hasUsual = ({ usual }: Measured): boolean => endedOf(usual) >= fewestAttempts;

export function healthOf(
  status: RememberedStatus | null,
  measured: Measured | Unmeasured,
  now: Date,
): Health {
  const own = 'unknown' in measured ? [] : measuredFindings(measured);
  const isFineForUs =
    'recentMs' in measured &&
    measured.recentMs <= freshMs &&
    own.some(({ source, word }) => source === 'success' && word === 'operational');
  const page = pageFinding(status, now, isFineForUs);
  const findings = [page, ...own].toSorted((a, b) => severityOf(b.word) - severityOf(a.word));
  const worst = findings[0]?.word ?? 'unknown';
  // A page that cannot be read hides nothing that we measure ourselves.
  const word = worst === 'unknown' && own.length > 0 ? 'operational' : worst;
  return { word, findings };
}

const severityOf = (word: HealthWord): number =>
  ['operational', 'unknown', 'degraded', 'outage'].indexOf(word);

const wordOfPage: Readonly<Record<StatusIndicator, HealthWord>> = {
  none: 'operational',
  maintenance: 'degraded',
  minor: 'degraded',
  major: 'outage',
  critical: 'outage',
};

/** An hour still averages the time before an outage: only less than that contradicts the partner. */
const freshMs = 15 * minuteMs;

/** An outage that does not reach our payments is one of the partner's, and for us a degraded partner. */
function pageFinding(status: RememberedStatus | null, now: Date, isFineForUs: boolean): Finding {
  if (!status || unknownSince(status, now)) return { source: 'page', word: 'unknown', indicator: null };
  const { indicator } = status.published;
  const word = wordOfPage[indicator];
  return { source: 'page', word: word === 'outage' && isFineForUs ? 'degraded' : word, indicator };
}

function measuredFindings(measured: Measured): Finding[] {
  const { recent, usual } = measured;
  if (!hasUsual(measured)) return [];
  const findings: Finding[] = [];
  if (isWorse(measured))
    findings.push({ source: 'success', word: rateOf(recent) < rateOf(usual) / 2 ? 'outage' : 'degraded' });
  else if (endedOf(recent) >= fewestAttempts) findings.push({ source: 'success', word: 'operational' });
  if (isSlow(measured)) findings.push({ source: 'latency', word: 'degraded' });
  if (isMissing(measured)) findings.push({ source: 'volume', word: 'degraded' });
  return findings;
}

/** Rarer than this at the usual rate is no accident: a partner is looked at a few hundred times a day. */
const rare = 0.0005;
/** Hours differ by themselves: a smaller drop is no trouble, however certain. */
const smallestDrop = 0.03;

function isWorse({ recent, usual }: Measured): boolean {
  const [ended, known] = [endedOf(recent), endedOf(usual)];
  if (known < fewestAttempts || ended === 0) return false;
  const usualFailures = Math.max(1, known - usual.succeeded) / known;
  const isDrop = rateOf(usual) - rateOf(recent) >= smallestDrop;
  return isDrop && atLeast(ended - recent.succeeded, ended, usualFailures) < rare;
}

/** Most answers at least twice as slow as usual, by more than a quarter of a second. */
function isSlow({ recent, usual }: Measured): boolean {
  if (endedOf(recent) < fewestAttempts || recent.latencyP50Ms === null || usual.latencyP50Ms === null)
    return false;
  return recent.latencyP50Ms > Math.max(2 * usual.latencyP50Ms, usual.latencyP50Ms + 250);
}

/** Where this many attempts were to be expected, a tenth of them is no accident. */
const fewestExpected = 15;

const isMissing = ({ recent, expectedAttempts }: Measured): boolean =>
  expectedAttempts >= fewestExpected && recent.attempts <= expectedAttempts / 10;

/** The chance of at least so many failures, of so many attempts, at a rate: the tail of the binomial distribution. */
function atLeast(failures: number, attempts: number, rate: number): number {
  // From the first term on, each is the one before times a factor; logarithms keep the first from vanishing.
  let logTerm = 0;
  for (let k = 0; k < failures; k++) logTerm += Math.log((attempts - k) / (k + 1)) + Math.log(rate);
  logTerm += (attempts - failures) * Math.log1p(-rate);
  let sum = 0;
  for (let k = failures; k <= attempts; k++) {
    sum += Math.exp(logTerm);
    logTerm += Math.log((attempts - k) / (k + 1)) + Math.log(rate) - Math.log1p(-rate);
  }
  return sum;
}
