/** Entries and lines as JSON in the database and back: money as text, so that nothing rounds it; a day is its number. */
import type { Conversion, KeptLine, LedgerEntry } from '../../../ports/reconciliation.js';
import type { WriteRows } from './copy.js';

type Kept<Row> = { [Name in keyof Row]: Row[Name] extends bigint ? string : Row[Name] };
export type EntryJson = Kept<LedgerEntry>;
export type LineJson = Kept<Omit<KeptLine, 'fx'>> & { fx?: Kept<Conversion> };

/** Replaces what PostgreSQL cannot keep in a text. */
const keptJson = (value: unknown): string => JSON.stringify(value).replaceAll('\\u0000', '\\ufffd');

/** A line that could not be read is only its place. */
type SomeRow = LedgerEntry | KeptLine | { file: number; line: number };

export const rowText = (row: SomeRow): string => keptJson(jsonOf(row));
export const rowsText = (rows: readonly SomeRow[]): string => keptJson(rows.map(jsonOf));

/** By name: a function that `JSON.stringify` calls for each value takes several times as long. */
function jsonOf(row: SomeRow): object {
  if (!('amountMinor' in row)) return row;
  if (!('feeMinor' in row)) return { ...row, amountMinor: String(row.amountMinor) };
  const { fx } = row;
  return {
    ...row,
    amountMinor: String(row.amountMinor),
    feeMinor: String(row.feeMinor),
    ...(fx && { fx: { ...fx, amountMinor: String(fx.amountMinor) } }),
  };
}

export const entryOf = (row: EntryJson): LedgerEntry => ({ ...row, amountMinor: BigInt(row.amountMinor) });

export const lineOf = ({ fx, ...row }: LineJson): KeptLine => ({
  ...row,
  ...(fx && { fx: { ...fx, amountMinor: BigInt(fx.amountMinor) } }),
  amountMinor: BigInt(row.amountMinor),
  feeMinor: BigInt(row.feeMinor),
});

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** A row in the text format of COPY. A NUL cannot be kept by the database. */
export const copyLine = (fields: readonly (string | null)[]): string =>
  `${fields
    .map((field) =>
      field === null
        ? '\\N'
        : field.replaceAll('\0', '\uFFFD').replace(/[\\\n\r\t]/g, (mark) => escapes[mark] ?? mark),
    )
    .join('\t')}\n`;

/** So many rows to one message. */
const rowsPerWrite = 1000;

export async function writeLines<Row>(
  write: WriteRows,
  rows: readonly Row[],
  lineOf: (row: Row, at: number) => string,
): Promise<void> {
  for (let from = 0; from < rows.length; from += rowsPerWrite) {
    const some = rows.slice(from, from + rowsPerWrite);
    await write(Buffer.from(some.map((row, at) => lineOf(row, from + at)).join('')));
  }
}
