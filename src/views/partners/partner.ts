/**
 * The cards of partners: all of them with a word each, and one with everything that is known of it.
 *
 * Invariants: a rate shows its denominator; parts are independent, and one that cannot be read says so and hides no
 * other.
 */
import { plural } from '../../kernel/counts.js';
import type { KnownBlock } from '@slack/types';
import { isoDay } from '../../kernel/calendar-day.js';
import { unknownSince } from '../../partners/status.js';
import type { HealthWord, Measured } from '../../partners/health.js';
import { endedOf, fewestAttempts, rateOf } from '../../partners/health.js';
import { formatDuration } from '../../kernel/duration.js';
import type { Part } from '../../kernel/part.js';
import type { Alert } from '../../ports/alerts.js';
import type { ProductTraffic } from '../../ports/books.js';
import type { OpenCount } from '../../ports/breaks.js';
import type { Card } from '../../ports/card.js';
import type { PartnerSignal } from '../../ports/provider-events.js';
import type { Punctuality } from '../../reconciliation/days/punctuality.js';
import { alertTitle, metricOf, type AlertMetric } from '../alerts/alert.js';
import {
  actions,
  button,
  calendarDate,
  cardOf,
  context,
  escape,
  fields,
  instant,
  link,
  section,
  sections,
} from '../kit/blocks.js';
import { joined } from '../kit/links.js';
import { lookUpButton } from '../kit/look-ups.js';
import { amountText } from '../reconciliation/words.js';
import { startButtons, type Startable } from '../remediation/start.js';
import { count, errorMix, healthMarks, millis, percent, reasonsOf, type PartnerHealth } from './health.js';
import { lastWords, publishedBlocks } from './published.js';
import { signalLine } from './signal.js';

export const scorecardActionId = 'partner_scorecard';

const order: readonly HealthWord[] = ['outage', 'degraded', 'operational', 'unknown'];

/** People do not read more lines than this, and Slack does not take them. Troubled partners come first. */
const mostLines = 30;

export function partnersCard(partners: readonly PartnerHealth[], now: Date): Card {
  const title = overviewTitle(partners);
  const sorted = partners.toSorted((a, b) => order.indexOf(a.health.word) - order.indexOf(b.health.word));
  const shown = sorted.slice(0, mostLines);
  const isTroubled = ({ health: { word } }: PartnerHealth): boolean =>
    word === 'outage' || word === 'degraded';
  const [troubled, rest] = [shown.filter(isTroubled), shown.filter((partner) => !isTroubled(partner))];
  const left = partners.length - shown.length;
  return cardOf(title, [
    section(`*${title}*`),
    ...troubled.map((partner) => section(partnerLine(partner, now), lookUpButton('partner', partner.id))),
    ...sections(rest.map((partner) => partnerLine(partner, now))),
    context(
      joined(
        left > 0 ? `${left} more` : null,
        `“usually”: the same hour of the last 4 weeks`,
        `as of ${instant(now)}`,
      ),
    ),
  ]);
}

/** No news is not good news: a partner of which nothing is known does not count as operational. */
function overviewTitle(partners: readonly PartnerHealth[]): string {
  const words: readonly [HealthWord, string][] = [
    ['outage', 'in outage'],
    ['degraded', 'degraded'],
    ['unknown', 'unknown'],
  ];
  const parts = words.flatMap(([word, text]) => {
    const some = partners.filter(({ health }) => health.word === word).length;
    return some === 0 ? [] : [`${some} ${text}`];
  });
  const operational = partners.filter(({ health }) => health.word === 'operational').length;
  if (parts.length === 0)
    return partners.length === 1
      ? 'The partner is operational'
      : `All ${partners.length} partners are operational`;
  return `${operational} of ${partners.length} partners operational; ${parts.join(', ')}`;
}

const partnerLine = (partner: PartnerHealth, now: Date): string =>
  joined(
    `${healthMarks[partner.health.word]} *${escape(partner.name)}* (${escape(partner.id)}): *${partner.health.word}*`,
    ...reasonsOf(partner, now),
  );

/** Whom to turn to, in order, and what to read meanwhile. */
export interface PartnerHelp {
  contact: string | null;
  escalation: readonly { who: string; reach: string }[];
  runbooks: readonly { title: string; url: string }[];
}

export interface PartnerCardFacts extends PartnerHealth {
  /** Its own alerts that last. */
  signals: readonly PartnerSignal[];
  statements: Part<Punctuality>;
  breaks: Part<readonly OpenCount[]>;
  alerts: Part<readonly Alert[]>;
  /** By product, of the last day; null where the partner has one. */
  products: Part<readonly ProductTraffic[]>;
  metrics: readonly AlertMetric[];
  help: PartnerHelp;
  now: Date;
  /** The guarded actions that the desk has. */
  startable: readonly Startable[];
}

export function partnerCard(facts: PartnerCardFacts): Card {
  const { id, name, status, measured, health, now, startable } = facts;
  const [own = '', page = ''] = reasonsOf(facts, now);
  const sentence = `${escape(name)}: ${health.word}`;
  const isStale = status !== null && unknownSince(status, now) !== null;
  const read = status ? `status page read ${instant(status.checkedAt)}` : 'status page not read yet';
  return cardOf(joined(sentence, own, page), [
    section(`${healthMarks[health.word]} *${sentence}*\n${joined(own, page)}`),
    ...(isStale ? [context(lastWords(status))] : []),
    ...(status ? publishedBlocks(status.published) : []),
    ...sections(facts.signals.map((signal) => signalLine(signal, name))),
    ...('unknown' in measured ? [] : [measuredFields(measured)]),
    ...productBlocks(facts),
    fields(accountFields(facts)),
    ...alertBlocks(facts),
    ...helpBlocks(facts.help),
    context(joined(`“usually”: the same hour of the last 4 weeks`, read, `as of ${instant(now)}`)),
    ...actions(
      button({ actionId: scorecardActionId, text: 'Scorecard', value: id, label: `Scorecard of ${name}` }),
      ...startButtons({ kind: 'partner', id, now }, startable),
    ),
  ]);
}

function measuredFields({ recent, usual, recentMs, expectedAttempts }: Measured): KnownBlock {
  const span = `last ${formatDuration(recentMs)}`;
  const underWay = recent.attempts - endedOf(recent);
  const last = recent.lastAttemptAt ?? usual.lastAttemptAt;
  return fields([
    [
      `Volume, ${span}`,
      `${joined(plural(recent.attempts, 'attempt'), underWay > 0 ? `${underWay} in progress` : null)}\nusually ${count(Math.round(expectedAttempts))}`,
    ],
    [`Latency, ${span}`, `${latency(recent)}\nusually ${latency(usual)}`],
    [`Failures, ${span}`, errorMix(recent)],
    [
      'Failures usually',
      `${errorMix(usual)}${endedOf(usual) === 0 ? '' : `; success ${percent(rateOf(usual))}`}`,
    ],
    ['Last attempt', last === null ? 'none in this period' : instant(last)],
  ]);
}

const latency = ({ latencyP50Ms, latencyP95Ms }: Measured['recent']): string =>
  latencyP50Ms === null ? 'not measured' : `p50 ${millis(latencyP50Ms)}, p95 ${millis(latencyP95Ms)}`;

const accountFields = ({ statements, breaks }: PartnerCardFacts): [string, string][] => [
  ['Statements, last 30 days', partWords(statements, 'not reconciled', punctualityWords)],
  ['Open breaks', partWords(breaks, 'not reconciled', breakWords)],
];

export function partWords<Value>(part: Part<Value>, none: string, say: (value: Value) => string): string {
  if (part === null) return none;
  return 'unknown' in part ? `:grey_question: unknown: ${escape(part.unknown)}` : say(part.value);
}

export function punctualityWords({ due, inTime, late, missing, missingSince, measure }: Punctuality): string {
  if (measure === null) return 'too few arrivals to know the usual time';
  const by =
    measure.kind === 'cut_off'
      ? `due by ${measure.time} (${escape(measure.timeZone)})`
      : `usually by ${measure.time} (${escape(measure.timeZone)}, learned from ${measure.arrivals})`;
  if (due === 0) return `none due since the first file · ${by}`;
  return joined(
    `${inTime} of ${due} in time`,
    late > 0 ? `${late} late` : null,
    missing > 0
      ? `${missing} missing${missingSince === null ? '' : `, latest ${calendarDate(new Date(isoDay(missingSince)))}`}`
      : null,
    by,
  );
}

function breakWords(open: readonly OpenCount[]): string {
  const total = open.reduce((sum, one) => sum + one.count, 0);
  if (total === 0) return 'none';
  const material = open.reduce((sum, one) => sum + one.material, 0);
  const byCurrency = new Map<string, bigint>();
  for (const { currency, absoluteMinor } of open)
    byCurrency.set(currency, (byCurrency.get(currency) ?? 0n) + absoluteMinor);
  const value = [...byCurrency].slice(0, 4).map(([currency, minor]) => amountText(minor, currency));
  const more = byCurrency.size - value.length;
  const oldest = Math.min(...open.map(({ businessDay }) => businessDay));
  return joined(
    `${count(total)} open (${count(material)} material)`,
    `${value.join(' + ')}${more > 0 ? ` and ${more} more currencies` : ''}`,
    `oldest ${calendarDate(new Date(isoDay(oldest)))}`,
  );
}

/** What an aggregator's products do: each with its n, and how far behind its answers are. */
function productBlocks({ products, now }: PartnerCardFacts): KnownBlock[] {
  if (products === null) return [];
  if ('unknown' in products) return [section(`*By product:* ${partWords(products, '', () => '')}`)];
  const lines = products.value.map((product) => `• ${productWords(product, now)}`);
  return [section(['*By product, last 24 h*', ...(lines.length > 0 ? lines : ['no attempts'])].join('\n'))];
}

function productWords(product: ProductTraffic, now: Date): string {
  const { method, succeeded, failed, late, lateSince, lastAnswerAt } = product;
  const ended = succeeded + failed;
  const share = (some: number): string => percent(some / ended);
  const rates =
    ended < fewestAttempts
      ? `too few answers for a rate (n = ${ended})`
      : `success ${share(succeeded)} (n = ${count(ended)}), partner errors ${share(product.failedByPartner)}, institution errors ${share(product.failedByInstitution)}`;
  const delay =
    late > 0 && lateSince !== null
      ? `refresh delayed: ${count(late)} without an answer, the oldest for ${formatDuration(now.getTime() - lateSince.getTime())}`
      : 'no answers outstanding';
  const newest = lastAnswerAt === null ? null : `last answer ${instant(lastAnswerAt)}`;
  return joined(`${escape(method)}: ${rates}`, delay, newest);
}

const mostAlerts = 5;

function alertBlocks({ alerts, metrics }: PartnerCardFacts): KnownBlock[] {
  if (alerts === null) return [];
  if ('unknown' in alerts) return [section(`:grey_question: *Alerts* unknown: ${escape(alerts.unknown)}`)];
  const open = alerts.value;
  if (open.length === 0) return [section('*Alerts:* none open')];
  const rest = open.length - mostAlerts;
  return sections([
    `*${count(open.length)} open ${open.length === 1 ? 'alert' : 'alerts'}*`,
    ...open
      .slice(0, mostAlerts)
      .map((alert) => `• ${alert.id}: ${alertTitle(alert, metricOf(metrics, alert.metric))}`),
    ...(rest > 0 ? [`… and ${rest} more: \`/alerts\``] : []),
  ]);
}

function helpBlocks({ contact, escalation, runbooks }: PartnerHelp): KnownBlock[] {
  const path = [
    ...(contact === null ? [] : [`support ${escape(contact)}`]),
    ...escalation.map(({ who, reach }) => `${escape(who)} ${escape(reach)}`),
  ];
  return sections([
    ...(path.length === 0 ? [] : [`*Contacts:* ${path.join(' → ')}`]),
    ...(runbooks.length === 0
      ? []
      : [`*Runbooks:* ${runbooks.map(({ title, url }) => link(url, title)).join(', ')}`]),
  ]);
}
