/**
 * The cards of partners: the overview, one partner, and the live card of a partner's published status.
 *
 * Invariant: a rate stands with its denominator, and too little traffic says so instead of a rate.
 */
import { formatDuration } from '../kernel/duration.js';
import type { Card } from '../ports/card.js';
import type { PartnerTraffic } from '../ports/books.js';
import type { PublishedStatus, StatusIndicator } from '../ports/partner-status.js';
import type { RememberedStatus } from '../ports/partner-statuses.js';
import { context, escape, instant, link, section, truncate } from './blocks.js';

const marks: Readonly<Record<StatusIndicator, string>> = {
  none: ':large_green_circle:',
  maintenance: ':wrench:',
  minor: ':large_yellow_circle:',
  major: ':large_orange_circle:',
  critical: ':red_circle:',
};

const words: Readonly<Record<StatusIndicator, string>> = {
  none: 'operational',
  maintenance: 'under maintenance',
  minor: 'minor trouble',
  major: 'major trouble',
  critical: 'critical trouble',
};

/** Fewer attempts than this say nothing about a rate. */
const fewestAttempts = 20;

export interface PartnerFacts {
  id: string;
  name: string;
  status: RememberedStatus | null;
}

export function partnersCard(partners: readonly PartnerFacts[], now: Date): Card {
  const troubled = partners.filter(({ status }) => status && status.published.indicator !== 'none');
  const title =
    troubled.length === 0
      ? 'No partner publishes trouble'
      : `${troubled.length} of ${partners.length} partners publish trouble`;
  const lines = [...partners]
    .sort((a, b) => Number(troubled.includes(b)) - Number(troubled.includes(a)))
    .map((partner) => partnerLine(partner, now));
  return {
    text: title,
    blocks: [
      section(`*${title}*`),
      ...chunks(lines, 20).map((chunk) => section(chunk.join('\n'))),
      context(`As of ${instant(now)}`),
    ],
  };
}

function partnerLine({ id, name, status }: PartnerFacts, now: Date): string {
  if (!status) return `:grey_question: *${escape(name)}* (${escape(id)}) · nothing published`;
  const { indicator, description } = status.published;
  const since =
    indicator === 'none' ? '' : ` · for ${formatDuration(now.getTime() - status.changedAt.getTime())}`;
  return `${marks[indicator]} *${escape(name)}* (${escape(id)}) · ${escape(description)}${since}`;
}

function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, index) => items.slice(index * size, (index + 1) * size));
}

export interface PartnerCardFacts extends PartnerFacts {
  /** What we measured since `since`, or why we could not. */
  traffic: { counts: PartnerTraffic; since: Date } | { unknown: string };
  now: Date;
}

export function partnerCard({ name, status, traffic, now }: PartnerCardFacts): Card {
  const indicator = status?.published.indicator;
  const published = indicator === undefined ? 'publishes no status' : `publishes ${words[indicator]}`;
  const measured = 'unknown' in traffic ? 'our own traffic is unknown' : rateWords(traffic.counts);
  const sentence = `${name} ${published}, ${measured}`;
  return {
    text: sentence,
    blocks: [
      section(`${indicator === undefined ? ':grey_question:' : marks[indicator]} *${escape(sentence)}*`),
      ...(status ? publishedBlocks(status.published) : []),
      section(
        'unknown' in traffic
          ? `:grey_question: Our own traffic: unknown source, ${escape(traffic.unknown)}`
          : trafficLine(traffic.counts, traffic.since),
      ),
      context(
        `${status ? `Status page read ${instant(status.checkedAt)}` : 'No status page is configured'} · as of ${instant(now)}`,
      ),
    ],
  };
}

function rateWords({ attempts, succeeded }: PartnerTraffic): string {
  if (attempts < fewestAttempts) return `too little traffic for a rate (n = ${attempts})`;
  return `we see ${percent(succeeded, attempts)} success (n = ${attempts})`;
}

const percent = (part: number, whole: number): string => `${((part / whole) * 100).toFixed(1)} %`;

function trafficLine(counts: PartnerTraffic, since: Date): string {
  const { latencyP50Ms, latencyP95Ms, failedBy, attempts, succeeded } = counts;
  const failures = Object.entries(failedBy)
    .filter(([, count]) => count > 0)
    .map(([origin, count]) => `${count} ${escape(origin)}`);
  const latency =
    latencyP50Ms === null ? '' : ` · latency p50 ${latencyP50Ms} ms, p95 ${latencyP95Ms ?? latencyP50Ms} ms`;
  return `*Our own traffic* since ${instant(since)}: ${attempts} attempts, ${succeeded} succeeded · failures: ${failures.join(', ') || 'none'}${latency}`;
}

function publishedBlocks({ components, incidents }: PublishedStatus): ReturnType<typeof section>[] {
  const degraded = components.filter(({ status }) => status !== 'operational');
  const lines = [
    ...incidents.map(
      ({ name, status, url, latestUpdate }) =>
        `*${url === null ? escape(name) : link(url, escape(name))}* (${escape(status)})${latestUpdate === null ? '' : `: ${escape(truncate(latestUpdate, 300))}`}`,
    ),
    ...degraded
      .slice(0, 10)
      .map(({ name, status }) => `• ${escape(name)}: ${escape(status.replaceAll('_', ' '))}`),
  ];
  return lines.length > 0 ? [section(lines.join('\n'))] : [];
}

/** The one card in the alerts channel that is rewritten while a partner's published status changes. */
export function partnerStatusCard(name: string, { published, changedAt }: RememberedStatus): Card {
  const { indicator, description } = published;
  const sentence =
    indicator === 'none'
      ? `${name} publishes that it is operational again`
      : `${name} publishes ${words[indicator]}`;
  return {
    text: `${sentence}: ${description}`,
    blocks: [
      section(`${marks[indicator]} *${escape(sentence)}*: ${escape(description)}`),
      ...publishedBlocks(published),
      context(`Since ${instant(changedAt)} · published by the partner on its status page`),
    ],
  };
}
