/**
 * A statement in any format as the plain table that staging and the join read.
 *
 * Invariants: rows that are no money yet (pending, refused) stay out and are reported; what a report says of a batch as a
 * whole is a line of its own.
 */
import { isoDay } from '../../kernel/calendar-day.js';
import type { StatementItem } from '../formats/format.js';
import type { StatementLine } from '../findings.js';
import { statementLines, type ReferenceFields } from '../statement-lines.js';
import type { Table } from '../tables.js';
import type { Problem } from '../problems.js';
import { withBatchLines } from './batches.js';
import type { StatedBalance } from '../../ports/reconciliation.js';
import { statedBalance } from './continuity.js';

const tableColumns = [
  'line_no',
  'partner_ref',
  'amount_minor',
  'currency',
  'value_date',
  'type',
  'fee_minor',
  'batch_id',
  'our_ref',
  'fx_currency',
  'fx_minor',
  'fx_rate',
] as const;

/** Without those of a conversion, which few files have. */
const plainColumns = 9;

/** The columns of a table that can go into staging as it is, by its first line; null for another table. */
export function stagingColumns(header: string): readonly string[] | null {
  const columns = header.split(',').length;
  const isShort = columns >= fewestColumns && columns <= plainColumns;
  return isShort && header === headerOf(columns) ? tableColumns.slice(0, columns) : null;
}

/** The last columns may be left out. */
const fewestColumns = 7;

const headerOf = (columns: number): string => tableColumns.slice(0, columns).join(',');

export interface StatementTable {
  columns: readonly string[];
  bytes: Buffer;
  /** What its statements say of their accounts. */
  balances: StatedBalance[];
  problems: Problem[];
}

export function statementTable(items: Iterable<StatementItem>, references: ReferenceFields): StatementTable {
  const balances: StatedBalance[] = [];
  const { rows, problems } = statementLines(withBalances(items, balances), references);
  return {
    ...tableOf(withBatchLines(rows.filter(({ type }) => !movesNothing.has(type))), problems),
    balances,
  };
}

/** Notes the balances on the way, so that no item is kept. */
function* withBalances(
  items: Iterable<StatementItem>,
  into: StatedBalance[],
): Generator<StatementItem, void, undefined> {
  for (const item of items) {
    into.push(...statedBalance(item));
    yield item;
  }
}

/** A table of minor units whose columns staging cannot take as they are. */
export const plainTable = ({ rows, problems }: Table<StatementLine>): StatementTable =>
  tableOf(rows, problems);

function tableOf(rows: readonly StatementLine[], problems: Problem[]): StatementTable {
  const width = rows.some(({ fx }) => fx !== undefined) ? tableColumns.length : plainColumns;
  const text = [headerOf(width), ...rows.map((row) => rowText(row, width)), ''].join('\n');
  return { columns: tableColumns.slice(0, width), bytes: Buffer.from(text), balances: [], problems };
}

/** News about money that moves in a line of its own, or not at all. */
const movesNothing: ReadonlySet<string> = new Set(['return', 'notification_of_change', 'balance']);

/** A row of the first so many columns. */
const rowText = (row: StatementLine, columns: number): string =>
  [
    String(row.line),
    row.reference,
    String(row.amountMinor),
    row.currency,
    row.day === null ? '' : isoDay(row.day),
    row.type,
    String(row.feeMinor),
    row.batch,
    row.order ?? '',
    row.fx?.currency ?? '',
    row.fx === undefined ? '' : String(row.fx.amountMinor),
    row.fx?.rate ?? '',
  ]
    .slice(0, columns)
    .map(csvField)
    .join(',');

/** As CSV wants it: quoted where the field has a mark of CSV, or blanks at its edges that reading would trim. */
const csvField = (field: string): string =>
  /["\r\n,]|^\s|\s$/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
