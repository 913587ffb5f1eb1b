/**
 * The company's books, read through the documented views `payment_attempts` and `ledger_entries`.
 *
 * Invariants: reads only, on a connection that the server itself keeps read-only; every answer is bounded; amounts
 * come out as minor units, whatever the engine's integer type is.
 */
import { dayMs } from '../../kernel/clock.js';
import { currencyCodes } from '../../kernel/currency.js';
import { money, parseMajor } from '../../kernel/money.js';
import type {
  AttemptReference,
  Books,
  CardSighting,
  LedgerEntry,
  PartnerTraffic,
  PaymentAttempt,
} from '../../ports/books.js';
import type { Database } from './database.js';

const attemptColumns = `
  attempt_id, order_id, payment_id, charge_id, partner, method, country, currency, amount_minor, status, decline_code,
  error_origin, customer_email, card_last4, created_at, completed_at`;

/** Only these names reach SQL text. E-mail addresses are compared without case, as their index is built. */
const conditions: Readonly<Record<AttemptReference, string>> = {
  attempt_id: 'attempt_id = $1',
  order_id: 'order_id = $1',
  payment_id: 'payment_id = $1',
  charge_id: 'charge_id = $1',
  arn: 'arn = $1',
  rrn: 'rrn = $1',
  network_transaction_id: 'network_transaction_id = $1',
  customer_email: 'lower(customer_email) = lower($1)',
};

const attemptsBySql = (kinds: readonly AttemptReference[]): string => `
  select ${attemptColumns} from payment_attempts
  where ${kinds.map((kind) => conditions[kind]).join(' or ')}
  order by created_at desc limit $2`;

const attemptsByCardSql = `
  select ${attemptColumns} from payment_attempts
  where card_last4 = $1
    and ($2::jsonb is null or amount_minor = ($2::jsonb ->> currency)::bigint)
    and ($3::timestamptz is null or (created_at >= $3 and created_at < $4))
  order by created_at desc limit $5`;

const entriesSql = `
  select entry_id, account, direction, amount_minor, currency, kind, partner, reference, batch_id,
    to_char(business_day, 'YYYY-MM-DD') as business_day, booked_at
  from ledger_entries where payment_id = $1
  order by booked_at, entry_id limit 200`;

const trafficSql = `
  select count(*) as attempts,
    count(*) filter (where status = 'succeeded') as succeeded,
    count(*) filter (where status = 'failed' and error_origin = 'customer') as customer,
    count(*) filter (where status = 'failed' and error_origin = 'partner') as partner,
    count(*) filter (where status = 'failed' and error_origin = 'institution') as institution,
    count(*) filter (where status = 'failed' and coalesce(error_origin, 'own') = 'own') as own,
    percentile_disc(0.5) within group (order by latency_ms) as p50,
    percentile_disc(0.95) within group (order by latency_ms) as p95,
    max(created_at) as last_attempt_at
  from payment_attempts where partner = $1 and created_at >= $2`;

const checkSql = `
  select (select count(*) from (select ${attemptColumns}, arn, rrn, network_transaction_id, latency_ms from payment_attempts limit 1) a) +
    (select count(*) from (select entry_id, account, direction, amount_minor, currency, kind, partner, payment_id, reference,
      batch_id, business_day, booked_at from ledger_entries limit 1) e) as readable`;

export function createBooks(database: Database): Books {
  return {
    attemptsBy: async (kinds, value, limit) => {
      if (kinds.length === 0) return [];
      return (await database.query<AttemptRow>(attemptsBySql(kinds), [value, limit])).map(attempt);
    },
    attemptsByCard: async (sighting, limit) =>
      (await database.query<AttemptRow>(attemptsByCardSql, [...sightingValues(sighting), limit])).map(
        attempt,
      ),
    entriesOf: async (paymentId) => (await database.query<EntryRow>(entriesSql, [paymentId])).map(entry),
    trafficOf: async (partner, since) =>
      traffic(await database.query<TrafficRow>(trafficSql, [partner, since])),
    check: async () => {
      await database.query(checkSql);
    },
  };
}

/** The day before and after too: the person's day and UTC's are not the same. */
function sightingValues({ last4, amountMajor, day }: CardSighting): unknown[] {
  const from = day ? new Date(day.getTime() - dayMs) : null;
  const to = day ? new Date(day.getTime() + 2 * dayMs) : null;
  return [last4, amountMajor === undefined ? null : JSON.stringify(minorByCurrency(amountMajor)), from, to];
}

/** `19.99` is 1999 in EUR, 19990 in KWD and nothing in JPY: the minor units per currency that can hold it. */
function minorByCurrency(amountMajor: string): Record<string, string> {
  const readings = currencyCodes.map((code) => [code, parseMajor(amountMajor, code)] as const);
  return Object.fromEntries(
    readings.flatMap(([code, read]) => (read.ok ? [[code, read.value.minor.toString()]] : [])),
  );
}

interface AttemptRow {
  attempt_id: string;
  order_id: string;
  payment_id: string;
  charge_id: string | null;
  partner: string;
  method: string;
  country: string;
  currency: string;
  amount_minor: bigint | number | string;
  status: string;
  decline_code: string | null;
  error_origin: string | null;
  customer_email: string | null;
  card_last4: string | null;
  created_at: Date;
  completed_at: Date | null;
}

const attempt = (row: AttemptRow): PaymentAttempt => ({
  id: row.attempt_id,
  orderId: row.order_id,
  paymentId: row.payment_id,
  chargeId: row.charge_id,
  partner: row.partner,
  method: row.method,
  country: row.country,
  amount: money(BigInt(row.amount_minor), row.currency),
  status: row.status,
  declineCode: row.decline_code,
  errorOrigin: row.error_origin,
  customerEmail: row.customer_email,
  cardLast4: row.card_last4,
  createdAt: row.created_at,
  completedAt: row.completed_at,
});

interface EntryRow {
  entry_id: string;
  account: string;
  direction: string;
  amount_minor: bigint | number | string;
  currency: string;
  kind: string;
  partner: string;
  reference: string;
  batch_id: string | null;
  business_day: string;
  booked_at: Date;
}

const entry = (row: EntryRow): LedgerEntry => ({
  id: row.entry_id,
  account: row.account,
  direction: row.direction === 'debit' ? 'debit' : 'credit',
  amount: money(BigInt(row.amount_minor), row.currency),
  kind: row.kind,
  partner: row.partner,
  reference: row.reference,
  batchId: row.batch_id,
  businessDay: row.business_day,
  bookedAt: row.booked_at,
});

type Count = bigint | number | string;

interface TrafficRow {
  attempts: Count;
  succeeded: Count;
  customer: Count;
  partner: Count;
  institution: Count;
  own: Count;
  p50: number | null;
  p95: number | null;
  last_attempt_at: Date | null;
}

function traffic([row]: TrafficRow[]): PartnerTraffic {
  if (!row)
    return {
      attempts: 0,
      succeeded: 0,
      failedBy: {},
      latencyP50Ms: null,
      latencyP95Ms: null,
      lastAttemptAt: null,
    };
  const { customer, partner, institution, own } = row;
  const failedBy = Object.entries({ customer, partner, institution, own }).map(([origin, count]) => [
    origin,
    Number(count),
  ]);
  return {
    attempts: Number(row.attempts),
    succeeded: Number(row.succeeded),
    failedBy: Object.fromEntries(failedBy) as Record<string, number>,
    latencyP50Ms: row.p50,
    latencyP95Ms: row.p95,
    lastAttemptAt: row.last_attempt_at,
  };
}
