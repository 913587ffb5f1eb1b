/**
 * Builds alerts: metrics, where they are counted and kept, and how people are notified.
 */
import { createIncidents, incidentLives } from '../adapters/postgres/incidents.js';
import { alertLives, createAlerts, createQuiets } from '../adapters/postgres/alerts.js';
import type { Database } from '../adapters/postgres/database.js';
import type { BooksEngine } from '../adapters/books/engine.js';
import { createInvariantSources } from '../adapters/books/invariant-sources.js';
import { createMetricBuckets, createSlowLimits } from '../adapters/postgres/metric-buckets.js';
import { createMetricSource } from '../adapters/books/metric-source.js';
import type { Announced } from '../alerts/announced.js';
import { createAlertDesk, type AlertService } from '../alerts/alerts.js';
import type { AlertNews } from '../alerts/deps.js';
import type { AlertDeps } from '../alerts/deps.js';
import { incidentCardOf, isArchived, roomCardOf } from '../alerts/incidents.js';
import { ownRecords } from '../alerts/invariants/own-records.js';
import { shippedInvariants } from '../alerts/invariants/shipped.js';
import { shippedMetrics } from '../alerts/shipped-metrics.js';
import { createChanges } from '../adapters/postgres/changes.js';
import { createPartnerStatuses } from '../adapters/postgres/partner-statuses.js';
import type { Config } from '../config/schema.js';
import { dayMs, hourMs, secondMs, type Clock } from '../kernel/clock.js';
import { isoDay } from '../kernel/calendar-day.js';
import { startOfDay } from '../kernel/time-zone.js';
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
import type { Invariant, InvariantSources } from '../ports/invariants.js';
import type { Metric } from '../ports/metrics.js';
import {
  alertCard,
  alertNewsCard,
  leadingFirst,
  metricOf,
  namedOf,
  plainAlertTitle,
  type ShownAlert,
} from '../views/alerts/alert.js';
import { incidentCard, incidentSummary, summaryCard } from '../views/alerts/incident.js';
import type { Surroundings } from '../views/alerts/surroundings.js';
import type { Startable } from '../views/remediation/start.js';
import { deadlinesFrom } from './deadlines.js';
import { calendarOf } from './calendars.js';
import { detectorOf } from './detectors/detectors.js';

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
  const metrics = runsShippedSql ? metricsOf(config) : ownMetricsOf(config);
  const around = surroundingsFrom(facts);
  const invariants = [...(runsShippedSql ? shippedInvariants : []), ...ownRecords, ...config.invariants];
  const named = namedOf({ metrics, invariants });
  const alerts = createAlerts(database);
  return createAlertDesk({
    alerts,
    quiets: createQuiets(database),
    metrics,
    invariants,
    sources: sourcesFrom(database, booksDatabase),
    source: createMetricSource(booksDatabase),
    buckets: createMetricBuckets(database),
    limits: createSlowLimits(database, clock),
    detectorOf,
    incidents: createIncidents(database),
    rooms,
    onCall: config.metrics.onCall,
    incidentFailures: config.metrics.incidentFailures ?? null,
    announced: config.metrics.announced.map(announcedFrom),
    handledIn: (id) => handledIn(config, id),
    deadlineBefore: deadlinesFrom({ partners: config.partners, database, clock }),
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
      const lead = alert.joined === null ? alert : await alerts.read(alert.joined);
      const channel = channelOf(config, lead);
      if (channel === null) return;
      const liveCard = liveCardOf(lead.id);
      const shownOf = (one: Alert): ShownAlert => ({ alert: one, metric: metricOf(named, one.metric) });
      const cardOf = async ([first = shownOf(alert), ...others]: ShownAlert[]) =>
        alertCard({ ...first, startable, surroundings: await around(first.alert), others });
      // The card of one that joined is rewritten by the one that it joined.
      if (alert === lead) {
        const shown = [lead, ...(await alerts.joinedTo(lead.id))].map(shownOf);
        await outbox.enqueue(tx, { channel, card: await cardOf(leadingFirst(shown, named)), liveCard });
      }
      if (news)
        await outbox.enqueue(tx, {
          channel,
          card: alertNewsCard(news, config.metrics.onCall),
          threadOf: liveCard,
        });
      if (!alert.incident?.open) return;
      for (const message of roomMessages(alert, await cardOf([shownOf(alert)]), news))
        await outbox.enqueue(tx, message);
    },
    ...incidentNews(outbox),
    clock,
    log,
  });
}

/** A name of yesterday will do. */
const names = { maxAgeMs: dayMs, atWorstMs: Infinity, patienceMs: 2 * secondMs };

/** Who took part; a person whom the workspace does not know is named by the ID. */
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
    const place = handledIn(config, metric);
    const kept = all.find((status) => status.partner === partner?.id);
    return {
      partner: partner && kept ? { name: partner.name, published: kept.published } : null,
      changes: suspects,
      runbook: runbookFor(metric, slice.partner ?? null),
      handledIn: place,
    };
  };
}

/** An own metric under the id of one that ships takes its place. */
const announcedFrom = ({
  from,
  to,
  timeZone,
  ...day
}: Config['metrics']['announced'][number]): Announced => ({
  ...day,
  from: startOfDay(isoDay(from), timeZone),
  until: startOfDay(isoDay(to + 1), timeZone),
});

/** Throws `invalid` for a calendar that there is not. */
export const ownMetricsOf = ({ metrics }: Config): Metric[] =>
  metrics.own.map(({ calendar, ...metric }) => ({
    ...metric,
    ...(calendar !== undefined && { calendar: calendarOf(calendar) }),
  }));

export const metricsOf = (config: Config): Metric[] => [
  ...shippedMetrics
    .filter(({ id }) => !config.metrics.own.some((own) => own.id === id))
    .map((metric) => ({
      ...metric,
      falseAlertsPerWeek: config.metrics.falseAlertsPerWeek ?? metric.falseAlertsPerWeek,
    })),
  ...ownMetricsOf(config),
];

/** Paydesk's own records, and the company's books. */
function sourcesFrom(own: Database, books: BooksEngine): InvariantSources {
  const [ours, theirs] = [createInvariantSources(own), createInvariantSources(books)];
  const of = ({ id }: Invariant): InvariantSources =>
    ownRecords.some((one) => one.id === id) ? ours : theirs;
  return {
    read: (invariant, now) => of(invariant).read(invariant, now),
    moved: (invariant, key) => of(invariant).moved(invariant, key),
  };
}

/** Where a card of another desk says the same. */
function handledIn(config: Config, id: string): string | null {
  const own = ownRecords.find((one) => one.id === id);
  if (!own) return null;
  if (own.handledBy === 'reconciliation') return config.channels.reconciliation ?? null;
  const provider = config.partners.find((partner) => partner.id === config.paymentsApi?.partner);
  return provider?.alertsChannel ?? config.channels.alerts ?? null;
}

/** Where the partner's alerts go, or all of them; null where there is no place, or a card in another one says the same. */
function channelOf(config: Config, { metric, slice }: Alert): string | null {
  if (handledIn(config, metric) !== null) return null;
  const { partners, channels } = config;
  const partner = partners.find(({ id }) => id === slice.partner);
  return partner?.alertsChannel ?? channels.alerts ?? null;
}

/** Under this key the card of an alert is live in the outbox. */
const liveCardOf = (id: string): string => `alert:${id}`;

/** Where news about an alert is posted; null where it is not posted. */
export function alertThreadsOf(
  config: Config,
  database: Database,
): (id: string) => Promise<{ channel: string; liveCard: string } | null> {
  const alerts = createAlerts(database);
  return async (id) => {
    const alert = await alerts.read(id);
    const lead = alert.joined === null ? alert : await alerts.read(alert.joined);
    const channel = channelOf(config, lead);
    return channel === null ? null : { channel, liveCard: liveCardOf(lead.id) };
  };
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

const incidentNews = (outbox: Outbox): Pick<AlertDeps, 'tellIncident' | 'tellSummary'> => ({
  tellIncident: async (tx, incident) => {
    const message = incidentMessage(incident);
    if (message) await outbox.enqueue(tx, message);
  },
  tellSummary: async (tx, { id, channel }, text) => {
    if (channel !== null) await outbox.enqueue(tx, { channel, card: summaryCard(id, text) });
  },
});

function incidentMessage(incident: Incident): OutgoingMessage | null {
  const { id, channel } = incident;
  if (channel === null || isArchived(incident)) return null;
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
