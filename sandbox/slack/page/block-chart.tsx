/**
 * The `data_visualization` block as SVG: line, bar, area and pie.
 * Invariant: every number drawn is also in a table for screen readers; colours can be distinguished without relying on
 * order alone, as each has its name in the legend.
 */
import type { VNode } from 'preact';
import type { BlockProps } from './parts.js';
import { axisTicks, plotOf, shortNumber, slicePath, slicesOf, type Plot, type Slice } from './chart-scale.js';
import { obj, str } from './json.js';
import { Unknown } from './unknown.js';

const chartWidth = 600;
const height = 250;
const left = 54;
const right = 14;
const top = 12;
const bottom = 46;
const plotWidth = chartWidth - left - right;
const plotHeight = height - top - bottom;
const labelCountMax = 8;

export function Chart({ block }: BlockProps): VNode {
  const chart = obj(block.chart);
  const type = str(chart.type);
  if (!['line', 'bar', 'area', 'pie'].includes(type)) return <Unknown what="block" json={block} />;
  const title = str(block.title);
  return (
    <figure class="chart">
      <figcaption>{title}</figcaption>
      {type === 'pie' ? <Pie slices={slicesOf(chart)} /> : <XyChart type={type} plot={plotOf(chart)} />}
    </figure>
  );
}

function XyChart({ type, plot }: { type: string; plot: Plot }): VNode {
  const all = plot.series.flatMap((each) => each.values).filter((value) => value !== null);
  const ticks = axisTicks(all, type !== 'line');
  const low = ticks[0] ?? 0;
  const span = (ticks.at(-1) ?? 1) - low;
  const y = (value: number): number => top + plotHeight * (1 - (value - low) / span);
  const band = plotWidth / Math.max(1, plot.categories.length);
  const x = (at: number): number => left + band * (at + 0.5);
  return (
    <>
      <svg class="plot" viewBox={`0 0 ${chartWidth} ${height}`} aria-hidden="true">
        {ticks.map((tick) => (
          <g key={tick}>
            <line
              class={tick === 0 ? 'axis' : 'grid'}
              x1={left}
              x2={chartWidth - right}
              y1={y(tick)}
              y2={y(tick)}
            />
            <text class="tick" x={left - 8} y={y(tick) + 4} text-anchor="end">
              {shortNumber(tick)}
            </text>
          </g>
        ))}
        <CategoryLabels categories={plot.categories} x={x} />
        {type === 'bar' ? (
          <Bars {...{ plot, band, x, y }} />
        ) : (
          <Lines {...{ plot, x, y }} filled={type === 'area'} floor={y(Math.max(low, 0))} />
        )}
        {plot.xLabel !== '' && (
          <text class="axis-name" x={left + plotWidth / 2} y={height - 4} text-anchor="middle">
            {plot.xLabel}
          </text>
        )}
        {plot.yLabel !== '' && (
          <text
            class="axis-name"
            transform={`translate(12 ${top + plotHeight / 2}) rotate(-90)`}
            text-anchor="middle"
          >
            {plot.yLabel}
          </text>
        )}
      </svg>
      <Legend names={plot.series.map((each) => each.name)} />
      <PlotTable plot={plot} />
    </>
  );
}

interface Scales {
  plot: Plot;
  x: (at: number) => number;
  y: (value: number) => number;
}

function CategoryLabels({ categories, x }: { categories: string[]; x: (at: number) => number }): VNode {
  const every = Math.ceil(categories.length / labelCountMax);
  return (
    <>
      {categories.map((category, at) =>
        at % every === 0 ? (
          <text key={at} class="tick" x={x(at)} y={height - bottom + 18} text-anchor="middle">
            {category}
          </text>
        ) : null,
      )}
    </>
  );
}

function Bars({ plot, band, x, y }: Scales & { band: number }): VNode {
  const width = Math.min(36, (band * 0.72) / Math.max(1, plot.series.length));
  return (
    <>
      {plot.series.map((series, which) =>
        series.values.map((value, at) =>
          value === null || value === 0 ? null : (
            <rect
              key={`${which}-${at}`}
              class={`fill-${which}`}
              x={x(at) + width * (which - plot.series.length / 2) + 1}
              y={Math.min(y(value), y(0))}
              width={Math.max(1, width - 2)}
              height={Math.max(1, Math.abs(y(value) - y(0)))}
              rx="2"
            >
              <title>{`${series.name}, ${plot.categories[at] ?? ''}: ${value.toLocaleString('en-US')}`}</title>
            </rect>
          ),
        ),
      )}
    </>
  );
}

function Lines({ plot, x, y, filled, floor }: Scales & { filled: boolean; floor: number }): VNode {
  return (
    <>
      {plot.series.map((series, which) => {
        const points = series.values.flatMap((value, at) =>
          value === null ? [] : [{ at, value, px: x(at), py: y(value) }],
        );
        const path = points.map((point) => `${point.px.toFixed(1)},${point.py.toFixed(1)}`).join(' L');
        if (points.length === 0) return null;
        return (
          <g key={which}>
            {filled && (
              <path
                class={`area fill-${which}`}
                d={`M${points[0]?.px ?? 0},${floor} L${path} L${points.at(-1)?.px ?? 0},${floor} Z`}
              />
            )}
            <path class={`line stroke-${which}`} d={`M${path}`} />
            {points.map((point) => (
              <circle key={point.at} class={`dot fill-${which}`} cx={point.px} cy={point.py} r="3.5">
                <title>{`${series.name}, ${plot.categories[point.at] ?? ''}: ${point.value.toLocaleString('en-US')}`}</title>
              </circle>
            ))}
          </g>
        );
      })}
    </>
  );
}

function Legend({ names }: { names: string[] }): VNode | null {
  if (names.length < 2) return null;
  return (
    <div class="legend" aria-hidden="true">
      {names.map((name, at) => (
        <span key={at}>
          <i class={`key back-${at}`} />
          {name}
        </span>
      ))}
    </div>
  );
}

function PlotTable({ plot }: { plot: Plot }): VNode {
  return (
    <table class="unseen">
      <thead>
        <tr>
          <th>{plot.xLabel || 'Category'}</th>
          {plot.series.map((each, at) => (
            <th key={at}>{each.name}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {plot.categories.map((category, at) => (
          <tr key={at}>
            <th>{category}</th>
            {plot.series.map((each, which) => (
              <td key={which}>{each.values[at] ?? 'none'}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Pie({ slices }: { slices: Slice[] }): VNode {
  return (
    <div class="pie">
      <svg viewBox="-1.05 -1.05 2.1 2.1" aria-hidden="true">
        {slices.map((slice, at) => (
          <path key={at} class={`slice fill-${at}`} d={slicePath(slice.from, slice.share)}>
            <title>{`${slice.label}: ${slice.value.toLocaleString('en-US')}`}</title>
          </path>
        ))}
      </svg>
      <ul class="pie-legend">
        {slices.map((slice, at) => (
          <li key={at}>
            <i class={`key back-${at}`} />
            <span>{slice.label}</span>
            <b>{(slice.share * 100).toFixed(1)}%</b>
            <small>{slice.value.toLocaleString('en-US')}</small>
          </li>
        ))}
      </ul>
    </div>
  );
}
