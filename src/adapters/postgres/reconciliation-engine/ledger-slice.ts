/**
 * The company's ledger entries of a unit as a CSV table, straight from the books.
 *
 * Invariant: amounts are signed from the account's side, a debit is money to us; an empty value is left out, so that
 * a plain row needs no quotes.
 */
import type { Readable } from 'node:stream';
import pg from 'pg';
import { isoDay, type Day } from '../../../kernel/calendar-day.js';
import type { CopySession } from './session.js';

export interface LedgerSlice {
  /** The ledger account in which the partner's money is. */
  account: string;
  /** Business days later than this one, and none later than `toDay`. */
  afterDay: Day;
  toDay: Day;
}

/** COPY takes no parameters. */
const text = (value: string): string => pg.escapeLiteral(value);

export const copyLedger = (books: CopySession, { account, afterDay, toDay }: LedgerSlice): Readable =>
  books.copyOut(`copy (
    select entry_id as id, reference as partner_ref,
      case direction when 'debit' then amount_minor else -amount_minor end as amount_minor,
      currency, business_day as value_date, kind as type, nullif(batch_id, '') as batch_id
    from ledger_entries
    where account = ${text(account)}
      and business_day > ${text(isoDay(afterDay))} and business_day <= ${text(isoDay(toDay))}
  ) to stdout (format csv, header)`);
