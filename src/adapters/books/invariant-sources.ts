/**
 * Reads the sources of invariants in the company's books.
 *
 * Invariants: one statement reads all sources of an invariant, so all are of one moment; a value arrives as text and is read
 * exactly, or the invariant is unreadable; how much is read is bounded.
 */
import { OpsError } from '../../kernel/errors.js';
import { parseRational, type Rational } from '../../kernel/rational.js';
import type { Invariant, InvariantSources, Reading } from '../../ports/invariants.js';
import type { BooksEngine } from './engine.js';

interface Row {
  source: number;
  key: string | null;
  value: string | null;
  since: Date | null;
}

const rowsMax = 20_000;
const movedMax = 5;
const keyMax = 100;

export function createInvariantSources(engine: Pick<BooksEngine, 'query'>): InvariantSources {
  return {
    read: async (invariant, now) => {
      const sql = `${invariant.sources.map((source, index) => partOf(invariant, source.sql, index)).join('\nunion all\n')}
        limit ${rowsMax + 1}`;
      const rows = await engine.query<Row>(sql, /\$1\b/.test(sql) ? [now] : []);
      if (rows.length > rowsMax) throw unreadable(invariant, `more than ${rowsMax} rows`);
      const readings = invariant.sources.map((): Reading[] => []);
      for (const row of rows) readings[row.source]?.push(readingOf(invariant, row));
      return readings;
    },
    moved: async ({ movedSql }, key) => {
      if (movedSql === null) return [];
      const sql = `select * from (${movedSql}) as moved limit ${movedMax}`;
      return (await engine.query<Record<string, unknown>>(sql, [key])).map(lineOf);
    },
  };
}

function partOf({ rule }: Invariant, sql: string, index: number): string {
  const since = rule.kind === 'stale' ? 'since' : 'null';
  return `select ${index} as source, cast(key as varchar) as key, cast(value as varchar) as value,
    cast(${since} as timestamp with time zone) as since from (${sql}) as s${index}`;
}

const readingOf = (invariant: Invariant, { key, value, since }: Row): Reading => {
  if (key === null) throw unreadable(invariant, 'a row whose `key` is null');
  return { key: key.slice(0, keyMax), value: exact(invariant, value), since };
};

function exact(invariant: Invariant, value: string | null): Rational {
  const read = parseRational(value ?? '');
  if (read.ok) return read.value;
  throw unreadable(invariant, 'a row whose `value` is not a decimal number');
}

const lineOf = (row: Record<string, unknown>): string =>
  Object.entries(row)
    .map(([name, value]) => `${name} ${shown(value)}`)
    .join(', ');

function shown(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'string' || typeof value === 'bigint' ? String(value) : JSON.stringify(value);
}

const unreadable = ({ id }: Invariant, what: string): OpsError =>
  new OpsError('misconfigured', `The SQL of the invariant ${id} returns ${what}.`, {
    hint: 'A source must return `key` and `value`; cast the value: sum(amount_minor) as value.',
  });
