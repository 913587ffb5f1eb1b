/** COPY in both directions against a real server: every byte arrives once, and a failure leaves a session that says why. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openSession, type CopySession } from '../../src/adapters/postgres/reconciliation-engine/session.js';
import { OpsError } from '../../src/kernel/errors.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';

let database: TestDatabase;
let session: CopySession;
const open = (): Promise<CopySession> =>
  openSession({ url: database.appUrl, setting: 'DATABASE_URL', statementTimeoutMs: 60_000 });
beforeAll(async () => {
  database = await createDatabase();
  session = await open();
});
afterAll(async () => {
  await session.close();
  await database.drop();
});
beforeEach(async () => {
  await session.query('drop table if exists pg_temp.copied');
  await session.query('create temporary table copied (n int, text text)');
});

const isAlive = async (): Promise<boolean> =>
  (await session.query<{ n: number }>('select 1 as n'))[0]?.n === 1;

async function rowsOf(sql: string): Promise<string> {
  const parts: Buffer[] = [];
  await session.copyOut(`copy (${sql}) to stdout`, (bytes) => {
    // The bytes are good for this call only.
    parts.push(Buffer.from(bytes));
  });
  return Buffer.concat(parts).toString();
}

describe('copyOut', () => {
  it.each([
    ['no rows', 'select 1 where false', ''],
    ['rows without a byte', "select '' from generate_series(1, 3)", '\n\n\n'],
    [
      'rows of many reads, each larger than one',
      'select repeat(n::text, 100000) from generate_series(1, 9) n',
      Array.from({ length: 9 }, (_, at) => `${String(at + 1).repeat(100_000)}\n`).join(''),
    ],
    [
      'many small rows, cut anywhere between reads',
      'select n from generate_series(1, 200000) n',
      Array.from({ length: 200_000 }, (_, at) => `${at + 1}\n`).join(''),
    ],
  ])('gives %s', async (_what, sql, rows) => {
    expect((await rowsOf(sql)) === rows).toBe(true);
    expect(await isAlive()).toBe(true);
  });

  it('leaves what else the server says between rows to the driver', async () => {
    await session.query(`create or replace function pg_temp.noisy(n int) returns int language plpgsql as
      $$ begin raise warning 'row % of the copy', n; return n; end $$`);
    expect(await rowsOf('select pg_temp.noisy(n) from generate_series(1, 3) n')).toBe('1\n2\n3\n');
    expect(await isAlive()).toBe(true);
  });

  it('waits for one that takes its time, with the bytes as they were', async () => {
    let [isTaking, sum] = [false, 0];
    await session.copyOut('copy (select n from generate_series(1, 100000) n) to stdout', async (bytes) => {
      expect(isTaking).toBe(false);
      isTaking = true;
      const before = bytes.toString();
      await nextTurn();
      expect(bytes.toString() === before).toBe(true);
      sum += before.split('\n').length - 1;
      isTaking = false;
    });
    expect(sum).toBe(100_000);
  });

  it('says what the server says, also behind rows, and can go on', async () => {
    await expect(rowsOf('select nothing')).rejects.toThrow(OpsError);
    await expect(rowsOf('select 1 / (3 - n) from generate_series(1, 5) n')).rejects.toThrow(OpsError);
    expect(await isAlive()).toBe(true);
  });

  it('ends when the connection does', async () => {
    const other = await open();
    const sql =
      'copy (select n, pg_terminate_backend(pg_backend_pid()) from generate_series(1, 9) n) to stdout';
    await expect(other.copyOut(sql, () => undefined)).rejects.toThrow(OpsError);
    await other.close();
  });

  it('throws what the taker throws', async () => {
    const other = await open();
    const failing = other.copyOut('copy (select n from generate_series(1, 100000) n) to stdout', () => {
      throw new OpsError('invalid', 'Not these rows.');
    });
    await expect(failing).rejects.toThrow('Not these rows.');
    await other.close();
  });
});

describe('copyIn', () => {
  const count = async (): Promise<number> =>
    Number((await session.query<{ rows: string }>('select count(*) as rows from copied'))[0]?.rows);

  it('resolves a write when the bytes may change again', async () => {
    const bytes = Buffer.alloc(1 << 18);
    await session.copyIn('copy copied (text) from stdin', async (write) => {
      for (const mark of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) {
        bytes.fill(mark);
        bytes[bytes.length - 1] = 0x0a;
        await write(bytes);
      }
    });
    const texts = await session.query<{ text: string }>(
      'select distinct left(text, 1) || length(replace(text, left(text, 1), $1)) as text from copied order by 1',
      [''],
    );
    expect(texts.map(({ text }) => text)).toEqual(['a0', 'b0', 'c0', 'd0', 'e0', 'f0', 'g0', 'h0']);
  });

  it('keeps nothing of rows that end in a failure, and can go on', async () => {
    const failing = session.copyIn('copy copied (n) from stdin', async (write) => {
      await write(Buffer.from('1\n2\n'));
      throw new OpsError('invalid', 'No more rows.');
    });
    await expect(failing).rejects.toThrow('No more rows.');
    expect(await count()).toBe(0);
  });

  it.each([
    ['a table that is not there', 'copy nowhere from stdin', '1\n'],
    ['rows that it refuses', 'copy copied (n) from stdin', 'x\n'],
  ])('says what the server says of %s', async (_what, sql, rows) => {
    await expect(session.copyIn(sql, (write) => write(Buffer.from(rows)))).rejects.toThrow(OpsError);
    expect(await count()).toBe(0);
  });

  it('takes what another session gives, row for row', async () => {
    const books = await open();
    await session.copyIn('copy copied (n) from stdin', (write) =>
      books.copyOut('copy (select n from generate_series(1, 300000) n) to stdout', write),
    );
    await books.close();
    expect(await count()).toBe(300_000);
  });
});
