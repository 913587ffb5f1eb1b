/**
 * The company's ledger entries of a unit as a table, straight from the books.
 *
 * Invariant: amounts are signed from the account's side, a debit is money to us.
 */
import pg from 'pg';
import { isoDay, type Day } from '../../../kernel/calendar-day.js';
import { textTable, type TakeRows } from './copy.js';
import type { CopySession } from './session.js';

export interface LedgerSlice {
  /** The ledger account in which the partner's money is. */
  account: string;
  /** Business days later than this one, and none later than `toDay`. */
  afterDay: Day;
  toDay: Day;
  /** When the run reads: what is booked later belongs to the next one. */
  now: Date;
  /** When the unit before was read: what was booked of its days since belongs to this one. */
  readBefore: Date | null;
}

/** A booking that is later than this is for a person to see, not for the next unit. */
const lateDays = 10;

/** COPY takes no parameters. */
const text = (value: string): string => pg.escapeLiteral(value);

/** What `copyLedger` gives. */
export const ledgerColumns = [
  'id',
  'partner_ref',
  'amount_minor',
  'currency',
  'value_date',
  'type',
  'batch_id',
] as const;

export const copyLedger = (books: CopySession, slice: LedgerSlice, take: TakeRows): Promise<void> =>
  books.copyOut(
    `copy (
      select entry_id, reference, case direction when 'debit' then amount_minor else -amount_minor end, currency,
        business_day, kind, batch_id
      from ledger_entries
      where account = ${text(slice.account)} and ${belongsTo(slice)}
    ) to stdout (${textTable})`,
    take,
  );

function belongsTo({ afterDay, toDay, now, readBefore }: LedgerSlice): string {
  const [after, to, read] = [isoDay(afterDay), isoDay(toDay), now.toISOString()].map(text) as [
    string,
    string,
    string,
  ];
  const own = `business_day > ${after} and business_day <= ${to} and (booked_at > ${read}) is not true`;
  if (readBefore === null) return own;
  const [earliest, since] = [isoDay(afterDay - lateDays), readBefore.toISOString()].map(text) as [
    string,
    string,
  ];
  return `(${own} or business_day > ${earliest} and business_day <= ${after} and booked_at > ${since}
      and booked_at <= ${read})`;
}
