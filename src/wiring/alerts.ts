/**
 * Builds alerts: metrics, where they are counted and kept, and how people are told.
 */
import { createIncidents, incidentLives } from '../adapters/postgres/incidents.js';
import { alertLives, createAlerts, createQuiets } from '../adapters/postgres/alerts.js';
import type { Database } from '../adapters/postgres/database.js';
import type { BooksEngine } from '../adapters/books/engine.js';
import { createInvariantSources } from '../adapters/books/invariant-sources.js';
import { createMetricBuckets } from '../adapters/postgres/metric-buckets.js';
import { createMetricSource } from '../adapters/books/metric-source.js';
import { createAlertDesk, type AlertService } from '../alerts/alerts.js';
import type { AlertNews } from '../alerts/deps.js';
import { incidentCardOf, roomCardOf } from '../alerts/incidents.js';
import { shippedInvariants } from '../alerts/invariants/shipped.js';
import { shippedMetrics } from '../alerts/shipped-metrics.js';
import { createChanges } from '../adapters/postgres/changes.js';
import { createPartnerStatuses } from '../adapters/postgres/partner-statuses.js';
import type { Config } from '../config/schema.js';
import { dayMs, hourMs, secondMs, type Clock } from '../kernel/clock.js';
import { messageOf } from '../kernel/errors.js';
import type { Log } from '../kernel/log.js';
import type { Alert } from '../ports/alerts.js';
import type { Change } from '../ports/changes.js';
import type { KeptStatus } from '../ports/partner-statuses.js';
import type { RunbookFor } from '../ports/runbooks.js';
import type { AuditTrail } from '../ports/audit.js';
import type { Directory } from '../ports/directory.js';
import type { Incident, IncidentEntry, IncidentRooms } from '../ports/incidents.js';
import type { Living } from '../ports/lives.js';
import type { Outbox, OutgoingMessage } from '../ports/outbox.js';
import type { Metric } from '../ports/metrics.js';
import { alertCard, alertNewsCard, metricOf, namedOf, plainAlertTitle } from '../views/alerts/alert.js';
import { incidentCard, incidentSummary } from '../views/alerts/incident.js';
import type { Surroundings } from '../views/alerts/surroundings.js';
import type { Startable } from '../views/remediation/start.js';
import { detectorOf } from './detectors.js';

export interface AlertFacts {
  config: Config;
  database: Database;
  /** Null while no books are connected: then nothing is watched. */
  booksDatabase: BooksEngine | null;
  rooms: IncidentRooms;
  directory: Directory;
  runbookFor: RunbookFor;
  audit: AuditTrail;
  outbox: Outbox;
  /** What a card can offer. */
  startable: readonly Startable[];
  clock: Clock;
  log: Log;
}

export function alertsFrom(facts: AlertFacts): AlertService | null {
  const { config, database, booksDatabase, rooms, directory, audit, outbox, startable, clock, log } = facts;
  if (!booksDatabase) return null;
  const { runsShippedSql } = booksDatabase.dialect;
  const metrics = runsShippedSql ? metricsOf(config) : config.metrics.own;
  const around = surroundingsFrom(facts);
  const invariants = [...(runsShippedSql ? shippedInvariants : []), ...config.invariants];
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
    incidents: createIncidents(database),
    rooms,
    onCall: config.metrics.onCall,
    incidentFailures: config.metrics.incidentFailures ?? null,
    titleOf: (alert) => plainAlertTitle(alert, metricOf(named, alert.metric)),
    channelNameOf: (alert) => channelNameOf(alert),
    summaryOf: async (incident, alerts, timeline) =>
      incidentSummary({
        names: await namesIn(directory, incident, timeline),
        incident,
        alerts: alerts.map((alert) => ({
          alert,
          title: plainAlertTitle(alert, metricOf(named, alert.metric)),
        })),
        timeline,
      }),
    audit,
    transactions: database,
    tell: async (tx, alert, news) => {
      const channel = channelOf(config, alert);
      if (channel === null) return;
      const surroundings = await around(alert);
      const card = alertCard({ alert, metric: metricOf(named, alert.metric), startable, surroundings });
      for (const message of messagesOf(channel, alert, card, news, config)) await outbox.enqueue(tx, message);
      for (const message of roomMessages(alert, card, news)) await outbox.enqueue(tx, message);
    },
    tellIncident: async (tx, incident) => {
      const message = incidentMessage(incident);
      if (message) await outbox.enqueue(tx, message);
    },
    clock,
    log,
  });
}

/** A name of yesterday will do. */
const names = { maxAgeMs: dayMs, atWorstMs: Infinity, patienceMs: 2 * secondMs };

/** Who had a hand in it; one whom the workspace does not tell of goes by the id. */
async function namesIn(
  directory: Directory,
  { openedBy, closedBy }: Incident,
  timeline: readonly IncidentEntry[],
): Promise<Map<string, string>> {
  const ids = new Set([openedBy, closedBy, ...timeline.map(({ by }) => by)].filter((id) => id !== null));
  ids.delete('paydesk');
  const named = await Promise.all(
    [...ids].map(async (id): Promise<[string, string]> => {
      const person = await directory.person(id, names).catch(() => null);
      return [id, person?.name ?? id];
    }),
  );
  return new Map(named);
}

/** Before a change began, what else changed: longer ago it is no suspect. */
const suspectMs = 2 * hourMs;
const changesMax = 3;

/** What stands on the card beside the alert; what cannot be read is left out. */
export function surroundingsFrom({
  config,
  database,
  runbookFor,
  log,
}: Pick<AlertFacts, 'config' | 'database' | 'runbookFor' | 'log'>): (alert: Alert) => Promise<Surroundings> {
  const statuses = createPartnerStatuses(database);
  const changes = createChanges(database);
  return async ({ metric, slice, onsetAt, openedAt }) => {
    const partner = config.partners.find(({ id }) => id === slice.partner) ?? null;
    const [all, suspects] = await Promise.all([
      partner === null ? [] : statuses.all(),
      changes.between(new Date(onsetAt.getTime() - suspectMs), openedAt, partner?.id ?? null, changesMax),
    ]).catch((error: unknown): [KeptStatus[], Change[]] => {
      log.warn({ err: messageOf(error) }, 'an alert is shown without its context');
      return [[], []];
    });
    const kept = all.find((status) => status.partner === partner?.id);
    return {
      partner: partner && kept ? { name: partner.name, published: kept.published } : null,
      changes: suspects,
      runbook: runbookFor(metric, slice.partner ?? null),
    };
  };
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

/** Where things are told about an alert; null where it is not posted. */
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

/** The same card in the incident's channel, and news as messages: there people talk about nothing else. */
function roomMessages(
  { id, incident }: Alert,
  card: ReturnType<typeof alertCard>,
  news: AlertNews | null,
): OutgoingMessage[] {
  const channel = incident?.channel ?? null;
  if (!incident?.open || channel === null) return [];
  const live: OutgoingMessage = { channel, card, liveCard: roomCardOf(id, incident.id) };
  return news === null ? [live] : [live, { channel, card: alertNewsCard(news, []) }];
}

function incidentMessage(incident: Incident): OutgoingMessage | null {
  const { id, channel, state } = incident;
  if (channel === null || state === 'closed') return null;
  return { channel, card: incidentCard(incident), liveCard: incidentCardOf(id) };
}

/** `northpay-success-rate`: what Slack takes as a channel's name. */
const channelNameOf = ({ metric, slice }: Alert): string =>
  [...Object.values(slice), metric]
    .join('-')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 60)
    .replaceAll(/^-|-$/g, '');

const alertsAtOnce = 5;

export const livingIncidents = ({
  advanceIncident: advance,
}: Pick<AlertService, 'advanceIncident'>): Living => ({ ...incidentLives, atOnce: 2, advance });

export const livingAlerts = ({ advance }: Pick<AlertService, 'advance'>): Living => ({
  ...alertLives,
  atOnce: alertsAtOnce,
  advance,
});
