/**
 * A month of disputes in numbers, and where it stands in the networks' programmes.
 *
 * Invariant: a rate has its n and its interval, a ratio its numerator and denominator, a threshold its first day.
 */
import type { KnownBlock } from '@slack/types';
import type { Month } from '../../kernel/month.js';
import { counted, ratioOf, type Standing, type ThresholdStanding } from '../../disputes/programmes.js';
import type { DisputeStats, WinRate } from '../../disputes/stats.js';
import type { Card } from '../../ports/card.js';
import { calendarDate, cardOf, context, escape, instant, section, sections } from '../kit/blocks.js';
import { joined } from '../kit/links.js';
import { words } from './dispute.js';

export interface StatsModel {
  month: Month;
  /** Whose disputes these are. */
  partner: string;
  stats: DisputeStats;
  standings: readonly Standing[];
  warningsSince: Date | null;
  /** Null while not all disputes were read yet. */
  wholeAt: Date | null;
  now: Date;
}

const count = (value: number): string => value.toLocaleString('en-GB');
const numbered = (value: number, noun: string): string =>
  value === 1 ? `1 ${noun}` : `${count(value)} ${noun}s`;
const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** “57 % won (12 of 21; 95 % interval 37–76 %)”. */
const winWords = ({ won, n, rate, low, high }: WinRate): string =>
  rate === null
    ? 'none decided yet (n = 0)'
    : `${percent(rate)} won (${count(won)} of ${count(n)}; 95 % interval ${Math.round(low * 100)}–${percent(high)})`;

const sinceWords = (since: Date | null): string | null =>
  since === null ? null : `early fraud warnings counted since ${instant(since)}`;

const reasonsMax = 8;

export function statsCard({
  month,
  partner,
  stats,
  standings,
  warningsSince,
  wholeAt,
  now,
}: StatsModel): Card {
  const title = `${numbered(stats.opened, 'dispute')} opened in ${month.text} at ${escape(partner)}: ${winWords(stats.all)}`;
  return cardOf(title, [
    section(`:bar_chart: *${title}*`),
    ...sections(outcomeLines(stats)),
    ...reasonBlocks(stats),
    ...standings.flatMap(standingBlocks),
    context(
      joined(
        wholeAt === null ? 'still reading all disputes; look again in a minute' : null,
        sinceWords(warningsSince),
        `as of ${instant(now)}`,
      ),
    ),
  ]);
}

function outcomeLines({ undecided, answered, lostWithoutAnswer, inquiries }: DisputeStats): string[] {
  return [
    `*Answered:* ${winWords(answered)}`,
    `*Lost without an answer:* ${count(lostWithoutAnswer)} · *Undecided:* ${count(undecided)} · *Inquiries:* ${count(inquiries)}`,
  ];
}

function reasonBlocks({ reasons }: DisputeStats): KnownBlock[] {
  if (reasons.length === 0) return [];
  const lines = reasons
    .slice(0, reasonsMax)
    .map(({ reason, opened, winRate }) => `• ${words(reason)}: ${count(opened)} · ${winWords(winRate)}`);
  return [section('*Reasons*'), ...sections(lines)];
}

/** “Visa VAMP 0.42 % (20 disputes + 11 early fraud warnings ÷ 7,400 settled)”. */
export function standingTitle(standing: Standing): string {
  const { programme, disputes, warnings, settled, isWhole } = standing;
  const ratio = ratioOf(standing);
  const parts = [
    numbered(disputes, 'dispute'),
    ...(warnings === null ? [] : [numbered(warnings, `${isWhole ? '' : 'known '}early fraud warning`)]),
  ].join(' + ');
  const over =
    settled === null
      ? 'settled payments unknown: the books have no view card_settlements'
      : `${count(settled)} settled payments${programme.dividedBy === 'month_before' ? ' of the month before' : ''}`;
  return `${escape(programme.name)}: ${isWhole ? '' : 'at least '}${ratio === null ? `${count(counted(standing))} counted` : `${ratio.toFixed(2)} %`} (${parts} ÷ ${over})`;
}

const standingBlocks = (standing: Standing): KnownBlock[] =>
  sections([
    `*${standingTitle(standing)}*`,
    ...standing.thresholds.map((threshold) => thresholdLine(threshold, standing)),
  ]);

function thresholdLine({ threshold, away }: ThresholdStanding, { isWhole }: Standing): string {
  const { name, percent: from, count: least, from: firstDay } = threshold;
  const since = firstDay === null ? '' : `, in force since ${calendarDate(new Date(firstDay))}`;
  const rule = `${escape(name)} (${from} % and ${count(least)} or more${since})`;
  if (away === null) return `• ${rule}`;
  if (away === 0) return `• :rotating_light: ${rule}: *reached*`;
  return `• ${rule}: it takes ${isWhole ? '' : 'at most '}${count(away)} more to reach it`;
}

export interface ProgrammesModel {
  month: Month;
  standings: readonly Standing[];
  warningsSince: Date | null;
  /** What makes it news; null for the weekly report. */
  alarm: string | null;
  now: Date;
}

export function programmesCard({ month, standings, warningsSince, alarm, now }: ProgrammesModel): Card {
  const title = alarm ?? `Network programmes, ${month.text} so far`;
  return cardOf(title, [
    section(`${alarm === null ? ':bar_chart:' : ':warning:'} *${title}*`),
    ...standings.flatMap(standingBlocks),
    context(
      joined(`details: \`/dispute stats ${month.text}\``, sinceWords(warningsSince), `as of ${instant(now)}`),
    ),
  ]);
}
