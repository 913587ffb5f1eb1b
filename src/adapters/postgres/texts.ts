/**
 * Texts from outside on their way into a row.
 *
 * Invariant: no text of a page, a provider or a file makes PostgreSQL refuse the row: what it cannot keep (a zero byte, half
 * a surrogate pair) becomes the sign for the unreadable, as in the audit log.
 */
const unreadable = '\ufffd';

/** Every escape is read whole, so that a backslash that somebody typed before `u0000` stays one. */
const escapes = /\\(?:u(?:0000|d[89a-f][0-9a-f]{2})|[^])/g;

type Replacer = (name: string, value: unknown) => unknown;

/** JSON for a column. `JSON.stringify` writes whole surrogate pairs as they are, and escapes only halves. */
export function jsonText(value: unknown, replacer?: Replacer): string {
  const text = JSON.stringify(value, replacer);
  if (!text.includes('\\u')) return text;
  return text.replace(escapes, (escape) => (escape.length > 2 ? unreadable : escape));
}

/** The value of a `$1`. The client library itself replaces half a pair where it encodes a text. */
export function keepable(value: unknown): unknown {
  if (typeof value === 'string') return value.includes('\0') ? value.replaceAll('\0', unreadable) : value;
  if (Array.isArray(value)) return value.map(keepable);
  return isPlain(value) ? jsonText(value) : value;
}

/** Dates and bytes have a form of their own. */
const isPlain = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
