/**
 * Records of a comma-separated text, line by line.
 *
 * Invariant: a bad line never takes a neighbour with it. A quote that opens and does not close properly costs its own
 * physical line only, and reading goes on with the next one. A quote inside an unquoted field is data, and blanks behind
 * one that closes are none.
 * Deliberately ours: libraries either stop at such a line, or let the open quote swallow the rest of the file.
 */
export interface CsvRecord {
  /** The physical line on which the record begins, from 1. */
  line: number;
  fields: string[];
  raw: string;
}

export interface CsvFault {
  line: number;
  /** Why the line is no record. */
  fault: 'quote' | 'width' | 'nul';
  message: string;
  /** The text ends within the record or with it, so that more text could make another record of it. */
  isOpen?: boolean;
  raw: string;
}

export interface CsvOptions {
  delimiter?: string;
  /** How many fields a record must have: a number, or as many as the first record. */
  width?: number | 'first';
}

export function* csvRecords(
  text: string,
  { delimiter = ',', width: wanted }: CsvOptions = {},
): Generator<CsvRecord | CsvFault, void, undefined> {
  let width = wanted === 'first' ? undefined : wanted;
  let line = 1;
  for (let at = 0; at < text.length;) {
    const lineEnd = endOfLine(text, at);
    const firstLine = text.slice(at, lineEnd);
    const nextLine = afterLineBreak(text, lineEnd);
    if (blankLines.has(firstLine.trim())) {
      at = nextLine;
      line += 1;
      continue;
    }
    const read = readRecord(text, at, delimiter);
    const fault = 'isOpen' in read ? unclosed : faultOf(read.fields, width);
    if ('isOpen' in read || fault !== null) {
      const isOpen = 'isOpen' in read ? read.isOpen : read.end === text.length;
      yield { line, ...(fault ?? unclosed), isOpen, raw: firstLine };
      at = nextLine;
      line += 1;
      continue;
    }
    if (wanted === 'first') width ??= read.fields.length;
    const raw = text.slice(at, read.end);
    yield { line, fields: read.fields, raw };
    line += read.end > lineEnd ? linesIn(raw) : 1;
    at = afterLineBreak(text, read.end);
  }
}

/** The second is what old systems end a file with. */
const blankLines: ReadonlySet<string> = new Set(['', '\u001A']);

const unclosed = {
  fault: 'quote',
  message: 'a quoted field does not end before the next delimiter',
} as const;

type Fault = Pick<CsvFault, 'fault' | 'message'>;

function faultOf(fields: string[], width: number | undefined): Fault | null {
  if (width !== undefined && fields.length !== width)
    return { fault: 'width', message: `${fields.length} fields, but the header has ${width}` };
  return fields.some((field) => field.includes('\0')) ? { fault: 'nul', message: 'a NUL byte' } : null;
}

/** A quote that does not close, or closes before anything but a delimiter. */
interface BadQuote {
  isOpen: boolean;
}

/** One record from `at`. */
function readRecord(
  text: string,
  at: number,
  delimiter: string,
): { fields: string[]; end: number } | BadQuote {
  const fields: string[] = [];
  for (let from = at; ;) {
    const field = text[from] === '"' ? readQuoted(text, from, delimiter) : readPlain(text, from, delimiter);
    if ('isOpen' in field) return field;
    fields.push(field.value);
    if (text[field.end] !== delimiter) return { fields, end: field.end };
    from = field.end + 1;
  }
}

interface Field {
  value: string;
  end: number;
}

function readPlain(text: string, from: number, delimiter: string): Field {
  let end = from;
  while (end < text.length && text[end] !== delimiter && text[end] !== '\n' && text[end] !== '\r') end++;
  return { value: text.slice(from, end), end };
}

function readQuoted(text: string, from: number, delimiter: string): Field | BadQuote {
  let close = text.indexOf('"', from + 1);
  while (close !== -1 && text[close + 1] === '"') close = text.indexOf('"', close + 2);
  if (close === -1) return { isOpen: true };
  let end = close + 1;
  while ((text[end] === ' ' || text[end] === '\t') && text[end] !== delimiter) end++;
  const next = text[end];
  if (next !== undefined && next !== delimiter && next !== '\n' && next !== '\r') return { isOpen: false };
  return { value: text.slice(from + 1, close).replaceAll('""', '"'), end };
}

function endOfLine(text: string, from: number): number {
  let end = from;
  while (end < text.length && text[end] !== '\n' && text[end] !== '\r') end++;
  return end;
}

/** Where the next line begins after a line that ends at `end`: `\r\n` is one break. */
function afterLineBreak(text: string, end: number): number {
  if (text[end] === '\r' && text[end + 1] === '\n') return end + 2;
  return end + 1;
}

const linesIn = (raw: string): number => raw.split(/\r\n|\r|\n/).length;
