/** Entries and lines as JSON in the database and back: money as text, so that nothing rounds it; a day is its number. */
import type { Conversion, KeptLine, LedgerEntry } from '../../../ports/reconciliation.js';

type Kept<Row> = { [Name in keyof Row]: Row[Name] extends bigint ? string : Row[Name] };
export type EntryJson = Kept<LedgerEntry>;
export type LineJson = Kept<Omit<KeptLine, 'fx'>> & { fx?: Kept<Conversion> };

export const jsonText = (value: unknown): string =>
  JSON.stringify(value, (_name, part: unknown) =>
    typeof part === 'bigint' ? String(part) : part,
  ).replaceAll('\\u0000', '\\ufffd');

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
