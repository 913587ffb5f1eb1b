/**
 * The card of a business day: is this partner whole, and if not, where?
 *
 * Invariant: its first line answers that question; a percentage has its denominator beside it.
 */
import { countText, plural } from '../../kernel/counts.js';
import { isoDay, type Day } from '../../kernel/calendar-day.js';
import { ageBucket, ageBuckets } from '../../reconciliation/breaks/age.js';
import type { DayNews, DayReport, TrendDay } from '../../reconciliation/days/deps.js';
import type { Card, CardBlock } from '../../ports/card.js';
import type { RuleName } from '../../ports/reconciliation.js';
import {
  actions,
  button,
  cardOf,
  context,
  escape,
  fields,
  instant,
  mention,
  section,
} from '../kit/blocks.js';
import { joined } from '../kit/links.js';
import { lineChart } from '../kit/tables.js';
import { breakLine } from './breaks.js';
import { outlookLines } from './forecast.js';
import { reconButtons } from './ids.js';
import { payoutLines, payoutTrouble } from './payouts.js';
import { amountsText, amountText, dayText, kindWords, resolutionText, ruleText } from './words.js';

export function dayCard(report: DayReport): Card {
  const { unit, day } = report;
  const headline = headlineOf(report);
  const blocks = [
    section(`${markOf(report)} *${headline}*`),
    fields(pairsOf(report)),
    ...payoutsOf(report),
    ...outlookOf(report),
    ...(report.largest.length > 0
      ? [
          section(
            ['*Largest open breaks*', ...report.largest.map((one) => breakLine(one, report.today))].join(
              '\n',
            ),
          ),
        ]
      : []),
    ...actions(...buttonsOf(report)),
    context(
      joined(
        `Files: ${report.files.map(({ name }) => escape(name)).join(', ')}`,
        unit.quarantined > 0 ? `${plural(unit.quarantined, 'place')} could not be read` : null,
        `reconciled ${instant(unit.ranAt)}${unit.runs > 1 ? ` (run ${unit.runs})` : ''}`,
        day?.signedBy && day.signedAt
          ? `signed off by ${mention(day.signedBy)} ${instant(day.signedAt)}`
          : null,
      ),
    ),
  ];
  const card = cardOf(headline, blocks);
  const chart = chartOf(report.trend);
  return chart === null ? card : { text: card.text, blocks: [...card.blocks, chart] };
}

const openOf = ({ open }: DayReport): number => open.reduce((sum, { count }) => sum + count, 0);

const markOf = (report: DayReport): string => {
  if (openOf(report) === 0)
    return troubleOf(report) === null ? ':white_check_mark:' : ':large_yellow_circle:';
  return report.open.some(({ material }) => material > 0) ? ':red_circle:' : ':large_yellow_circle:';
};

const troubleOf = ({ payouts }: DayReport): string | null => payouts && payoutTrouble(payouts);

/** “Northpay is whole for Fri 27 Nov: all 1,541 lines are explained.” */
function headlineOf(report: DayReport): string {
  const { partner, businessDay, unit } = report;
  const name = escape(partner.name);
  const when = dayText(businessDay);
  const open = openOf(report);
  if (open === 0) {
    const lines = `${countText(unit.statementRows)} of ${plural(unit.statementRows, 'statement line')} explained`;
    const rest = unit.pending === 0 ? '' : `, ${plural(unit.pending, 'entry', 'entries')} not due yet`;
    const trouble = troubleOf(report);
    const payouts = trouble === null ? '' : `; ${trouble}`;
    return `${name} is whole for ${when}: ${lines}${rest}${payouts}`;
  }
  const value = amountsText(openAmounts(report));
  return `${name} is not whole for ${when}: ${plural(open, 'break')}, ${value} unexplained`;
}

function openAmounts({ open }: DayReport): [string, bigint][] {
  const sums = new Map<string, bigint>();
  for (const { currency, absoluteMinor } of open)
    sums.set(currency, (sums.get(currency) ?? 0n) + absoluteMinor);
  return [...sums];
}

function pairsOf(report: DayReport): [string, string][] {
  const { unit, found, open, today } = report;
  const pairs: [string, string][] = [
    ['Value explained', valueText(report)],
    [
      'Lines explained',
      `${percentText(unit.statementRows - found.open, unit.statementRows)} of ${countText(unit.statementRows)}`,
    ],
    ['Not due yet', pendingText(report)],
  ];
  if (open.length > 0) {
    pairs.push(['Breaks by kind', groupText(open, ({ kind }) => kindWords[kind])]);
    pairs.push([
      'Breaks by age',
      groupText(open, ({ businessDay }) => ageBucket(businessDay, today), ageBuckets),
    ]);
  }
  pairs.push(['Last 30 days', qualityText(report)]);
  const matched = Object.entries(unit.matched).filter(([rule]) => rule !== 'exact');
  if (matched.length > 0)
    pairs.push([
      'Matched by other rules',
      matched.map(([rule, count]) => `${countText(count ?? 0)} × ${ruleText(rule as RuleName)}`).join('\n'),
    ]);
  return pairs;
}

/** docs/reconciliation.md defines each. */
function qualityText({ quality: { clearing, timeliness, completeness } }: DayReport): string {
  const line = (name: string, share: { part: number; whole: number } | null): string =>
    share === null || share.whole === 0
      ? `${name}: no data yet`
      : `${name} ${percentText(share.part, share.whole)} of ${countText(share.whole)}`;
  return [
    line('Clearing', clearing),
    line('Timeliness', timeliness),
    line('Completeness', completeness),
  ].join('\n');
}

function payoutsOf({ payouts, today }: DayReport): ReturnType<typeof section>[] {
  const lines = payouts === null ? [] : payoutLines(payouts, today);
  return lines.length === 0 ? [] : [section(lines.join('\n'))];
}

const outlookCurrencies = 3;

function outlookOf({ outlook }: DayReport): ReturnType<typeof section>[] {
  const lines = outlookLines(outlook, outlookCurrencies);
  return lines.length === 0 ? [] : [section(['*What lands next*', ...lines].join('\n'))];
}

/** Per currency the share of what moved; the worst first, so that it is not overlooked. */
function valueText({ value }: DayReport): string {
  if (value.length === 0) return 'No movements';
  return value
    .map(({ currency, grossMinor, openMinor }) => ({
      share: grossMinor === 0n ? 10_000n : (10_000n * (grossMinor - min(openMinor, grossMinor))) / grossMinor,
      text: amountText(grossMinor, currency),
    }))
    .sort((a, b) => (a.share < b.share ? -1 : a.share > b.share ? 1 : 0))
    .slice(0, 5)
    .map(({ share, text }) => `${Number(share) / 100} % of ${text}`)
    .join('\n');
}

const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** Rounded down: 99.99 % is not all. */
function percentText(part: number, whole: number): string {
  if (whole === 0) return 'none';
  return `${Math.floor((10_000 * Math.max(part, 0)) / whole) / 100} %`;
}

/** When it lands is said below. */
function pendingText({ unit, pending }: DayReport): string {
  const total = pending.length === 0 ? unit.pending : pending.reduce((sum, { count }) => sum + count, 0);
  return total === 0 ? 'Nothing' : plural(total, 'entry', 'entries');
}

function groupText<Item extends { count: number }>(
  items: readonly Item[],
  nameOf: (item: Item) => string,
  order: readonly string[] = [],
): string {
  const counts = new Map<string, number>(order.map((name) => [name, 0]));
  for (const item of items) counts.set(nameOf(item), (counts.get(nameOf(item)) ?? 0) + item.count);
  return [...counts]
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${countText(count)} × ${name}`)
    .join('\n');
}

function buttonsOf({ partner, businessDay, largest, day }: DayReport): ReturnType<typeof button>[] {
  const value = `${partner.id}:${isoDay(businessDay)}`;
  const name = `${partner.name} ${isoDay(businessDay)}`;
  const [first] = largest;
  const isSigned = (day?.signedBy ?? null) !== null;
  return [
    first === undefined
      ? null
      : button({ actionId: reconButtons.breaks, text: 'Breaks', value, label: `List the breaks of ${name}` }),
    first === undefined
      ? null
      : button({
          actionId: reconButtons.takeLargest,
          text: `Take ${first.id}`,
          value: first.id,
          label: `Take the largest break, ${first.id}`,
        }),
    button({
      actionId: reconButtons.forecast,
      text: 'Forecast',
      value: partner.id,
      label: `What lands next from ${partner.name}`,
    }),
    isSigned
      ? button({ actionId: reconButtons.reopenDay, text: 'Reopen day…', value, label: `Open ${name} again` })
      : button({
          actionId: reconButtons.signOff,
          text: 'Sign off',
          value,
          label: `Sign ${name} off`,
          confirm: {
            title: `Sign off ${name}?`.slice(0, 100),
            text:
              first === undefined
                ? 'You confirm that this business day is complete.'
                : 'Open breaks are carried forward and stay open.',
            yes: 'Sign off',
            no: 'Cancel',
          },
        }),
  ];
}

/** Fewer points are no trend. */
const fewestPoints = 3;
/** Slack draws no more. */
const mostPoints = 20;

function chartOf(trend: readonly TrendDay[]): CardBlock | null {
  // A line that never moves says nothing.
  if (trend.length < fewestPoints || trend.every(({ explained }) => explained === 100)) return null;
  const size = Math.ceil(trend.length / mostPoints);
  const points = Array.from({ length: Math.ceil(trend.length / size) }, (_, at) => {
    const days = trend.slice(at * size, (at + 1) * size);
    const lowest = Math.min(...days.map(({ explained }) => explained));
    return { label: shortDay(days.at(-1)?.businessDay ?? 0), value: Math.floor(lowest * 100) / 100 };
  });
  const of = size === 1 ? 'by business day' : `lowest of every ${size} business days`;
  return lineChart(`Lines explained ${of}, %`, 'Lines explained, %', points);
}

const shortDay = (day: Day): string => dayText(day).slice(4);

/** For the thread of the day's card. */
export function dayNewsCard({ partner, businessDay, today }: DayReport, news: DayNews): Card {
  switch (news.kind) {
    case 'reconciled': {
      const more = news.openCount - news.breaks.length;
      const title = `Open breaks of ${escape(partner.name)}, ${dayText(businessDay)}`;
      return cardOf(title, [
        section([`*${title}*`, ...news.breaks.map((one) => breakLine(one, today))].join('\n')),
        ...(more > 0
          ? [context(`${countText(more)} more: \`/recon breaks ${partner.id} ${isoDay(businessDay)}\``)]
          : []),
      ]);
    }
    case 'cleared': {
      const by = dayText(news.by.businessDay);
      const title =
        news.by.businessDay === businessDay
          ? `${plural(news.count, 'break')} of this day resolved by a newer file`
          : `${plural(news.count, 'break')} of this day resolved by the statement of ${by}`;
      return cardOf(title, [
        section(
          [
            `:white_check_mark: *${title}*`,
            ...news.breaks.map((one) => `• ${one.id}: ${resolutionText(one)}`),
          ].join('\n'),
        ),
      ]);
    }
    case 'signed': {
      const rest =
        news.openCount === 0 ? 'no open breaks' : `${plural(news.openCount, 'open break')} carried forward`;
      return cardOf(`Signed off by ${mention(news.personId)}: ${rest}.`, [
        section(`:lock: Signed off by ${mention(news.personId)}: ${rest}.`),
      ]);
    }
    case 'reopened': {
      const text = `${mention(news.personId)} reopened this day: “${escape(news.why, 500)}”`;
      return cardOf(text, [section(`:unlock: ${text}`)]);
    }
  }
}
