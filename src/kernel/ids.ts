/**
 * References that people quote: short enough to read out on a call.
 */
import { randomBytes } from 'node:crypto';

// Crockford's base 32: no I, L, O, U, so that an id survives being read out or typed from a screenshot.
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

function base32(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => alphabet.charAt(byte & 31)).join('');
}

/** A reference that ties what a person saw to a log line, for instance `R-7K3M9QXA` (40 random bits). */
export function newErrorId(): string {
  return `R-${base32(randomBytes(8))}`;
}
