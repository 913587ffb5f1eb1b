/**
 * The process's log: pino, one line of JSON an event on standard output.
 *
 * Invariant: no card number and no token leaves through it, whatever was logged: card numbers are redacted in the
 * finished line, so that no field and no error text is forgotten.
 */
import pino, { type DestinationStream } from 'pino';
import type { Log } from '../kernel/log.js';
import type { JsonObject } from '../kernel/canonical-json.js';
import { containsCardNumber, redactCardNumbers, redactWithin } from '../kernel/sensitive.js';

const tokenForms = /\b(xox[abeprs]-|xapp-|sk_live_|sk_test_|rk_live_|rk_test_)[A-Za-z0-9-]+/g;
/** A number of JSON, not inside a string: its redaction must stay JSON. */
const bareNumber = /(?<=[:[,])\d{13,19}(?=[,}\]])/g;

function redactLine(line: string): string {
  const safe = containsCardNumber(line) ? withoutCardNumbers(line) : line;
  return safe.replace(tokenForms, '$1[secret]');
}

/** Member by member, so that the line stays JSON; numbers as text, because the long ones would lose digits. */
function withoutCardNumbers(line: string): string {
  const redacted = redactedJson(line.replace(bareNumber, (digits) => JSON.stringify(digits)));
  if (redacted !== null && !containsCardNumber(redacted)) return `${redacted}\n`;
  // A number over several members: what the line said is kept as one text.
  const time = Number(/"time":(\d+)/.exec(line)?.[1]);
  return `${JSON.stringify({ level: 40, time, msg: redactCardNumbers(line.trimEnd()) })}\n`;
}

function redactedJson(line: string): string | null {
  try {
    const { time, ...fields } = redactWithin(JSON.parse(line) as JsonObject);
    return JSON.stringify({ ...fields, time: Number(time) });
  } catch {
    return null;
  }
}

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
