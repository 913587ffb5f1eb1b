/**
 * Values of Trino as the house's: out of its JSON, and into its SQL.
 *
 * Invariants: no digit is lost, so a bigint is a bigint and a decimal stays text; a value becomes one literal, and
 * nothing in it can end that literal early.
 * Sources: Trino's client protocol and its pages on types and literals.
 */
import { OpsError } from '../../kernel/errors.js';
import { instantAt, isTimeZone } from '../../kernel/time-zone.js';

/** As `JSON.parse`, but a number with more digits than a double holds becomes its text. Throws for what is not JSON. */
export function exactJson(text: string): unknown {
  const exact = text.replace(/"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g, (part) =>
    part.startsWith('"') ? part : `"${part}"`,
  );
  return JSON.parse(exact);
}

/** How a value of this type is read; `type` as in the answer's columns. */
export function readerOf(type: string): (value: unknown) => unknown {
  const name = type.replace(/\(\d+(?:,\s*\d+)?\)/, '');
  const read = readers[name] ?? ((value: unknown) => value);
  return (value) => (value === null ? null : read(value));
}

const readers: Readonly<Record<string, (value: unknown) => unknown>> = {
  bigint: (value) => BigInt(String(value)),
  double: Number,
  real: Number,
  'timestamp with time zone': (value) => zonedInstant(String(value)),
  // Without a zone the text is UTC, as in every other source.
  timestamp: (value) => zonedInstant(`${String(value)} UTC`),
};

const zoned = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2})(:\d{2}(?:\.\d+)?) (.+)$/;

/** `2026-11-27 10:00:00.000 Europe/Berlin`; what cannot be read is an invalid date, which its reader refuses. */
function zonedInstant(text: string): Date {
  const [, day = '', time = '', seconds = '', zone = ''] = zoned.exec(text) ?? [];
  if (/^(?:UTC|Z|GMT)$/.test(zone)) return new Date(`${day}T${time}${seconds}Z`);
  if (/^[+-]\d{2}:\d{2}$/.test(zone)) return new Date(`${day}T${time}${seconds}${zone}`);
  if (zone === '' || !isTimeZone(zone)) return new Date(Number.NaN);
  return new Date(instantAt(day, time, zone).getTime() + Math.trunc(Number(seconds.slice(1)) * 1000));
}

/** One statement in Trino's own form: `$1…` as parameters of `execute immediate` (Trino 418 and newer). */
export function boundStatement(sql: string, values: readonly unknown[]): string {
  const used: string[] = [];
  const text = sql.replace(/'[^']*'|"[^"]*"|--[^\n]*|\/\*[^]*?\*\/|\$(\d+)/g, (part, place?: string) => {
    if (place === undefined) return part;
    used.push(literal(values[Number(place) - 1]));
    return '?';
  });
  return used.length === 0 ? sql : `execute immediate ${quoted(text)} using ${used.join(', ')}`;
}

function literal(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  if (value instanceof Date)
    return `timestamp '${value.toISOString().replace('T', ' ').replace('Z', ' UTC')}'`;
  throw new OpsError('internal', 'A value cannot be sent to Trino.');
}

/** Trino knows no escapes in a text but the doubled quote. */
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
