/**
 * A partner's accountability report: a month, the twelve before it as chart and table, and all of it as CSV.
 *
 * Invariant: every share shows what it is a share of, and what was left out of it.
 */
import { plural } from '../../kernel/counts.js';
import type { KnownBlock } from '@slack/types';
import { formatDuration } from '../../kernel/duration.js';
import type { Part } from '../../kernel/part.js';
import type { BreakRecord } from '../../ports/breaks.js';
import type { Card, CardBlock } from '../../ports/card.js';
import type { AnswerFile } from '../../ports/command.js';
import {
  judgedOf,
  shareOf,
  type Availability,
  type MonthOfCard,
  type PublishedTrouble,
} from '../../partners/scorecard.js';
import type { Punctuality } from '../../reconciliation/days/punctuality.js';
import { actions, button, cardOf, context, escape, fields, instant, section } from '../kit/blocks.js';
import { csvOf } from '../kit/csv.js';
import { dataTable, lineChart, numberCell, textCell } from '../kit/tables.js';
import { amountText } from '../reconciliation/words.js';
import { count, millis } from './health.js';
import { partWords, punctualityWords } from './partner.js';

export const scorecardCsvActionId = 'partner_scorecard_csv';

export interface ScorecardFacts {
  partner: { id: string; name: string; timeZone: string };
  /** Oldest first; the last is the month of the report. */
  months: readonly MonthOfCard[];
  statements: Part<Punctuality>;
  breaks: Part<BreakRecord>;
  incidents: Part<{
    alerts: number;
    resolved: number;
    medianDays: number | null;
    published: PublishedTrouble;
  }>;
  now: Date;
}

export function scorecardCard(facts: ScorecardFacts): Card {
  const { partner, months, now } = facts;
  const last = months.at(-1);
  if (!last) return cardOf('No month to report', []);
  const { month, counted } = last;
  const isRunning = now < month.to;
  const title = `${escape(partner.name)} ${monthWords(month.text)}${isRunning ? ' so far' : ''}`;
  const headline = `${title}: ${headlineOf(counted)}`;
  return cardOf(headline, [
    section(`:clipboard: *${headline}*`),
    fields(reportFields(facts, counted)),
    ...trendBlocks(partner.name, months),
    context(
      'Availability: succeeded ÷ (succeeded + failed by the partner). Failures caused by customers, institutions or our own systems are left out.',
      `Months in the partner’s time zone (${escape(partner.timeZone)}) · as of ${instant(now)}`,
    ),
    ...actions(
      button({
        actionId: scorecardCsvActionId,
        text: 'Send me the CSV',
        value: `${partner.id} ${month.text}`,
        label: `Scorecard of ${partner.name} as a CSV file`,
      }),
    ),
  ]);
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const monthWords = (id: string): string => `${months[Number(id.slice(5)) - 1] ?? ''} ${id.slice(0, 4)}`;

function headlineOf(counted: MonthOfCard['counted']): string {
  if ('unknown' in counted) return `availability unknown, ${escape(counted.unknown)}`;
  const share = shareOf(counted);
  return share === null
    ? `too few attempts to measure availability (n = ${count(judgedOf(counted))})`
    : `availability ${precise(share)} (n = ${count(judgedOf(counted))})`;
}

/** Two decimals: a tenth of a percent of a month is an outage of 43 minutes. Cut, not rounded. */
const precise = (share: number): string => `${(Math.floor(share * 10_000 + 1e-9) / 100).toFixed(2)} %`;

function reportFields(facts: ScorecardFacts, counted: MonthOfCard['counted']): [string, string][] {
  const { statements, breaks, incidents } = facts;
  return [
    ...('unknown' in counted ? [] : trafficFields(counted)),
    ['Statements', partWords(statements, 'not reconciled', punctualityWords)],
    ['Breaks', partWords(breaks, 'not reconciled', breakRecordWords)],
    ['Incidents', partWords(incidents, 'not watched', incidentWords)],
  ];
}

const trafficFields = (counted: Availability): [string, string][] => [
  [
    'Attempts',
    `${count(counted.succeeded)} succeeded, ${count(counted.failedByPartner)} failed by the partner\nleft out: ${count(counted.leftOut)} other failures, ${count(counted.underWay)} in progress`,
  ],
  [
    'Latency',
    counted.latencyP50Ms === null
      ? 'not measured'
      : `p50 ${millis(counted.latencyP50Ms)}, p95 ${millis(counted.latencyP95Ms)}`,
  ],
];

function breakRecordWords({ opened, openedMinor, closed, medianDaysToClose }: BreakRecord): string {
  const value = openedMinor
    .slice(0, 4)
    .map(({ currency, absoluteMinor }) => amountText(absoluteMinor, currency));
  const found = opened === 0 ? 'none found' : `${count(opened)} found, ${value.join(' + ')}`;
  return `${found}\n${closedWords(closed, medianDaysToClose)}`;
}

const closedWords = (closed: number, median: number | null): string =>
  closed === 0 || median === null
    ? 'none closed'
    : `${count(closed)} closed, median ${days(median)} to resolve`;

const days = (value: number): string => `${value.toFixed(1)} d`;

function incidentWords({ alerts, resolved, medianDays, published }: IncidentFacts): string {
  const own =
    alerts === 0
      ? 'no Paydesk alerts'
      : `${count(alerts)} Paydesk alerts; ${closedWords(resolved, medianDays)}`;
  const theirs =
    published.begun === 0 && published.lastedMs === 0
      ? 'none on their status page'
      : `${published.begun} on their status page, ${formatDuration(published.lastedMs)} in all`;
  return `${own}\n${theirs}`;
}

type IncidentFacts = Exclude<ScorecardFacts['incidents'], null | { unknown: string }>['value'];

/** One point makes no chart. */
const fewestPoints = 2;

function trendBlocks(name: string, all: readonly MonthOfCard[]): KnownBlock[] {
  const known = all.flatMap(({ month, counted }) => {
    const share = 'unknown' in counted ? null : shareOf(counted);
    return share === null ? [] : [{ label: monthWords(month.text), value: Math.floor(share * 10_000) / 100 }];
  });
  const chart: CardBlock[] =
    known.length < fewestPoints ? [] : [lineChart('Availability by month, %', 'Availability, %', known)];
  return [...chart, table(name, all)] as KnownBlock[];
}

const table = (name: string, all: readonly MonthOfCard[]): CardBlock =>
  dataTable({
    caption: `${name}, ${plural(all.length, 'month')}`,
    pageSize: 13,
    header: ['Month', 'Availability', 'n', 'Left out', 'p50 ms', 'p95 ms'],
    rows: all.toReversed().map(({ month, counted }) => {
      if ('unknown' in counted)
        return [textCell(monthWords(month.text)), ...Array.from({ length: 5 }, () => textCell('unknown'))];
      const share = shareOf(counted);
      const latency = (value: number | null) => (value === null ? textCell('—') : numberCell(value));
      return [
        textCell(monthWords(month.text)),
        share === null ? textCell('too few') : numberCell(share * 100, precise(share)),
        numberCell(judgedOf(counted)),
        numberCell(counted.leftOut),
        latency(counted.latencyP50Ms),
        latency(counted.latencyP95Ms),
      ];
    }),
  });

/** Every month with its counts, so that every share can be worked out again. */
export function scorecardFile({ partner, months: all }: ScorecardFacts): AnswerFile {
  const last = all.at(-1)?.month.text ?? '';
  const header = [
    'partner',
    'month',
    'availability_percent',
    'succeeded',
    'failed_by_partner',
    'left_out',
    'in_progress',
    'latency_p50_ms',
    'latency_p95_ms',
    'remark',
  ];
  const rows = all.map(({ month, counted }) => {
    if ('unknown' in counted) return [partner.id, month.text, '', '', '', '', '', '', '', counted.unknown];
    const { succeeded, failedByPartner, leftOut, underWay, latencyP50Ms, latencyP95Ms } = counted;
    const share = shareOf(counted);
    const numbers = [succeeded, failedByPartner, leftOut, underWay, latencyP50Ms, latencyP95Ms];
    return [
      partner.id,
      month.text,
      share === null ? '' : (share * 100).toFixed(4),
      ...numbers.map((value) => (value === null ? '' : String(value))),
      share === null ? 'too few attempts' : '',
    ];
  });
  return {
    name: `scorecard-${partner.id}-${last}.csv`,
    comment: `Scorecard of ${escape(partner.name)} up to ${monthWords(last)}, one row per month.`,
    text: csvOf([header, ...rows]),
  };
}
