/**
 * The table from SQLSTATE and network code to the house's errors, and what never leaks into it.
 */
import pg from 'pg';
import { expect, test } from 'vitest';
import { databaseError, leavesSessionWhole } from '../../src/adapters/postgres/errors.js';
import { OpsError, type OpsErrorCode } from '../../src/kernel/errors.js';

function serverError(code: string, message = 'secret 4242424242424242'): pg.DatabaseError {
  const error = new pg.DatabaseError(message, message.length, 'error');
  return Object.assign(error, {
    code,
    detail: 'Key (email)=(someone@example.com) exists',
    constraint: 'payments_key',
  });
}

const withCode = (code: string): Error => Object.assign(new Error(`connect ${code} 10.1.2.3:5432`), { code });

const rows: readonly [unknown, OpsErrorCode, string][] = [
  [serverError('08006'), 'unavailable', 'the connection failed'],
  [serverError('57P01'), 'unavailable', 'the server is stopped by its administrator'],
  [serverError('57P03'), 'unavailable', 'the server is starting'],
  [serverError('57014'), 'unavailable', 'our own statement timeout cancelled it'],
  [serverError('53300'), 'unavailable', 'too many connections pass'],
  [
    serverError('53100'),
    'unavailable',
    'a full disk is for the server’s operator, not for our configuration',
  ],
  [serverError('55P03'), 'unavailable', 'a lock was not given in time'],
  [serverError('40001'), 'conflict', 'serialisation failure'],
  [serverError('40P01'), 'conflict', 'deadlock'],
  [serverError('40003'), 'unavailable', 'nobody knows whether it was committed'],
  [serverError('23505'), 'conflict', 'unique key'],
  [serverError('23503'), 'internal', 'a missing parent row is our fault'],
  [serverError('28P01'), 'misconfigured', 'wrong password'],
  [serverError('28000'), 'misconfigured', 'user or host not allowed'],
  [serverError('3D000'), 'misconfigured', 'no such database'],
  [serverError('42P01'), 'misconfigured', 'no such table: not migrated, or a books view is missing'],
  [serverError('42703'), 'misconfigured', 'no such column'],
  [serverError('42501'), 'misconfigured', 'a right is missing'],
  [serverError('25006'), 'misconfigured', 'connected to a read-only standby'],
  [serverError('42601'), 'internal', 'bad SQL is our fault'],
  [serverError('22P02'), 'internal', 'a value of the wrong form is our fault'],
  [withCode('ECONNREFUSED'), 'unavailable', 'nobody listens'],
  [withCode('ETIMEDOUT'), 'unavailable', 'nobody answers'],
  [withCode('ENOTFOUND'), 'unavailable', 'a name that does not resolve may be a DNS outage'],
  [withCode('SELF_SIGNED_CERT_IN_CHAIN'), 'misconfigured', 'the certificate is not trusted'],
  [new Error('timeout exceeded when trying to connect'), 'unavailable', 'the pool has none to give'],
  [new Error('Connection terminated unexpectedly'), 'unavailable', 'the server died'],
  [new Error('Query read timeout'), 'unavailable', 'the server hangs'],
  [new Error('The server does not support SSL connections'), 'misconfigured', 'sslmode does not fit'],
  [new TypeError('x is not a function'), 'internal', 'a fault of ours'],
  [undefined, 'internal', 'anything can be thrown'],
];

test.each(rows)('%s is %s: %s', (error, code) => {
  const translated = databaseError(error, 'BOOKS_DATABASE_URL');
  expect(translated.code).toBe(code);
  const shown = `${translated.publicMessage} ${translated.hint ?? ''}`;
  expect(shown).not.toMatch(/4242|example\.com|10\.1\.2\.3|\{setting\}|payments_key/);
});

test('the cause keeps no value of a row, and the details name what the operator looks for', () => {
  const { cause, details } = databaseError(serverError('23505', 'duplicate key violates "payments_key"'));
  expect(JSON.stringify({ ...(cause as object) })).not.toContain('example.com');
  expect(details).toMatchObject({ sqlstate: '23505', constraint: 'payments_key' });
  expect(String(databaseError(serverError('22P02')).cause)).not.toContain('4242');
});

test('the hint names the setting to correct, and an OpsError passes unchanged', () => {
  expect(databaseError(serverError('28P01'), 'BOOKS_DATABASE_URL').hint).toContain('BOOKS_DATABASE_URL');
  const own = new OpsError('not_found', 'none');
  expect(databaseError(own)).toBe(own);
});

test('only a refusal by the server leaves its session usable', () => {
  expect(leavesSessionWhole(serverError('23505'))).toBe(true);
  expect(leavesSessionWhole(serverError('57P01'))).toBe(false);
  expect(leavesSessionWhole(withCode('ECONNRESET'))).toBe(false);
});
