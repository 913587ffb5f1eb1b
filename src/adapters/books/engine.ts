/**
 * What the books need from the engine that keeps them: questions in SQL, and the few statements that no two engines write
 * alike.
 *
 * Invariants: `$1…` are values and never become part of the text; int8 is a bigint, a decimal exact text, a timestamp a Date,
 * a date `YYYY-MM-DD`, from every engine. Every error is an OpsError.
 */
import type { OpsError } from '../../kernel/errors.js';
import type { CardSighting, TrafficWindow } from '../../ports/books.js';

export interface Statement {
  sql: string;
  values: readonly unknown[];
}

/** What the person who wrote the SQL, or granted the rights, can correct. */
export type BooksFault = 'absent' | 'right' | 'write' | 'value' | 'sql';

export const isAboutViews = (fault: BooksFault | null): boolean => fault === 'absent' || fault === 'right';

/** What `traffic` counts, in any engine. */
export const trafficCounts = `count(*) as attempts,
    count(*) filter (where status = 'succeeded') as succeeded,
    count(*) filter (where status = 'failed' and error_origin = 'customer') as customer,
    count(*) filter (where status = 'failed' and error_origin = 'partner') as by_partner,
    count(*) filter (where status = 'failed' and error_origin = 'institution') as institution,
    count(*) filter (where status = 'failed' and error_origin = 'own') as own,
    count(*) filter (where status = 'failed') as failed`;

export interface BooksDialect {
  /** Attempts with the columns `columns`, the nearest first, at most `limit`. */
  byCard(columns: string, sighting: CardSighting, limit: number): Statement;
  /** Counts per partner and window; `part` is the place of the window. */
  traffic(windows: readonly TrafficWindow[], partner: string | null): Statement;
  /** Which columns of these views our user may see: rows of `view` and `name`. */
  visibleColumns(views: readonly string[]): Statement;
  /** Null for what has another cause. */
  faultOf(error: OpsError): BooksFault | null;
  /** Whether it understands the metrics and invariants that Paydesk ships, which are written for PostgreSQL. */
  runsShippedSql: boolean;
}

export interface BooksEngine {
  dialect: BooksDialect;
  query: <Row extends object>(sql: string, values?: readonly unknown[]) => Promise<Row[]>;
  /** As `query`, but given up after `timeoutMs`. */
  queryWithin: <Row extends object>(
    timeoutMs: number,
    sql: string,
    values: readonly unknown[],
  ) => Promise<Row[]>;
  /** As `query`, for a constant text that is asked often. */
  prepared: <Row extends object>(sql: string, values?: readonly unknown[]) => Promise<Row[]>;
}

/** An engine that somebody opened. */
export interface OpenBooks extends BooksEngine {
  /** Ends what runs. Safe to call twice. */
  close(): Promise<void>;
}
