/** Entries and lines as JSON in the database and back: money as text, so that nothing rounds it; a day is its number. */
import type { Conversion, KeptLine, LedgerEntry } from '../../../ports/reconciliation.js';
import { jsonText } from '../texts.js';
import type { WriteRows } from './copy.js';

type Kept<Row> = { [Name in keyof Row]: Row[Name] extends bigint ? string : Row[Name] };
export type EntryJson = Kept<LedgerEntry>;
export type LineJson = Kept<Omit<KeptLine, 'fx'>> & { fx?: Kept<Conversion> };

/** A line that could not be read is only its place. */
type SomeRow = LedgerEntry | KeptLine | { file: number; line: number };

export const rowText = (row: SomeRow): string => jsonText(jsonOf(row));
export const rowsText = (rows: readonly SomeRow[]): string => jsonText(rows.map(jsonOf));

/** By name: a function that `JSON.stringify` calls for each value takes several times as long, and so does a copy of a row. */
function jsonOf(row: SomeRow): object {
  if (!('amountMinor' in row)) return row;
  const { reference, currency, day, type, batch } = row;
  const both = { reference, amountMinor: String(row.amountMinor), currency, day, type, batch };
  if (!('feeMinor' in row)) return { id: row.id, ...both };
  const { file, line, order, identity, fx } = row;
  const feeMinor = String(row.feeMinor);
  const kept = { file, line, ...both, feeMinor, order, identity };
  return fx ? { ...kept, fx: { ...fx, amountMinor: String(fx.amountMinor) } } : kept;
}

export const entryOf = (row: EntryJson): LedgerEntry => ({ ...row, amountMinor: BigInt(row.amountMinor) });

export const lineOf = ({ fx, ...row }: LineJson): KeptLine => ({
  ...row,
  ...(fx && { fx: { ...fx, amountMinor: BigInt(fx.amountMinor) } }),
  amountMinor: BigInt(row.amountMinor),
  feeMinor: BigInt(row.feeMinor),
});

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  // Cannot be kept by the database.
  '\0': '\uFFFD',
};
const marks = /[\\\n\r\t\0]/;
const everyMark = new RegExp(marks, 'g');

/** A row in the text format of COPY. */
export const copyLine = (fields: readonly (string | null)[]): string =>
  `${fields
    .map((field) => {
      if (field === null) return '\\N';
      return marks.test(field) ? field.replace(everyMark, (mark) => escapes[mark] ?? mark) : field;
    })
    .join('\t')}\n`;

/** So many rows to one message. */
const rowsPerWrite = 500;

export async function writeLines<Row>(
  write: WriteRows,
  rows: Iterable<Row>,
  lineOf: (row: Row, at: number) => string,
): Promise<void> {
  let [lines, count] = ['', 0];
  for (const row of rows) {
    lines += lineOf(row, count);
    if (++count % rowsPerWrite > 0) continue;
    await write(Buffer.from(lines));
    lines = '';
  }
  if (lines !== '') await write(Buffer.from(lines));
}
