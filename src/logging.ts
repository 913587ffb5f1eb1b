/**
 * The process's log: pino, one line of JSON an event on standard output.
 *
 * Invariant: no card number and no token leaves through it, whatever was logged: card numbers are redacted in the
 * finished line, so that no field and no error text is forgotten.
 */
import pino, { type DestinationStream } from 'pino';
import type { Log } from './kernel/log.js';
import { redactCardNumbers } from './kernel/sensitive.js';

const tokenForms = /\b(xox[abeprs]-|xapp-|sk_live_|sk_test_|rk_live_|rk_test_)[A-Za-z0-9-]+/g;
/** A number of JSON, not inside a string: its redaction must stay JSON. */
const bareNumber = /(?<=[:[,])\d{13,19}(?=[,}\]])/g;

const redactLine = (line: string): string =>
  redactCardNumbers(line.replace(bareNumber, (digits) => JSON.stringify(digits)))
    .replace(tokenForms, '$1[secret]')
    .replace(/"(time)":"(\d+)"/, '"$1":$2');

/** `write` takes a finished line; standard output when absent. */
export function createLog(
  level: string,
  write: (line: string) => void = (line) => void process.stdout.write(line),
): Log {
  const destination: DestinationStream = { write: (line) => write(redactLine(line)) };
  return pino(
    { level, base: { pid: process.pid }, serializers: { err: pino.stdSerializers.err } },
    destination,
  );
}
