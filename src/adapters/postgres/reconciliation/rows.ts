/** Entries and lines as JSON in the database and back: money as text, so that nothing rounds it. */
import { isoDay, parseDay, type Day } from '../../../kernel/calendar-day.js';
import type { KeptLine, LedgerEntry } from '../../../ports/reconciliation.js';

type Kept<Row> = {
  [Name in keyof Row]: Name extends 'day' ? string | null : Row[Name] extends bigint ? string : Row[Name];
};
export type EntryJson = Kept<LedgerEntry>;
export type LineJson = Kept<KeptLine>;

export const jsonText = (value: unknown): string =>
  JSON.stringify(value, (name, part: unknown) => {
    if (typeof part === 'bigint') return String(part);
    // A day is a number in the house and a date in the database.
    return name === 'day' && typeof part === 'number' ? isoDay(part) : part;
  }).replaceAll('\\u0000', '\\ufffd');

const dayOfText = (text: string | null): Day | null => (text === null ? null : parseDay(text));

export const entryOf = (row: EntryJson): LedgerEntry => ({
  ...row,
  amountMinor: BigInt(row.amountMinor),
  day: dayOfText(row.day),
});

export const lineOf = (row: LineJson): KeptLine => ({
  ...row,
  amountMinor: BigInt(row.amountMinor),
  feeMinor: BigInt(row.feeMinor),
  day: dayOfText(row.day),
});
