/**
 * What the partner says about its own health: an alert for each outage, by event and in a list.
 * Invariant: told from the world's disturbances alone, so a restart tells the same again.
 */
import type { Disturbance } from '../world/disturbances.js';
import { paymentsApiPartner } from '../world/partners.js';
import type { World } from '../world/world.js';
import type { Call } from './api.js';
import { missingResource } from './errors.js';
import type { ApiObject } from './objects/api-object.js';
import { allowOnly } from './params.js';

const isoTime = (ms: number): string => new Date(ms).toISOString();

const outagesOf = ({ disturbances }: World): Disturbance[] =>
  disturbances
    .list()
    .filter(
      ({ name, partnerId }) =>
        name === 'partner-outage' && (partnerId ?? paymentsApiPartner) === paymentsApiPartner,
    );

const alertIdOf = ({ fromMs }: Disturbance): string => `hlth_${fromMs.toString(36)}`;
const summary = 'Requests to /v1/payment_intents fail more often than usual.';

const alertOf = (outage: Disturbance): ApiObject => ({
  object: 'v2.core.health.alert',
  id: alertIdOf(outage),
  created: isoTime(outage.fromMs),
  documentation_links: [],
  grouping_key: 'api_error:payment_intents',
  grouping_type: 'standalone',
  livemode: false,
  resolved_at: outage.toMs === null ? null : isoTime(outage.toMs),
  severity: 'critical',
  started_at: isoTime(outage.fromMs),
  status: outage.toMs === null ? 'open' : 'resolved',
  summary,
  type: 'api_error',
});

const steps = ['firing', 'resolved'] as const;

function eventOf(outage: Disturbance, step: (typeof steps)[number]): ApiObject | null {
  const { fromMs, toMs } = outage;
  const atMs = step === 'firing' ? fromMs : toMs;
  if (atMs === null) return null;
  const alert = alertIdOf(outage);
  return {
    object: 'v2.core.event',
    id: `evt_${alert}_${step}`,
    type: `v2.core.health.api_error.${step}`,
    created: isoTime(atMs),
    livemode: false,
    related_object: { id: alert, type: 'v2.core.health.alert', url: `/v2/core/health/alerts/${alert}` },
  };
}

/** As webhooks carry them: without data. */
export const healthNotices = (world: World, nowMs: number): ApiObject[] =>
  outagesOf(world)
    .flatMap((outage) => steps.map((step) => eventOf(outage, step)))
    .filter((event) => event !== null)
    .filter(({ created }) => Date.parse(String(created)) <= nowMs);

export function retrieveHealthEvent({ api, form, args: [id = ''] }: Call): ApiObject {
  allowOnly(form, []);
  for (const outage of outagesOf(api.world))
    for (const step of steps) {
      const event = eventOf(outage, step);
      if (event?.id === id) return { ...event, data: dataOf(outage, step) };
    }
  throw missingResource('event', id);
}

function dataOf(outage: Disturbance, step: (typeof steps)[number]): object {
  const { grouping_key, started_at, resolved_at, severity } = alertOf(outage);
  const when = step === 'firing' ? { started_at } : { started_at, resolved_at };
  return { alert_id: alertIdOf(outage), grouping_key, severity, summary, ...when };
}

export function listHealthAlerts({ api, form }: Call): unknown {
  allowOnly(form, ['limit', 'created_gte']);
  const from = typeof form.created_gte === 'string' ? Date.parse(form.created_gte) : -Infinity;
  const data = outagesOf(api.world)
    .filter(({ fromMs }) => fromMs >= from)
    .map(alertOf)
    .toReversed();
  return { data, next_page_url: null, previous_page_url: null };
}
