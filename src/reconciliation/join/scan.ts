/**
 * Reads the rows of a comma-separated table as numbers, without making a string or an object per row.
 *
 * Invariant: a row is *plain* only when the careful reader would read the same values from it. Every other line, with a
 * quote, an odd number of fields, blanks at an edge, a number that is too long, is handed over as text.
 * Deliberately absent: judging. What is wrong with a line is said by the careful reader alone.
 */
import { isoDay } from '../../kernel/calendar-day.js';
import { csvRecords, type CsvFault, type CsvRecord } from '../formats/csv-records.js';
import { KeptText, mostRowBytes } from './kept-text.js';
import { PlainRows } from './plain-rows.js';

export interface Scan {
  rows: PlainRows;
  /** The references of the rows and what else of them is text. */
  text: KeptText;
  currencies: readonly string[];
  /** Lines for the careful reader. */
  others: (CsvRecord | CsvFault)[];
  /** The number of the line on which a plain row stands, from 1. */
  lineNumberOf(row: number): number;
  /** A plain row as the careful reader takes it; a column that means nothing to it is empty. */
  fieldsOf(row: number): string[];
}

export interface ScanColumns {
  width: number;
  reference: number;
  amount: number;
  currency: number;
  day: number;
  /** A column with few different texts; -1 for none. */
  label: number;
  /** The other columns that mean something. */
  others: number[];
  /** Columns that a plain row fills, and columns in which it has digits or nothing. */
  filled: number[];
  digits: number[];
  /** Rows with this text in this column are left to the rules whatever their reference. */
  apart: { column: number; text: Buffer } | undefined;
  /** Whether a plain line may end with a newline alone. */
  isUnix: boolean;
}

const none = Buffer.alloc(0);
const comma = 0x2c;
const quote = 0x22;
const newline = 0x0a;
const carriageReturn = 0x0d;
const minus = 0x2d;
const zero = 0x30;

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
  private readonly places = new Map<number, number>();
  private readonly labels = new Labels();
  /** While a quote is open, reading waits for twice as much text each time. */
  private waitsFor = 0;
  /** Where plain rows stop standing on consecutive lines: a row, and the number of its line. */
  private readonly jumps: { row: number; line: number }[] = [];
  private wasPlain = false;

  constructor(
    public at: number,
    private readonly columns: ScanColumns,
    expectedRows = 1 << 14,
    private line = 2,
  ) {
    this.starts = new Int32Array(columns.width);
    this.ends = new Int32Array(columns.width);
    this.rows = new PlainRows(expectedRows);
  }

  /**
   * Scans what has come; the plain lines of it, byte for byte. Until the table `isWhole`, the last line is left for the
   * next call.
   */
  scan(bytes: Buffer, isWhole: boolean): Buffer[] {
    const plain: Buffer[] = [];
    if (!isWhole && bytes.length - this.at < this.waitsFor) return plain;
    this.waitsFor = 0;
    this.bytes = bytes;
    let from = this.at;
    while (this.at < bytes.length) {
      const end = this.splitLine(this.at);
      if (!isWhole && isCut(bytes, end)) break;
      if (end >= 0 && this.storeRow(this.at, end)) {
        this.at = afterBreak(bytes, end);
        this.line++;
        continue;
      }
      const { at } = this;
      if (!this.storeOther(isWhole)) break;
      if (at > from) plain.push(bytes.subarray(from, at));
      from = this.at;
    }
    if (this.at > from) plain.push(bytes.subarray(from, this.at));
    this.bytes = none;
    return plain;
  }

  lineNumberOf(row: number): number {
    let [low, high] = [0, this.jumps.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.jumps[middle]!.row <= row) low = middle;
      else high = middle - 1;
    }
    const jump = this.jumps[low]!;
    return jump.line + row - jump.row;
  }

  fieldsOf(row: number): string[] {
    const { columns, rows } = this;
    const [reference = '', ...others] = this.text.fieldsAt(rows.textStart(row));
    const fields = Array.from({ length: columns.width }, () => '');
    fields[columns.reference] = reference;
    fields[columns.amount] = String(rows.amount(row));
    fields[columns.currency] = this.currencies[rows.currency(row)] ?? '';
    fields[columns.day] = isoDay(rows.day(row));
    if (columns.label >= 0) fields[columns.label] = this.labels.textOf(rows.label(row));
    columns.others.forEach((column, at) => (fields[column] = others[at] ?? ''));
    return fields;
  }

  /** False when more bytes may still belong to the line. */
  private storeOther(isWhole: boolean): boolean {
    const { bytes, at } = this;
    const record = recordAt(bytes, at, this.columns.width);
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
    const { bytes, starts, ends, columns } = this;
    let field = 0;
    let end = at;
    starts[0] = at;
    for (; end < bytes.length; end++) {
      const byte = bytes[end]!;
      if (byte > comma) continue;
      if (byte === comma) {
        ends[field++] = end;
        if (field === columns.width) return -1;
        starts[field] = end + 1;
      } else if (byte === newline || (byte === carriageReturn && !columns.isUnix)) break;
      else if (byte === quote || byte === 0 || byte === carriageReturn) return -1;
    }
    ends[field] = end;
    return field === columns.width - 1 ? end : -1;
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
    if (!this.wasPlain) this.jumps.push({ row: this.rows.count, line: this.line });
    this.wasPlain = true;
    const start = this.text.begin(lineEnd - lineStart + columns.width);
    this.text.addField(bytes, referenceStart, referenceStart + length);
    for (const column of columns.others) this.text.addField(bytes, starts[column]!, ends[column]!);
    this.text.end();
    this.rows.add(start, label, length, hashOf(bytes, referenceStart, length));
    this.rows.setMoney(amount, currency, day);
    return true;
  }

  /** The place of a packed currency in the list; −1 for none, and where the list is full. */
  private placeOf(packed: number): number {
    if (packed < 0) return -1;
    const known = this.places.get(packed);
    if (known !== undefined) return known;
    const place = this.currencies.length;
    if (place === mostCurrencies) return -1;
    this.currencies.push(currencyName(packed));
    this.places.set(packed, place);
    return place;
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

/** What two bytes count. */
const mostLabels = 1 << 16;

function isText(bytes: Buffer, start: number, end: number, text: Buffer): boolean {
  if (end - start !== text.length) return false;
  for (let at = 0; at < text.length; at++) if (bytes[start + at] !== text[at]) return false;
  return true;
}

/** What one byte counts. */
const mostCurrencies = 256;

/** No more digits than a double holds exactly; NaN for anything else. */
const mostDigits = 15;

function readAmount(bytes: Buffer, start: number, end: number): number {
  const isNegative = bytes[start] === minus;
  const from = isNegative ? start + 1 : start;
  if (end === from || end - from > mostDigits) return NaN;
  let amount = 0;
  for (let at = from; at < end; at++) {
    const digit = bytes[at]! - zero;
    if (digit < 0 || digit > 9) return NaN;
    amount = amount * 10 + digit;
  }
  // Not −0, which would differ from 0 in a key.
  return isNegative && amount !== 0 ? -amount : amount;
}

/** −1 unless the field is three capital letters. */
function readCurrency(bytes: Buffer, start: number, end: number): number {
  if (end - start !== 3) return -1;
  let packed = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte < 0x41 || byte > 0x5a) return -1;
    packed = packed * 256 + byte;
  }
  return packed;
}

const currencyName = (packed: number): string =>
  String.fromCharCode(packed >> 16, (packed >> 8) & 0xff, packed & 0xff);

/** The day of `YYYY-MM-DD`; NaN for anything else. The last days of a month are left to the careful reader's calendar. */
function readDay(bytes: Buffer, start: number, end: number): number {
  if (end - start !== 10 || bytes[start + 4] !== minus || bytes[start + 7] !== minus) return NaN;
  const year = readAmount(bytes, start, start + 4);
  const month = readAmount(bytes, start + 5, start + 7);
  const day = readAmount(bytes, start + 8, end);
  if (!(year >= 1970 && year < 2100 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month)))
    return NaN;
  return firstOfMonth[(year - 1970) * 12 + month - 1]! + day - 1;
}

const msPerDay = 86_400_000;

/** The day on which each month from January 1970 to January 2100 begins. */
const firstOfMonth = Int32Array.from(
  { length: 130 * 12 + 1 },
  (_, month) => Date.UTC(1970, month, 1) / msPerDay,
);

function daysIn(year: number, month: number): number {
  const at = (year - 1970) * 12 + month - 1;
  return firstOfMonth[at + 1]! - firstOfMonth[at]!;
}

/** A visible character of ASCII: nothing that trimming would remove. */
const isVisible = (byte: number): boolean => byte > 0x20 && byte < 0x7f;

/** Blanks at an edge are trimmed by the careful reader, and a word such as NOTPROVIDED stands for no reference. */
function isPlainReference(bytes: Buffer, start: number, length: number): boolean {
  if (length === 0) return true;
  const first = bytes[start]!;
  if (!isVisible(first) || !isVisible(bytes[start + length - 1]!)) return false;
  const mayBePlaceholder = first === 0x4e && (length === 6 || length === 11);
  return !mayBePlaceholder;
}

/** FNV-1a, stirred as MurmurHash3 ends, so that references that count upwards spread over the whole table. */
export function hashOf(bytes: Buffer, start: number, length: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < start + length; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function endOfLine(bytes: Buffer, from: number): number {
  let end = from;
  while (end < bytes.length && bytes[end] !== newline && bytes[end] !== carriageReturn) end++;
  return end;
}

/** A line that ends with the bytes may go on, and so may a break of two bytes. */
const isCut = (bytes: Buffer, end: number): boolean =>
  end >= bytes.length || (end === bytes.length - 1 && bytes[end] === carriageReturn);

const afterBreak = (bytes: Buffer, end: number): number =>
  bytes[end] === carriageReturn && bytes[end + 1] === newline ? end + 2 : end + 1;

const byteOrderMark = Buffer.from('\uFEFF');

export interface Header {
  record: CsvRecord | CsvFault;
  /** Where the rows begin, and on which line. */
  next: number;
  line: number;
}

/** The first record of a table, behind blank lines; null where there is none. */
export function headerIn(bytes: Buffer): Header | null {
  let at = bytes.subarray(0, byteOrderMark.length).equals(byteOrderMark) ? byteOrderMark.length : 0;
  for (let line = 1; at < bytes.length; line++) {
    const found = recordAt(bytes, at);
    if (found) return { record: found.record, next: found.next, line: line + found.lines };
    at = afterBreak(bytes, endOfLine(bytes, at));
  }
  return null;
}

const firstWindow = 1 << 16;

/** Whether more text could still make another record of it. */
const isOpen = (record: CsvRecord | CsvFault): boolean => 'fault' in record && record.isOpen === true;

/** The record at `at` as the careful reader sees it; null for a blank line. */
function recordAt(
  bytes: Buffer,
  at: number,
  width?: number,
): { record: CsvRecord | CsvFault; lines: number; next: number } | null {
  const lineEnd = endOfLine(bytes, at);
  const options = width === undefined ? {} : { width };
  // The line alone first: a text cut from a larger one would keep all of that in memory. A quoted field may reach over
  // many lines, so the window grows until the record ends within it or the file does.
  for (let end = lineEnd; ; end = Math.min(bytes.length, at + Math.max(firstWindow, 8 * (end - at)))) {
    const [record] = csvRecords(bytes.toString('utf8', at, end), options);
    if (record === undefined) return null;
    const next = at + Buffer.byteLength(record.raw);
    // A line alone is over, unless a quote in it is open.
    const isOver = end === lineEnd && !('fault' in record && record.fault === 'quote');
    const isCut = end < bytes.length && (next > lineEnd ? next >= end : !isOver && isOpen(record));
    if (!isCut)
      return { record, lines: record.raw.split(/\r\n|\r|\n/).length, next: afterBreak(bytes, next) };
  }
}
