/**
 * Rows of the documented views as the desk's nouns.
 *
 * Invariant: a row whose values do not fit becomes a sentence that names its id, the column and what is wrong, because
 * one bad row in a company's books must not hide the good ones beside it.
 */
import { messageOf, OpsError } from '../../kernel/errors.js';
import { money, type Money } from '../../kernel/money.js';
import type { LedgerEntry, PaymentAttempt } from '../../ports/books.js';
import type { Rows } from '../../ports/rows.js';

/** Values as the engine gives them; checked when they are read. */
export type Row<Column extends string> = Readonly<Record<Column, unknown>>;

export type AttemptRow = Row<
  | 'attempt_id'
  | 'order_id'
  | 'payment_id'
  | 'charge_id'
  | 'partner'
  | 'method'
  | 'country'
  | 'currency'
  | 'amount_minor'
  | 'status'
  | 'decline_code'
  | 'error_origin'
  | 'customer_email'
  | 'card_last4'
  | 'created_at'
  | 'completed_at'
>;

export type EntryRow = Row<
  | 'entry_id'
  | 'account'
  | 'direction'
  | 'amount_minor'
  | 'currency'
  | 'kind'
  | 'partner'
  | 'payment_id'
  | 'reference'
  | 'batch_id'
  | 'business_day'
  | 'booked_at'
>;

export function readRows<From extends Readonly<Record<string, unknown>>, To>(
  rows: readonly From[],
  read: (row: From) => To,
): Rows<To> {
  const answer: Rows<To> = { rows: [], problems: [] };
  for (const row of rows) {
    try {
      answer.rows.push(read(row));
    } catch (error) {
      // The first column that is read is the row's id.
      const [id] = Object.values(row);
      const why = error instanceof OpsError ? error.publicMessage : messageOf(error);
      const which = `row ${typeof id === 'string' ? id : '(without id)'}`;
      answer.problems.push(`${which} cannot be read: ${why}${saidOf(row)}`);
    }
  }
  return answer;
}

/** “ The books say: 5000 USDC, capture.”, in words and numbers of a known form only. */
function saidOf({ amount_minor: amount, currency, kind, status }: Readonly<Record<string, unknown>>): string {
  const worded = (value: unknown): string[] => {
    const isWord = typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint';
    return isWord && /^-?\w{1,40}$/.test(String(value)) ? [String(value)] : [];
  };
  const parts = [[amount, currency].flatMap(worded).join(' '), ...worded(kind ?? status)].filter(Boolean);
  return parts.length === 0 ? '' : ` The books say: ${parts.join(', ')}.`;
}

export const attemptOf = (row: AttemptRow): PaymentAttempt => ({
  id: text(row, 'attempt_id'),
  orderId: text(row, 'order_id'),
  paymentId: text(row, 'payment_id'),
  chargeId: optional(row, 'charge_id', text),
  partner: text(row, 'partner'),
  method: text(row, 'method'),
  country: text(row, 'country'),
  amount: amountOf(row),
  status: text(row, 'status'),
  declineCode: optional(row, 'decline_code', text),
  errorOrigin: optional(row, 'error_origin', text),
  customerEmail: optional(row, 'customer_email', text),
  cardLast4: optional(row, 'card_last4', text),
  createdAt: instant(row, 'created_at'),
  completedAt: optional(row, 'completed_at', instant),
});

export const entryOf = (row: EntryRow): LedgerEntry => ({
  id: text(row, 'entry_id'),
  account: text(row, 'account'),
  direction: direction(row),
  amount: amountOf(row),
  kind: text(row, 'kind'),
  partner: text(row, 'partner'),
  paymentId: optional(row, 'payment_id', text),
  reference: text(row, 'reference'),
  batchId: optional(row, 'batch_id', text),
  businessDay: text(row, 'business_day'),
  bookedAt: instant(row, 'booked_at'),
});

export function text<Column extends string>(row: Row<Column>, column: Column): string {
  const value = row[column];
  if (typeof value === 'string') return value;
  throw unfit(column, 'a text');
}

export function instant<Column extends string>(row: Row<Column>, column: Column): Date {
  const value = row[column];
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value;
  throw unfit(column, 'a point in time');
}

export function optional<Column extends string, Value>(
  row: Row<Column>,
  column: Column,
  read: (row: Row<Column>, column: Column) => Value,
): Value | null {
  return row[column] === null ? null : read(row, column);
}

export function amountOf(row: Row<'amount_minor' | 'currency'>): Money {
  const value = row.amount_minor;
  const isNumber = typeof value === 'bigint' || typeof value === 'number' || typeof value === 'string';
  if (isNumber && /^-?\d{1,30}$/.test(String(value))) return money(BigInt(value), text(row, 'currency'));
  throw unfit('amount_minor', 'a whole number of minor units');
}

function direction(row: Row<'direction'>): LedgerEntry['direction'] {
  if (row.direction === 'debit' || row.direction === 'credit') return row.direction;
  throw unfit('direction', 'debit or credit');
}

export const unfit = (column: string, wanted: string): OpsError =>
  new OpsError('invalid', `${column} is not ${wanted}.`);
