/**
 * The company's books, read through the documented views `payment_attempts` and `ledger_entries` (docs/connect-your-books.md).
 *
 * Invariants: statements only read, and both PostgreSQL and Trino understand them; every answer is bounded; an unreadable row is
 * reported and does not spoil the others; what is missing or not granted is named.
 */
import { OpsError, toOpsError } from '../../kernel/errors.js';
import type {
  AttemptReference,
  BatchSum,
  Books,
  PartnerTraffic,
  ProductTraffic,
  TrafficByPartner,
} from '../../ports/books.js';
import {
  amountOf,
  attemptOf,
  entryOf,
  readRows,
  type AttemptRow,
  type EntryRow,
  type Row,
} from './books-rows.js';
import { isAboutViews, type BooksEngine } from './engine.js';
import { lackingIn } from './view-faults.js';

/** The columns that are read, per view: what docs/connect-your-books.md documents. */
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
const newestFirst = `created_at + interval '0' second desc`;

const attemptsBySql = (kinds: readonly AttemptReference[]): string => `
  select ${attemptColumns} from payment_attempts
  where ${kinds.map((kind) => conditions[kind]).join(' or ')}
  order by ${newestFirst} limit $2`;

const entriesSql = (condition: string): string => `
  select entry_id, account, direction, amount_minor, currency, kind, partner, payment_id, reference, batch_id,
    business_day, booked_at
  from ledger_entries where ${condition}
  order by booked_at, entry_id limit $2`;

const ofPaymentSql = entriesSql('payment_id = $1');
const byReferenceSql = entriesSql('reference = $1 and payment_id is not null');
const ofBatchSql = entriesSql('batch_id = $1 and payment_id is null');
const batchSumsSql = `
  select partner, account, kind, currency, count(*) as entries,
    cast(sum(case when direction = 'debit' then amount_minor else -amount_minor end) as bigint) as minor
  from ledger_entries where batch_id = $1
  group by partner, account, kind, currency order by entries desc, kind, account, currency limit 200`;
/** A payment has few entries, and so has a batch as a whole. */
const mostEntries = 200;

const beginSql = 'select min(created_at) as created_at from payment_attempts where partner = $1';

const partnersFailures = `
  from payment_attempts where partner = $1 and created_at >= $2 and created_at < $3
    and status = 'failed' and (error_origin is null or error_origin not in ('customer', 'own'))`;
const failuresSql = `select ${attemptColumns} ${partnersFailures} order by created_at desc limit $4`;
const failedAmountsSql = `
  select currency, cast(sum(amount_minor) as bigint) as amount_minor, count(*) as attempts ${partnersFailures}
  group by currency order by attempts desc, currency limit 50`;

const productsSql = `
  select method, count(*) filter (where status = 'succeeded') as succeeded,
    count(*) filter (where status = 'failed') as failed,
    count(*) filter (where status = 'failed' and error_origin = 'partner') as by_partner,
    count(*) filter (where status = 'failed' and error_origin = 'institution') as institution,
    count(*) filter (where status = 'pending' and created_at < $4) as late,
    min(case when status = 'pending' and created_at < $4 then created_at end) as late_since,
    max(completed_at) as last_answer_at
  from payment_attempts where partner = $1 and created_at >= $2 and created_at < $3
  group by method order by count(*) desc, method limit 10`;

const views = Object.keys(booksColumns) as (keyof typeof booksColumns)[];

const checkSql = views.map((view) => `select ${booksColumns[view].join(', ')} from ${view} limit 0`);

type BatchSumRow = Omit<BatchSum, 'entries' | 'minor'> & { entries: bigint | string; minor: bigint | string };

export function createBooks(engine: BooksEngine): Books {
  const { dialect } = engine;
  const query: BooksEngine['query'] = (sql, values) =>
    engine.query<never>(sql, values).catch((error: unknown) => explain(error, engine));
  const prepared: BooksEngine['query'] = (sql, values) =>
    engine.prepared<never>(sql, values).catch((error: unknown) => explain(error, engine));
  return {
    attemptsBy: async (kinds, value, limit) => {
      if (kinds.length === 0) return { rows: [], problems: [] };
      return readRows(await prepared<AttemptRow>(attemptsBySql(kinds), [value, limit]), attemptOf);
    },
    attemptsByCard: async (sighting, limit) => {
      const { sql, values } = dialect.byCard(attemptColumns, sighting, limit);
      return readRows(await query<AttemptRow>(sql, values), attemptOf);
    },
    entriesOf: async (paymentId) =>
      readRows(await prepared<EntryRow>(ofPaymentSql, [paymentId, mostEntries]), entryOf),
    entriesBy: async (reference, limit) =>
      readRows(await prepared<EntryRow>(byReferenceSql, [reference, limit]), entryOf),
    entriesOfBatch: async (batchId) =>
      readRows(await prepared<EntryRow>(ofBatchSql, [batchId, mostEntries]), entryOf),
    batchSums: async (batchId) =>
      (await query<BatchSumRow>(batchSumsSql, [batchId])).map(({ entries, minor, ...sum }) => ({
        ...sum,
        entries: Number(entries),
        minor: BigInt(minor),
      })),
    beginOf: async (partner) =>
      (await query<{ created_at: Date | null }>(beginSql, [partner]))[0]?.created_at ?? null,
    trafficIn: async (windows, partner, withinMs) => {
      const { sql, values } = dialect.traffic(windows, partner);
      const rows = await (withinMs === undefined
        ? query<TrafficRow>(sql, values)
        : engine.queryWithin<TrafficRow>(withinMs, sql, values));
      return windows.map((_, part) => trafficByPartner(rows.filter((row) => row.part === part)));
    },
    failuresOf: async (partner, { from, to }, limit) =>
      readRows(await query<AttemptRow>(failuresSql, [partner, from, to, limit]), attemptOf),
    failedAmounts: async (partner, { from, to }) =>
      readRows(await query<FailedRow>(failedAmountsSql, [partner, from, to]), (row) => ({
        attempts: Number(row.attempts),
        amount: amountOf(row),
      })),
    productsOf: async (partner, { from, to }, lateBefore) =>
      (await query<ProductRow>(productsSql, [partner, from, to, lateBefore])).map(productOf),
    check: async () => {
      for (const sql of checkSql) await query(sql);
    },
  };
}

/** Errors about views, columns and rights say which. */
async function explain(thrown: unknown, engine: BooksEngine): Promise<never> {
  const error = toOpsError(thrown);
  if (!isAboutViews(engine.dialect.faultOf(error))) throw error;
  const lacking = await lackingIn(engine, booksColumns);
  if (lacking.length === 0) throw error;
  throw new OpsError('misconfigured', `The books do not let us read ${lacking.join(' and ')}.`, {
    hint: 'Create it as docs/connect-your-books.md says, and grant select on it to the user of BOOKS_DATABASE_URL.',
    cause: error,
    details: error.details,
  });
}

/** Counts and latencies may come in any numeric type of the engine's. */
type Count = bigint | number | string;

type FailedRow = Row<'currency' | 'amount_minor' | 'attempts'>;

type ProductRow = Pick<TrafficRow, 'succeeded' | 'failed' | 'by_partner' | 'institution'> & {
  method: string;
  late: Count;
  late_since: Date | null;
  last_answer_at: Date | null;
};

const productOf = (row: ProductRow): ProductTraffic => ({
  method: row.method,
  succeeded: Number(row.succeeded),
  failed: Number(row.failed),
  failedByPartner: Number(row.by_partner),
  failedByInstitution: Number(row.institution),
  late: Number(row.late),
  lateSince: row.late_since,
  lastAnswerAt: row.last_answer_at,
});

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
