/**
 * Identifiers that Paydesk itself makes.
 *
 * Invariant: ids sort by time of creation where they are rows (`newId`), and are short enough to read out on a
 * call where people quote them (`newErrorId`).
 */
import { randomBytes } from 'node:crypto';
import type { Clock } from './clock.js';

// Crockford's base 32: no I, L, O, U, so that an id survives being read out or typed from a screenshot.
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

function base32(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => alphabet.charAt(byte & 31)).join('');
}

/** A reference that ties what a person saw to a log line, for instance `R-7K3M9QXA` (40 random bits). */
export function newErrorId(): string {
  return `R-${base32(randomBytes(8))}`;
}

/** `<prefix>_<9 characters of time in ms><11 random characters>`: sorts by creation within a prefix. */
export function newId(prefix: string, clock: Clock): string {
  let time = '';
  for (let rest = clock.now().getTime(), place = 0; place < 9; place++, rest = Math.floor(rest / 32)) {
    time = alphabet.charAt(rest % 32) + time;
  }
  return `${prefix}_${time}${base32(randomBytes(11))}`;
}
