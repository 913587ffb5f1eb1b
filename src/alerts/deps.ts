/**
 * What alerts work with, and the shapes that this folder shares.
 */
import type { Clock } from '../kernel/clock.js';
import type { Log } from '../kernel/log.js';
import type { Alert, AlertFacts, Alerts, AlertSlice, judgedKinds, Quiets } from '../ports/alerts.js';
import type { Incident, IncidentEntry, IncidentRooms, Incidents } from '../ports/incidents.js';
import type { Invariant } from '../ports/invariants.js';
import type { AuditTrail } from '../ports/audit.js';
import type {
  Metric,
  MetricBucket,
  MetricBuckets,
  MetricCount,
  MetricSource,
  SlowLimits,
} from '../ports/metrics.js';
import type { Transaction, Transactions } from '../ports/transaction.js';
import type { Announced } from './announced.js';

/** What is said in the thread of an alert's card. */
export interface AlertNews {
  /** Whose doing it is; null for what Paydesk found. */
  by: string | null;
  text: string;
  /** Whether the people who are on call are mentioned. */
  calls: boolean;
}

/** A change that a detector sees and that is not over. */
export interface Detected {
  kind: (typeof judgedKinds)[number];
  slice: AlertSlice;
  onsetAt: Date;
  raisedAt: Date;
  facts: AlertFacts;
}

/** Why a slice raises nothing now, or does. */
export interface Sight {
  slice: AlertSlice;
  /** One sentence a line. */
  lines: readonly string[];
}

/** What is counted so far. */
export interface Glance {
  /** Buckets that have not ended, oldest first. */
  unfinished: readonly MetricBucket[];
  /** The last moments alone, whichever bucket they are in: there a sudden change is not thinned by the time before it. */
  recent: { from: Date; counts: readonly MetricCount[] };
  now: Date;
}

/** Watches one metric: causal, one step a bucket, the same after the same buckets. */
export interface Detector {
  observe(bucket: MetricBucket): void;
  /** A bucket that it observed has other counts now, because events came late. Null where what was judged stays judged. */
  correct: ((bucket: MetricBucket) => void) | null;
  /**
   * Looks at what is counted so far of buckets that have not ended; learns nothing. Answers from when on the last moments are
   * to be counted next time, because something began then; null for the last moments alone.
   */
  glance(glance: Glance): Date | null;
  /** Open after the newest bucket, and what the last glance showed. */
  detected(): Detected[];
  /** What it sees in a slice; null for a slice that it never saw. */
  sight(slice: AlertSlice): Sight | null;
}

/** A time that no alert sleeps past. */
export interface Deadline {
  at: Date;
  /** “dispute dp_1 is due then”. */
  what: string;
}

export interface AlertDeps {
  alerts: Alerts;
  quiets: Quiets;
  metrics: readonly Metric[];
  invariants: readonly Invariant[];
  source: MetricSource;
  buckets: MetricBuckets;
  limits: SlowLimits;
  detectorOf(metric: Metric): Detector;
  incidents: Incidents;
  rooms: IncidentRooms;
  /** User groups. */
  onCall: readonly string[];
  /** From so many unusual failures on, an alert opens an incident by itself; null for never. */
  incidentFailures: number | null;
  /** Days on which something unusual is expected. */
  announced: readonly Announced[];
  /** The first deadline before an instant: of a partner, or with null of all. */
  deadlineBefore(partner: string | null, before: Date): Promise<Deadline | null>;
  /** The channel where another card says what this metric's alerts say; null where only the alert says it. */
  handledIn(metric: string): string | null;
  titleOf(alert: Alert): string;
  channelNameOf(alert: Alert): string;
  /** Markdown. */
  summaryOf(
    incident: Incident,
    alerts: readonly Alert[],
    timeline: readonly IncidentEntry[],
  ): Promise<string>;
  audit: AuditTrail;
  transactions: Transactions;
  /** Enqueues the live card, and the news in its thread. */
  tell(tx: Transaction, alert: Alert, news: AlertNews | null): Promise<void>;
  /** Enqueues the live card of an incident, where it has a channel. */
  tellIncident(tx: Transaction, incident: Incident): Promise<void>;
  /** Enqueues the summary as a message, where no file can be. */
  tellSummary(tx: Transaction, incident: Incident, text: string): Promise<void>;
  clock: Clock;
  log: Log;
}

/** What the lives of alerts and incidents need: everything but the watch over metrics. */
export type LifeDeps = Omit<AlertDeps, 'metrics' | 'source' | 'buckets' | 'limits' | 'detectorOf'>;
