/**
 * The metrics that docs/retries.md shows, loaded as a company's own and counted over a small table: the page's SQL is right.
 */
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMetricSource } from '../../src/adapters/books/metric-source.js';
import { parseConfig } from '../../src/config/load.js';
import type { Metric } from '../../src/ports/metrics.js';
import { ownMetricsOf } from '../../src/wiring/alerts.js';
import { createEmptyDatabase, type TestDatabase } from '../support/postgres.js';

const page = readFileSync(new URL('../../docs/retries.md', import.meta.url), 'utf8');
const [yaml = ''] = [...page.matchAll(/```yaml\n(metrics:[\s\S]*?)```/g)].map(([, text = '']) => text);
const config = parseConfig(
  `company: L\npartners: [{ id: aa, name: A, kind: psp }]\n${yaml}`,
  'docs/retries.md',
);
const metricOf = (id: string): Metric => ownMetricsOf(config).find((metric) => metric.id === id)!;

let database: TestDatabase;
let books: pg.Client;

const attempts = [
  // attempt, order, partner, method, status, minute, issuer country, challenged
  ['a1', 'o1', 'northpay', 'card', 'failed', '09:01', 'FR', false],
  ['a2', 'o1', 'northpay', 'card', 'succeeded', '09:04', 'FR', true],
  ['a3', 'o2', 'northpay', 'card', 'succeeded', '09:02', 'FR', false],
  ['a4', 'o3', 'northpay', 'card', 'failed', '09:03', 'DE', true],
  ['a5', 'o3', 'adria', 'wallet', 'succeeded', '09:14', 'DE', null],
  ['a6', 'o4', 'northpay', 'card', 'succeeded', '09:01', null, false],
  // Outside the span: it is not counted, but the order was tried before.
  ['a7', 'o5', 'northpay', 'card', 'failed', '08:50', 'FR', false],
  ['a8', 'o5', 'northpay', 'card', 'failed', '09:05', 'FR', false],
] as const;

beforeAll(async () => {
  database = await createEmptyDatabase();
  books = new pg.Client({ connectionString: database.url.reveal() });
  await books.connect();
  await books.query(`
    create table payment_attempts (attempt_id text, order_id text, partner text, method text, status text, created_at timestamptz);
    create table card_attempts (attempt_id text, issuer_country text, challenged boolean);`);
  for (const [id, order, partner, method, status, minute, country, challenged] of attempts) {
    const at = `2026-11-20T${minute}:00Z`;
    await books.query('insert into payment_attempts values ($1, $2, $3, $4, $5, $6)', [
      id,
      order,
      partner,
      method,
      status,
      at,
    ]);
    await books.query('insert into card_attempts values ($1, $2, $3)', [id, country, challenged]);
  }
});

afterAll(async () => {
  await books.end();
  await database.drop();
});

describe('docs/retries.md', () => {
  it.each([
    [
      'success-by-issuer',
      ['adria wallet DE 0/1', 'northpay card DE 1/1', 'northpay card FR 2/4', 'northpay card none 0/1'],
      'failed out of all, per slice; an unknown issuer is a slice of its own',
    ],
    [
      'challenge-share',
      ['adria wallet DE 0/1', 'northpay card DE 1/1', 'northpay card FR 1/4', 'northpay card none 0/1'],
      'what is not known to be challenged is not',
    ],
    [
      'retry-share',
      ['adria wallet DE 1/1', 'northpay card DE 0/1', 'northpay card FR 2/4', 'northpay card none 0/1'],
      'an earlier failure of the order, at any partner and before the span',
    ],
  ])('%s counts %j', async (id, slices, why) => {
    const engine = {
      query: async <Row>(sql: string, values: readonly unknown[] = []): Promise<Row[]> =>
        (await books.query(sql, [...values])).rows as Row[],
    };
    const span = { from: new Date('2026-11-20T09:00:00Z'), to: new Date('2026-11-20T09:15:00Z') };
    const buckets = await createMetricSource(engine).read(metricOf(id), { ...span, now: span.to });
    const sums = new Map<string, [failures: number, attempts: number]>();
    for (const { values, attempts: n, failures } of buckets.flatMap(({ counts }) => counts)) {
      const [failed, all] = sums.get(values.join(' ')) ?? [0, 0];
      sums.set(values.join(' '), [failed + failures, all + n]);
    }
    expect([...sums].map(([slice, [failed, all]]) => `${slice} ${failed}/${all}`).sort(), why).toEqual(
      slices,
    );
  });
});
