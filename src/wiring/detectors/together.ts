/**
 * Series that change together are one change: its slice is what they have in common, and its facts are those of the first of them.
 */
import type { AlertSlice } from '../../ports/alerts.js';
import { OpsError } from '../../kernel/errors.js';
import { minuteMs } from '../../kernel/clock.js';
import type { Metric } from '../../ports/metrics.js';

export interface Changed<Change> {
  values: readonly string[];
  change: Change;
}

/** What begins further apart has another cause. */
const togetherMs = 30 * minuteMs;

/** Groups in the order of their begin; within each the series that `weightOf` puts first is first. */
export function together<Change>(
  changed: readonly Changed<Change>[],
  beganOf: (change: Change) => number,
  weightOf: (change: Change) => number,
): Changed<Change>[][] {
  const groups: { began: number; of: Changed<Change>[] }[] = [];
  for (const one of [...changed].sort((a, b) => beganOf(a.change) - beganOf(b.change))) {
    const began = beganOf(one.change);
    const group = groups.at(-1);
    if (group && began - group.began <= togetherMs) group.of.push(one);
    else groups.push({ began, of: [one] });
  }
  return groups.map(({ of }) => of.sort((a, b) => weightOf(b.change) - weightOf(a.change)));
}

/** The values that all have. */
export const commonSlice = ({ dimensions }: Metric, group: readonly Changed<unknown>[]): AlertSlice =>
  Object.fromEntries(
    dimensions.flatMap((name, at) => {
      const value = group[0]?.values[at] ?? '';
      return group.every(({ values }) => values[at] === value) ? [[name, value]] : [];
    }),
  );

export const sliceOf = ({ dimensions }: Metric, values: readonly string[]): AlertSlice =>
  Object.fromEntries(dimensions.map((name, at) => [name, values[at] ?? '']));

const isInSlice = ({ dimensions }: Metric, slice: AlertSlice, values: readonly string[]): boolean =>
  dimensions.every((name, at) => slice[name] === undefined || slice[name] === values[at]);

/** The series of a metric, one for each combination of values; bounded, because each has a memory of its own. */
export class SeriesOfMetric<Kept> {
  readonly all = new Map<string, { values: readonly string[]; series: Kept }>();

  constructor(
    private readonly metric: Metric,
    private readonly most: number,
    private readonly make: () => Kept,
  ) {}

  of(values: readonly string[]): Kept {
    const key = JSON.stringify(values);
    const known = this.all.get(key);
    if (known) return known.series;
    if (this.all.size >= this.most)
      throw new OpsError(
        'misconfigured',
        `The metric ${this.metric.id} has more than ${this.most} slices, the most for the kind ${this.metric.kind}.`,
        { hint: 'Remove a dimension, or leave rare values out in its SQL.' },
      );
    const series = this.make();
    this.all.set(key, { values, series });
    return series;
  }

  in(slice: AlertSlice): { values: readonly string[]; series: Kept }[] {
    return [...this.all.values()].filter(({ values }) => isInSlice(this.metric, slice, values));
  }
}
