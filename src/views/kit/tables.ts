/**
 * Tables and charts that Slack draws itself. Their types are not in the library yet.
 *
 * Invariant: within Slack's limits (100 rows and 20 columns, 10,000 characters in all cells; 20 points and labels of 20
 * characters), and no card number in a cell.
 * Source: docs.slack.dev/reference/block-kit/blocks/data-table-block and data-visualization-block.
 */
import { redactCardNumbers } from '../../kernel/sensitive.js';
import type { CardBlock } from '../../ports/card.js';
import { plain } from './blocks.js';

export const tableRowsMax = 100;
export const tableColumnsMax = 20;
/** Slack counts 10,000 in all cells; a message with more than 13,200 in all blocks is refused as well. */
export const tableTextMax = 9000;

const cellMax = 300;
const captionMax = 150;

type Cell = { type: 'raw_text'; text: string } | { type: 'raw_number'; value: number; text: string };

export const textCell = (text: string): Cell => ({ type: 'raw_text', text: plain(text, cellMax) });

/** Sorted by its value, read as its text. */
export const numberCell = (value: number, text = value.toLocaleString('en-GB')): Cell => ({
  type: 'raw_number',
  value,
  text,
});

interface TableFacts {
  caption: string;
  header: readonly string[];
  /** At most 100, each as long as the header. */
  rows: readonly (readonly Cell[])[];
  pageSize: number;
}

export const dataTable = ({ caption, header, rows, pageSize }: TableFacts): CardBlock =>
  ({
    type: 'data_table',
    caption: plain(caption, captionMax),
    page_size: Math.min(tableRowsMax, pageSize),
    rows: [header.map(textCell), ...rows.slice(0, tableRowsMax)],
  }) as CardBlock;

const pointsMax = 20;

/** Bars side by side; every series has a value for every label. */
export function barChart(
  title: string,
  labels: readonly string[],
  series: readonly { name: string; values: readonly number[] }[],
): CardBlock {
  const categories = labels.slice(-pointsMax).map((label) => label.slice(0, 20));
  const chart = {
    type: 'bar',
    series: series.map(({ name, values }) => {
      const shown = values.slice(-pointsMax);
      return { name, data: categories.map((label, at) => ({ label, value: shown[at] ?? 0 })) };
    }),
    axis_config: { categories },
  };
  return { type: 'data_visualization', title: title.slice(0, 50), chart } as CardBlock;
}

/** One line over categories, the first of which is the oldest. */
export function lineChart(
  title: string,
  series: string,
  points: readonly { label: string; value: number }[],
): CardBlock {
  const shown = points.slice(-pointsMax).map(({ label, value }) => ({ label: label.slice(0, 20), value }));
  const chart = {
    type: 'line',
    series: [{ name: redactCardNumbers(series).slice(0, 20), data: shown }],
    axis_config: { categories: shown.map(({ label }) => label) },
  };
  return { type: 'data_visualization', title: title.slice(0, 50), chart } as CardBlock;
}
