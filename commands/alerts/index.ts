/**
 * `/alerts`: what is wrong now, why, and who is on it?
 */
import { dayMs, hourMs } from '../../src/kernel/clock.js';
import { formatDuration, takeDuration } from '../../src/kernel/duration.js';
import { OpsError } from '../../src/kernel/errors.js';
import { nearest } from '../../src/kernel/nearest.js';
import type { AlertSlice } from '../../src/ports/alerts.js';
import type { Card } from '../../src/ports/card.js';
import type { Command } from '../../src/ports/command.js';
import type { Metric } from '../../src/ports/metrics.js';
import { alertCard, alertIds, alertListCard, metricOf, namedOf } from '../../src/views/alerts/alert.js';
import { precisionCard, quietCard, runbookCard, sightCard } from '../../src/views/alerts/answers.js';
import { startableIn } from '../../src/views/remediation/start.js';
import { requireLookups } from '../door.js';
import { refuseNearMiss } from '../../src/kernel/nearest.js';
import { connected, type AlertsDeps } from './deps.js';
import { incidentActions, incidentSubmissions } from './incidents.js';

export type { AlertsDeps } from './deps.js';

const snoozeMs = hourMs;
const quietMaxMs = 7 * dayMs;

export const alertsCommand: Command<AlertsDeps> = {
  name: '/alerts',
  summary: 'Open alerts: what changed, where, and who is on it',
  usageHint: '[ALR-7 | why <metric> | quiet <metric> 2h]',
  examples: [
    { text: '/alerts', does: 'open alerts, and those that recovered in the last day' },
    { text: '/alerts ALR-7', does: 'one alert' },
    {
      text: '/alerts why authorisation-success partner=northpay',
      does: 'what the detector sees in a slice, and why it raises no alert',
    },
    { text: '/alerts quiet authorisation-success 2h', does: 'silence a metric’s alerts for a while' },
    { text: '/alerts precision', does: 'how many alerts people marked as not an anomaly, by metric' },
  ],
  run: async ({ text, answer, person }, desk) => {
    await requireLookups(desk, person.userId, 'Alerts');
    return answer.privately(await cardFor(text.trim(), person.userId, desk));
  },
  actions: {
    [alertIds.show]: async ({ value, answer, person }, desk) => {
      await requireLookups(desk, person.userId, 'Alerts');
      return answer.privately(await oneCard(value, desk));
    },
    [alertIds.acknowledge]: async ({ value, person }, desk) => {
      await requireLookups(desk, person.userId, 'Alerts');
      await connected(desk).acknowledge(value, person.userId);
    },
    [alertIds.snooze]: async ({ value, person }, desk) => {
      await requireLookups(desk, person.userId, 'Alerts');
      const until = new Date(desk.clock.now().getTime() + snoozeMs);
      await connected(desk).snooze(value, person.userId, until);
    },
    [alertIds.dismiss]: async ({ value, person }, desk) => {
      await requireLookups(desk, person.userId, 'Alerts');
      await connected(desk).dismiss(value, person.userId);
    },
    [alertIds.runbook]: async ({ value, answer, person }, desk) => {
      await requireLookups(desk, person.userId, 'Alerts');
      const { runbook } = await desk.surroundingsOf(await connected(desk).read(value));
      if (!runbook) throw new OpsError('not_found', 'The runbook for this alert no longer exists.');
      return answer.privately(runbookCard(runbook));
    },
    ...incidentActions,
  },
  submissions: incidentSubmissions,
};

async function cardFor(text: string, personId: string, desk: AlertsDeps): Promise<Card> {
  const [word = '', ...rest] = text.split(/\s+/);
  switch (word.toLowerCase()) {
    case '':
    case 'list':
      return listCard(desk);
    case 'why':
      return whyCard(rest, desk);
    case 'quiet':
      return quieted(rest, personId, desk);
    case 'precision':
      return precisionCard(
        await connected(desk).precision(new Date(desk.clock.now().getTime() - 90 * dayMs)),
      );
    case 'show':
      return oneCard(rest[0] ?? '', desk);
    default:
      if (!/\d/.test(word)) refuseNearMiss('/alerts', word, ['why', 'quiet', 'precision', 'show', 'help']);
      return oneCard(word, desk);
  }
}

async function listCard(desk: AlertsDeps): Promise<Card> {
  const alerts = connected(desk);
  const now = desk.clock.now();
  const [active, recent] = await Promise.all([
    alerts.active(),
    alerts.recent(new Date(now.getTime() - dayMs)),
  ]);
  return alertListCard({ active, recent, metrics: namedOf(alerts), now });
}

async function oneCard(typed: string, desk: AlertsDeps): Promise<Card> {
  const alerts = connected(desk);
  const alert = await alerts.read(/^\d+$/.test(typed) ? `ALR-${typed}` : typed.toUpperCase());
  return alertCard({
    alert,
    metric: metricOf(namedOf(alerts), alert.metric),
    startable: startableIn(desk),
    surroundings: await desk.surroundingsOf(alert),
  });
}

async function whyCard([id = '', ...pairs]: string[], desk: AlertsDeps): Promise<Card> {
  const alerts = connected(desk);
  const metric = requireMetric(id, alerts.metrics);
  const slice = sliceOf(pairs, metric);
  return sightCard({ metric, slice, sight: await alerts.sight(metric.id, slice), now: desk.clock.now() });
}

async function quieted([id = '', ...words]: string[], personId: string, desk: AlertsDeps): Promise<Card> {
  const alerts = connected(desk);
  const metric = requireMetric(id, alerts.metrics);
  const taken = takeDuration(words.filter((word) => word !== 'until' && word !== 'for').join(' '));
  const durationMs = taken?.rest.trim() === '' ? taken.durationMs : 0;
  if (durationMs <= 0 || durationMs > quietMaxMs)
    throw new OpsError('invalid', `Say for how long: up to ${formatDuration(quietMaxMs)}.`, {
      hint: `Example: \`/alerts quiet ${metric.id} 2h\``,
    });
  const until = new Date(desk.clock.now().getTime() + durationMs);
  await alerts.quiet(metric.id, until, personId);
  return quietCard(metric, until);
}

function requireMetric(id: string, metrics: readonly Metric[]): Metric {
  const metric = metrics.find((candidate) => candidate.id === id.toLowerCase());
  if (metric) return metric;
  const ids = metrics.map((candidate) => candidate.id);
  const guess = nearest(id.slice(0, 60), ids);
  throw new OpsError('invalid', id === '' ? 'Which metric?' : 'Unknown metric.', {
    hint: id === '' || guess === null ? `Metrics: ${ids.join(', ')}` : `Did you mean ${guess}?`,
  });
}

/** `partner=northpay country=DE`. */
function sliceOf(pairs: readonly string[], { dimensions }: Metric): AlertSlice {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [name = '', ...value] = pair.split('=');
      if (dimensions.includes(name) && value.length > 0) return [name, value.join('=')];
      throw new OpsError('invalid', 'Write a slice as dimension=value.', {
        hint: `Dimensions: ${dimensions.join(', ')}. Example: \`${dimensions[0] ?? 'partner'}=northpay\``,
      });
    }),
  );
}
