/** What staging gets of a statement table: every value as the file has it, in pieces of any size. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { stageLines } from '../../src/adapters/postgres/reconciliation-engine/lines.js';
import { openSession, type CopySession } from '../../src/adapters/postgres/reconciliation-engine/session.js';
import { StagedRows } from '../../src/adapters/postgres/reconciliation-engine/staged-rows.js';
import { stagingColumns } from '../../src/reconciliation/engine/statement-table.js';
import { stagingOf } from '../../src/reconciliation/engine/staging.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';

const header = 'line_no,partner_ref,amount_minor,currency,value_date,type,fee_minor';
const wideHeader = `${header},batch_id,our_ref,fx_currency,fx_minor,fx_rate`;
const first = '1,A,100,EUR,2026-11-27,payment,0';
const last = '3,C,300,EUR,2026-11-27,payment,0';

let database: TestDatabase;
let session: CopySession;
beforeAll(async () => {
  database = await createDatabase();
  session = await openSession({ url: database.appUrl, setting: 'DATABASE_URL', statementTimeoutMs: 60_000 });
});
afterAll(async () => {
  await session.close();
  await database.drop();
});
beforeEach(() => session.query('begin'));
afterEach(() => session.query('rollback'));

interface Staged {
  rows: string[];
  problems: string[];
}

/** A unit that has lines already stages aside. */
const unit = {
  id: 1,
  afterDay: 0,
  readBefore: null,
  files: [{ id: 1, sha256: '', format: 'table' }],
  staging: 'pg_temp.staged_lines',
};

async function stage(text: string, pieceBytes: number): Promise<Staged> {
  const rows = new StagedRows(text.slice(0, text.indexOf('\n')).split(','));
  const staging = stagingOf(rows);
  const bytes = Buffer.from(text);
  await stageLines(session, unit, 2, rows, async (send) => {
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      staging.add(bytes.subarray(at, at + pieceBytes));
      await send();
    }
    staging.end();
  });
  const staged = await session.query<{ row: string }>(
    `select concat_ws(',', line, reference, amount_minor, currency, value_date, type, fee_minor, nullif(batch, ''),
        nullif(own_reference, ''), nullif(fx_currency, ''), fx_minor, nullif(fx_rate, '')) as row
      from staged_lines where unit = 1 and file = 2 order by line`,
  );
  return {
    rows: staged.map(({ row }) => row),
    problems: staging.problems().map(({ line, code }) => `${line} ${code}`),
  };
}

describe.each([1, 5, 64, 1 << 20])('in pieces of %i bytes', (pieceBytes) => {
  it.each<[string, string, string[], string[]]>([
    ['a plain line', '2,B é,-200,EUR,2026-11-27,payment,15', ['2,B é,-200,EUR,2026-11-27,payment,15'], []],
    [
      'an amount of more than 32 bits, and a negative fee',
      '2,B,-4294967297000,EUR,1999-12-31,payment,-1',
      ['2,B,-4294967297000,EUR,1999-12-31,payment,-1'],
      [],
    ],
    [
      'an amount that a double does not hold',
      '2,B,9007199254740993,EUR,2026-11-27,payment,0',
      ['2,B,9007199254740993,EUR,2026-11-27,payment,0'],
      [],
    ],
    [
      'a line that ends with a return as well',
      '2,B,200,EUR,2026-11-27,payment,0\r',
      ['2,B,200,EUR,2026-11-27,payment,0'],
      [],
    ],
    [
      'a return within a line ends it, so that both halves are faults',
      '2,B,200\r,EUR,2026',
      [],
      ['3 csv_width', '4 csv_width'],
    ],
    [
      'a quoted field',
      '2,"B, ""b""",200,EUR,2026-11-27,payment,0',
      ['2,B, "b",200,EUR,2026-11-27,payment,0'],
      [],
    ],
    [
      'a backslash is a character like others',
      '2,B\\n,200,EUR,2026-11-27,payment,0',
      ['2,B\\n,200,EUR,2026-11-27,payment,0'],
      [],
    ],
    ['an amount that is no number is a fault', '2,B,2.00,EUR,2026-11-27,payment,0', [], ['3 bad_amount']],
    ['a day that is missing is none', '2,B,200,EUR,,payment,0', ['2,B,200,EUR,payment,0'], []],
    [
      'a fee that is missing is none',
      '2,B,200,EUR,2026-11-27,payment,',
      ['2,B,200,EUR,2026-11-27,payment,0'],
      [],
    ],
    [
      'a line without a number has that of the file',
      ',B,200,EUR,2026-11-27,payment,0',
      ['3,B,200,EUR,2026-11-27,payment,0'],
      [],
    ],
  ])('%s', async (_reason, middle, rows, problems) => {
    const staged = await stage([header, first, middle, last].join('\n'), pieceBytes);
    expect(staged.rows.sort()).toEqual([first, ...rows, last].sort());
    expect(staged.problems).toEqual(problems);
  });

  it('lines with a batch, our reference and a conversion, and without', async () => {
    const rows = [
      '1,A,100,EUR,2026-11-27,payment,0,B1,O1,USD,-120,1.2',
      '2,B,200,EUR,2026-11-27,payment,0,,,,,',
    ];
    const staged = await stage([wideHeader, ...rows, ''].join('\n'), pieceBytes);
    expect(staged.rows).toEqual([rows[0], '2,B,200,EUR,2026-11-27,payment,0']);
  });
});

it('lines larger than a buffer, among a hundred thousand others', async () => {
  const long = 'x'.repeat(700_000);
  const rows = Array.from({ length: 100_000 }, (_, at) => `${at + 1},R${at},${at},EUR,2026-11-27,payment,0`);
  rows[50_000] = `50001,${long},50000,EUR,2026-11-27,payment,0`;
  rows[60_000] = `60001,"${long}",60000,EUR,2026-11-27,payment,0`;
  const staged = await stage([header, ...rows, ''].join('\n'), 1 << 18);
  expect(staged.rows).toEqual(rows.map((row) => row.replaceAll('"', '')));
});

it.each([
  ['six columns lack the fee', header.replace(',fee_minor', ''), null],
  ['seven are the least', header, 7],
  ['nine are the most that a plain table has', `${header},batch_id,our_ref`, 9],
  [
    'columns in another order are read and written anew',
    header.replace('line_no,partner_ref', 'partner_ref,line_no'),
    null,
  ],
  ['an end of line of two bytes is none that COPY mixes with others', `${header}\r`, null],
])('%s', (_reason, line, columns) => {
  expect(stagingColumns(line)?.length ?? null).toBe(columns);
});
