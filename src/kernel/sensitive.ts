/**
 * What must not travel: card numbers are found and redacted, e-mail addresses are masked.
 *
 * Invariant: neighbouring groups of digits that together make a card number are one, whatever short thing is written
 * between them, whatever letters are written before and after, and however the digits are written. A reference that
 * meets all of that by chance is taken for one, because the other mistake leaks one: docs/privacy.md has the figures.
 */
import type { Json, JsonObject } from './canonical-json.js';
import { cardNetworkOf, longestCardNumber, shortestCardNumber } from './card-networks.js';
import { digitRuns, holdsEscapes, type DigitGroup, type Place } from './digit-runs.js';
import { arnGroups, knownPlaces } from './known-digits.js';

interface Found extends Place {
  last4: string;
}

export const containsCardNumber = (text: string): boolean => cardNumbersIn(text).length > 0;

/** The text with every card number replaced by its last four digits. Other text stays as it is. */
export function redactCardNumbers(text: string): string {
  return cardNumbersIn(text).reduceRight(
    (redacted, { start, end, last4 }) =>
      `${redacted.slice(0, start)}[card number ending ${last4}]${redacted.slice(end)}`,
    text,
  );
}

/** Every text of a value, names of members included. */
export function redactWithin<Value extends Json>(value: Value): Value {
  return redacted(value) as Value;
}

function redacted(value: Json): Json {
  if (typeof value === 'string') return redactCardNumbers(value);
  if (typeof value === 'number') return redactedNumber(value);
  if (Array.isArray(value)) return (value as readonly Json[]).map(redacted);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value as JsonObject);
  return Object.fromEntries(members.map(([key, member]) => [redactCardNumbers(key), redacted(member)]));
}

function redactedNumber(value: number): Json {
  const text = String(value);
  return containsCardNumber(text) ? redactCardNumbers(text) : value;
}

/** In the order of the text; none overlaps another. */
function cardNumbersIn(text: string): Found[] {
  if (!mayHoldOne(text)) return [];
  const known = knownPlaces(text);
  const found = cardsOf(digitRuns(text, known, false));
  // Both readings count: in “%3782…” the percent sign may be a sign before a number, or the escape of its first digit.
  if (holdsEscapes(text)) found.push(...cardsOf(digitRuns(text, known, true)));
  found.sort((a, b) => a.start - b.start || b.end - a.end);
  return found.reduce<Found[]>(joined, []);
}

const cardsOf = (runs: readonly DigitGroup[][]): Found[] => runs.flatMap(cardsIn);

/**
 * Most texts are ruled out by counting, before they are read mark by mark. A letter between digits ends a number, which
 * can be counted too where every character is what it seems: in plain ASCII without escapes.
 */
function mayHoldOne(text: string): boolean {
  if (text.length < shortestCardNumber) return false;
  if (isPlainAscii(text) && !holdsEscapes(text)) return longNumber.test(text);
  let count = 0;
  for (const _ of text.matchAll(/\p{N}|:[a-z]{3,5}:/giu)) if (++count === shortestCardNumber) return true;
  return false;
}

const isPlainAscii = (text: string): boolean => !/[^\t\n\r -~]/.test(text);

/** As many digits as the shortest card number has, with no letter between them. */
const longNumber = new RegExp(`(?:\\d[^\\da-zA-Z]*){${shortestCardNumber}}`);

function joined(before: Found[], next: Found): Found[] {
  const last = before.at(-1);
  if (!last || next.start >= last.end) before.push(next);
  else if (next.end > last.end) before[before.length - 1] = { ...next, start: last.start };
  return before;
}

/** The longest from each group on, so that nothing of a number stays behind. */
function cardsIn(groups: readonly DigitGroup[]): Found[] {
  const found: Found[] = [];
  for (let first = 0; first < groups.length; first++) {
    const arn = arnGroups(groups, first);
    const card = arn > 0 ? null : (cardFrom(groups, first) ?? cardWithin(groups[first]));
    if (card) found.push(card.found);
    first += Math.max(arn, card?.groups ?? 1) - 1;
  }
  return found;
}

interface CardInGroups {
  found: Found;
  groups: number;
}

function cardFrom(groups: readonly DigitGroup[], first: number): CardInGroups | null {
  let card: CardInGroups | null = null;
  let digits = '';
  let places: Place[] = [];
  for (let last = first; last < groups.length && digits.length < longestCardNumber; last++) {
    const group = groups[last];
    if (!group) break;
    digits += group.digits;
    places = [...places, ...group.places];
    if (cardNetworkOf(digits) !== null) card = { found: foundAt(digits, places), groups: last - first + 1 };
  }
  return card;
}

const foundAt = (digits: string, places: readonly Place[]): Found => ({
  start: places[0]?.start ?? 0,
  end: places.at(-1)?.end ?? 0,
  last4: digits.slice(-4),
});

/** Nearly all cards: the networks and lengths that are looked for at the edges of a longer number. */
const common: readonly (readonly [length: number, networks: readonly string[]])[] = [
  [16, ['Visa', 'Mastercard', 'Discover', 'JCB', 'UnionPay']],
  [15, ['American Express']],
];

/**
 * At the beginning of a longer number (a security code follows it), behind zeros, or at its end. The whole number goes,
 * because what is left of it could be read as another card's.
 */
function cardWithin(group: DigitGroup | undefined): CardInGroups | null {
  if (!group || group.digits.length <= 16) return null;
  const { digits, places } = group;
  const zeros = /^0*/.exec(digits)?.[0].length ?? 0;
  const edges = common.flatMap(([length, networks]) =>
    [zeros, digits.length - length]
      .map((from) => digits.slice(from, from + length))
      .filter((part) => networks.includes(cardNetworkOf(part) ?? '')),
  );
  const [card] = edges;
  if (card === undefined) return null;
  return { found: { ...foundAt(digits, places), last4: card.slice(-4) }, groups: 1 };
}

/** `j•••@example.com`: enough to recognise an address one knows, too little to learn it. */
export function maskEmail(address: string): string {
  const at = address.lastIndexOf('@');
  return at < 1 ? '•••' : `${address.charAt(0)}•••${address.slice(at)}`;
}
