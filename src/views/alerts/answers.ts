/**
 * Private answers about metrics: what a detector sees, quiet times, and measured precision.
 */
import type { Sight } from '../../alerts/deps.js';
import type { AlertSlice, Precision } from '../../ports/alerts.js';
import type { Runbook } from '../../ports/runbooks.js';
import { redactCardNumbers } from '../../kernel/sensitive.js';
import type { Card, CardBlock } from '../../ports/card.js';
import { cardOf, context, escape, instant, section, sections } from '../kit/blocks.js';
import { sliceWords, type AlertMetric } from './alert.js';

export interface SightModel {
  metric: AlertMetric;
  slice: AlertSlice;
  sight: Sight | null;
  now: Date;
}

export function sightCard({ metric, slice, sight, now }: SightModel): Card {
  const where = sliceWords(slice) === '' ? 'everything together' : sliceWords(slice);
  const title = `${escape(metric.name)}, ${where}`;
  if (sight === null)
    return cardOf(`${title}: not seen yet`, [
      section(`*${title}: not seen yet*`),
      context(
        'Either the books have nothing in this slice, or it is so rare that it counts as “other”, or Paydesk has only just begun to watch this metric.',
      ),
    ]);
  return cardOf(title, [
    section(`*${title}*`),
    ...sections(sight.lines.map((line) => escape(line, 300))),
    context(`as of ${instant(now)}`),
  ]);
}

export const quietCard = (metric: AlertMetric, until: Date): Card => {
  const line = `${escape(metric.name)} is quiet until ${instant(until)}: its alerts send no notifications.`;
  return cardOf(line, [section(`:no_bell: ${line}`)]);
};

export function precisionCard(rows: readonly Precision[]): Card {
  const title = 'Precision of alerts, last 90 days';
  const lines = rows.map(
    ({ metric, alerts, dismissed }) =>
      `${escape(metric)}: ${alerts - dismissed} of ${alerts} alerts were right; ${dismissed} marked as not an anomaly`,
  );
  return cardOf(title, [section(`*${title}*`), ...sections(lines.length === 0 ? ['No alerts yet.'] : lines)]);
}

/** Slack draws Markdown itself; its limit is for the whole message. */
const markdownMax = 11_000;

/** The company's own file, shown as it is written. */
export const runbookCard = ({ title, text }: Runbook): Card => ({
  text: `Runbook: ${escape(title)}`,
  blocks: [{ type: 'markdown', text: redactCardNumbers(text).slice(0, markdownMax) } as CardBlock],
});
