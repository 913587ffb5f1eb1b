/**
 * One text for one value: what is hashed, signed or compared is written in this form (RFC 8785).
 *
 * Invariants: equal values give the same bytes whatever order their members were made in; what JSON cannot hold is
 * refused, not dropped, so that two different values never share a text.
 * Deliberately absent: bigint and Date. The caller decides how they are written, as text.
 */
import { createHash } from 'node:crypto';
import { OpsError } from './errors.js';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = Readonly<Record<string, Json>>;

/** Throws `internal` for what JSON cannot hold: undefined, a function, NaN, half a surrogate pair. */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    // Sorted by UTF-16 code units, as the RFC wants and `sort` does.
    const members = Object.entries(value as JsonObject).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${members.map(([key, member]) => `${text(key)}:${canonicalJson(member)}`).join(',')}}`;
  }
  if (typeof value === 'string') return text(value);
  if (typeof value === 'boolean' || value === null || Number.isFinite(value)) return JSON.stringify(value);
  throw new OpsError('internal', `A ${typeof value} has no canonical form.`);
}

function text(value: string): string {
  if (!/\p{Cs}/u.test(value)) return JSON.stringify(value);
  throw new OpsError('internal', 'A text with half a surrogate pair has no canonical form.');
}

/** The SHA-256 of the canonical form, 64 hexadecimal digits. */
export function digestOf(value: Json): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}
