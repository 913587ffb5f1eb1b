/**
 * Finds text with many digits that is not a card number.
 *
 * Invariant: each shape is narrow, because a card number inside one is not found. Shapes that digits meet by chance
 * (a Stripe id, an order number) are absent: they do not need to be known.
 */
import type { DigitGroup, Place } from './digit-runs.js';

interface Shape {
  pattern: RegExp;
  /** What the pattern cannot say. */
  isOne?: (text: string) => boolean;
}

const edge = { before: '(?<![\\p{L}\\p{N}])', after: '(?![\\p{L}\\p{N}])' };
const bounded = (body: string): RegExp => new RegExp(`${edge.before}(?:${body})${edge.after}`, 'giu');

const letterCount = (text: string): number => text.replace(/[^a-f]/gi, '').length;

const year = '(?:19|20)\\d\\d';
const month = '(?:0?[1-9]|1[0-2])';
const day = '(?:0?[1-9]|[12]\\d|3[01])';
/** Without marks between its thousands a number of thirteen digits is no amount that anybody pays. */
const amount = "(?:\\d{1,3}(?:[., ’']\\d{3})+|\\d{1,12})[.,]\\d{2}(?!\\d)";

const shapes: readonly Shape[] = [
  // Random hexadecimal digits have more letters than these, but for one in some thousands.
  {
    pattern: bounded('[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'),
    isOne: (text) => letterCount(text) >= 3,
  },
  { pattern: bounded('[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}'), isOne: (text) => letterCount(text) >= 6 },
  { pattern: bounded('[A-Z]{2}\\d{2}(?: ?[0-9A-Z]{4}){2,7}(?: ?[0-9A-Z]{1,3})?'), isOne: isIban },
  {
    pattern: bounded(
      `${year}-${month}-${day}(?:T\\d\\d:\\d\\d(?::\\d\\d(?:\\.\\d+)?)?(?:Z|[+-]\\d\\d:?\\d\\d)?)?`,
    ),
  },
  { pattern: bounded(`${day}[./-]${month}[./-]${year}|${month}/${day}/${year}`) },
  { pattern: bounded('(?<!:)(?:[01]\\d|2[0-3]):[0-5]\\d(?::[0-5]\\d)?(?!:)') },
  { pattern: new RegExp(`\\p{Sc} ?${amount}|(?<![\\p{N}.,])${amount} ?\\p{Sc}`, 'gu') },
  { pattern: /(?<![\p{N}.,])\d{1,7}([.,])\d\d(?:[,;]?\s+\d{1,7}\1\d\d)+(?!\p{N})/gu },
  { pattern: /\[card number ending \d{4}\]/g },
];

/** In the order of the text; none overlaps another. */
export function knownPlaces(text: string): Place[] {
  const found = shapes.flatMap(({ pattern, isOne }) =>
    [...text.matchAll(pattern)]
      .filter(([matched]) => isOne?.(matched) ?? true)
      .map(({ 0: matched, index }) => ({ start: index, end: index + matched.length })),
  );
  found.sort((a, b) => a.start - b.start);
  return found.filter(({ start }, index) => start >= (found[index - 1]?.end ?? 0));
}

/** ISO 13616: moved to its end, with letters as numbers, the whole leaves 1 when it is divided by 97. */
function isIban(text: string): boolean {
  const compact = text.replaceAll(' ', '').toUpperCase();
  if (compact.length < 15) return false;
  const digits = (compact.slice(4) + compact.slice(0, 4)).replace(/[A-Z]/g, (letter) =>
    String(letter.charCodeAt(0) - 55),
  );
  return Array.from(digits).reduce((rest, digit) => (rest * 10 + Number(digit)) % 97, 0) === 1;
}

/**
 * How many groups from `first` on are an acquirer reference number, 0 for none: format 2 or 7, six digits of the
 * acquirer, the last digit of the year, the day of the year, eleven digits and a check digit; in one, or in fours.
 */
export function arnGroups(groups: readonly DigitGroup[], first: number): number {
  let digits = '';
  for (let count = 1; digits.length < 23; count++) {
    const group = groups[first + count - 1];
    if (!group) return 0;
    digits += group.digits;
    const day = Number(digits.slice(8, 11));
    if (digits.length === 23 && /^[27]/.test(digits) && day >= 1 && day <= 366) return count;
    if (group.digits.length !== 4) return 0;
  }
  return 0;
}
