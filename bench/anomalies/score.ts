/** Alerts against the truth of a world: which fault each one is about, and what is left over. */
import { detectableFrom, distanceOf, type WorldEvent } from './changes.js';
import { bucketMinutes, bucketsPerDay, days, warmupDays } from './company.js';

export interface RaisedAlert {
  kind: 'rate' | 'volume';
  slice: Record<string, string>;
  /** Bucket indices. */
  raised: number;
  resolved: number | null;
}

export interface Judged {
  found: Map<WorldEvent, RaisedAlert[]>;
  /** About no fault: false. */
  stray: { alert: RaisedAlert; near: string | null }[];
}

const bands = [
  [detectableFrom, 7],
  [7, 10],
  [10, Infinity],
] as const;
/** An alert may come this long after the end of a fault and still be about it. */
const grace = 6;

const overlaps = (a: Record<string, string>, b: Record<string, string>): boolean =>
  Object.entries(a).every(([name, value]) => b[name] === undefined || b[name] === value);

export function judge(events: readonly WorldEvent[], alerts: readonly RaisedAlert[]): Judged {
  const found = new Map<WorldEvent, RaisedAlert[]>();
  const stray: Judged['stray'] = [];
  for (const alert of alerts) {
    const live = events.filter(
      (event) =>
        alert.raised >= event.from &&
        alert.raised < event.until + grace &&
        overlaps(event.slice, alert.slice),
    );
    const about =
      live.find(({ finds, slice }) => finds !== null && sameSlice(slice, alert.slice)) ??
      live.find(({ finds }) => finds === alert.kind) ??
      live.find(({ finds }) => finds !== null);
    if (about) found.set(about, [...(found.get(about) ?? []), alert]);
    else
      stray.push({
        alert,
        near:
          events.find(
            (event) =>
              alert.raised >= event.from &&
              alert.raised < event.until + 12 * 6 &&
              overlaps(event.slice, alert.slice),
          )?.kind ?? null,
      });
  }
  return { found, stray };
}

export const sameSlice = (a: Record<string, string>, b: Record<string, string>): boolean =>
  JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());

export interface Run {
  seed: number;
  events: WorldEvent[];
  judged: Judged;
}

export function summary(runs: Run[]): Record<string, unknown> {
  const faults = runs.flatMap(({ events, judged }) =>
    events
      .filter(({ finds }) => finds !== null)
      .map((event) => ({ event, alerts: judged.found.get(event) ?? [] })),
  );
  const detectable = faults.filter(({ event }) => (distanceOf(event) ?? 0) >= detectableFrom);
  const recall = (finds: 'rate' | 'volume'): string => {
    const of = detectable.filter(({ event }) => event.finds === finds);
    const hit = of.filter(({ alerts }) => alerts.length > 0).length;
    return `${hit}/${of.length} = ${(hit / of.length).toFixed(3)}`;
  };
  const byDistance = Object.fromEntries(
    bands.map(([low, high]) => {
      const of = detectable.filter(({ event }) => {
        const d = distanceOf(event)!;
        return event.finds === 'rate' && d >= low && d < high;
      });
      return [`d ${low} to ${high}`, `${of.filter(({ alerts }) => alerts.length > 0).length}/${of.length}`];
    }),
  );
  const byKind = Object.fromEntries(
    [...new Set(detectable.map(({ event }) => event.kind))].map((kind) => {
      const of = detectable.filter(({ event }) => event.kind === kind);
      const hit = of.filter(({ alerts }) => alerts.length > 0);
      const local = hit.filter(({ event, alerts }) => sameSlice(event.slice, alerts[0]!.slice)).length;
      return [kind, `${hit.length}/${of.length} P@1 ${local}/${hit.length}`];
    }),
  );
  const hits = detectable.filter(({ alerts }) => alerts.length > 0);
  const delays = (list: typeof hits): number[] =>
    list
      .map(({ event, alerts }) => (alerts[0]!.raised + 1 - event.from - event.offset) * bucketMinutes)
      .sort((a, b) => a - b);
  const quantile = (list: number[], q: number): number =>
    list[Math.min(list.length - 1, Math.floor(q * list.length))] ?? NaN;
  const oracle = detectable
    .filter(({ event }) => event.finds === 'rate')
    .map(({ event }) => ((event.knownAt ?? event.until) + 1 - event.from - event.offset) * bucketMinutes)
    .sort((a, b) => a - b);
  const stray = runs.flatMap(({ judged }) => judged.stray);
  const all = stray.length + faults.reduce((sum, { alerts }) => sum + Math.min(1, alerts.length), 0);
  const rateDelays = delays(hits.filter(({ event }) => event.finds === 'rate'));
  const volumeDelays = delays(hits.filter(({ event }) => event.finds === 'volume'));
  return {
    rateRecall: recall('rate'),
    volumeRecall: recall('volume'),
    rateByDistance: byDistance,
    byKind,
    precision: ((all - stray.length) / all).toFixed(3),
    falsePerDay: (stray.length / (runs.length * (days - warmupDays))).toFixed(3),
    strayNear: JSON.stringify(
      stray.reduce<Record<string, number>>(
        (sums, { near, alert }) => ({
          ...sums,
          [`${alert.kind} ${near}`]: (sums[`${alert.kind} ${near}`] ?? 0) + 1,
        }),
        {},
      ),
    ),
    duplicates: (
      faults.reduce((sum, { alerts }) => sum + Math.max(0, alerts.length - 1), 0) /
      faults.filter(({ alerts }) => alerts.length > 0).length
    ).toFixed(3),
    oracleRateMedian: quantile(oracle, 0.5),
    timeToDetect: `all median ${quantile(delays(hits), 0.5)} rate median ${quantile(rateDelays, 0.5)} p90 ${quantile(rateDelays, 0.9)}; volume median ${quantile(volumeDelays, 0.5)} p90 ${quantile(volumeDelays, 0.9)}`,
    precisionAtOne: (
      hits.filter(({ event, alerts }) => sameSlice(event.slice, alerts[0]!.slice)).length / hits.length
    ).toFixed(3),
    perBucket: bucketsPerDay,
  };
}
