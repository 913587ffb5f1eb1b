/**
 * Values of the fields of a table, read from its bytes.
 *
 * Invariant: a value is what the careful reader would read, or none.
 */
const minus = 0x2d;
const zero = 0x30;

export function isText(bytes: Buffer, start: number, end: number, text: Buffer): boolean {
  if (end - start !== text.length) return false;
  for (let at = 0; at < text.length; at++) if (bytes[start + at] !== text[at]) return false;
  return true;
}

/** No more digits than a double holds exactly; NaN for anything else. */
const mostDigits = 15;

export function readAmount(bytes: Buffer, start: number, end: number): number {
  const isNegative = bytes[start] === minus;
  const from = isNegative ? start + 1 : start;
  if (end === from || end - from > mostDigits) return NaN;
  let amount = 0;
  for (let at = from; at < end; at++) {
    const digit = bytes[at]! - zero;
    if (digit < 0 || digit > 9) return NaN;
    amount = amount * 10 + digit;
  }
  // Not −0, which would differ from 0 in a key.
  return isNegative && amount !== 0 ? -amount : amount;
}

/** −1 unless the field is three capital letters. */
export function readCurrency(bytes: Buffer, start: number, end: number): number {
  if (end - start !== 3) return -1;
  let packed = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte < 0x41 || byte > 0x5a) return -1;
    packed = packed * 256 + byte;
  }
  return packed;
}

export const currencyName = (packed: number): string =>
  String.fromCharCode(packed >> 16, (packed >> 8) & 0xff, packed & 0xff);

/** The day of `YYYY-MM-DD`; NaN for anything else. The last days of a month are left to the careful reader's calendar. */
export function readDay(bytes: Buffer, start: number, end: number): number {
  if (end - start !== 10 || bytes[start + 4] !== minus || bytes[start + 7] !== minus) return NaN;
  const year = 100 * twoDigits(bytes, start) + twoDigits(bytes, start + 2);
  const month = twoDigits(bytes, start + 5);
  const day = twoDigits(bytes, start + 8);
  if (!(year >= 1970 && year < 2100 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month)))
    return NaN;
  return firstOfMonth[(year - 1970) * 12 + month - 1]! + day - 1;
}

function twoDigits(bytes: Buffer, at: number): number {
  const [tens, ones] = [bytes[at]! - zero, bytes[at + 1]! - zero];
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NaN;
}

const msPerDay = 86_400_000;

/** The day on which each month from January 1970 to January 2100 begins. */
const firstOfMonth = Int32Array.from(
  { length: 130 * 12 + 1 },
  (_, month) => Date.UTC(1970, month, 1) / msPerDay,
);

function daysIn(year: number, month: number): number {
  const at = (year - 1970) * 12 + month - 1;
  return firstOfMonth[at + 1]! - firstOfMonth[at]!;
}

/** A visible character of ASCII: nothing that trimming would remove. */
export const isVisible = (byte: number): boolean => byte > 0x20 && byte < 0x7f;

/** Blanks at an edge are trimmed by the careful reader, and a word such as NOTPROVIDED stands for no reference. */
export function isPlainReference(bytes: Buffer, start: number, length: number): boolean {
  if (length === 0) return true;
  const first = bytes[start]!;
  if (!isVisible(first) || !isVisible(bytes[start + length - 1]!)) return false;
  const mayBePlaceholder = first === 0x4e && (length === 6 || length === 11);
  return !mayBePlaceholder;
}

/** FNV-1a, stirred as MurmurHash3 ends, so that references that count upwards spread over the whole table. */
export function hashOf(bytes: Buffer): number {
  let hash = hashSeed;
  for (const byte of bytes) hash = hashedOn(hash, byte);
  return stirred(hash);
}

export const hashSeed = 0x811c9dc5;
export const hashedOn = (hash: number, byte: number): number => Math.imul(hash ^ byte, 0x01000193);

export function stirred(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
