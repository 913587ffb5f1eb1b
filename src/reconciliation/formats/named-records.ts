/**
 * Records of a report whose first line names its columns: found by name, in any order, unknown ones kept.
 *
 * Invariant: a header that is met again (files glued together, columns changed in between) is followed from there on.
 */
import { problem, type Problem } from '../problems.js';
import { csvRecords, type CsvFault, type CsvRecord } from './csv-records.js';

export interface NamedRecord {
  type: 'record';
  line: number;
  /** The trimmed text of the first of these columns that has any; empty where none has. */
  get(...columns: string[]): string;
  raw: Record<string, string>;
}

export interface NamedOptions {
  /** The partner's own. Absent: a comma. */
  delimiter?: string;
  /** Whether a record is a header: it names the columns that the format cannot do without. */
  isHeader: (fields: string[]) => boolean;
}

/** A header that is further down than this is looked for with the usual delimiter alone. */
const headCharacters = 65_536;

const delimiters = [',', ';', '\t', '|'];

/** What separates the columns: a report that went through a spreadsheet may come with another mark than the partner's. */
export function delimiterOf(text: string, isHeader: NamedOptions['isHeader'], usual = ','): string {
  const head = text.slice(0, headCharacters);
  const found = [usual, ...delimiters].find((delimiter) => {
    for (const record of csvRecords(head, { delimiter }))
      if ('fields' in record && isHeader(record.fields.map((field) => field.trim()))) return true;
    return false;
  });
  return found ?? usual;
}

export function* namedRecords(
  text: string,
  { delimiter: usual, isHeader }: NamedOptions,
): Generator<NamedRecord | Problem, void, undefined> {
  const delimiter = delimiterOf(text, isHeader, usual);
  let columns: string[] | null = null;
  for (const record of csvRecords(text, { delimiter })) {
    if ('fault' in record) yield faultProblem(record);
    else if (isHeader(record.fields.map((field) => field.trim())))
      columns = record.fields.map((field) => field.trim());
    else if (columns === null)
      yield problem(record.line, 'before_header', 'the line stands before the names of the columns');
    else yield named(record, columns);
  }
  if (columns === null) yield problem(1, 'no_header', 'no line names the columns of this format');
}

export const faultProblem = ({ line, fault, message }: CsvFault): Problem =>
  problem(line, `csv_${fault}`, message);

function named({ line, fields }: CsvRecord, columns: string[]): NamedRecord | Problem {
  if (fields.length !== columns.length)
    return problem(line, 'csv_width', `${fields.length} fields where the header has ${columns.length}`);
  const raw: Record<string, string> = {};
  columns.forEach((column, at) => {
    const value = fields[at]?.trim() ?? '';
    // A name that is listed twice keeps both values.
    raw[Object.hasOwn(raw, column) ? `${column} (${at + 1})` : column] = value;
  });
  const get = (...names: string[]): string =>
    names.map((name) => raw[name] ?? '').find((value) => value !== '') ?? '';
  return { type: 'record', line, get, raw };
}

export const names =
  (...columns: string[]) =>
  (fields: string[]): boolean =>
    columns.every((column) => fields.includes(column));
