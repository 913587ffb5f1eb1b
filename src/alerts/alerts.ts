/**
 * Alerts as the rest of the house sees them: one record of verbs.
 */
import { dayMs } from '../kernel/clock.js';
import { repairCards } from '../lifecycle/cards.js';
import type { Incident } from '../ports/incidents.js';
import type { Living } from '../ports/lives.js';
import type { Alert, Precision } from '../ports/alerts.js';
import type { Metric } from '../ports/metrics.js';
import type { AlertDeps } from './deps.js';
import { advanceIncident, closeIncident } from './incidents.js';
import type { Invariant } from '../ports/invariants.js';
import { createInvariantWatch, type InvariantDeps, type InvariantWatch } from './invariants/watch.js';
import { acknowledge, advanceAlert, dismiss, snooze, takeToIncident } from './life.js';
import { createWatch, type Watch } from './watch.js';

export interface AlertService extends Watch, InvariantWatch {
  metrics: readonly Metric[];
  invariants: readonly Invariant[];
  active(): Promise<Alert[]>;
  recent(since: Date): Promise<Alert[]>;
  read(id: string): Promise<Alert>;
  precision(since: Date): Promise<Precision[]>;
  /** Of a partner, opened in a span and not dismissed. */
  openedOf(partner: string, from: Date, to: Date): Promise<Alert[]>;
  acknowledge(id: string, personId: string): Promise<Alert>;
  snooze(id: string, personId: string, until: Date): Promise<Alert>;
  dismiss(id: string, personId: string): Promise<Alert>;
  /** Silences a metric's alerts until a time. */
  quiet(metric: string, until: Date, personId: string): Promise<void>;
  takeToIncident(id: string, personId: string): Promise<Alert>;
  incident(id: string): Promise<Incident>;
  closeIncident(id: string, closing: { by: string; cause: string; impact: string }): Promise<unknown>;
  advance: Living['advance'];
  advanceIncident: Living['advance'];
  /** How many cards that were behind it rewrote. */
  repairCards(): Promise<number>;
}

const listed = 50;
/** Older cards have scrolled away. */
const repairedMs = 7 * dayMs;
const repairedMax = 200;
const mostOpened = 500;

export function createAlertDesk(deps: AlertDeps & InvariantDeps): AlertService {
  return {
    ...createWatch(deps),
    ...createInvariantWatch(deps),
    metrics: deps.metrics,
    invariants: deps.invariants,
    active: () => deps.alerts.active(null),
    recent: (since) => deps.alerts.resolvedSince(since, listed),
    read: (id) => deps.alerts.read(id),
    openedOf: (partner, from, to) => deps.alerts.openedOf(partner, from, to, mostOpened),
    precision: (since) => deps.alerts.precision(since),
    acknowledge: (id, personId) => acknowledge(deps, id, personId),
    snooze: (id, personId, until) => snooze(deps, id, personId, until),
    dismiss: (id, personId) => dismiss(deps, id, personId),
    quiet: (metric, until, by) =>
      deps.transactions.run(async (tx) => {
        await deps.quiets.put(tx, { metric, until, by });
        await deps.audit.append(tx, {
          kind: 'alert.quieted',
          actor: by,
          subjects: [metric],
          why: null,
          details: { until: until.toISOString() },
        });
      }),
    takeToIncident: (id, personId) => takeToIncident(deps, id, personId),
    incident: (id) => deps.incidents.read(id),
    closeIncident: (id, closing) => closeIncident(deps, id, closing),
    advance: (id) => advanceAlert(deps, id),
    advanceIncident: (id, lease) => advanceIncident(deps, id, lease),
    repairCards: () => repairStaleCards(deps),
  };
}

async function repairStaleCards(deps: AlertDeps): Promise<number> {
  const { alerts, incidents, clock } = deps;
  const since = new Date(clock.now().getTime() - repairedMs);
  const ofAlerts = await repairCards({
    ...deps,
    stale: () => alerts.withStaleCards(since, repairedMax),
    show: async (tx, id) => deps.tell(tx, await alerts.take(tx, id), null),
  });
  const ofIncidents = await repairCards({
    ...deps,
    stale: () => incidents.withStaleCards(since, repairedMax),
    show: async (tx, id) => deps.tellIncident(tx, await incidents.take(tx, id)),
  });
  return ofAlerts + ofIncidents;
}
