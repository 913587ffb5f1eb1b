/**
 * The cards of partners: the overview, one partner, and the live card of a partner's published status.
 *
 * Invariants: a rate shows its denominator, and too little traffic says so instead of a rate; what a page said before it
 * became unreadable is shown as its last report, never as the present status.
 */
import { formatDuration } from '../../kernel/duration.js';
import type { Card } from '../../ports/card.js';
import type { PartnerTraffic } from '../../ports/books.js';
import { unknownSince } from '../../partners/status.js';
import type {
  PartnerIncident,
  PartnerMaintenance,
  PublishedStatus,
  StatusIndicator,
} from '../../ports/partner-status.js';
import type { RememberedStatus } from '../../ports/partner-statuses.js';
import type { PartnerSignal } from '../../ports/provider-events.js';
import { actions, cardOf, context, escape, instant, link, section, sections } from '../kit/blocks.js';
import { joined } from '../kit/links.js';
import { startButtons, type Startable } from '../remediation/start.js';
import { signalLine } from './signal.js';

const marks: Readonly<Record<StatusIndicator, string>> = {
  none: ':large_green_circle:',
  maintenance: ':wrench:',
  minor: ':large_yellow_circle:',
  major: ':large_orange_circle:',
  critical: ':red_circle:',
};

const words: Readonly<Record<StatusIndicator, string>> = {
  none: 'normal service',
  maintenance: 'maintenance in progress',
  minor: 'a minor incident',
  major: 'a major outage',
  critical: 'a critical outage',
};

/** Fewer attempts than this say nothing about a rate. */
const fewestAttempts = 20;

export interface PartnerFacts {
  id: string;
  name: string;
  status: RememberedStatus | null;
}

/** People do not read more lines than this, and Slack does not take them. Troubled partners come first. */
const mostLines = 40;

const severity: readonly (StatusIndicator | undefined)[] = [
  'critical',
  'major',
  'minor',
  'maintenance',
  undefined,
];

/** What the page says now; undefined where it is unknown. */
const indicatorOf = ({ status }: PartnerFacts, now: Date): StatusIndicator | undefined =>
  status && unknownSince(status, now) === null ? status.published.indicator : undefined;

const rankOf = (partner: PartnerFacts, now: Date): number => {
  const rank = severity.indexOf(indicatorOf(partner, now));
  return rank < 0 ? severity.length : rank;
};

export function partnersCard(partners: readonly PartnerFacts[], now: Date): Card {
  const title = overviewTitle(partners, now);
  const lines = partners
    .toSorted((a, b) => rankOf(a, now) - rankOf(b, now))
    .map((partner) => partnerLine(partner, now));
  const rest = lines.length - mostLines;
  return cardOf(title, [
    section(`*${title}*`),
    ...sections(lines.slice(0, mostLines)),
    context(joined(rest > 0 ? `${rest} more` : null, `As of ${instant(now)}`)),
  ]);
}

/** No news is not good news: a partner whose page was not read lately does not count as healthy. */
function overviewTitle(partners: readonly PartnerFacts[], now: Date): string {
  const of = partners.length;
  const indicators = partners.map((partner) => indicatorOf(partner, now));
  const count = (wanted: StatusIndicator | undefined): number =>
    indicators.filter((one) => one === wanted).length;
  const [healthy, maintained, unknown] = [count('none'), count('maintenance'), count(undefined)];
  const troubled = of - healthy - maintained - unknown;
  if (healthy === of) return 'All partners report normal service';
  const [reporting, what] = troubled > 0 ? [troubled, 'trouble'] : [healthy, 'normal service'];
  const works = maintained > 0 ? `, ${maintained} under maintenance` : '';
  const rest = unknown > 0 ? `; status of ${unknown} unknown` : '';
  return `${reporting} of ${of} partners report${reporting === 1 ? 's' : ''} ${what}${works}${rest}`;
}

function partnerLine({ id, name, status }: PartnerFacts, now: Date): string {
  const partner = `*${escape(name)}* (${escape(id)})`;
  if (!status) return `:grey_question: ${partner} · status unknown`;
  const { published, changedAt } = status;
  const since = unknownSince(status, now);
  if (since)
    return joined(
      `:grey_question: ${partner}`,
      `status unknown since ${instant(since)}`,
      `before that: ${escape(published.description)}`,
    );
  const isTrouble = published.indicator !== 'none';
  return joined(
    `${marks[published.indicator]} ${partner}`,
    escape(published.description),
    isTrouble ? `for ${formatDuration(now.getTime() - changedAt.getTime())}` : null,
  );
}

export interface PartnerCardFacts extends PartnerFacts {
  /** Its own alerts that last. */
  signals: readonly PartnerSignal[];
  /** What we measured since `since`, or why we could not. */
  traffic: { counts: PartnerTraffic; since: Date } | { unknown: string };
  now: Date;
  /** The guarded actions that the desk has. */
  startable: readonly Startable[];
}

export function partnerCard({ signals, traffic, now, startable, ...partner }: PartnerCardFacts): Card {
  const { id, name, status } = partner;
  const indicator = indicatorOf(partner, now);
  const measured = 'unknown' in traffic ? 'our traffic unknown' : rateWords(traffic.counts);
  const sentence = joined(`${escape(name)}${publishedWords(partner, now)}`, measured);
  const read = status ? `Status page read ${instant(status.checkedAt)}` : 'Status page not read yet';
  return cardOf(sentence, [
    section(`${indicator === undefined ? ':grey_question:' : marks[indicator]} *${sentence}*`),
    ...(status && indicator === undefined ? [context(lastWords(status))] : []),
    ...(status ? publishedBlocks(status.published) : []),
    ...sections(signals.map((signal) => signalLine(signal, name))),
    section(
      'unknown' in traffic
        ? `:grey_question: Our traffic: unknown, ${escape(traffic.unknown)}`
        : trafficLine(traffic.counts, traffic.since),
    ),
    context(`${read} · as of ${instant(now)}`),
    ...actions(...startButtons({ kind: 'partner', id, now }, startable)),
  ]);
}

/** Continues the partner's name: “ reports a major outage”, “: status unknown since …”. */
function publishedWords({ status }: PartnerFacts, now: Date): string {
  if (!status) return ': status unknown';
  const since = unknownSince(status, now);
  return since ? `: status unknown since ${instant(since)}` : ` reports ${words[status.published.indicator]}`;
}

/** What the page said when it was last read. */
const lastWords = ({ published }: RememberedStatus): string =>
  `Last reported: ${words[published.indicator]}, ${escape(published.description)}`;

const failedOf = ({ failedBy }: PartnerTraffic): number =>
  Object.values(failedBy).reduce((sum, count) => sum + count, 0);

/** Of the attempts that ended: those under way have neither succeeded nor failed. */
function rateWords(counts: PartnerTraffic): string {
  const ended = counts.succeeded + failedOf(counts);
  if (ended < fewestAttempts) return `too few attempts for a success rate (n = ${ended})`;
  return `our success rate ${percent(counts.succeeded, ended)} (n = ${ended})`;
}

/** Cut, not rounded: 9,999 of 10,000 are not 100 %. */
const percent = (part: number, whole: number): string =>
  `${(Math.floor((part / whole) * 1000) / 10).toFixed(1)} %`;

function trafficLine(counts: PartnerTraffic, since: Date): string {
  const { latencyP50Ms, latencyP95Ms, lastAttemptAt, failedBy, attempts, succeeded } = counts;
  const failures = Object.entries(failedBy).filter(([, count]) => count > 0);
  const origins = failures.map(([origin, count]) => `${count} ${escape(origin)}`).join(', ');
  const underWay = attempts - succeeded - failedOf(counts);
  return joined(
    `*Our traffic* since ${instant(since)}: ${attempts} attempts, ${succeeded} succeeded`,
    `failures: ${origins || 'none'}`,
    underWay > 0 ? `${underWay} in progress` : null,
    latencyP50Ms === null ? null : `latency p50 ${latencyP50Ms} ms, p95 ${latencyP95Ms ?? latencyP50Ms} ms`,
    lastAttemptAt ? `last attempt ${instant(lastAttemptAt)}` : null,
  );
}

/** A partner in deep trouble lists more than anybody reads on a card. */
const mostIncidents = 5;
const mostComponents = 10;

function publishedBlocks(published: PublishedStatus): ReturnType<typeof sections> {
  const { components, incidents, maintenances, problems } = published;
  const degraded = components.filter(({ status }) => status !== 'operational');
  const left = degraded.length - mostComponents;
  return sections([
    ...incidents.slice(0, mostIncidents).map(incidentLine),
    ...maintenances.slice(0, mostIncidents).map(maintenanceLine),
    ...degraded
      .slice(0, mostComponents)
      .map(({ name, status }) => `• ${escape(name)}: ${escape(status.replaceAll('_', ' '))}`),
    ...(left > 0 ? [`… and ${left} more components`] : []),
    ...problems.slice(0, mostIncidents).map((problem) => `:grey_question: Status page: ${escape(problem)}`),
  ]);
}

function maintenanceLine({ name, until, url, latestUpdate }: PartnerMaintenance): string {
  const title = url === null ? escape(name) : link(url, name);
  const end = until === null ? '' : ` until ${instant(until)}`;
  return `:wrench: *${title}* (maintenance in progress${end})${latestUpdate === null ? '' : `: ${escape(latestUpdate)}`}`;
}

function incidentLine({ name, status, url, latestUpdate }: PartnerIncident): string {
  const title = url === null ? escape(name) : link(url, name);
  return `*${title}* (${escape(status)})${latestUpdate === null ? '' : `: ${escape(latestUpdate)}`}`;
}

/** The one card in the alerts channel that is rewritten while a partner's published status changes. */
export function partnerStatusCard(name: string, status: RememberedStatus): Card {
  return status.staleToldAt === null ? currentCard(name, status) : staleCard(name, status);
}

/** The trouble may be over, or worse. */
function staleCard(name: string, status: RememberedStatus): Card {
  const sentence = `${escape(name)}: status unknown since ${instant(status.checkedAt)}, its status page can’t be read`;
  return cardOf(sentence, [
    section(`:grey_question: *${sentence}*`),
    context(lastWords(status)),
    ...publishedBlocks(status.published),
    context(`Last known trouble since ${instant(status.changedAt)}`),
  ]);
}

function currentCard(name: string, { published, changedAt }: RememberedStatus): Card {
  const { indicator, description } = published;
  const what = indicator === 'none' ? 'has recovered' : `reports ${words[indicator]}`;
  const sentence = `${escape(name)} ${what}`;
  return cardOf(`${sentence}: ${escape(description)}`, [
    section(`${marks[indicator]} *${sentence}*: ${escape(description)}`),
    ...publishedBlocks(published),
    context(`Since ${instant(changedAt)} · as reported on the partner’s status page`),
  ]);
}
