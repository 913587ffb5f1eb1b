/**
 * Slack's table that people can sort and filter.
 *
 * Invariants: it stays within Slack's limits whatever it is given: a cell is cut, and so is the list of rows; a card that
 * has one carries plainer blocks too, for workspaces whose Slack refuses it.
 * Source: https://docs.slack.dev/reference/block-kit/blocks/data-table-block.
 */
import type { DataTableBlock } from '@slack/types';
import { utcText } from '../../kernel/instants.js';
import { isPersonId, plain } from './blocks.js';

/** A number is sorted by its value and shown as its text; a person or an instant as each reader's Slack has it. */
export type Cell = string | { value: number; text: string } | { person: string } | { instant: Date };

interface DataTable {
  caption: string;
  columns: readonly string[];
  /** At least one: Slack takes no empty table. */
  rows: readonly (readonly Cell[])[];
  pageSize: number;
}

const rowsMax = 100;
const cellMax = 60;

export const dataTable = ({ caption, columns, rows, pageSize }: DataTable): DataTableBlock => ({
  type: 'data_table',
  caption: plain(caption, 200),
  page_size: pageSize,
  rows: [columns, ...rows.slice(0, rowsMax)].map((cells) => cells.map(cellOf)),
});

type TableCell = DataTableBlock['rows'][number][number];

function cellOf(cell: Cell): TableCell {
  if (typeof cell === 'string') return { type: 'raw_text', text: plain(cell, cellMax) };
  if ('value' in cell) return { type: 'raw_number', value: cell.value, text: plain(cell.text, cellMax) };
  if ('person' in cell && !isPersonId(cell.person)) return cellOf(cell.person);
  const element =
    'person' in cell
      ? { type: 'user' as const, user_id: cell.person }
      : {
          type: 'date' as const,
          timestamp: Math.floor(cell.instant.getTime() / 1000),
          format: '{date_short_pretty} {time}',
          fallback: utcText(cell.instant),
        };
  return { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [element] }] };
}
