/**
 * The arithmetic of charts: readable axis steps, and where a value lies.
 * Invariant: pure; works for empty, flat and negative data without dividing by zero.
 */
import { num, obj, objs, list, str, type Obj } from './json.js';

interface Series {
  name: string;
  /** One value per category; null where the series has none. */
  values: (number | null)[];
}

export interface Plot {
  categories: string[];
  series: Series[];
  xLabel: string;
  yLabel: string;
}

/** Reads a line, bar or area chart: series matched to the axis' categories by label. */
export function plotOf(chart: Obj): Plot {
  const axis = obj(chart.axis_config);
  const all = objs(chart.series);
  const named = list(axis.categories).map((each) => str(each));
  const categories = named.length > 0 ? named : objs(all[0]?.data).map((point) => str(point.label));
  const series = all.map((each) => ({ name: str(each.name), values: valuesOf(each, categories) }));
  return { categories, series, xLabel: str(axis.x_label), yLabel: str(axis.y_label) };
}

function valuesOf(series: Obj, categories: string[]): (number | null)[] {
  const byLabel = new Map(objs(series.data).map((point) => [str(point.label), num(point.value)]));
  return categories.map((category) => byLabel.get(category) ?? null);
}

/** Axis marks from at or below the least to at or above the greatest value, in steps of 1, 2 or 5 × 10ⁿ. */
export function axisTicks(values: number[], zeroBased: boolean): number[] {
  const low = Math.min(...values, zeroBased ? 0 : Infinity);
  const high = Math.max(...values, zeroBased ? 0 : -Infinity);
  if (!Number.isFinite(low) || !Number.isFinite(high)) return [0, 1];
  const step = niceStep((high - low || Math.abs(high) || 1) / 4);
  const first = Math.floor(low / step);
  const last = Math.max(first + 1, Math.ceil(high / step));
  return Array.from({ length: last - first + 1 }, (_, at) => Number(((first + at) * step).toPrecision(12)));
}

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((each) => each * power >= rough) ?? 10;
  return factor * power;
}

/** "1.2K", "3M", "0.25": short enough for an axis. */
export function shortNumber(value: number): string {
  return new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 2 }).format(value);
}

export interface Slice {
  label: string;
  value: number;
  /** Share of the whole, 0 to 1. */
  share: number;
  /** Where the slice begins, as a share of the circle. */
  from: number;
}

/** The slices of a pie; negative values count as nothing. */
export function slicesOf(chart: Obj): Slice[] {
  const parts = objs(chart.segments).map((each) => ({
    label: str(each.label),
    value: Math.max(0, num(each.value)),
  }));
  const total = parts.reduce((sum, each) => sum + each.value, 0) || 1;
  let from = 0;
  return parts.map((each) => {
    const slice = { ...each, share: each.value / total, from };
    from += slice.share;
    return slice;
  });
}

/** An SVG path of a slice of the circle with radius 1 around 0,0, starting at twelve o'clock. */
export function slicePath(from: number, share: number): string {
  if (share >= 0.9999) return 'M0,-1 A1,1 0 1 1 0,1 A1,1 0 1 1 0,-1 Z';
  const point = (turn: number): string =>
    `${Math.sin(turn * 2 * Math.PI).toFixed(4)},${(-Math.cos(turn * 2 * Math.PI)).toFixed(4)}`;
  return `M0,0 L${point(from)} A1,1 0 ${share > 0.5 ? 1 : 0} 1 ${point(from + share)} Z`;
}
