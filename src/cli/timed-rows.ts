/**
 * Rows of `timestamp,value`, one line at a time.
 *
 * Invariants: a line gives a row or a header, whatever it holds; what cannot be read is null in the row, with a sentence
 * and a hint. Nothing is guessed: a decimal comma makes three columns and is refused, not read as a smaller number.
 */

export interface RowProblem {
  message: string;
  hint: string;
}

export interface TimedRow {
  /** By the clock on which the row is written: “02:30+01:00” is half past two. */
  wallTimeMs: number | null;
  value: number | null;
  problems: RowProblem[];
}

const dateTime =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?(?: ?(?:Z|UTC|[+-]\d\d(?::?\d\d)?))?)?$/i;
/** Seconds or milliseconds since 1970: ten digits reach to 2286. */
const epoch = /^(\d{9,10}(?:\.\d+)?|\d{12,13})$/;
const plainTime = /^\d{4}-\d\d-\d\d[ T](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d,/;
const number = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const missing = /^(?:|nan|null|nil|none|n\/?a|-)$/i;

const timeHint = 'Write times as 2026-11-29 14:05:00 or as seconds since 1970.';
const valueHint = 'Write one finite number with a decimal point, such as 12.5.';
const columnsHint = 'Write two columns, timestamp,value, with a comma between them and a decimal point.';

/** Whether the first line names the columns: it has neither a time nor a number, and is not a row without its value. */
export function isHeader(line: string): boolean {
  const [time = '', value = ''] = cellsOf(line);
  return parseTime(time) === null && !missing.test(value) && !number.test(value);
}

export function readTimedRow(line: string): TimedRow {
  return readPlainRow(line) ?? readAnyRow(line);
}

const none: RowProblem[] = [];
const zero = 48;
const plainTimeLength = 19;
const dayLength = 10;
const [minuteMs, hourMs] = [60_000, 3_600_000];
/** The day of the row before: most rows are of the same. */
let plainDay = { text: '', startsAtMs: 0 };

/** The common spelling, “2026-11-29 14:05:00,12.5”, ten times as fast; null for all others. */
function readPlainRow(line: string): TimedRow | null {
  if (line.charCodeAt(plainTimeLength) !== 44) return null;
  const text = line.slice(plainTimeLength + 1);
  if (!number.test(text)) return null;
  const value = Number(text);
  const pair = (at: number): number => (line.charCodeAt(at) - zero) * 10 + line.charCodeAt(at + 1) - zero;
  const [hour, minute, second] = [pair(11), pair(14), pair(17)];
  if (!plainTime.test(line) || !Number.isFinite(value)) return null;
  if (!line.startsWith(plainDay.text) || plainDay.text === '') {
    const startsAtMs = parseTime(line.slice(0, dayLength));
    if (startsAtMs === null) return null;
    plainDay = { text: line.slice(0, dayLength), startsAtMs };
  }
  const wallTimeMs = plainDay.startsAtMs + hour * hourMs + minute * minuteMs + second * 1_000;
  return { wallTimeMs, value, problems: none };
}

function readAnyRow(line: string): TimedRow {
  const cells = cellsOf(line);
  const [time = '', value = ''] = cells;
  const wallTimeMs = parseTime(time);
  if (cells.length !== 2) {
    const count = cells.length === 1 ? '1 column' : `${cells.length} columns`;
    const problem = { message: `the row has ${count} instead of 2`, hint: columnsHint };
    return { wallTimeMs, value: null, problems: [problem] };
  }
  const problems: RowProblem[] = [];
  if (wallTimeMs === null) {
    const what = time === '' ? 'the time is missing' : `“${shown(time)}” is not a time`;
    problems.push({ message: `${what}; the row is scored without its hour`, hint: timeHint });
  }
  const parsed = number.test(value) ? Number(value) : Number.NaN;
  if (Number.isFinite(parsed)) return { wallTimeMs, value: parsed, problems };
  problems.push({ message: valueFault(value), hint: valueHint });
  return { wallTimeMs, value: null, problems };
}

function valueFault(value: string): string {
  if (missing.test(value)) return 'the value is missing';
  const isTooLarge = number.test(value) || /^[+-]?inf(?:inity)?$/i.test(value);
  return `“${shown(value)}” is ${isTooLarge ? 'too large to measure' : 'not a number'}`;
}

function cellsOf(line: string): string[] {
  return line.split(',').map((cell) =>
    cell
      .trim()
      .replace(/^"(.*)"$/, '$1')
      .trim(),
  );
}

function parseTime(text: string): number | null {
  const read = dateTime.exec(text);
  if (read === null) return epoch.test(text) ? Number(text) * (Number(text) < 1e11 ? 1_000 : 1) : null;
  const part = (at: number): number => Number(read[at] ?? 0);
  const [year, month, day, hour, minute, second] = [part(1), part(2), part(3), part(4), part(5), part(6)];
  const at = Date.UTC(year, month - 1, day, hour, minute, second);
  const isReal = new Date(at).getUTCDate() === day && month >= 1 && month <= 12 && hour < 24 && minute < 60;
  return isReal && second <= 60 ? at : null;
}

const longest = 40;

/** What a person typed, without what would move the cursor of a terminal. */
function shown(text: string): string {
  const plain = text.replace(/[\p{C}\p{Z}]+/gu, ' ');
  return plain.length > longest ? `${plain.slice(0, longest)}…` : plain;
}
