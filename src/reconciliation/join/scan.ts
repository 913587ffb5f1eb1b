/**
 * Reads the rows of a comma-separated table as numbers, without making a string or an object per row.
 *
 * Invariant: a row is *plain* only when the careful reader would read the same values from it. Every other line, with a
 * quote, an odd number of fields, blanks at an edge, a number that is too long, is handed over as text.
 * Deliberately absent: judging. What is wrong with a line is said by the careful reader alone.
 */
import { isUtf8 } from 'node:buffer';
import { OpsError } from '../../kernel/errors.js';
import { csvRecords, type CsvFault, type CsvRecord } from '../formats/csv-records.js';
import { decodeText } from '../formats/text.js';

/** Rows as columns. A reference is a place in the bytes; an empty reference has length 0. */
export interface PlainRows {
  count: number;
  lineStart: Uint32Array;
  lineNumber: Uint32Array;
  referenceStart: Uint32Array;
  referenceLength: Uint16Array;
  hash: Uint32Array;
  /** Minor units; a plain amount has at most 15 digits, so it is exact. */
  amount: Float64Array;
  /** Three letters packed into one number. */
  currency: Uint32Array;
  day: Int32Array;
}

export interface Scan {
  rows: PlainRows;
  /** Lines for the careful reader. */
  others: (CsvRecord | CsvFault)[];
}

export interface ScanColumns {
  width: number;
  reference: number;
  amount: number;
  currency: number;
  day: number;
  /** Columns that a plain row fills, and columns in which it has digits or nothing. */
  filled: number[];
  digits: number[];
}

/** Offsets are 32 bits wide. */
const mostBytes = 0xffff_ffff;

/** The bytes of a file as UTF-8 without a byte order mark. Throws `invalid` for a file of 4 GiB or more. */
export function asUtf8(bytes: Buffer): Buffer {
  if (bytes.length > mostBytes)
    throw new OpsError('invalid', 'The file is larger than 4 GiB.', { hint: 'Split it by business day.' });
  if (!isUtf8(bytes)) return Buffer.from(decodeText(bytes).text);
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

const comma = 0x2c;
const quote = 0x22;
const newline = 0x0a;
const carriageReturn = 0x0d;
const minus = 0x2d;
const zero = 0x30;

/** Scans from `at`, the first byte behind the header, which is line 1. */
export function scanRows(bytes: Buffer, at: number, columns: ScanColumns): Scan {
  return new Scanner(bytes, columns).run(at);
}

class Scanner {
  private rows = emptyRows(1 << 14);
  private readonly others: (CsvRecord | CsvFault)[] = [];
  private readonly starts: Int32Array;
  private readonly ends: Int32Array;

  constructor(
    private readonly bytes: Buffer,
    private readonly columns: ScanColumns,
  ) {
    this.starts = new Int32Array(columns.width);
    this.ends = new Int32Array(columns.width);
  }

  run(from: number): Scan {
    const { bytes } = this;
    for (let at = from, line = 2; at < bytes.length;) {
      const end = this.splitLine(at);
      if (end >= 0 && this.storeRow(at, line)) {
        at = afterBreak(bytes, end);
        line++;
        continue;
      }
      const record = recordAt(bytes, at, this.columns.width);
      if (record) this.others.push({ ...record.record, line });
      line += record ? record.lines : 1;
      at = record ? record.next : afterBreak(bytes, endOfLine(bytes, at));
    }
    return { rows: this.rows, others: this.others };
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
      } else if (byte === newline || byte === carriageReturn) break;
      else if (byte === quote || byte === 0) return -1;
    }
    ends[field] = end;
    return field === columns.width - 1 ? end : -1;
  }

  private storeRow(lineStart: number, line: number): boolean {
    const { bytes, columns, starts, ends } = this;
    const referenceStart = starts[columns.reference]!;
    const length = ends[columns.reference]! - referenceStart;
    const amount = readAmount(bytes, starts[columns.amount]!, ends[columns.amount]!);
    const currency = readCurrency(bytes, starts[columns.currency]!, ends[columns.currency]!);
    const day = readDay(bytes, starts[columns.day]!, ends[columns.day]!);
    if (currency < 0 || Number.isNaN(amount) || Number.isNaN(day)) return false;
    if (!isPlainReference(bytes, referenceStart, length) || !this.hasPlainRest()) return false;
    if (this.rows.count === this.rows.amount.length) this.rows = grown(this.rows);
    const { rows } = this;
    const at = rows.count++;
    rows.lineStart[at] = lineStart;
    rows.lineNumber[at] = line;
    rows.referenceStart[at] = referenceStart;
    rows.referenceLength[at] = length;
    rows.hash[at] = hashOf(bytes, referenceStart, length);
    rows.amount[at] = amount;
    rows.currency[at] = currency;
    rows.day[at] = day;
    return true;
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
    return true;
  }
}

function emptyRows(capacity: number): PlainRows {
  return {
    count: 0,
    lineStart: new Uint32Array(capacity),
    lineNumber: new Uint32Array(capacity),
    referenceStart: new Uint32Array(capacity),
    referenceLength: new Uint16Array(capacity),
    hash: new Uint32Array(capacity),
    amount: new Float64Array(capacity),
    currency: new Uint32Array(capacity),
    day: new Int32Array(capacity),
  };
}

function grown(rows: PlainRows): PlainRows {
  const larger = emptyRows(rows.count * 2);
  larger.count = rows.count;
  larger.lineStart.set(rows.lineStart);
  larger.lineNumber.set(rows.lineNumber);
  larger.referenceStart.set(rows.referenceStart);
  larger.referenceLength.set(rows.referenceLength);
  larger.hash.set(rows.hash);
  larger.amount.set(rows.amount);
  larger.currency.set(rows.currency);
  larger.day.set(rows.day);
  return larger;
}

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

export const currencyName = (packed: number): string =>
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

const mostReferenceBytes = 0xffff;

/** Blanks at an edge are trimmed by the careful reader, and a word such as NOTPROVIDED stands for no reference. */
function isPlainReference(bytes: Buffer, start: number, length: number): boolean {
  if (length === 0) return true;
  if (length > mostReferenceBytes) return false;
  const first = bytes[start]!;
  if (!isVisible(first) || !isVisible(bytes[start + length - 1]!)) return false;
  const mayBePlaceholder = first === 0x4e && (length === 6 || length === 11);
  return !mayBePlaceholder;
}

/** FNV-1a. */
export function hashOf(bytes: Buffer, start: number, length: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < start + length; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}

function endOfLine(bytes: Buffer, from: number): number {
  let end = from;
  while (end < bytes.length && bytes[end] !== newline && bytes[end] !== carriageReturn) end++;
  return end;
}

const afterBreak = (bytes: Buffer, end: number): number =>
  bytes[end] === carriageReturn && bytes[end + 1] === newline ? end + 2 : end + 1;

const firstWindow = 1 << 16;

/** Whether more text could still close the record's quote. */
const isOpen = (record: CsvRecord | CsvFault): boolean => 'fault' in record && record.fault === 'quote';

/** The record at `at` as the careful reader sees it; null for a blank line. */
export function recordAt(
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
    const isCut = end < bytes.length && (next > lineEnd ? next >= end : isOpen(record));
    if (!isCut)
      return { record, lines: record.raw.split(/\r\n|\r|\n/).length, next: afterBreak(bytes, next) };
  }
}
