/**
 * The two plain tables that `paydesk reconcile` reads: our ledger, and a statement in minor units.
 *
 * Invariant: a row is read whole or is a problem with its line and field; columns are found by name, in any order.
 */
import { parseDay, type Day } from '../kernel/calendar-day.js';
import { OpsError } from '../kernel/errors.js';
import { csvRecords, type CsvFault, type CsvRecord } from './formats/csv-records.js';
import type { LedgerEntry, StatementLine } from './findings.js';
import { problem, quoted, type Problem } from './problems.js';

const ledgerColumns = {
  required: ['id', 'partner_ref', 'amount_minor', 'currency', 'value_date'],
  optional: ['type', 'batch_id'],
} as const;

const statementColumns = {
  required: ['partner_ref', 'amount_minor', 'currency'],
  optional: [
    'line_no',
    'value_date',
    'type',
    'fee_minor',
    'batch_id',
    'our_ref',
    'file',
    'fx_currency',
    'fx_minor',
    'fx_rate',
  ],
} as const;

export interface Table<Row> {
  rows: Row[];
  problems: Problem[];
}

/** How the header of one table names its columns. */
export interface TableReader {
  width: number;
  /** The place of a column, from 0; undefined where the table lacks it. */
  place(column: string): number | undefined;
}

export type TableName = 'ledger' | 'statement';

const requiredColumns: Readonly<Record<TableName, readonly string[]>> = {
  ledger: ledgerColumns.required,
  statement: statementColumns.required,
};

const knownColumns: Readonly<Record<TableName, readonly string[]>> = {
  ledger: [...ledgerColumns.required, ...ledgerColumns.optional],
  statement: [...statementColumns.required, ...statementColumns.optional],
};

/** Throws `invalid` when the header lacks a column or names one twice, or there is none. */
export function readHeader(record: CsvRecord | CsvFault | undefined, name: TableName): TableReader {
  const required = requiredColumns[name];
  const hint = `It must name these columns: ${required.join(', ')}.`;
  if (record === undefined) throw new OpsError('invalid', `The ${name} file is empty.`, { hint });
  const missing = 'fields' in record ? missingColumns(record, required) : [...required];
  if (missing.length > 0 || !('fields' in record))
    throw new OpsError('invalid', `The first line of the ${name} lacks ${missing.join(', ')}.`, { hint });
  const names = record.fields.map(columnName);
  const twice = knownColumns[name].find((column) => names.indexOf(column) !== names.lastIndexOf(column));
  if (twice !== undefined)
    throw new OpsError('invalid', `The first line of the ${name} names ${twice} twice.`, { hint });
  const places = new Map(names.map((column, at) => [column, at]));
  return { width: record.fields.length, place: (column) => places.get(column) };
}

export type ReadRecord<Row> = (record: CsvRecord | CsvFault, reader: TableReader) => Row | Problem;

export const readLedgerRecord: ReadRecord<LedgerEntry> = (record, reader) => {
  if ('fault' in record) return faultProblem(record);
  const row = named(record, reader);
  const id = row('id');
  if (id === '') return problem(record.line, 'missing_value', 'the entry has no id', 'id');
  const facts = commonFacts(row, record.line);
  return 'code' in facts ? facts : { id, ...facts, type: row('type'), batch: row('batch_id') };
};

export const readStatementRecord: ReadRecord<StatementLine> = (record, reader) => {
  if ('fault' in record) return faultProblem(record);
  const row = named(record, reader);
  const facts = commonFacts(row, record.line);
  if ('code' in facts) return facts;
  const feeMinor = parseMinor(row('fee_minor') || '0');
  if (feeMinor === null) return badAmount(record.line, 'fee_minor', row('fee_minor'));
  const number = row('line_no') || String(record.line);
  if (!/^\d{1,15}$/.test(number))
    return problem(record.line, 'bad_line_number', `${quoted(number)} is not a line number`, 'line_no');
  return {
    file: Number(row('file') || 0),
    line: Number(number),
    ...facts,
    type: row('type'),
    feeMinor,
    batch: row('batch_id'),
    order: row('our_ref'),
    ...readConversion(row),
  };
};

function readConversion(row: NamedRow): Pick<StatementLine, 'fx'> {
  const amountMinor = parseMinor(row('fx_minor'));
  if (amountMinor === null) return {};
  return { fx: { currency: row('fx_currency'), amountMinor, rate: row('fx_rate') } };
}

export const readLedger = (text: string): Table<LedgerEntry> => readTable(text, 'ledger', readLedgerRecord);

export const readStatementTable = (text: string): Table<StatementLine> =>
  readTable(text, 'statement', readStatementRecord);

function readTable<Row>(text: string, name: TableName, read: ReadRecord<Row>): Table<Row> {
  const records = csvRecords(text, { width: 'first' });
  const header = records.next();
  const reader = readHeader(header.done === true ? undefined : header.value, name);
  const table: Table<Row> = { rows: [], problems: [] };
  for (const record of records) addTo(table, read(record, reader));
  return table;
}

/** A row, or why it cannot be read. */
export function addTo<Row>(table: Table<Row>, row: Row | Problem): void {
  if (isProblem(row)) table.problems.push(row);
  else table.rows.push(row);
}

const isProblem = (row: unknown): row is Problem => (row as { type?: unknown }).type === 'problem';

const faultProblem = ({ line, fault, message }: CsvFault): Problem => problem(line, `csv_${fault}`, message);

export function isStatementTable(text: string): boolean {
  const [header] = csvRecords(text.slice(0, 4096));
  return (
    header !== undefined &&
    'fields' in header &&
    missingColumns(header, statementColumns.required).length === 0
  );
}

/** The trimmed text of a column; empty where the table has no such column. */
type NamedRow = (column: string) => string;

const named =
  ({ fields }: CsvRecord, reader: TableReader): NamedRow =>
  (column) =>
    fields[reader.place(column) ?? -1]?.trim() ?? '';

const columnName = (field: string): string => field.trim().toLowerCase();

function missingColumns({ fields }: CsvRecord, required: readonly string[]): string[] {
  const present = new Set(fields.map(columnName));
  return required.filter((column) => !present.has(column));
}

interface CommonFacts {
  reference: string;
  amountMinor: bigint;
  currency: string;
  day: Day | null;
}

/** What ISO 20022 and SWIFT senders write in place of a reference that they do not have. */
const placeholders = new Set(['NOTPROVIDED', 'NONREF']);

function commonFacts(row: NamedRow, line: number): CommonFacts | Problem {
  const amountMinor = parseMinor(row('amount_minor'));
  if (amountMinor === null) return badAmount(line, 'amount_minor', row('amount_minor'));
  const currency = row('currency').toUpperCase();
  if (!/^[A-Z][A-Z0-9]{2,9}$/.test(currency))
    return problem(line, 'bad_currency', `${quoted(row('currency'))} is not a currency code`, 'currency');
  const date = row('value_date');
  const day = date === '' ? null : parseDay(date);
  if (day === null && date !== '')
    return problem(line, 'bad_date', `${quoted(date)} is not a date such as 2026-11-27`, 'value_date');
  const reference = row('partner_ref');
  return { reference: placeholders.has(reference) ? '' : reference, amountMinor, currency, day };
}

/** Whole minor units; null for decimals, thousands marks, exponents and anything longer than money gets. */
function parseMinor(text: string): bigint | null {
  return /^[+-]?\d{1,30}$/.test(text) ? BigInt(text.replace(/^\+/, '')) : null;
}

const badAmount = (line: number, field: string, text: string): Problem =>
  problem(line, 'bad_amount', `${quoted(text)} is not a whole number of minor units`, field);
