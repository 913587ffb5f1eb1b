/**
 * The live card of an alert: what changed, where, since when and how much, and what people did about it.
 *
 * Invariant: the first line says the change with its n and the slice that explains it, or that no single slice does.
 */
import { plural } from '../../kernel/counts.js';
import type { ActionsBlock, KnownBlock } from '@slack/types';
import type { AlertNews } from '../../alerts/deps.js';
import { formatDuration } from '../../kernel/duration.js';
import { bandText, valueText } from '../../alerts/values.js';
import type { Alert, AlertIncident, AlertSlice, AlertValue } from '../../ports/alerts.js';
import type { Card } from '../../ports/card.js';
import type { Metric } from '../../ports/metrics.js';
import {
  actions,
  button,
  cardOf,
  context,
  escape,
  instant,
  mention,
  mentionGroup,
  section,
  sections,
} from '../kit/blocks.js';
import { joined as separated } from '../kit/links.js';
import { dayChart } from './chart.js';
import { surroundingLines, type Surroundings } from './surroundings.js';
import { lookUpButton } from '../kit/look-ups.js';
import { incidentIds } from './incident.js';
import type { Runbook } from '../../ports/runbooks.js';
import { amountText } from '../reconciliation/words.js';
import { startButtons, type Startable } from '../remediation/start.js';

export const alertIds = {
  acknowledge: 'alert_acknowledge',
  snooze: 'alert_snooze',
  dismiss: 'alert_dismiss',
  show: 'alert_show',
  runbook: 'alert_runbook',
} as const;

export type AlertMetric = Pick<Metric, 'id' | 'name' | 'kind'>;

/** More currencies than people add up in their heads. */
const amountsMax = 4;

export interface AlertCardModel {
  alert: Alert;
  metric: AlertMetric;
  startable: readonly Startable[];
  /** Null where it was not read. */
  surroundings: Surroundings | null;
  /** Alerts of the same cause that this card shows too. */
  others?: readonly ShownAlert[];
}

export interface ShownAlert {
  alert: Alert;
  metric: AlertMetric;
}

export function alertCard({
  alert,
  metric,
  startable,
  surroundings: around,
  others = [],
}: AlertCardModel): Card {
  const surroundings = around ? surroundingLines(around) : [];
  const title = alertTitle(alert, metric);
  return cardOf(title, [
    section(`${markOf(alert)} *${title}*`),
    ...sections([
      ...detailLines(alert),
      ...(alert.joined === null || others.length > 0 ? [] : [`*Part of:* ${alert.joined}`]),
      ...others.map(otherLine),
      ...surroundings,
    ]),
    ...(dayChart(alert, metric) as KnownBlock[]),
    ...buttonsOf(alert, startable, around?.runbook ?? null),
    context(
      separated(
        alert.id,
        escape(metric.id),
        stateWords(alert),
        `opened ${instant(alert.openedAt)}`,
        ...(alert.reopenedAt === null ? [] : [`returned ${instant(alert.reopenedAt)}`]),
      ),
    ),
  ]);
}

type Titled = Pick<Alert, 'kind' | 'slice' | 'facts' | 'onsetAt' | 'state'>;

/** Which of the alerts of a card gives it its title: of those that go on, the metric that comes first in the list. */
export function leadingFirst(shown: readonly ShownAlert[], metrics: readonly AlertMetric[]): ShownAlert[] {
  const place = ({ metric }: ShownAlert): number => metrics.findIndex(({ id }) => id === metric.id);
  const isOver = ({ alert }: ShownAlert): number => Number(alert.state === 'resolved');
  return [...shown].sort((a, b) => isOver(a) - isOver(b) || place(a) - place(b));
}

const otherLine = ({ alert, metric }: ShownAlert): string =>
  `*Same cause:* ${alertTitle(alert, metric)} (${alert.id})`;

/** “Success rate −12 pts (71 %, n = 4,210): partner = northpay explains 94 %”. */
export function alertTitle({ kind, slice, facts, onsetAt, state }: Titled, { name }: AlertMetric): string {
  const over = state === 'resolved' ? 'Recovered: ' : '';
  const what = escape(name);
  if (kind === 'late') return `${over}${what}: no data since ${instant(onsetAt)}`;
  if (kind === 'unreadable') return `${over}${what}: not evaluated since ${instant(onsetAt)}`;
  if (kind === 'invariant') return `${over}${what}: ${escape(facts.reason, 300)}`;
  if (kind === 'overdue')
    return `${over}${what} late, usually at ${instant(onsetAt)}${whereWords(slice, facts.expected)}`;
  if (kind === 'level' && facts.value)
    return `${over}${what} ${escape(levelWords(facts.value))}${whereWords(slice, facts.value.series)}`;
  return `${over}${what} ${changeWords(kind, facts)}: ${causeWords(slice, facts.shareExplained)}`;
}

/** Without markup: for a topic, a file, and what is escaped again. */
export const plainAlertTitle = (alert: Titled, metric: AlertMetric): string =>
  alertTitle(alert, metric)
    .replaceAll(/<!date\^\d+\^[^|>]*\|([^>]*)>/g, '$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

const number = (value: number): string => Math.round(value).toLocaleString('en-GB');
const percent = (share: number): string => `${Math.round(share * 100)} %`;
const signed = (value: number): string => (value < 0 ? `−${number(-value)}` : `+${number(value)}`);

/** `expected` are failures for a rate, attempts for a volume. */
function changeWords(kind: Alert['kind'], { attempts, failures, expected }: Alert['facts']): string {
  if (kind === 'volume') {
    const change = expected === 0 ? 0 : (attempts - expected) / expected;
    return `${signed(change * 100)} % (${number(attempts)} instead of ${number(expected)})`;
  }
  if (attempts === 0) return 'changed (n = 0)';
  const points = ((expected - failures) / attempts) * 100;
  return `${signed(points)} pts (${percent((attempts - failures) / attempts)}, n = ${number(attempts)})`;
}

/** “412 payments (usually 12 to 85 payments)”. */
const levelWords = (value: AlertValue): string =>
  `${valueText(value.farthest, value)} (usually ${bandText(value, value)})`;

/** Where slices are judged one by one: what those have in common that changed. */
function whereWords(slice: AlertSlice, slices: number): string {
  const words = sliceWords(slice);
  const count = slices > 1 ? `${slices} slices` : '';
  return words === '' && count === '' ? '' : `: ${[words, count].filter(Boolean).join(', ')}`;
}

function causeWords(slice: AlertSlice, share: number | null): string {
  const words = sliceWords(slice);
  if (words === '') return 'no single slice explains this';
  return share === null ? words : `${words} explains ${percent(share)}`;
}

export const sliceWords = (slice: AlertSlice): string =>
  Object.entries(slice)
    .map(([name, value]) => `${escape(name)} = ${escape(value, 60)}`)
    .join(', ');

function detailLines({
  kind,
  facts,
  onsetAt,
  ruling,
  ownerId,
  resolvedAt,
  dismissedBy,
  incident,
  joined,
}: Alert): string[] {
  const excess = facts.failures - facts.expected;
  return [
    `*Since:* ${instant(onsetAt)}`,
    ...(kind === 'rate' && excess > 0
      ? [
          `*Impact:* about ${number(excess)} more failures than usual, of ${plural(facts.attempts, 'attempt')}`,
        ]
      : []),
    ...atRiskLines(facts),
    ...(facts.findings ?? []).map((line) =>
      line.startsWith(' ') ? `• ${escape(line.trim(), 300)}` : `*${escape(line, 300)}*`,
    ),
    ...(kind === 'late'
      ? ['The books have no newer data: either it is late, or all traffic has stopped.']
      : []),
    ...(kind === 'invariant' ? [] : [`*Why:* ${escape(facts.reason, 300)}`]),
    ...(joined === null && ruling.startsWith('not ') ? [`*Notification:* ${escape(ruling, 300)}`] : []),
    ...(ownerId === null ? [] : [`*Owner:* ${mention(ownerId)}`]),
    ...(incident === null ? [] : [`*Incident:* ${incidentWords(incident)}`]),
    ...(dismissedBy === null ? [] : [`*Not an anomaly:* ${mention(dismissedBy)}`]),
    ...(resolvedAt === null
      ? []
      : [
          `*Lasted:* ${formatDuration(resolvedAt.getTime() - onsetAt.getTime())}, until ${instant(resolvedAt)}`,
        ]),
  ];
}

function atRiskLines({ atRisk = [] }: Alert['facts']): string[] {
  const amounts = atRisk.map(({ currency, minor }) => amountText(BigInt(minor), currency));
  if (amounts.length === 0) return [];
  const more = amounts.length > amountsMax ? ` and ${amounts.length - amountsMax} more currencies` : '';
  return [`*Money at risk:* about ${amounts.slice(0, amountsMax).join(', ')}${more}`];
}

function incidentWords({ id, channel, open, problem }: AlertIncident): string {
  if (problem !== null) return `${id} has no channel. ${escape(problem, 300)}`;
  if (channel === null) return `${id}, its channel is being set up`;
  return `${id} in <#${channel}>${open ? '' : ', closed'}`;
}

function markOf({ state }: Alert): string {
  if (state === 'resolved') return ':white_check_mark:';
  return state === 'open' ? ':red_circle:' : ':large_orange_circle:';
}

function stateWords({ state, dueAt, escalations }: Alert): string {
  if (state === 'snoozed') return dueAt === null ? 'snoozed' : `snoozed until ${instant(dueAt)}`;
  return state === 'open' && escalations > 0 ? `open, escalated ${escalations}×` : state;
}

function buttonsOf(alert: Alert, startable: readonly Startable[], runbook: Runbook | null): ActionsBlock[] {
  if (alert.state === 'resolved') return [];
  const { id, slice } = alert;
  const click = (name: keyof typeof alertIds, text: string) =>
    button({ actionId: alertIds[name], text, value: id, label: `${text}: ${id}` });
  const partner = slice.partner ?? null;
  return actions(
    alert.state === 'acknowledged' ? null : click('acknowledge', 'Acknowledge'),
    click('snooze', 'Snooze 1 h'),
    alert.incident?.open === true
      ? null
      : button({
          actionId: incidentIds.open,
          text: 'Incident',
          value: id,
          label: `Open an incident for ${id}`,
        }),
    click('dismiss', 'Not an anomaly'),
    runbook && button({ actionId: alertIds.runbook, text: 'Runbook', value: id, label: `Runbook for ${id}` }),
    ...(partner === null
      ? []
      : [
          lookUpButton('partner', partner),
          ...startButtons({ kind: 'partner', id: partner, now: alert.openedAt }, startable),
        ]),
  );
}

/** For the thread of the card. */
export function alertNewsCard({ by, text, calls }: AlertNews, groups: readonly string[]): Card {
  const called = calls ? groups.map(mentionGroup) : [];
  const line = [by === null ? '' : mention(by), escape(text), ...called].filter(Boolean).join(' ');
  return cardOf(line, [section(line)]);
}

export interface AlertListModel {
  active: readonly Alert[];
  recent: readonly Alert[];
  metrics: readonly AlertMetric[];
  now: Date;
}

const linesMax = 15;

export function alertListCard({ active, recent, metrics, now }: AlertListModel): Card {
  const count = ['No open alerts', '1 open alert'][active.length] ?? `${active.length} open alerts`;
  const line = (alert: Alert): KnownBlock =>
    section(
      `${markOf(alert)} ${alertTitle(alert, metricOf(metrics, alert.metric))} · ${stateWords(alert)}`,
      button({ actionId: alertIds.show, text: alert.id, value: alert.id, label: `Show ${alert.id}` }),
    );
  return cardOf(count, [
    section(`*${count}*`),
    ...active.slice(0, linesMax).map(line),
    ...(recent.length === 0
      ? []
      : [section('*Recovered in the last 24 h*'), ...recent.slice(0, 10).map(line)]),
    context(separated(`${metrics.length} metrics watched`, `as of ${instant(now)}`)),
  ]);
}

/** Everything that an alert can be about. */
export const namedOf = ({
  metrics,
  invariants,
}: {
  metrics: readonly AlertMetric[];
  invariants: readonly { id: string; name: string }[];
}): AlertMetric[] => [...metrics, ...invariants.map(({ id, name }) => ({ id, name, kind: 'rate' as const }))];

/** A metric that is no longer configured is named by its ID. */
export const metricOf = (metrics: readonly AlertMetric[], id: string): AlertMetric =>
  metrics.find((metric) => metric.id === id) ?? { id, name: id, kind: 'rate' };
