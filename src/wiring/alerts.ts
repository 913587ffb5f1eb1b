/**
 * Builds alerts: metrics, where they are counted and kept, and how people are told.
 */
import { alertLives, createAlerts, createQuiets } from '../adapters/postgres/alerts.js';
import type { Database } from '../adapters/postgres/database.js';
import { createInvariantSources } from '../adapters/postgres/invariant-sources.js';
import { createMetricBuckets } from '../adapters/postgres/metric-buckets.js';
import { createMetricSource } from '../adapters/postgres/metric-source.js';
import { createAlertDesk, type AlertService } from '../alerts/alerts.js';
import type { AlertNews } from '../alerts/deps.js';
import { shippedInvariants } from '../alerts/invariants/shipped.js';
import { shippedMetrics } from '../alerts/shipped-metrics.js';
import type { Config } from '../config/schema.js';
import type { Clock } from '../kernel/clock.js';
import type { Log } from '../kernel/log.js';
import type { Alert } from '../ports/alerts.js';
import type { AuditTrail } from '../ports/audit.js';
import type { Living } from '../ports/lives.js';
import type { Outbox, OutgoingMessage } from '../ports/outbox.js';
import type { Metric } from '../ports/metrics.js';
import { alertCard, alertNewsCard, metricOf, namedOf } from '../views/alerts/alert.js';
import type { Startable } from '../views/remediation/start.js';
import { detectorOf } from './detectors.js';

export interface AlertFacts {
  config: Config;
  database: Database;
  /** Null while no books are connected: then nothing is watched. */
  booksDatabase: Database | null;
  audit: AuditTrail;
  outbox: Outbox;
  /** What a card can offer. */
  startable: readonly Startable[];
  clock: Clock;
  log: Log;
}

export function alertsFrom(facts: AlertFacts): AlertService | null {
  const { config, database, booksDatabase, audit, outbox, startable, clock, log } = facts;
  if (!booksDatabase) return null;
  const metrics = metricsOf(config);
  const invariants = [...shippedInvariants, ...config.invariants];
  const named = namedOf({ metrics, invariants });
  return createAlertDesk({
    alerts: createAlerts(database),
    quiets: createQuiets(database),
    metrics,
    invariants,
    sources: createInvariantSources(booksDatabase),
    source: createMetricSource(booksDatabase),
    buckets: createMetricBuckets(database),
    detectorOf,
    audit,
    transactions: database,
    tell: async (tx, alert, news) => {
      const channel = channelOf(config, alert);
      if (channel === null) return;
      const card = alertCard({ alert, metric: metricOf(named, alert.metric), startable });
      for (const message of messagesOf(channel, alert, card, news, config)) await outbox.enqueue(tx, message);
    },
    clock,
    log,
  });
}

export const metricsOf = ({ metrics }: Config): Metric[] => [
  ...shippedMetrics.map((metric) => ({
    ...metric,
    ...(metrics.falseAlertsPerWeek !== undefined && { falseAlertsPerWeek: metrics.falseAlertsPerWeek }),
  })),
  ...metrics.own,
];

/** Where the partner's alerts go, or all of them. */
function channelOf({ partners, channels }: Config, { slice }: Alert): string | null {
  const partner = partners.find(({ id }) => id === slice.partner);
  return partner?.alertsChannel ?? channels.alerts ?? null;
}

/** Under this key the card of an alert is live in the outbox. */
const liveCardOf = (id: string): string => `alert:${id}`;

/** Where things are told about an alert; null where nobody is told about it. */
export function alertThreadsOf(
  config: Config,
  database: Database,
): (id: string) => Promise<{ channel: string; liveCard: string } | null> {
  const alerts = createAlerts(database);
  return async (id) => {
    const channel = channelOf(config, await alerts.read(id));
    return channel === null ? null : { channel, liveCard: liveCardOf(id) };
  };
}

function messagesOf(
  channel: string,
  { id }: Alert,
  card: ReturnType<typeof alertCard>,
  news: AlertNews | null,
  { metrics }: Config,
): OutgoingMessage[] {
  const liveCard = liveCardOf(id);
  const live: OutgoingMessage = { channel, card, liveCard };
  if (news === null) return [live];
  return [live, { channel, card: alertNewsCard(news, metrics.onCall), threadOf: liveCard }];
}

const alertsAtOnce = 5;

export const livingAlerts = ({ advance }: Pick<AlertService, 'advance'>): Living => ({
  ...alertLives,
  atOnce: alertsAtOnce,
  advance,
});
