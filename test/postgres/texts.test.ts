/** Texts that PostgreSQL refuses, on every way into a row: as JSON, as a value, within a list, and as an object. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDatabase, type Database } from '../../src/adapters/postgres/database.js';
import { jsonText } from '../../src/adapters/postgres/texts.js';
import { systemClock } from '../../src/kernel/clock.js';
import { silentLog } from '../../src/kernel/log.js';
import { createEmptyDatabase, type TestDatabase } from '../support/postgres.js';

let own: TestDatabase;
let db: Database;
beforeAll(async () => {
  own = await createEmptyDatabase();
  db = openDatabase({ url: own.url, clock: systemClock, log: silentLog });
});
afterAll(async () => {
  await db.close();
  await own.drop();
});

it.each([
  ['a zero byte', 'a\0b', 'a\ufffdb'],
  ['the first half of a pair', 'a\ud83db', 'a\ufffdb'],
  ['the second half of a pair', 'a\ude00b', 'a\ufffdb'],
  ['a whole pair is kept', 'a😀b', 'a😀b'],
  ['an escape that somebody typed is kept', String.raw`a\u0000b`, String.raw`a\u0000b`],
  ['and one behind a backslash', String.raw`a\\ud83db`, String.raw`a\\ud83db`],
  ['other controls are kept', 'a\u0001\tb"', 'a\u0001\tb"'],
])('%s', async (_what, text, kept) => {
  const sql = 'select $1::jsonb as json, $2::text as text, $3::text[] as list, $4::jsonb as object';
  const values = [jsonText({ [text]: [text] }), text, [text, null], { text }];
  expect(await db.query(sql, values)).toEqual([
    { json: { [kept]: [kept] }, text: kept, list: [kept, null], object: { text: kept } },
  ]);
});
