/**
 * A statement in any format as the plain table that staging and the join read.
 *
 * Invariants: rows that are no money yet (pending, refused) stay out and are reported; fees that a partner takes row by
 * row become one line per batch and currency, as a ledger books them.
 */
import { isoDay } from '../../kernel/calendar-day.js';
import type { StatementItem } from '../formats/format.js';
import { feesOf, groupBy, sumOf, type StatementLine } from '../findings.js';
import { statementLines } from '../statement-lines.js';
import type { Table } from '../tables.js';
import type { Problem } from '../problems.js';

export const tableColumns = [
  'line_no',
  'partner_ref',
  'amount_minor',
  'currency',
  'value_date',
  'type',
  'fee_minor',
  'batch_id',
] as const;

/** Whether the bytes can go into staging as they are: its columns in its order, and ends of lines that COPY agrees on. */
export function isStagingTable(bytes: Buffer): boolean {
  const header = bytes.toString('latin1', 0, Math.max(0, bytes.indexOf('\n')));
  return (header === withBatch || header === withoutBatch) && !bytes.includes('\r');
}

const withBatch = tableColumns.join(',');
const withoutBatch = tableColumns.slice(0, -1).join(',');

export interface StatementTable {
  bytes: Buffer;
  problems: Problem[];
}

export function statementTable(items: Iterable<StatementItem>): StatementTable {
  const { rows, problems } = statementLines(items);
  const money = rows.filter(({ type }) => !movesNothing.has(type));
  const text = [tableColumns.join(','), ...withSums(money).map((row) => rowText(row)), ''].join('\n');
  return { bytes: Buffer.from(text), problems };
}

/** A table of minor units whose columns staging cannot take as they are. */
export const plainTable = ({ rows, problems }: Table<StatementLine>): StatementTable => ({
  bytes: Buffer.from([tableColumns.join(','), ...rows.map((row) => rowText(row)), ''].join('\n')),
  problems,
});

/** News about money that moves in a line of its own, or not at all. */
const movesNothing: ReadonlySet<string> = new Set(['return', 'notification_of_change', 'balance']);

/**
 * Where rows name their batch and their fee, the ledger books the fees of a batch as one, and so are they here. A batch
 * whose payout the report leaves out is paid out with what its rows come to.
 */
function withSums(rows: StatementLine[]): StatementLine[] {
  const batches = groupBy(
    rows.filter(({ batch }) => batch !== ''),
    (row) => `${row.batch}\n${row.currency}`,
  );
  const sums = [...batches.values()].flatMap((ofBatch): StatementLine[] => {
    const last = ofBatch.at(-1);
    const fees = feesOf(ofBatch);
    if (last === undefined || fees === 0n) return [];
    const payout = ofBatch.find(({ type }) => type === 'payout');
    const sum = { ...last, reference: payout?.reference ?? last.batch, feeMinor: 0n };
    const feeLine = { ...sum, amountMinor: -fees, type: 'fee' };
    return payout ? [feeLine] : [feeLine, { ...sum, amountMinor: fees - sumOf(ofBatch), type: 'payout' }];
  });
  return [...rows.map((row) => (row.batch === '' ? row : { ...row, feeMinor: 0n })), ...sums];
}

/** A row of the first so many columns. */
export const rowText = (row: StatementLine, columns: number = tableColumns.length): string =>
  [
    String(row.line),
    row.reference,
    String(row.amountMinor),
    row.currency,
    row.day === null ? '' : isoDay(row.day),
    row.type,
    String(row.feeMinor),
    row.batch,
  ]
    .slice(0, columns)
    .map(csvField)
    .join(',');

/** As CSV wants it: quoted where the field has a mark of CSV, or blanks at its edges that reading would trim. */
const csvField = (field: string): string =>
  /["\r\n,]|^\s|\s$/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
