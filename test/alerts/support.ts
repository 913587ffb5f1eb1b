/**
 * Alerts on a real database with a detector that does as it is told, and incident channels in the stand-in for Slack.
 */
import { createAlerts, createQuiets } from '../../src/adapters/postgres/alerts.js';
import { createAuditStore } from '../../src/adapters/postgres/audit.js';
import { createIncidents } from '../../src/adapters/postgres/incidents.js';
import { createMetricBuckets, createSlowLimits } from '../../src/adapters/postgres/metric-buckets.js';
import { slackClient } from '../../src/adapters/slack/client.js';
import { createIncidentRooms } from '../../src/adapters/slack/incident-rooms.js';
import { createAlertDesk, type AlertService } from '../../src/alerts/alerts.js';
import type { InvariantDeps } from '../../src/alerts/invariants/watch.js';
import type { AlertDeps, AlertNews, Detected } from '../../src/alerts/deps.js';
import { incidentCardOf, isArchived, roomCardOf } from '../../src/alerts/incidents.js';
import { createAuditTrail } from '../../src/audit/trail.js';
import { dayMs, minuteMs, type Clock, type FixedClock } from '../../src/kernel/clock.js';
import { OpsError } from '../../src/kernel/errors.js';
import { silentLog } from '../../src/kernel/log.js';
import { Secret } from '../../src/kernel/secret.js';
import type { Alert } from '../../src/ports/alerts.js';
import type { Metric, MetricBucket } from '../../src/ports/metrics.js';
import { incidentCard, incidentSummary, summaryCard } from '../../src/views/alerts/incident.js';
import { card, createWire, type OutboxBench, type Wire } from '../outbox/support.js';

export const metric: Metric = {
  id: 'success',
  name: 'Success rate',
  kind: 'rate',
  dimensions: ['partner'],
  bucketMs: 5 * minuteMs,
  lagMs: minuteMs,
  falseAlertsPerWeek: 0.5,
  sql: '',
};

/** What the world shows to every replica, and what became known of it. */
export interface Stage {
  bench: Pick<OutboxBench, 'db' | 'outbox' | 'slack'> & { clock: Clock & Partial<FixedClock> };
  told: { alert: Alert; news: AlertNews | null }[];
  /** What the detector sees after the newest bucket. */
  seen: Detected[];
  observed: MetricBucket[];
  corrected: MetricBucket[];
  /** Of the attempts of a bucket, as they are known now. */
  failures: (at: Date) => number;
  glanced: MetricBucket[];
  /** Begin of the newest bucket with data; null for a source that fails. */
  dataUntil: Date | null;
  /** Eight weeks of buckets are stored only where a test is about them. */
  dataFrom: Date;
}

export const stageOn = (bench: Stage['bench']): Stage => ({
  bench,
  told: [],
  seen: [],
  observed: [],
  corrected: [],
  failures: () => 1,
  glanced: [],
  dataUntil: new Date('2100-01-01T00:00:00Z'),
  dataFrom: new Date(bench.clock.now().getTime() - dayMs),
});

const bucketAt = (at: Date, failures: number): MetricBucket => ({
  at,
  counts: [{ values: ['northpay'], attempts: 10, failures }],
});

/** A replica: what it remembers is gone with it. `wire` carries its calls to Slack. */
export const replica = (
  stage: Stage,
  over: Partial<AlertDeps> = {},
  wire: Wire = createWire(),
): AlertService => createAlertDesk({ ...depsOn(stage, wire), ...over });

export function depsOn(stage: Stage, wire: Wire = createWire()): AlertDeps & InvariantDeps {
  const { bench } = stage;
  const { apiUrl, botToken } = bench.slack.slack.credentials;
  const titleOf = ({ id }: Alert): string => `${id} is bad`;
  return {
    alerts: createAlerts(bench.db),
    quiets: createQuiets(bench.db),
    metrics: [metric],
    invariants: [],
    sources: { read: () => Promise.resolve([]), moved: () => Promise.resolve([]) },
    source: {
      read: (_metric, { from, to }) => {
        const { dataFrom, dataUntil } = stage;
        if (dataUntil === null) throw new OpsError('unavailable', 'The books are down.');
        const buckets = [];
        for (let at = from.getTime(); at < to.getTime() && at <= dataUntil.getTime(); at += metric.bucketMs)
          if (at >= dataFrom.getTime()) buckets.push(bucketAt(new Date(at), stage.failures(new Date(at))));
        return Promise.resolve(buckets);
      },
      slowLimits: () => Promise.resolve([]),
      failedAmounts: () => Promise.resolve([]),
    },
    buckets: createMetricBuckets(bench.db),
    limits: createSlowLimits(bench.db, bench.clock),
    detectorOf: () => ({
      observe: (bucket) => void stage.observed.push(bucket),
      correct: (bucket) => void stage.corrected.push(bucket),
      glance: ({ unfinished }) => {
        stage.glanced.push(...unfinished);
        return null;
      },
      detected: () => stage.seen,
      sight: () => null,
    }),
    incidents: createIncidents(bench.db),
    rooms: createIncidentRooms(
      slackClient(new Secret(botToken), apiUrl, silentLog, { fetch: wire.fetch }),
      (durationMs) => Promise.resolve(bench.clock.advance?.(durationMs)),
    ),
    onCall: [],
    incidentFailures: null,
    announced: [],
    handledIn: () => null,
    deadlineBefore: () => Promise.resolve(null),
    titleOf,
    channelNameOf: () => 'northpay',
    summaryOf: (incident, alerts, timeline) =>
      Promise.resolve(
        incidentSummary({
          names: new Map(),
          incident,
          alerts: alerts.map((alert) => ({ alert, title: titleOf(alert) })),
          timeline,
        }),
      ),
    audit: createAuditTrail(createAuditStore(bench.db)),
    transactions: bench.db,
    tell: async (tx, alert, news) => {
      stage.told.push({ alert, news });
      const { incident } = alert;
      if (!incident?.open || incident.channel === null) return;
      const { id, channel } = incident;
      await bench.outbox.enqueue(tx, {
        channel,
        card: card(titleOf(alert)),
        liveCard: roomCardOf(alert.id, id),
      });
      if (news) await bench.outbox.enqueue(tx, { channel, card: card(news.text) });
    },
    tellIncident: async (tx, incident) => {
      const { id, channel } = incident;
      if (channel === null || isArchived(incident)) return;
      await bench.outbox.enqueue(tx, { channel, card: incidentCard(incident), liveCard: incidentCardOf(id) });
    },
    tellSummary: async (tx, { id, channel }, text) => {
      if (channel !== null) await bench.outbox.enqueue(tx, { channel, card: summaryCard(id, text) });
    },
    clock: bench.clock,
    log: silentLog,
  };
}

export const change = (stage: Stage, changed: Partial<Detected> = {}): Detected => ({
  kind: 'rate',
  slice: { partner: 'northpay' },
  onsetAt: stage.bench.clock.now(),
  raisedAt: stage.bench.clock.now(),
  facts: { attempts: 100, failures: 40, expected: 10, shareExplained: 0.9, reason: 'evidence' },
  ...changed,
});
