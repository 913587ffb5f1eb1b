/**
 * Fills in the form of a pause from the open alert of a partner: why, for how long, and the route that most of the failing
 * traffic takes. People correct it instead of copying it.
 *
 * Invariant: a platform that does not answer leaves the route open; without an alert there is nothing to say.
 */
import { hourMs, minuteMs, type Clock } from '../../src/kernel/clock.js';
import type { Alert, AlertSlice } from '../../src/ports/alerts.js';
import type { Operations, Route } from '../../src/ports/operations.js';
import { plainAlertTitle } from '../../src/views/alerts/alert.js';
import type { PartnerDeps } from './deps.js';

export interface PauseDeps extends Pick<PartnerDeps, 'alerts'> {
  /** Null where the platform is not connected. */
  operations: Pick<Operations, 'routes'> | null;
  clock: Clock;
}

/** People look again within that time; the platform resumes by itself after it. */
const usualPauseMs = hourMs;
/** A time that people can read out. */
const roundedToMs = 5 * minuteMs;
/** People wait for the form, and Slack opens none after three seconds. */
const withinMs = 1000;

export async function pausePrefill(id: string, desk: PauseDeps): Promise<Record<string, string>> {
  const [alerts, routes] = await Promise.all([
    desk.alerts?.active().catch(() => []) ?? [],
    desk.operations?.routes(id, AbortSignal.timeout(withinMs)).catch(() => null) ?? null,
  ]);
  const [alert] = alerts
    .filter(({ slice }) => slice.partner === id)
    .sort((a, b) => a.onsetAt.getTime() - b.onsetAt.getTime());
  if (!alert) return {};
  const endMs = desk.clock.now().getTime() + usualPauseMs;
  const busiest = routes?.rows
    .filter((route) => route.state === 'active' && carries(route, alert.slice))
    .sort((a, b) => b.volume.count - a.volume.count)[0];
  return {
    ...(busiest && { route: busiest.id }),
    until: String((Math.ceil(endMs / roundedToMs) * roundedToMs) / 1000),
    reason: reasonOf(alert, desk),
  };
}

/** Whether traffic of a slice can take the route. */
const carries = ({ method, country }: Route, slice: AlertSlice): boolean =>
  (slice.method === undefined || slice.method === method) &&
  (slice.country === undefined || country === null || slice.country === country);

function reasonOf(alert: Alert, { alerts }: PauseDeps): string {
  const metric = alerts?.metrics.find(({ id }) => id === alert.metric);
  return metric === undefined ? alert.id : `${alert.id}: ${plainAlertTitle(alert, metric)}`;
}
