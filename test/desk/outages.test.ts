/**
 * The desk while a database is taken away from it and given back.
 */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { completeTrace, startDesk, textOf, until, type TestDesk } from '../support/desk.js';

let desk: TestDesk;

beforeAll(async () => {
  desk = await startDesk('socket');
});

afterAll(async () => {
  await desk.close();
});

const readiness = async (): Promise<{ ready: boolean; parts: Record<string, string> }> =>
  (await (await fetch(`http://127.0.0.1:${desk.paydesk.port}/readyz`)).json()) as never;

/** Nobody gets in, and whoever is in is thrown out: to its clients the database is gone. */
async function setAway(url: string, away: boolean): Promise<void> {
  const name = new URL(url).pathname.slice(1);
  const admin = new pg.Client({ connectionString: inject('postgresUrl') });
  await admin.connect();
  try {
    await admin.query(`alter database ${name} with allow_connections ${String(!away)}`);
    if (away)
      await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
  } finally {
    await admin.end();
  }
}

describe('without its own database', () => {
  beforeAll(async () => {
    await setAway(desk.urls.database, true);
    await until('the desk says so', async () => !(await readiness()).ready);
  });

  it('says which part is away, and lives', async () => {
    const { parts } = await readiness();
    expect(parts.database).not.toBe('ready');
    expect(parts.slack).toBe('ready');
    expect((await fetch(`http://127.0.0.1:${desk.paydesk.port}/healthz`)).status).toBe(200);
  });

  it('still follows payments', async () => {
    expect(textOf(await completeTrace(desk, desk.examples.paidOut))).toContain('ooked in ledger');
  });

  it('says what it cannot do, with a reference that is in the log', async () => {
    const answer = textOf(await desk.command('/partner'));
    const reference = /R-[0-9A-Z]{8}/.exec(answer)?.[0] ?? 'none';
    expect(desk.log.some((line) => line.includes(reference))).toBe(true);
  });

  it('is whole again when the database is back', async () => {
    await setAway(desk.urls.database, false);
    await until('the desk is ready', async () => (await readiness()).ready, 30_000);
    expect(textOf(await desk.command('/partner'))).toContain('Northpay');
  });
});

it('a crowd that looks while a table hangs takes one connection for its question, not one each', async () => {
  const holder = new pg.Client({ connectionString: desk.urls.database });
  await holder.connect();
  await holder.query('begin; lock table paydesk.statement_place_faults');
  const waiting = async (): Promise<number> => {
    const { rows } = await holder.query<{ n: number }>(
      `select count(*)::int as n from pg_locks where relation = 'paydesk.statement_place_faults'::regclass and not granted`,
    );
    return rows[0]?.n ?? 0;
  };
  try {
    const looks = Array.from({ length: 30 }, readiness);
    await until('the question waits', async () => (await waiting()) > 0);
    await Promise.all(looks);
    await Promise.all(Array.from({ length: 30 }, readiness));
    // The job that writes there may wait as well.
    expect(await waiting()).toBeLessThanOrEqual(2);
  } finally {
    await holder.end();
  }
});

it('without the books, tells what the provider knows', async () => {
  await setAway(desk.urls.books, true);
  try {
    const answer = textOf(await desk.command(`/payment ${desk.examples.refunded}`));
    expect(answer).toMatch(/\*Capture\*/);
    expect(answer).toMatch(/books/);
    expect(answer).toMatch(/\*Ledger\* unknown/);
    expect(textOf(await desk.command(`/payment ${desk.examples.orderId}`))).toMatch(/Looked in.*books/);
  } finally {
    await setAway(desk.urls.books, false);
  }
  await until('the books are read again', async () =>
    textOf(await desk.command(`/payment ${desk.examples.orderId}`)).includes('ooked in ledger'),
  );
});
