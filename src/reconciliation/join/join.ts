/**
 * The exact pass over whole files: takes out every reference that one entry and one line carry with the same amount,
 * currency and a near date, and hands everything else to the rules.
 *
 * Invariant: the pass changes no result, only the time. A pair that it takes out is one that the rules would match as
 * `exact` and that no other rule can touch, because no other row has its reference. A property test holds it to that.
 */
import type { Day } from '../../kernel/calendar-day.js';
import type { CsvFault, CsvRecord } from '../formats/csv-records.js';
import type { LedgerEntry, StatementLine } from '../findings.js';
import type { MatchSettings } from '../matching/settings.js';
import {
  addTo,
  readLedgerRecord,
  readStatementRecord,
  type ReadRecord,
  type Table,
  type TableReader,
} from '../tables.js';
import { hashOf } from './fields.js';
import type { Scan, ScanColumns } from './scan.js';
import { none, ReferenceTable } from './reference-table.js';

/** Amounts by currency and the number of rows behind them. */
export interface Tally {
  rows: number;
  amounts: Map<string, bigint>;
}

export interface Exact extends Tally {
  /** By currency, what came of entries of late days. */
  late: ReadonlyMap<string, bigint>;
}

export interface Joined {
  exact: Exact;
  /** What the rules have still to account for. */
  ledger: Table<LedgerEntry>;
  statement: Table<StatementLine>;
}

/** One side of the join: how the header of its table names the columns, and its rows. */
export interface Side {
  reader: TableReader;
  scan: Scan;
}

/** What the careful readers read besides reference, amount, currency, day and type. */
const otherColumns = ['id', 'line_no', 'fee_minor', 'batch_id', 'our_ref', 'file'];

/** How to scan a table with this header. Throws `invalid` when it lacks a column. */
export function columnsOf(
  reader: TableReader,
  filled: readonly string[],
  { apart, isEscaped }: Pick<ScanColumns, 'apart' | 'isEscaped'>,
): ScanColumns {
  const place = (column: string): number => reader.place(column) ?? -1;
  const placesOf = (columns: readonly string[]): number[] =>
    columns.map((column) => reader.place(column)).filter((at) => at !== undefined);
  return {
    width: reader.width,
    reference: place('partner_ref'),
    amount: place('amount_minor'),
    currency: place('currency'),
    day: place('value_date'),
    label: place('type'),
    others: placesOf(otherColumns),
    filled: placesOf(filled),
    digits: placesOf(['line_no']),
    numbers: placesOf(['fee_minor', 'fx_minor']),
    apart,
    isEscaped,
  };
}

/** Pages of an array that no row fills cost no memory, so a guess may be high. */
export const expectedRows = (bytes: number): number => Math.max(1 << 10, Math.ceil(bytes / 40));

/** `isLateDay`: of which days entries should have come earlier; none where absent. */
export function joinExact(
  ledger: Side,
  statement: Side,
  { windowDays }: MatchSettings,
  isLateDay?: (day: Day) => boolean,
): Joined {
  const late = new Map<string, bigint>();
  const [ours, theirs] = [ledger.scan.rows, statement.scan.rows];
  const partners = pairReferences(ledger, statement);
  const isTaken = new Uint8Array(theirs.count);
  const sameCurrency = statement.scan.currencies.map((name) => ledger.scan.currencies.indexOf(name));
  for (let entry = 0; entry < ours.count; entry++) {
    const line = partners[entry]!;
    if (line === none) continue;
    const isExact =
      ours.amount(entry) === theirs.amount(line) &&
      ours.currency(entry) === sameCurrency[theirs.currency(line)] &&
      Math.abs(ours.day(entry) - theirs.day(line)) <= windowDays &&
      hasSameReference(ledger, entry, statement, line);
    if (!isExact) {
      partners[entry] = none;
      continue;
    }
    isTaken[line] = 1;
    if (isLateDay?.(ours.day(entry)) !== true) continue;
    const currency = ledger.scan.currencies[ours.currency(entry)] ?? '';
    late.set(currency, (late.get(currency) ?? 0n) + BigInt(ours.amount(entry)));
  }
  return {
    exact: { ...tally(statement.scan, isTaken), late },
    ledger: readRest(ledger, (entry) => partners[entry] === none, readLedgerRecord),
    statement: readRest(statement, (line) => isTaken[line] === 0, readStatementRecord),
  };
}

/** The rows that the pass leaves, read again by the careful reader. */
function readRest<Row>(side: Side, isLeft: (row: number) => boolean, read: ReadRecord<Row>): Table<Row> {
  const { reader, scan } = side;
  const table: Table<Row> = { rows: [], problems: [] };
  for (let row = 0; row < scan.rows.count; row++) {
    if (!isLeft(row)) continue;
    addTo(table, read({ line: scan.lineNumberOf(row), fields: scan.fieldsOf(row), raw: '' }, reader));
  }
  for (const record of scan.others) addTo(table, read(record, reader));
  return table;
}

/** The line of each entry whose reference stands once on either side, as far as hashes tell; −1 for every other entry. */
function pairReferences(ledger: Side, statement: Side): Int32Array {
  const table = new ReferenceTable(ledger.scan.rows);
  const partners = table.partners(statement.scan.rows);
  // A line that only the careful reader reads may carry the same reference: then the rules decide the whole group.
  for (const { scan, reader } of [ledger, statement]) {
    for (const record of scan.others) {
      const reference = Buffer.from(referenceOf(record, reader));
      table.share(hashOf(reference, 0, reference.length));
    }
  }
  for (let entry = 0; entry < partners.length; entry++)
    if (table.isShared[entry] === 1) partners[entry] = none;
  return partners;
}

function hasSameReference(ledger: Side, entry: number, statement: Side, line: number): boolean {
  const length = ledger.scan.rows.referenceLength(entry);
  if (length !== statement.scan.rows.referenceLength(line)) return false;
  const [ours, theirs] = [ledger.scan, statement.scan];
  return ours.text.isSame(ours.rows.textStart(entry), theirs.text, theirs.rows.textStart(line), length);
}

const referenceOf = (record: CsvRecord | CsvFault, reader: TableReader): string =>
  'fault' in record ? '' : (record.fields[reader.place('partner_ref') ?? -1]?.trim() ?? '');

/** Eight amounts of 15 digits stay below 2^53, so a double adds them up exactly. */
const chunkRows = 8;

/** Counts the marked rows and adds up their amounts. */
function tally({ rows, currencies }: Scan, isMarked: Uint8Array): Tally {
  const sums = new Map<number, { chunk: number; size: number; sum: bigint }>();
  let count = 0;
  for (let row = 0; row < rows.count; row++) {
    if (isMarked[row] === 0) continue;
    count++;
    const currency = rows.currency(row);
    let of = sums.get(currency);
    if (!of) sums.set(currency, (of = { chunk: 0, size: 0, sum: 0n }));
    of.chunk += rows.amount(row);
    if (++of.size === chunkRows) {
      of.sum += BigInt(of.chunk);
      of.chunk = of.size = 0;
    }
  }
  const amounts = [...sums].map(
    ([place, { chunk, sum }]) => [currencies[place] ?? '', sum + BigInt(chunk)] as const,
  );
  return { rows: count, amounts: new Map(amounts) };
}
