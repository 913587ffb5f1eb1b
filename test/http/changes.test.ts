/**
 * `POST /changes` as a pipeline meets it, and what an alert then finds.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createChangesHandler } from '../../src/adapters/http/changes.js';
import { startHttpServer, type HttpServer } from '../../src/adapters/http/server.js';
import { createChanges } from '../../src/adapters/postgres/changes.js';
import { openDatabase, type Database } from '../../src/adapters/postgres/database.js';
import { fixedClock, hourMs, minuteMs } from '../../src/kernel/clock.js';
import { silentLog } from '../../src/kernel/log.js';
import { Secret } from '../../src/kernel/secret.js';
import type { Changes } from '../../src/ports/changes.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';

const clock = fixedClock('2026-11-29T20:00:00Z');
const token = 'a-token-of-the-pipeline';
let database: TestDatabase;
let db: Database;
let changes: Changes;
let server: HttpServer;

beforeAll(async () => {
  database = await createDatabase();
  db = openDatabase({ url: database.url, clock, log: silentLog });
  changes = createChanges(db);
  const handler = createChangesHandler({ changes, token: new Secret(token), clock, log: silentLog });
  server = await startHttpServer('127.0.0.1', 0, [{ path: '/changes', handler: () => handler }], silentLog);
});
afterAll(async () => {
  await server.close();
  await db.close();
  await database.drop();
});

const report = async (
  body: unknown,
  authorization = `Bearer ${token}`,
  method = 'POST',
): Promise<[number, string]> => {
  const answer = await fetch(`http://127.0.0.1:${server.port}/changes`, {
    method,
    headers: { authorization },
    ...(method === 'POST' && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return [answer.status, await answer.text()];
};

const deploy = {
  kind: 'deploy',
  title: 'checkout 4.12.0',
  by: 'ci',
  partner: 'northpay',
  url: 'https://ci.example.com/1',
};

describe('POST /changes', () => {
  it('keeps a change once, for alerts of its partner', async () => {
    expect(await report({ ...deploy, at: '2026-11-29T19:30:00Z' })).toEqual([202, '{"taken":true}\n']);
    await report({ ...deploy, at: '2026-11-29T19:30:00Z' });
    await report({ kind: 'config', title: 'a flag' });
    const between = (partner: string | null) =>
      changes.between(new Date(clock.now().getTime() - hourMs), clock.now(), partner, 5);
    expect((await between('northpay')).map(({ title }) => title)).toEqual(['a flag', 'checkout 4.12.0']);
    expect((await between('meridian')).map(({ title }) => title)).toEqual(['a flag']);
  });

  it('keeps no card number of what is reported', async () => {
    const number = '4242 4242 4242 4242';
    const url = 'https://ci.example.com/?q=4242424242424242';
    expect((await report({ ...deploy, title: `replay of ${number}`, by: number, url }))[0]).toBe(202);
    const rows = await db.query<{ row: string }>('select c::text as row from paydesk.changes c');
    expect(rows.filter(({ row }) => row.includes('[card number ending 4242]'))).toHaveLength(1);
    expect(rows.map(({ row }) => row).join()).not.toMatch(/4242 ?4242/);
  });

  it.each([
    [401, deploy, 'Bearer wrong', 'a wrong token'],
    [401, deploy, '', 'no token'],
    [401, deploy, token, 'a token without its scheme'],
    [400, '{', undefined, 'no JSON'],
    [400, '[]', undefined, 'a list'],
    [400, { ...deploy, kind: 'Deploy now!' }, undefined, 'a kind that is no word'],
    [400, { ...deploy, title: ' ' }, undefined, 'an empty title'],
    [400, { ...deploy, url: 'javascript:alert(1)' }, undefined, 'an address that is no web page'],
    [400, { ...deploy, colour: 'red' }, undefined, 'a field that does not exist'],
    [400, { ...deploy, at: 'yesterday' }, undefined, 'a time that is none'],
    [
      400,
      { ...deploy, at: new Date(clock.now().getTime() + 10 * minuteMs).toISOString() },
      undefined,
      'the future',
    ],
    [413, { ...deploy, title: 'x'.repeat(20_000) }, undefined, 'a body that is too large'],
  ])('answers %i to %j with %s: %s', async (status, body, authorization, _reason) => {
    expect((await report(body, authorization))[0]).toBe(status);
  });

  it('takes nothing but POST', async () => {
    expect((await report(null, `Bearer ${token}`, 'GET'))[0]).toBe(405);
  });
});
