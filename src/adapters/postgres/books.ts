/**
 * The company's books, read through the documented views `payment_attempts` and `ledger_entries` (docs/books.md).
 *
 * Invariants: reads only, on a connection that the server itself keeps read-only; every answer is bounded and found by
 * an index; an unreadable row is reported and does not spoil the others; what is missing or not granted is named.
 */
import { currencyCodes } from '../../kernel/currency.js';
import { OpsError, toOpsError } from '../../kernel/errors.js';
import { parseMajor } from '../../kernel/money.js';
import type {
  AttemptReference,
  Books,
  CardSighting,
  PartnerTraffic,
  TrafficByPartner,
  TrafficWindow,
} from '../../ports/books.js';
import { attemptOf, entryOf, readRows, type AttemptRow, type EntryRow } from './books-rows.js';
import type { Database } from './database.js';
import { isAboutViews, lackingIn } from './view-faults.js';

/** The columns that are read, per view: what docs/books.md documents. */
export const booksColumns = {
  payment_attempts: [
    'attempt_id',
    'order_id',
    'payment_id',
    'charge_id',
    'partner',
    'method',
    'country',
    'currency',
    'amount_minor',
    'status',
    'decline_code',
    'error_origin',
    'customer_email',
    'card_last4',
    'arn',
    'rrn',
    'network_transaction_id',
    'latency_ms',
    'created_at',
    'completed_at',
  ],
  ledger_entries: [
    'entry_id',
    'account',
    'direction',
    'amount_minor',
    'currency',
    'kind',
    'partner',
    'payment_id',
    'reference',
    'batch_id',
    'business_day',
    'booked_at',
  ],
} as const;

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

/** Any expression that no index is built on: the planner must find by the reference, not walk back through time. */
const newestFirst = `created_at + interval '0 seconds' desc`;

const attemptsBySql = (kinds: readonly AttemptReference[]): string => `
  select ${attemptColumns} from payment_attempts
  where ${kinds.map((kind) => conditions[kind]).join(' or ')}
  order by ${newestFirst} limit $2`;

/** $2 and $3 say the same: the index on amounts understands the first, the second knows currencies. */
const attemptsByCardSql = `
  select ${attemptColumns} from payment_attempts
  where ($1::text is null or card_last4 = $1)
    and ($2::bigint[] is null or amount_minor = any($2))
    and ($3::jsonb is null or amount_minor = ($3::jsonb ->> currency)::bigint)
    and ($4::text[] is null or currency = any($4))
    and ($5::timestamptz is null or (created_at >= $5 and created_at < $6))
  order by abs(extract(epoch from (created_at - $7::timestamptz))), ${newestFirst}
  limit $8`;

const entriesSql = (condition: string): string => `
  select entry_id, account, direction, amount_minor, currency, kind, partner, payment_id, reference, batch_id,
    to_char(business_day, 'YYYY-MM-DD') as business_day, booked_at
  from ledger_entries where ${condition}
  order by booked_at, entry_id limit $2`;

const ofPaymentSql = entriesSql('payment_id = $1');
const byReferenceSql = entriesSql('reference = $1 and payment_id is not null');
const ofBatchSql = entriesSql('batch_id = $1 and payment_id is null');
/** A payment has few entries, and so has a batch as a whole. */
const mostEntries = 200;

const trafficSql = `
  select partner, asked.part, count(*) as attempts,
    count(*) filter (where status = 'succeeded') as succeeded,
    count(*) filter (where status = 'failed' and error_origin = 'customer') as customer,
    count(*) filter (where status = 'failed' and error_origin = 'partner') as by_partner,
    count(*) filter (where status = 'failed' and error_origin = 'institution') as institution,
    count(*) filter (where status = 'failed' and error_origin = 'own') as own,
    count(*) filter (where status = 'failed') as failed,
    percentile_disc(0.5) within group (order by latency_ms) as p50,
    percentile_disc(0.95) within group (order by latency_ms) as p95,
    max(created_at) as last_attempt_at
  from unnest($1::int[], $2::timestamptz[], $3::timestamptz[]) as asked (part, since, until)
    join payment_attempts on created_at >= asked.since and created_at < asked.until
  where $4::text is null or partner = $4
  group by partner, asked.part`;

const beginSql = 'select min(created_at) as created_at from payment_attempts where partner = $1';

const views = Object.keys(booksColumns) as (keyof typeof booksColumns)[];

const checkSql = views.map((view) => `select ${booksColumns[view].join(', ')} from ${view} limit 0`);

export function createBooks(database: Database): Books {
  const query: Database['query'] = (sql, values) =>
    database.query<never>(sql, values).catch((error: unknown) => explain(error, database));
  const prepared: Database['query'] = (sql, values) =>
    database.prepared<never>(sql, values).catch((error: unknown) => explain(error, database));
  return {
    attemptsBy: async (kinds, value, limit) => {
      if (kinds.length === 0) return { rows: [], problems: [] };
      return readRows(await prepared<AttemptRow>(attemptsBySql(kinds), [value, limit]), attemptOf);
    },
    attemptsByCard: async (sighting, limit) =>
      readRows(await query<AttemptRow>(attemptsByCardSql, [...sightingValues(sighting), limit]), attemptOf),
    entriesOf: async (paymentId) =>
      readRows(await prepared<EntryRow>(ofPaymentSql, [paymentId, mostEntries]), entryOf),
    entriesBy: async (reference, limit) =>
      readRows(await prepared<EntryRow>(byReferenceSql, [reference, limit]), entryOf),
    entriesOfBatch: async (batchId) =>
      readRows(await prepared<EntryRow>(ofBatchSql, [batchId, mostEntries]), entryOf),
    beginOf: async (partner) =>
      (await query<{ created_at: Date | null }>(beginSql, [partner]))[0]?.created_at ?? null,
    trafficIn: async (windows, partner, withinMs) => {
      const values = [...spanColumns(windows), partner];
      const rows = await (withinMs === undefined
        ? query<TrafficRow>(trafficSql, values)
        : database.queryWithin<TrafficRow>(withinMs, trafficSql, values));
      return windows.map((_, part) => trafficByPartner(rows.filter((row) => row.part === part)));
    },
    check: async () => {
      for (const sql of checkSql) await query(sql);
    },
  };
}

/** Errors about views, columns and rights say which. */
async function explain(thrown: unknown, database: Database): Promise<never> {
  const error = toOpsError(thrown);
  if (!isAboutViews(error.details.sqlstate)) throw error;
  const lacking = await lackingIn(database, booksColumns);
  if (lacking.length === 0) throw error;
  throw new OpsError('misconfigured', `The books do not let us read ${lacking.join(' and ')}.`, {
    hint: 'Create it as docs/books.md says, and grant select on it to the user of BOOKS_DATABASE_URL.',
    cause: error,
    details: error.details,
  });
}

function sightingValues({ last4, amountMajor, currencies, during }: CardSighting): unknown[] {
  const minor = amountMajor === undefined ? null : minorByCurrency(amountMajor);
  return [
    last4 ?? null,
    minor && [...new Set(Object.values(minor))],
    minor && JSON.stringify(minor),
    currencies ?? null,
    during?.from ?? null,
    during?.to ?? null,
    during?.near ?? null,
  ];
}

/** `19.99` is 1999 in EUR, 19990 in KWD and nothing in JPY: the minor units per currency that can hold it. */
function minorByCurrency(amountMajor: string): Record<string, string> {
  const readings = currencyCodes.map((code) => [code, parseMajor(amountMajor, code)] as const);
  return Object.fromEntries(
    readings.flatMap(([code, read]) => (read.ok ? [[code, read.value.minor.toString()]] : [])),
  );
}

/** Counts and latencies may come in any numeric type of the engine's. */
type Count = bigint | number | string;

interface TrafficRow {
  partner: string;
  part: number;
  attempts: Count;
  succeeded: Count;
  failed: Count;
  customer: Count;
  by_partner: Count;
  institution: Count;
  own: Count;
  p50: Count | null;
  p95: Count | null;
  last_attempt_at: Date | null;
}

/** Each span with the place of its window. */
function spanColumns(windows: readonly TrafficWindow[]): unknown[] {
  const spans = windows.flatMap((window, part) => window.map((span) => ({ part, ...span })));
  return [spans.map(({ part }) => part), spans.map(({ from }) => from), spans.map(({ to }) => to)];
}

const trafficByPartner = (rows: readonly TrafficRow[]): TrafficByPartner =>
  new Map(rows.map((row) => [row.partner, traffic(row)]));

function traffic(row: TrafficRow): PartnerTraffic {
  const known = {
    customer: Number(row.customer),
    partner: Number(row.by_partner),
    institution: Number(row.institution),
    own: Number(row.own),
  };
  const unknown = Number(row.failed) - Object.values(known).reduce((sum, count) => sum + count, 0);
  return {
    attempts: Number(row.attempts),
    succeeded: Number(row.succeeded),
    failedBy: { ...known, unknown },
    latencyP50Ms: row.p50 === null ? null : Number(row.p50),
    latencyP95Ms: row.p95 === null ? null : Number(row.p95),
    lastAttemptAt: row.last_attempt_at,
  };
}
