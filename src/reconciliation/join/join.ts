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
import { addTo, readLedgerRecord, readStatementRecord, type Table, type TableReader } from '../tables.js';
import { hashOf } from './fields.js';
import type { Scan, ScanColumns } from './scan.js';
import { PairedLines } from './paired-lines.js';
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
    otherNames: otherColumns.filter((column) => reader.place(column) !== undefined),
    filled: placesOf(filled),
    digits: placesOf(['line_no']),
    numbers: placesOf(['fee_minor', 'fx_minor']),
    apart,
    isEscaped,
  };
}

/** Pages of an array that no row fills cost no memory, so a guess may be high. */
export const expectedRows = (bytes: number): number => Math.max(1 << 10, Math.ceil(bytes / 40));

/** Of an entry that several rows of one side lead to. */
const shared = -2;

/**
 * The pass, over the statement as it comes: of its lines only those stay in memory that the rules need, and of the others what
 * their entries do not say.
 */
export class ExactJoin {
  private readonly table: ReferenceTable;
  /** The line of each entry, as `paired` has it; −1 for none and −2 for an entry that is left to the rules. */
  private readonly pairs: Int32Array;
  private readonly paired: PairedLines;
  private readonly left: Table<StatementLine> = { rows: [], problems: [] };
  /** By the place of a currency in the statement, that in the ledger. */
  private readonly currencies: number[] = [];

  constructor(
    private readonly ledger: Side,
    private readonly settings: Pick<MatchSettings, 'windowDays'>,
  ) {
    const { rows } = ledger.scan;
    this.pairs = new Int32Array(rows.count).fill(none);
    this.paired = new PairedLines(rows.count);
    this.table = new ReferenceTable(rows, (first, entry) => {
      this.pairs[first] = this.pairs[entry] = shared;
    });
    this.share(ledger);
  }

  /** A block of lines. */
  add(scan: Scan): void {
    const { rows } = scan;
    for (let place = this.currencies.length; place < scan.currencies.length; place++)
      this.currencies.push(this.ledger.scan.currencies.indexOf(scan.currencies[place]!));
    const entries = this.table.entriesOf(rows, this.ledger.scan.text, this.pairs);
    for (let line = 0; line < rows.count; line++) {
      const entry = entries[line]!;
      if (entry !== none && this.pairs[entry] === none && this.isExact(entry, scan, line)) {
        this.pairs[entry] = this.paired.add(scan, line);
        continue;
      }
      if (entry !== none) this.part(entry, scan);
      const [reference = '', ...others] = scan.text.fieldsAt(rows.textStart(line));
      this.left.rows.push(
        lineOf(scan, {
          reference,
          others,
          line: scan.lineNumberOf(line),
          amount: rows.amount(line),
          currency: scan.currencies[rows.currency(line)] ?? '',
          day: rows.day(line),
          label: rows.label(line),
        }),
      );
    }
  }

  /** Behind the last block. `isLateDay`: of which days entries should have come earlier; none where absent. */
  end(statement: Side, isLateDay?: (day: Day) => boolean): Joined {
    this.share(statement);
    const { reader, scan } = this.ledger;
    const ledger: Table<LedgerEntry> = { rows: [], problems: [] };
    const [all, late] = [new Sums(), new Sums()];
    for (let entry = 0; entry < this.pairs.length; entry++) {
      if (this.pairs[entry]! < 0) {
        ledger.rows.push(entryOf(scan, entry));
        continue;
      }
      all.add(scan.rows.currency(entry), scan.rows.amount(entry));
      if (isLateDay?.(scan.rows.day(entry)) === true)
        late.add(scan.rows.currency(entry), scan.rows.amount(entry));
    }
    for (const record of scan.others) addTo(ledger, readLedgerRecord(record, reader));
    for (const record of statement.scan.others)
      addTo(this.left, readStatementRecord(record, statement.reader));
    const exact = { rows: all.rows, amounts: all.by(scan.currencies), late: late.by(scan.currencies) };
    return { exact, ledger, statement: this.left };
  }

  private isExact(entry: number, scan: Scan, line: number): boolean {
    const { rows: ours, text } = this.ledger.scan;
    const { rows: theirs } = scan;
    const length = theirs.referenceLength(line);
    return (
      ours.amount(entry) === theirs.amount(line) &&
      ours.currency(entry) === this.currencies[theirs.currency(line)] &&
      Math.abs(ours.day(entry) - theirs.day(line)) <= this.settings.windowDays &&
      ours.referenceLength(entry) === length &&
      text.isSame(ours.textStart(entry), scan.text, theirs.textStart(line), length)
    );
  }

  /** Leaves an entry to the rules, and the line that it was taken out with. */
  private part(entry: number, scan: Scan): void {
    const pair = this.pairs[entry]!;
    this.pairs[entry] = shared;
    if (pair < 0) return;
    const { rows, text, currencies } = this.ledger.scan;
    const [reference = ''] = text.fieldsAt(rows.textStart(entry));
    this.left.rows.push(
      lineOf(scan, {
        ...this.paired.at(pair),
        reference,
        amount: rows.amount(entry),
        currency: currencies[rows.currency(entry)] ?? '',
      }),
    );
  }

  /** A row that only the careful reader reads may have the same reference: then the rules decide the whole group. */
  private share(side: Side): void {
    for (const record of side.scan.others) {
      const entry = this.table.entryOf(hashOf(Buffer.from(referenceOf(record, side.reader))));
      if (entry !== none) this.part(entry, side.scan);
    }
  }
}

/** A plain entry as the careful reader reads it. */
function entryOf(scan: Scan, entry: number): LedgerEntry {
  const { rows, text, currencies } = scan;
  const [reference = '', ...others] = text.fieldsAt(rows.textStart(entry));
  return {
    id: scan.otherOf(others, 'id'),
    reference,
    amountMinor: BigInt(rows.amount(entry)),
    currency: currencies[rows.currency(entry)] ?? '',
    day: rows.day(entry),
    type: scan.labelOf(rows.label(entry)),
    batch: scan.otherOf(others, 'batch_id'),
  };
}

interface PlainLine {
  line: number;
  reference: string;
  amount: number;
  currency: string;
  day: Day;
  label: number;
  others: readonly string[];
}

/** A plain line as the careful reader reads it. */
function lineOf(
  scan: Scan,
  { line, reference, amount, currency, day, label, others }: PlainLine,
): StatementLine {
  return {
    file: Number(scan.otherOf(others, 'file') || 0),
    line: Number(scan.otherOf(others, 'line_no') || line),
    reference,
    amountMinor: BigInt(amount),
    currency,
    day,
    type: scan.labelOf(label),
    feeMinor: BigInt(scan.otherOf(others, 'fee_minor') || 0),
    batch: scan.otherOf(others, 'batch_id'),
    order: scan.otherOf(others, 'our_ref'),
  };
}

const referenceOf = (record: CsvRecord | CsvFault, reader: TableReader): string =>
  'fault' in record ? '' : (record.fields[reader.place('partner_ref') ?? -1]?.trim() ?? '');

/** Eight amounts of 15 digits stay below 2^53, so a double adds them up exactly. */
const chunkRows = 8;

/** Amounts by the place of their currency. */
class Sums {
  rows = 0;
  private readonly sums: { chunk: number; size: number; sum: bigint }[] = [];

  add(currency: number, amount: number): void {
    const of = (this.sums[currency] ??= { chunk: 0, size: 0, sum: 0n });
    this.rows++;
    of.chunk += amount;
    if (++of.size < chunkRows) return;
    of.sum += BigInt(of.chunk);
    of.chunk = of.size = 0;
  }

  by(currencies: readonly string[]): Map<string, bigint> {
    return new Map(
      currencies.flatMap((name, place) => {
        const of = this.sums[place];
        return of ? [[name, of.sum + BigInt(of.chunk)] as const] : [];
      }),
    );
  }
}
