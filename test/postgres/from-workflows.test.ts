/**
 * A database of the version whose durable engine kept workflows in schema `dbos`: what was not finished becomes due.
 */
import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../src/adapters/postgres/database.js';
import { migrate, migrationsFolder } from '../../src/adapters/postgres/migrate.js';
import { systemClock } from '../../src/kernel/clock.js';
import { silentLog } from '../../src/kernel/log.js';
import { createEmptyDatabase } from '../support/postgres.js';

const requestSql = `
  insert into paydesk.remediations (form_key, action, plan, plan_hash, requester, channel, why, ruling, break_glass,
    idempotency_key, subjects, contends, created_at, state, expires_at, due_at, calls, looks, misses, evidence, verified,
    review, changed_at)
  values ($1, 'spend', '{}', 'h', 'ana', 'C1', 'w', '{}', false, $1, '{}', '{}', now(), $2, now(), $3, 0, 0, 0, '{}',
    false, 'none', now())`;

test('steps and slots that waited or were cut off are due, and what was finished or ended is not', async () => {
  const database = await createEmptyDatabase();
  onTestFinished(() => database.drop());
  const folder = await mkdtemp(join(tmpdir(), 'paydesk-migrations-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const name of (await readdir(migrationsFolder)).filter((file) => file < '0017'))
    await copyFile(join(migrationsFolder, name), join(folder, name));
  await migrate(database.url, { log: silentLog, folder });
  const db = openDatabase({ url: database.url, clock: systemClock, log: silentLog });
  const later = '2099-01-01T00:00:00Z';
  await db.query('create schema dbos');
  await db.query(
    'create table dbos.workflow_status (workflow_uuid text primary key, status text, name text)',
  );
  for (const [key, state, dueAt] of [
    ['a', 'approved', later],
    ['b', 'executing', later],
    ['c', 'done', later],
    ['d', 'closed', null],
  ])
    await db.query(requestSql, [key, state, dueAt]);
  await db.query(`insert into paydesk.job_cursors values
    ('partner-status', '2026-11-20T09:02:00Z'), ('audit-witness', '2026-11-20T06:00:00Z')`);
  await db.query(`insert into dbos.workflow_status values
    ('remediation:REM-1:2', 'ENQUEUED', 'paydesk-task'), ('remediation:REM-2:3', 'PENDING', 'paydesk-task'),
    ('remediation:REM-3:1', 'SUCCESS', 'paydesk-task'), ('remediation:REM-4:1', 'PENDING', 'paydesk-task'),
    ('cron:partner-status:2026-11-20T09:00:00.000Z', 'SUCCESS', 'paydesk-job'),
    ('cron:partner-status:2026-11-20T09:01:00.000Z', 'PENDING', 'paydesk-job'),
    ('cron:partner-status:2026-11-20T09:02:00.000Z', 'ENQUEUED', 'paydesk-job'),
    ('cron:audit-witness:2026-11-20T06:00:00.000Z', 'SUCCESS', 'paydesk-job')`);
  await db.close();

  await migrate(database.url, { log: silentLog });

  const after = openDatabase({ url: database.url, clock: systemClock, log: silentLog });
  onTestFinished(() => after.close());
  const due = await after.query(
    'select number::integer, due_at <= now() as due from paydesk.remediations order by number',
  );
  expect(due).toEqual([
    { number: 1, due: true },
    { number: 2, due: true },
    { number: 3, due: false },
    { number: 4, due: null },
  ]);
  // The slot of 09:01 is the first one after the cursor.
  expect(await after.query('select job, slot from paydesk.job_cursors order by job')).toEqual([
    { job: 'audit-witness', slot: new Date('2026-11-20T06:00:00Z') },
    { job: 'partner-status', slot: new Date('2026-11-20T09:00:59.999Z') },
  ]);
});
