/**
 * The last 24 hours of an alert's slice as Slack's own chart, with the band that is usual.
 *
 * Invariant: within what Slack takes: 20 points, and every series has every label. Its type is not in the library yet.
 */
import type { Alert } from '../../ports/alerts.js';
import type { CardBlock } from '../../ports/card.js';
import type { Metric } from '../../ports/metrics.js';

/** Fewer points are no line. */
const fewestPoints = 3;
const titleMax = 50;

export function dayChart({ facts, state }: Alert, { name }: Pick<Metric, 'name'>): CardBlock[] {
  const day = facts.day ?? [];
  const last = day.at(-1);
  if (!last || day.length < fewestPoints) return [];
  const now = { ...last, success: facts.attempts === 0 ? last.success : 1 - facts.failures / facts.attempts };
  const points = [
    ...day.map((span) => ({ label: `${span.at.slice(11, 13)}:00`, span })),
    ...(state === 'resolved' ? [] : [{ label: 'since it began', span: now }]),
  ];
  const seriesOf = (title: string, key: 'success' | 'low' | 'high') => ({
    name: title,
    data: points.map(({ label, span }) => ({ label, value: Math.round(span[key] * 1000) / 10 })),
  });
  const block = {
    type: 'data_visualization',
    title: `${name}, last 24 h`.slice(0, titleMax),
    chart: {
      type: 'line',
      series: [
        seriesOf('Now', 'success'),
        seriesOf('Usual, at least', 'low'),
        seriesOf('Usual, at most', 'high'),
      ],
      axis_config: { categories: points.map(({ label }) => label), x_label: 'UTC', y_label: '%' },
    },
  };
  return [block];
}
