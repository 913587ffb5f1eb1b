/**
 * Pictures of an alert for a terminal and for a file: the success, or the attempts, of its slice around the time of the alert.
 *
 * Invariant: a span without attempts is a gap and never a point.
 */
import { escapeXml } from './xml.js';

export interface Point {
  at: Date;
  /** Null where nothing is known. */
  value: number | null;
}

export interface Picture {
  title: string;
  /** From the lowest to the highest value, as people write them. */
  range: string;
  points: readonly Point[];
  /** The part that the alert is about. */
  from: Date;
  to: Date;
}

const bars = '▁▂▃▄▅▆▇█';

/** One character a point, from the lowest to the highest value. */
export function sparkline(points: readonly Point[]): string {
  const { low, high } = rangeOf(points);
  return points
    .map(({ value }) => {
      if (value === null) return ' ';
      const share = high > low ? (value - low) / (high - low) : 1;
      return bars[Math.min(bars.length - 1, Math.floor(share * bars.length))];
    })
    .join('');
}

export function rangeOf(points: readonly Point[]): { low: number; high: number } {
  const known = points.flatMap(({ value }) => (value === null ? [] : [value]));
  return { low: Math.min(...known), high: Math.max(...known) };
}

const width = 720;
const height = 130;
const margin = { left: 12, top: 30, bottom: 22 };

/** All of them below each other. */
export function svgOf(pictures: readonly Picture[]): string {
  const panels = pictures.map((picture, index) => panelOf(picture, index * height));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${Math.max(1, pictures.length) * height}" font-family="sans-serif" font-size="12">`,
    '<rect width="100%" height="100%" fill="white"/>',
    ...panels,
    '</svg>',
    '',
  ].join('\n');
}

function panelOf({ title, range, points, from, to }: Picture, top: number): string {
  const { low, high } = rangeOf(points);
  const [first = 0, last = 0] = [points[0]?.at.getTime(), points.at(-1)?.at.getTime()];
  const inside = { width: width - 2 * margin.left, height: height - margin.top - margin.bottom };
  const x = (at: Date): number =>
    margin.left +
    (inside.width * (Math.min(last, Math.max(first, at.getTime())) - first)) / Math.max(1, last - first);
  const y = (value: number): number =>
    top + margin.top + inside.height * (1 - (high > low ? (value - low) / (high - low) : 1));
  let isPen = false;
  const path = points.map(({ at, value }) => {
    if (value === null) {
      isPen = false;
      return '';
    }
    const step = `${isPen ? 'L' : 'M'}${x(at).toFixed(1)} ${y(value).toFixed(1)}`;
    isPen = true;
    return step;
  });
  const span = `x="${x(from).toFixed(1)}" width="${Math.max(2, x(to) - x(from)).toFixed(1)}"`;
  const times = `${new Date(first).toISOString().slice(0, 16)} to ${new Date(last).toISOString().slice(0, 16)} UTC`;
  return [
    `<text x="${margin.left}" y="${top + 18}">${escapeXml(title)}</text>`,
    `<rect ${span} y="${top + margin.top}" height="${inside.height}" fill="#f6c9c4"/>`,
    `<path d="${path.filter(Boolean).join(' ')}" fill="none" stroke="#2f5d8a" stroke-width="1.5"/>`,
    `<text x="${margin.left}" y="${top + height - 6}" fill="#666" font-size="10">${times}, ${range}</text>`,
  ].join('\n');
}
