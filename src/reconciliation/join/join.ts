/**
 * The exact pass over whole files: takes out every reference that one entry and one line carry with the same amount,
 * currency and a near date, and hands everything else to the rules.
 *
 * Invariant: the pass changes no result, only the time. A pair that it takes out is one that the rules would match as
 * `exact` and that no other rule can touch, because no other row has its reference. A property test holds it to that.
 */
import type { CsvFault, CsvRecord } from '../formats/csv-records.js';
import type { LedgerEntry, StatementLine } from '../findings.js';
import type { MatchSettings } from '../matching/settings.js';
import {
  addTo,
  readHeader,
  readLedgerRecord,
  readStatementRecord,
  type ReadRecord,
  type Table,
  type TableName,
  type TableReader,
} from '../tables.js';
import { asUtf8, currencyName, hashOf, recordAt, scanRows, type PlainRows, type Scan } from './scan.js';

/** Amounts by currency and the number of rows behind them. */
export interface Tally {
  rows: number;
  amounts: Map<string, bigint>;
}

export interface Joined {
  exact: Tally;
  /** What the rules have still to account for. */
  ledger: Table<LedgerEntry>;
  statement: Table<StatementLine>;
}

/** One side of the join: a file, how its header names the columns, and its rows. */
export interface Side {
  bytes: Buffer;
  reader: TableReader;
  scan: Scan;
}

/** Scans a file. Throws `invalid` when its header lacks a column. */
export function readSide(file: Buffer, name: TableName): Side {
  const bytes = asUtf8(file);
  const header = recordAt(bytes, 0);
  const reader = readHeader(header?.record, name);
  const place = (column: string): number => reader.place(column) ?? -1;
  const columns = {
    width: reader.width,
    reference: place('partner_ref'),
    amount: place('amount_minor'),
    currency: place('currency'),
    day: place('value_date'),
    filled: [reader.place('id')].filter((at) => at !== undefined),
    digits: [reader.place('line_no'), reader.place('fee_minor')].filter((at) => at !== undefined),
  };
  return { bytes, reader, scan: scanRows(bytes, header?.next ?? 0, columns) };
}

const noPartner = -1;

export function joinExact(ledger: Side, statement: Side, { windowDays }: MatchSettings): Joined {
  const [ours, theirs] = [ledger.scan.rows, statement.scan.rows];
  const partners = pairReferences(ledger, statement);
  const isTaken = new Uint8Array(theirs.count);
  for (let entry = 0; entry < ours.count; entry++) {
    const line = partners[entry]!;
    if (line === noPartner) continue;
    const isExact =
      ours.amount[entry] === theirs.amount[line] &&
      ours.currency[entry] === theirs.currency[line] &&
      Math.abs(ours.day[entry]! - theirs.day[line]!) <= windowDays;
    if (isExact) isTaken[line] = 1;
    else partners[entry] = noPartner;
  }
  return {
    exact: tally(theirs, isTaken),
    ledger: readRest(ledger, (entry) => partners[entry] === noPartner, readLedgerRecord),
    statement: readRest(statement, (line) => isTaken[line] === 0, readStatementRecord),
  };
}

/** The rows that the pass leaves, read again by the careful reader. */
function readRest<Row>(side: Side, isLeft: (row: number) => boolean, read: ReadRecord<Row>): Table<Row> {
  const { bytes, reader, scan } = side;
  const table: Table<Row> = { rows: [], problems: [] };
  for (let row = 0; row < scan.rows.count; row++) {
    if (!isLeft(row)) continue;
    const found = recordAt(bytes, scan.rows.lineStart[row]!, reader.width);
    if (found) addTo(table, read({ ...found.record, line: scan.rows.lineNumber[row]! }, reader));
  }
  for (const record of scan.others) addTo(table, read(record, reader));
  return table;
}

/** The line of each entry whose reference stands once on either side; −1 for every other entry. */
function pairReferences(ledger: Side, statement: Side): Int32Array {
  const { rows } = ledger.scan;
  const table = new ReferenceTable(ledger);
  const partners = new Int32Array(rows.count).fill(noPartner);
  const isShared = new Uint8Array(rows.count);
  for (let entry = 0; entry < rows.count; entry++) {
    if (rows.referenceLength[entry] === 0) continue;
    const first = table.insert(entry);
    if (first !== entry) isShared[first] = 1;
  }
  for (let line = 0; line < statement.scan.rows.count; line++) {
    if (statement.scan.rows.referenceLength[line] === 0) continue;
    const entry = table.find(statement.bytes, statement.scan.rows, line);
    if (entry === noPartner) continue;
    if (partners[entry] === noPartner) partners[entry] = line;
    else isShared[entry] = 1;
  }
  shareOthers(ledger, statement, table, isShared);
  for (let entry = 0; entry < rows.count; entry++) if (isShared[entry] === 1) partners[entry] = noPartner;
  return partners;
}

/** A line that only the careful reader reads may carry the same reference: then the rules decide the whole group. */
function shareOthers(ledger: Side, statement: Side, table: ReferenceTable, isShared: Uint8Array): void {
  const references = [
    ...ledger.scan.others.map((record) => referenceOf(record, ledger.reader)),
    ...statement.scan.others.map((record) => referenceOf(record, statement.reader)),
  ];
  for (const reference of references) {
    const entry = reference === '' ? noPartner : table.findText(reference);
    if (entry !== noPartner) isShared[entry] = 1;
  }
}

/** Open addressing over the references of the ledger; equality is equality of the bytes. */
class ReferenceTable {
  private readonly slots: Int32Array;
  private readonly mask: number;

  constructor(private readonly ledger: Side) {
    const size = 1 << Math.max(4, Math.ceil(Math.log2(ledger.scan.rows.count * 2 + 1)));
    this.slots = new Int32Array(size).fill(noPartner);
    this.mask = size - 1;
  }

  /** The entry that has this reference first: `entry` itself unless an earlier one does. */
  insert(entry: number): number {
    const slot = this.slotOf(this.ledger.bytes, this.ledger.scan.rows, entry);
    const first = this.slots[slot]!;
    if (first !== noPartner) return first;
    this.slots[slot] = entry;
    return entry;
  }

  find(bytes: Buffer, rows: PlainRows, row: number): number {
    return this.slots[this.slotOf(bytes, rows, row)]!;
  }

  findText(reference: string): number {
    const bytes = Buffer.from(reference);
    for (let slot = hashOf(bytes, 0, bytes.length) & this.mask; ; slot = (slot + 1) & this.mask) {
      const entry = this.slots[slot]!;
      if (entry === noPartner || this.textOf(entry).equals(bytes)) return entry;
    }
  }

  private textOf(entry: number): Buffer {
    const { rows } = this.ledger.scan;
    const start = rows.referenceStart[entry]!;
    return this.ledger.bytes.subarray(start, start + rows.referenceLength[entry]!);
  }

  private slotOf(bytes: Buffer, rows: PlainRows, row: number): number {
    const hash = rows.hash[row]!;
    for (let slot = hash & this.mask; ; slot = (slot + 1) & this.mask) {
      const entry = this.slots[slot]!;
      if (
        entry === noPartner ||
        (this.ledger.scan.rows.hash[entry] === hash && this.isSame(entry, bytes, rows, row))
      )
        return slot;
    }
  }

  private isSame(entry: number, bytes: Buffer, rows: PlainRows, row: number): boolean {
    const ours = this.ledger.scan.rows;
    const length = ours.referenceLength[entry]!;
    if (length !== rows.referenceLength[row]) return false;
    const [a, b] = [ours.referenceStart[entry]!, rows.referenceStart[row]!];
    for (let at = 0; at < length; at++) if (this.ledger.bytes[a + at] !== bytes[b + at]) return false;
    return true;
  }
}

const referenceOf = (record: CsvRecord | CsvFault, reader: TableReader): string =>
  'fault' in record ? '' : (record.fields[reader.place('partner_ref') ?? -1]?.trim() ?? '');

/** Eight amounts of 15 digits stay below 2^53, so a double adds them up exactly. */
const chunkRows = 8;

/** Counts the marked rows and adds up their amounts. */
function tally(rows: PlainRows, isMarked: Uint8Array): Tally {
  const sums = new Map<number, { chunk: number; size: number; sum: bigint }>();
  let count = 0;
  for (let row = 0; row < rows.count; row++) {
    if (isMarked[row] === 0) continue;
    count++;
    const currency = rows.currency[row]!;
    let of = sums.get(currency);
    if (!of) sums.set(currency, (of = { chunk: 0, size: 0, sum: 0n }));
    of.chunk += rows.amount[row]!;
    if (++of.size === chunkRows) {
      of.sum += BigInt(of.chunk);
      of.chunk = of.size = 0;
    }
  }
  const amounts = [...sums].map(
    ([packed, { chunk, sum }]) => [currencyName(packed), sum + BigInt(chunk)] as const,
  );
  return { rows: count, amounts: new Map(amounts) };
}
