/**
 * Reads the rows of a comma-separated table as numbers, without making a string or an object per row.
 *
 * Invariant: a row is *plain* only when the careful reader would read the same values from it. Every other line, with a
 * quote, an odd number of fields, blanks at an edge, a number that is too long, is handed over as text.
 * Deliberately absent: judging. What is wrong with a line is said by the careful reader alone.
 */
import type { Day } from '../../kernel/calendar-day.js';
import type { CsvFault, CsvRecord } from '../formats/csv-records.js';
import {
  currencyName,
  isPlainReference,
  isText,
  isVisible,
  readAmount,
  readCurrency,
  readDay,
} from './fields.js';
import { KeptText, mostRowBytes } from './kept-text.js';
import { PlainRows } from './plain-rows.js';
import { blockRows } from './reference-table.js';
import { afterBreak, endOfLine, escapedRecordAt, isCut, isOpen, recordAt } from './records.js';

export interface Scan {
  rows: PlainRows;
  /** The references of the rows and what else of them is text. */
  text: KeptText;
  currencies: readonly string[];
  /** Lines for the careful reader. */
  others: (CsvRecord | CsvFault)[];
  /** How many plain rows there were, those that blocks were made of included. */
  plain: number;
  /** The number of the line on which a plain row stands, from 1. */
  lineNumberOf: (row: number) => number;
  /** The trimmed text of one of the other columns of a row; empty where the table lacks it. */
  otherOf(others: readonly string[], column: string): string;
  labelOf(label: number): string;
}

interface ScanOptions {
  expectedRows: number;
  /** On which line the rows begin. */
  line: number;
  taker: RowTaker | undefined;
  /** Gets the rows in blocks, each of which makes room for the next. */
  onBlock: ((block: Scan) => void) | undefined;
}

export interface ScanColumns {
  width: number;
  reference: number;
  amount: number;
  currency: number;
  day: number;
  /** A column with few different texts; -1 for none. */
  label: number;
  /** The other columns that mean something, and their names. */
  others: number[];
  otherNames: string[];
  /** Columns that a plain row fills, and columns in which it has digits, or a number, or nothing. */
  filled: number[];
  digits: number[];
  numbers: number[];
  /** Rows with this text in this column are left to the rules whatever their reference. */
  apart: { column: number; text: Buffer } | undefined;
  /** Whether a backslash marks what is no data, as in the tables that PostgreSQL gives; a quote does in CSV. */
  isEscaped: boolean;
}

/** Takes each plain row on the way, by where its fields begin and end in the bytes. */
export interface RowTaker {
  addPlain(bytes: Buffer, starts: Int32Array, ends: Int32Array, amount: number, day: Day): void;
}

const none = Buffer.alloc(0);
const backslash = 0x5c;
const comma = 0x2c;
const quote = 0x22;
const newline = 0x0a;
const carriageReturn = 0x0d;

/**
 * Scans a table whose bytes may still be coming. Each call goes on where the last one ended (`at`); the first byte is the
 * one behind the header. Of the bytes before `at` nothing is needed any more.
 */
export class Scanner implements Scan {
  readonly rows: PlainRows;
  readonly text = new KeptText();
  readonly currencies: string[] = [];
  readonly others: (CsvRecord | CsvFault)[] = [];
  private bytes: Buffer = none;
  private readonly starts: Int32Array;
  private readonly ends: Int32Array;
  /** The columns whose text is kept, that of the reference first. */
  private readonly kept: readonly number[];
  /** The currencies of the list in packed form: there are few, and most files have one. */
  private readonly packed: number[] = [];
  private readonly labels = new Labels();
  /** While a quote is open, reading waits for twice as much text each time. */
  private waitsFor = 0;
  /** Where plain rows stop standing on consecutive lines: a row, and the number of its line. */
  private readonly jumps: { row: number; line: number }[] = [];
  private wasPlain = false;
  private line: number;
  /** How many plain rows there were in earlier blocks. */
  private before = 0;
  /** What makes a line another than a plain one, besides what sorts before the comma. */
  private readonly mark: number;

  constructor(
    public at: number,
    private readonly columns: ScanColumns,
    private readonly options: ScanOptions,
  ) {
    this.line = options.line;
    this.mark = columns.isEscaped ? backslash : comma;
    this.kept = [columns.reference, ...columns.others];
    this.starts = new Int32Array(columns.width);
    this.ends = new Int32Array(columns.width);
    this.rows = new PlainRows(options.onBlock ? blockRows : options.expectedRows);
  }

  get plain(): number {
    return this.before + this.rows.count;
  }

  /** Scans what has come. Until the table `isWhole`, the last line is left for the next call. */
  scan(bytes: Buffer, isWhole: boolean): void {
    if (!isWhole && bytes.length - this.at < this.waitsFor) return;
    this.waitsFor = 0;
    this.bytes = bytes;
    while (this.at < bytes.length) {
      const end = this.splitLine(this.at);
      if (!isWhole && end >= bytes.length - 1 && isCut(bytes, end)) break;
      if (end >= 0 && this.storeRow(this.at, end)) {
        this.at = afterBreak(bytes, end);
        this.line++;
        continue;
      }
      if (!this.storeOther(isWhole)) break;
    }
    this.bytes = none;
    this.endBlock();
  }

  private endBlock(): void {
    const { onBlock } = this.options;
    if (!onBlock || this.rows.count === 0) return;
    onBlock(this);
    this.before += this.rows.count;
    this.rows.clear();
    this.text.clear();
    this.jumps.length = 0;
    this.wasPlain = false;
  }

  readonly lineNumberOf = (row: number): number => {
    let [low, high] = [0, this.jumps.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.jumps[middle]!.row <= row) low = middle;
      else high = middle - 1;
    }
    const jump = this.jumps[low]!;
    return jump.line + row - jump.row;
  };

  otherOf(others: readonly string[], column: string): string {
    return others[this.columns.otherNames.indexOf(column)]?.trim() ?? '';
  }

  labelOf(label: number): string {
    return this.labels.textOf(label).trim();
  }

  /** False when more bytes may still belong to the line. */
  private storeOther(isWhole: boolean): boolean {
    const { bytes, at } = this;
    const record = this.columns.isEscaped
      ? escapedRecordAt(bytes, at)
      : recordAt(bytes, at, this.columns.width);
    const next = record ? record.next : afterBreak(bytes, endOfLine(bytes, at));
    const mayGoOn = next >= bytes.length || (record !== null && isOpen(record.record));
    if (!isWhole && mayGoOn) {
      this.waitsFor = 2 * (bytes.length - at);
      return false;
    }
    if (record) this.others.push({ ...record.record, line: this.line });
    this.line += record ? record.lines : 1;
    this.at = next;
    this.wasPlain = false;
    return true;
  }

  /** Notes where the fields of a line begin and end; the end of the line, or −1 when it is not plain. */
  private splitLine(at: number): number {
    const { bytes, starts, ends, mark } = this;
    const { length } = bytes;
    const last = this.columns.width - 1;
    let field = 0;
    let end = at;
    starts[0] = at;
    for (; end < length; end++) {
      const byte = bytes[end]!;
      if (byte > comma && byte !== mark) continue;
      if (byte === comma) {
        if (field === last) return -1;
        ends[field++] = end;
        starts[field] = end + 1;
      } else if (byte === newline || byte === carriageReturn) break;
      else if (byte === quote || byte === 0 || byte === mark) return -1;
    }
    ends[field] = end;
    return field === last ? end : -1;
  }

  private storeRow(lineStart: number, lineEnd: number): boolean {
    const { bytes, columns, starts, ends } = this;
    const referenceStart = starts[columns.reference]!;
    const length = ends[columns.reference]! - referenceStart;
    const amount = readAmount(bytes, starts[columns.amount]!, ends[columns.amount]!);
    const currency = this.placeOf(readCurrency(bytes, starts[columns.currency]!, ends[columns.currency]!));
    const day = readDay(bytes, starts[columns.day]!, ends[columns.day]!);
    if (currency < 0 || Number.isNaN(amount) || Number.isNaN(day)) return false;
    if (lineEnd - lineStart >= mostRowBytes - columns.width) return false;
    if (!isPlainReference(bytes, referenceStart, length) || !this.hasPlainRest()) return false;
    const label = columns.label < 0 ? 0 : this.labels.of(bytes, starts[columns.label]!, ends[columns.label]!);
    if (label < 0) return false;
    if (this.rows.count === blockRows) this.endBlock();
    if (!this.wasPlain) this.jumps.push({ row: this.rows.count, line: this.line });
    this.wasPlain = true;
    const start = this.text.begin(lineEnd - lineStart + columns.width);
    const hash = this.text.addFields(bytes, starts, ends, this.kept);
    this.rows.add(start, label, length, hash, amount, currency, day);
    this.options.taker?.addPlain(bytes, starts, ends, amount, day);
    return true;
  }

  /** The place of a packed currency in the list; −1 for none, and where the list is full. */
  private placeOf(packed: number): number {
    if (packed < 0) return -1;
    const known = this.packed.indexOf(packed);
    if (known >= 0 || this.packed.length === mostCurrencies) return known;
    this.currencies.push(currencyName(packed));
    return this.packed.push(packed) - 1;
  }

  private hasPlainRest(): boolean {
    const { bytes, columns, starts, ends } = this;
    for (const column of columns.filled) {
      if (starts[column] === ends[column] || !isVisible(bytes[starts[column]!]!)) return false;
    }
    for (const column of columns.digits) {
      const [start, end] = [starts[column]!, ends[column]!];
      if (start !== end && !(readAmount(bytes, start, end) >= 0)) return false;
    }
    for (const column of columns.numbers) {
      const [start, end] = [starts[column]!, ends[column]!];
      if (start !== end && Number.isNaN(readAmount(bytes, start, end))) return false;
    }
    const { apart } = columns;
    return apart === undefined || !isText(bytes, starts[apart.column]!, ends[apart.column]!, apart.text);
  }
}

/** The texts of a column that has few. */
class Labels {
  private readonly bytes: Buffer[] = [];
  private readonly texts: string[] = [];
  private readonly places = new Map<string, number>();
  private last = 0;

  /** The place of a text in the list; -1 where the list is full. */
  of(bytes: Buffer, start: number, end: number): number {
    const last = this.bytes[this.last];
    if (last !== undefined && isText(bytes, start, end, last)) return this.last;
    const text = bytes.toString('utf8', start, end);
    const place = this.places.get(text) ?? this.texts.length;
    if (place === mostLabels) return -1;
    if (place === this.texts.length) {
      this.places.set(text, place);
      this.texts.push(text);
      this.bytes.push(Buffer.from(text));
    }
    return (this.last = place);
  }

  textOf(place: number): string {
    return this.texts[place] ?? '';
  }
}

/** What one byte counts. */
const mostCurrencies = 256;
/** What two bytes count. */
const mostLabels = 1 << 16;
