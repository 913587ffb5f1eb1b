/**
 * Blocks that carry numbers: table, data_table and the chart.
 * Limits are those of docs.slack.dev/reference/block-kit/blocks/{table,data-table,data-visualization}-block.
 */
import { asArray, asObject, asString } from '../json.js';
import type { JsonObject } from '../json.js';
import type { Json } from '../wire.js';
import { richText } from './rich-text.js';
import { boolean, choice, integer, list, number, object, string, variant } from './spec.js';
import type { ObjectSpec, Rule, Surface } from './spec.js';

const message: readonly Surface[] = ['message'];
/** Characters in all cells of one table. */
const cellsMax = 10_000;

const rawText = object({ text: string() });
const rawNumber = object({ value: number(), text: string() });

const rowsOf = (block: JsonObject): Json[][] => (asArray(block.rows) ?? []).map((row) => asArray(row) ?? []);

function textLength(value: Json | undefined): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + textLength(item), 0);
  const object = asObject(value);
  if (object === undefined) return 0;
  return (asString(object.text)?.length ?? 0) + textLength(object.elements);
}

const cellsFit: Rule = (block) =>
  rowsOf(block).reduce((sum, row) => sum + textLength(row), 0) > cellsMax
    ? { at: 'rows', message: `must be less than ${cellsMax + 1} characters in all cells` }
    : undefined;

const evenRows: Rule = (block) => {
  const rows = rowsOf(block);
  return rows.every((row) => row.length === rows[0]?.length)
    ? undefined
    : { at: 'rows', message: 'all rows must have the same number of cells' };
};

const plainHeader: Rule = (block) =>
  rowsOf(block)[0]?.some((cell) => asObject(cell)?.type === 'rich_text')
    ? { at: 'rows', message: 'rich_text cannot be used for header cells' }
    : undefined;

const headerColumnExists: Rule = (block) =>
  Number(block.row_header_column_index ?? 0) >= Math.max(1, rowsOf(block)[0]?.length ?? 0)
    ? { at: 'row_header_column_index', message: 'must be the index of a column' }
    : undefined;

/** `raw_number` cells appear in tables that are received, but Slack takes none that are sent. */
export const table: ObjectSpec = object(
  {
    rows: list(
      list(
        variant(() => ({ raw_text: rawText, rich_text: richText })),
        20,
      ),
      100,
    ),
  },
  {
    block_id: string(255),
    column_settings: list(object({}, { align: choice('left', 'center', 'right'), is_wrapped: boolean }), 20),
  },
  [cellsFit],
  message,
);

/** A header row and up to a hundred others. */
export const dataTable: ObjectSpec = object(
  {
    caption: string(),
    rows: list(
      list(
        variant(() => ({ raw_text: rawText, raw_number: rawNumber, rich_text: richText })),
        20,
      ),
      101,
      2,
    ),
  },
  { block_id: string(255), page_size: integer(1, 100), row_header_column_index: integer(0) },
  [evenRows, plainHeader, headerColumnExists, cellsFit],
  message,
);

const label = string(20);
const point = object({ label, value: number() });
const seriesChart = (): ObjectSpec =>
  object(
    {
      series: list(object({ name: label, data: list(point, 20) }), 6),
      axis_config: object({ categories: list(label, 20) }, { x_label: string(50), y_label: string(50) }),
    },
    {},
    [uniqueSeries, labelsAreCategories],
  );

const seriesOf = (chart: JsonObject): JsonObject[] =>
  (asArray(chart.series) ?? []).map((series) => asObject(series) ?? {});

const uniqueSeries: Rule = (chart) => {
  const names = seriesOf(chart).map((series) => series.name);
  return new Set(names).size === names.length ? undefined : { at: 'series', message: 'names must be unique' };
};

const labelsAreCategories: Rule = (chart) => {
  const categories = new Set(asArray(asObject(chart.axis_config)?.categories));
  const matches = (series: JsonObject) => {
    const labels = (asArray(series.data) ?? []).map((each) => asObject(each)?.label ?? null);
    return labels.length === categories.size && labels.every((each) => categories.has(each));
  };
  return seriesOf(chart).every(matches)
    ? undefined
    : { at: 'series', message: 'data labels must match axis_config.categories' };
};

const charts: Readonly<Record<string, ObjectSpec>> = {
  pie: object({ segments: list(object({ label, value: number(Number.MIN_VALUE) }), 6) }),
  bar: seriesChart(),
  line: seriesChart(),
  area: seriesChart(),
};

export const dataVisualization: ObjectSpec = object(
  { title: string(50), chart: variant(() => charts) },
  { block_id: string(255) },
  [],
  message,
);
