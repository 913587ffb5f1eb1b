/**
 * Alerts as the rest of the house sees them: one record of verbs.
 */
import type { Living } from '../ports/lives.js';
import type { Alert, Precision } from '../ports/alerts.js';
import type { Metric } from '../ports/metrics.js';
import type { AlertDeps } from './deps.js';
import { acknowledge, advanceAlert, dismiss, snooze } from './life.js';
import { createWatch, type Watch } from './watch.js';

export interface AlertService extends Watch {
  metrics: readonly Metric[];
  active(): Promise<Alert[]>;
  recent(since: Date): Promise<Alert[]>;
  read(id: string): Promise<Alert>;
  precision(since: Date): Promise<Precision[]>;
  /** Of a partner, opened in a span and not dismissed. */
  openedOf(partner: string, from: Date, to: Date): Promise<Alert[]>;
  acknowledge(id: string, personId: string): Promise<Alert>;
  snooze(id: string, personId: string, until: Date): Promise<Alert>;
  dismiss(id: string, personId: string): Promise<Alert>;
  /** Nobody is notified of a metric's alerts until a time. */
  quiet(metric: string, until: Date, personId: string): Promise<void>;
  advance: Living['advance'];
}

const listed = 50;
const mostOpened = 500;

export function createAlertDesk(deps: AlertDeps): AlertService {
  return {
    ...createWatch(deps),
    metrics: deps.metrics,
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
    advance: (id) => advanceAlert(deps, id),
  };
}
