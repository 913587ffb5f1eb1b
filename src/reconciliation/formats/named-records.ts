/**
 * Records of a report whose first line names its columns: found by name, in any order and case, unknown ones kept.
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
  let columns: Columns | null = null;
  for (const record of csvRecords(text, { delimiter })) {
    const glued = 'fault' in record || columns === null ? null : rowBeforeHeader(record.fields, columns);
    if ('fault' in record) yield faultProblem(record);
    else if (glued !== null && columns !== null) yield named({ ...record, fields: glued }, columns);
    else if (isHeader(record.fields.map((field) => field.trim()))) columns = columnsOf(record.fields);
    else if (columns === null)
      yield problem(record.line, 'before_header', 'the line comes before the column names');
    else yield named(record, columns);
  }
  if (columns === null) yield problem(1, 'no_header', 'no line has the column names of this format');
}

export const faultProblem = ({ line, fault, message }: CsvFault): Problem =>
  problem(line, `csv_${fault}`, message);

interface Columns {
  /** Each once: a name that is listed twice keeps both values. */
  names: string[];
  /** Where a name was found before; -1 for one that the header lacks. */
  places: Map<string, number>;
}

function columnsOf(header: string[]): Columns {
  const trimmed = header.map((field) => field.trim());
  const names = trimmed.map((name, at) => (trimmed.indexOf(name) < at ? `${name} (${at + 1})` : name));
  return { names, places: new Map() };
}

/** The last row of a file without a line break at its end, where the header of the next file was glued to it. */
function rowBeforeHeader(fields: string[], { names }: Columns): string[] | null {
  const [first = '', ...others] = names;
  const joint = fields[others.length] ?? '';
  const isGlued =
    fields.length === 2 * names.length - 1 &&
    joint.endsWith(first) &&
    others.every((name, at) => fields[names.length + at]?.trim() === name);
  return isGlued ? [...fields.slice(0, others.length), joint.slice(0, -first.length)] : null;
}

function placeOf({ names, places }: Columns, wanted: string): number {
  const known = places.get(wanted);
  if (known !== undefined) return known;
  const exact = names.indexOf(wanted);
  const place = exact === -1 ? names.findIndex((name) => isSameName(name, wanted)) : exact;
  places.set(wanted, place);
  return place;
}

/** Versions of a report write a column in another case, or other marks between its words: `created_utc`, `Created (UTC)`. */
function isSameName(name: string, wanted: string): boolean {
  if (name === wanted) return true;
  const letters = wantedLetters.get(wanted) ?? lettersOf(wanted);
  wantedLetters.set(wanted, letters);
  // Every row is asked whether it is a header.
  const isAlike = name.length >= letters.length && name.charAt(0).toLowerCase() === letters.charAt(0);
  return isAlike && letters !== '' && lettersOf(name) === letters;
}

const wantedLetters = new Map<string, string>();

const lettersOf = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

function named({ line, fields }: CsvRecord, columns: Columns): NamedRecord | Problem {
  const { names } = columns;
  if (fields.length !== names.length)
    return problem(line, 'csv_width', `${fields.length} fields, but the header has ${names.length}`);
  const values = fields.map((field) => field.trim());
  const get = (...wanted: string[]): string => {
    for (const name of wanted) {
      const value = values[placeOf(columns, name)];
      if (value !== undefined && value !== '') return value;
    }
    return '';
  };
  const raw: Record<string, string> = {};
  names.forEach((name, at) => (raw[name] = values[at] ?? ''));
  return { type: 'record', line, get, raw };
}

/** Whether a header has a column with this name. */
export const hasColumn = (fields: readonly string[], name: string): boolean =>
  fields.some((field) => isSameName(field, name));

export const names =
  (...columns: string[]) =>
  (fields: string[]): boolean =>
    columns.every((column) => hasColumn(fields, column));
