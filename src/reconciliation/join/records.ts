/**
 * Lines and records of a table in bytes, for what is not plain: as the careful reader sees them.
 *
 * Invariant: a line that the bytes end in the middle of is never taken for a whole one.
 */
import { csvRecords, type CsvFault, type CsvRecord } from '../formats/csv-records.js';

const newline = 0x0a;
const carriageReturn = 0x0d;

export function endOfLine(bytes: Buffer, from: number): number {
  let end = from;
  while (end < bytes.length && bytes[end] !== newline && bytes[end] !== carriageReturn) end++;
  return end;
}

/** A line that ends with the bytes may go on, and so may a break of two bytes. */
export const isCut = (bytes: Buffer, end: number): boolean =>
  end >= bytes.length || (end === bytes.length - 1 && bytes[end] === carriageReturn);

export const afterBreak = (bytes: Buffer, end: number): number =>
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
export const isOpen = (record: CsvRecord | CsvFault): boolean => 'fault' in record && record.isOpen === true;

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
    // A line alone is over, unless a quote in it is open.
    const isOver = end === lineEnd && !('fault' in record && record.fault === 'quote');
    const isCut = end < bytes.length && (next > lineEnd ? next >= end : !isOver && isOpen(record));
    if (!isCut)
      return { record, lines: record.raw.split(/\r\n|\r|\n/).length, next: afterBreak(bytes, next) };
  }
}

const escapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/** A line of a table that PostgreSQL gives: a backslash and a letter stand for a mark, any other mark for itself. */
export function escapedRecordAt(bytes: Buffer, at: number): ReturnType<typeof recordAt> {
  const end = endOfLine(bytes, at);
  const raw = bytes.toString('utf8', at, end);
  const fields = (`,${raw}`.match(/,(?:\\[^]|[^,\\])*/g) ?? []).map((field) =>
    field.slice(1).replace(/\\([^])/g, (_, mark: string) => escapes[mark] ?? mark),
  );
  return { record: { line: 0, fields, raw }, lines: 1, next: afterBreak(bytes, end) };
}
