/**
 * The state of the day on a person's own page: what they own, what is due, and what is wrong.
 *
 * Invariant: a part that is not known says so in its own place.
 */
import type { HeaderBlock, KnownBlock } from '@slack/types';
import type { Day } from '../../kernel/calendar-day.js';
import type { Part } from '../../kernel/part.js';
import { urgencyOf } from '../../disputes/queue.js';
import type { Alert } from '../../ports/alerts.js';
import type { Break } from '../../ports/breaks.js';
import type { KnownDispute } from '../../ports/dispute-register.js';
import type { Watch } from '../../ports/watches.js';
import { alertIds, alertTitle, metricOf, type AlertMetric } from '../alerts/alert.js';
import { amountWords, dueSentence, marks } from '../disputes/dispute.js';
import { button, context, escape, instant, section } from '../kit/blocks.js';
import { joined } from '../kit/links.js';
import { lookUpButton } from '../kit/look-ups.js';
import { healthMarks, reasonsOf, type PartnerHealth } from '../partners/health.js';
import { watchBlocks } from '../payments/watch.js';
import { breakClause, dayText } from '../reconciliation/words.js';

export interface HomeDay {
  userId: string;
  /** Those that the person took. */
  breaks: Part<{ breaks: readonly Break[]; total: number }>;
  alerts: Part<readonly Alert[]>;
  metrics: readonly AlertMetric[];
  /** Payments that the person watches. */
  watches: Part<readonly Watch[]>;
  /** Disputes that are due within 72 hours, or overdue. */
  due: Part<readonly KnownDispute[]>;
  partners: Part<readonly PartnerHealth[]>;
  lastRun: Part<{ partner: string; businessDay: Day; ranAt: Date }>;
  now: Date;
}

const mostLines = 4;

export const header = (text: string): HeaderBlock => ({ type: 'header', text: { type: 'plain_text', text } });

/** None where there is no such part. */
function titled<Value>(
  title: string,
  part: Part<Value>,
  draw: (value: Value) => readonly KnownBlock[],
): KnownBlock[] {
  if (part === null) return [];
  const blocks =
    'unknown' in part ? [section(`:grey_question: Unknown: ${escape(part.unknown)}`)] : draw(part.value);
  return blocks.length === 0 ? [] : [header(title), ...blocks];
}

export const dayBlocks = (day: HomeDay): KnownBlock[] => [
  ...titled('Assigned to me', mineOf(day), (blocks) => blocks),
  ...titled('Watches', day.watches, watchBlocks),
  ...titled('Due soon', day.due, (due) => dueBlocks(due, day.now)),
  ...titled('Open alerts', day.alerts, (alerts) => alertBlocks(alerts, day.metrics)),
  ...titled('Partners', day.partners, (partners) => partnerBlocks(partners, day.now)),
  ...titled('Reconciliation', day.lastRun, ({ partner, businessDay, ranAt }) => [
    section(`Last run ${instant(ranAt)}: ${escape(partner)}, business day ${dayText(businessDay)}`),
  ]),
];

/** Breaks and alerts that the person took; one that is unknown hides no other. */
function mineOf({ breaks, alerts, metrics, userId }: HomeDay): Part<KnownBlock[]> {
  const known = alerts !== null && 'value' in alerts ? alerts.value : [];
  const mine = known.filter(({ ownerId }) => ownerId === userId);
  if (breaks !== null && 'unknown' in breaks && mine.length === 0) return breaks;
  const taken = breaks !== null && 'value' in breaks ? breaks.value : { breaks: [], total: 0 };
  return {
    value: [
      ...taken.breaks
        .slice(0, mostLines)
        .map((one) =>
          section(
            joined(`*${one.id}* ${breakClause(one)}`, escape(one.partner), dayText(one.businessDay)),
            lookUpButton('break', one.id),
          ),
        ),
      ...more(taken.total, Math.min(mostLines, taken.breaks.length), 'recon breaks mine'),
      ...alertLines(mine, metrics),
    ],
  };
}

const more = (total: number, shown: number, command: string): KnownBlock[] =>
  total > shown ? [context(`${total - shown} more: \`/${command}\``)] : [];

function dueBlocks(due: readonly KnownDispute[], now: Date): KnownBlock[] {
  if (due.length === 0) return [section('No dispute is due within 72 hours.')];
  return [
    ...due
      .slice(0, mostLines)
      .map((dispute) =>
        section(
          joined(
            `${marks[urgencyOf(dispute, now) ?? 'later']} ${dueSentence(dispute, now)}`,
            amountWords(dispute),
          ),
          lookUpButton('dispute', dispute.id),
        ),
      ),
    ...more(due.length, Math.min(mostLines, due.length), 'dispute due 3d'),
  ];
}

function alertBlocks(alerts: readonly Alert[], metrics: readonly AlertMetric[]): KnownBlock[] {
  if (alerts.length === 0) return [section('No open alerts.')];
  return [
    ...alertLines(alerts.slice(0, mostLines), metrics),
    ...more(alerts.length, Math.min(mostLines, alerts.length), 'alerts'),
  ];
}

const alertLines = (alerts: readonly Alert[], metrics: readonly AlertMetric[]): KnownBlock[] =>
  alerts
    .slice(0, mostLines)
    .map((alert) =>
      section(
        `:red_circle: ${alertTitle(alert, metricOf(metrics, alert.metric))}`,
        button({ actionId: alertIds.show, text: alert.id, value: alert.id, label: `Show ${alert.id}` }),
      ),
    );

/** Of a partner of which nothing is known nothing is said here: `/partner` lists it. */
function partnerBlocks(partners: readonly PartnerHealth[], now: Date): KnownBlock[] {
  const troubled = partners.filter(({ health: { word } }) => word === 'outage' || word === 'degraded');
  if (troubled.length === 0) return [section('No partner is degraded or in outage.')];
  const worstFirst = troubled.toSorted((a, b) => b.health.word.localeCompare(a.health.word));
  return [
    ...worstFirst
      .slice(0, mostLines)
      .map((partner) =>
        section(
          joined(
            `${healthMarks[partner.health.word]} *${escape(partner.name)}*: ${partner.health.word}`,
            ...reasonsOf(partner, now),
          ),
          lookUpButton('partner', partner.id),
        ),
      ),
    ...more(troubled.length, Math.min(mostLines, troubled.length), 'partner'),
  ];
}
