/**
 * Reads whatever a person pasted after `/payment` as the identifiers it may be.
 *
 * Invariants: never throws; a card number is refused before anything else looks at the text; a text that can mean
 * several things gives all of its readings, most specific first, and leaves the choice to what the sources know.
 * Source of the shapes: Stripe's id prefixes; ARN 23 digits, RRN 12, ACH trace 15 (NACHA), UETR RFC 4122 version 4
 * (SWIFT gpi), Adyen pspReference 16 characters.
 */
import { plainDigits } from '../kernel/digit-runs.js';
import { containsCardNumber } from '../kernel/sensitive.js';
import { fail, ok, type Result } from '../kernel/result.js';
import type { AttemptReference, CardSighting } from '../ports/books.js';

/** Objects of the payments API that a payment can be followed from. */
export type ProviderObject =
  | 'payment'
  | 'charge'
  | 'refund'
  | 'dispute'
  | 'payout'
  | 'balance_transaction'
  | 'early_fraud_warning'
  | 'event'
  | 'customer';

export type Identifier =
  | { kind: 'object'; object: ProviderObject; id: string }
  /** A reference that the books may know; `label` is what people call it. */
  | { kind: 'reference'; label: string; value: string; columns: readonly AttemptReference[] }
  | { kind: 'card'; sighting: CardSighting };

export interface Unreadable {
  reason: 'empty' | 'card_number' | 'too_long' | 'not_followed' | 'unknown';
  message: string;
  hint: string;
}

/** Long enough for a pasted line with an id in it, short enough that nobody pastes a log. */
const longestText = 500;

const prefixes: Readonly<Record<string, ProviderObject>> = {
  pi: 'payment',
  ch: 'charge',
  py: 'charge',
  re: 'refund',
  pyr: 'refund',
  dp: 'dispute',
  du: 'dispute',
  po: 'payout',
  txn: 'balance_transaction',
  issfr: 'early_fraud_warning',
  evt: 'event',
  cus: 'customer',
};

/** Known to us and not the way to a payment: said plainly instead of "not found". */
const notFollowed: Readonly<Record<string, string>> = {
  tr: 'a transfer between accounts',
  in: 'an invoice',
  acct: 'an account',
};

const providerId =
  /(?<![A-Za-z0-9_])(pi|ch|pyr|py|re|dp|du|po|txn|issfr|evt|cus|tr|in|acct)_([A-Za-z0-9]{4,60})(?:_secret_\w+)?(?![A-Za-z0-9_])/g;

export function recognise(pasted: string): Result<Identifier[], Unreadable> {
  if (containsCardNumber(pasted)) return fail(cardNumberRefused);
  const text = tidy(pasted);
  if (text === '') return fail(nothingGiven);
  if (text.length > longestText) return fail(tooLong(text.length));

  const objects = [...text.matchAll(providerId)].map(([, prefix = '', rest = '']) => ({
    prefix,
    id: `${prefix}_${rest}`,
  }));
  const followed = objects.flatMap(({ prefix, id }) => {
    const object = prefixes[prefix];
    return object ? [{ kind: 'object' as const, object, id }] : [];
  });
  if (followed.length > 0) return ok(distinct(followed).slice(0, 5));
  const other = objects[0];
  if (other) return fail(notFollowedYet(other.id, notFollowed[other.prefix] ?? 'another object'));

  const unlabelled = text.replace(label, '');
  const readings = [...cardSightings(text), ...references(unlabelled)];
  return readings.length > 0 ? ok(readings) : fail(unknownText);
}

/** What people write before a reference: `order ORD-10423`, `ARN: 7420…`. */
const label =
  /^(?:(?:order|payment|arn|rrn|uetr|ach|trace|psp|network|transaction|reference|ref|number|no|id|e-?mail)[\s.:#=]+)+(?=\S*\d|\S*@)/i;

/** Undoes what Slack, mail programs and spreadsheets wrap around a pasted value. */
function tidy(pasted: string): string {
  return plainDigits(pasted)
    .replace(/<(?:mailto:)?([^|>\s]+)(?:\|[^>]*)?>/g, '$1')
    .replaceAll('&amp;', '&')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replace(/[\p{Cc}\p{Cf}\p{Z}]+/gu, ' ')
    .replace(/^[\s`'"“”‘’()[\]{}<>#*_~:;,.]+|[\s`'"“”‘’()[\]{}<>*_~:;,.!?]+$/gu, '');
}

function distinct(found: Identifier[]): Identifier[] {
  return [...new Map(found.map((identifier) => [JSON.stringify(identifier), identifier])).values()];
}

interface ReferenceShape {
  label: string;
  pattern: RegExp;
  columns: readonly AttemptReference[];
  normalise?: (value: string) => string;
}

const withoutBlanks = (value: string): string => value.replace(/[\s-]/g, '');
const lowerCase = (value: string): string => value.toLowerCase();

/** Most specific first. A value may fit several rows: 15 digits are an ACH trace, a network's id or an order. */
const shapes: readonly ReferenceShape[] = [
  { label: 'e-mail address', pattern: /^[^\s@<>"]{1,64}@[^\s@<>"]+\.[^\s@<>"]{2,}$/, columns: ['customer_email'], normalise: lowerCase },
  { label: 'UETR', pattern: /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i, columns: ['payment_id', 'order_id'], normalise: lowerCase },
  { label: 'UUID', pattern: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, columns: ['payment_id', 'order_id', 'attempt_id'], normalise: lowerCase },
  { label: 'ARN', pattern: /^\d(?:[\s-]?\d){22}$/, columns: ['arn'], normalise: withoutBlanks },
  { label: 'RRN', pattern: /^\d{12}$/, columns: ['rrn'] },
  { label: 'network transaction id', pattern: /^(?=.*\d)[A-Z0-9]{13,15}$/i, columns: ['network_transaction_id'] },
  { label: 'ACH trace number', pattern: /^\d{15}$/, columns: ['payment_id'] },
  { label: 'PSP reference', pattern: /^(?=.*\d)[A-Z0-9]{16}$/, columns: ['payment_id'] },
  { label: 'order or partner reference', pattern: /^(?=.*\d)[\p{L}\p{N}][\p{L}\p{N}._:/#-]{2,63}$/u, columns: ['order_id', 'payment_id', 'attempt_id'] },
]; // prettier-ignore

function references(text: string): Identifier[] {
  return shapes
    .filter(({ pattern }) => pattern.test(text))
    .map(({ label, columns, normalise }) => ({
      kind: 'reference',
      label,
      value: normalise?.(text) ?? text,
      columns,
    }));
}

const isoDay = /\b(\d{4})-(\d{2})-(\d{2})\b/;
const wordsAround = /\b(?:card|ending|in|last4|last|four|on|for|visa|mastercard|amex|x{2,})\b|[•*.…]{2,}/gi;

/**
 * `4242 19.99 2026-11-03`, in any order, with or without a currency: last four digits and what else is known. Where the
 * amount has four digits too, both readings are given.
 */
function cardSightings(text: string): Identifier[] {
  const day = isoDay.exec(text);
  const instant = day ? calendarDay(day[0]) : undefined;
  if (instant === null) return [];
  const parts = text.replace(isoDay, ' ').replace(wordsAround, ' ').trim().split(/\s+/);
  const sightings = parts.flatMap((last4, place): Identifier[] => {
    if (!/^\d{4}$/.test(last4)) return [];
    const amount = amountAmong(parts.toSpliced(place, 1));
    if (amount === null) return [];
    const sighting: CardSighting = { last4 };
    if (amount !== undefined) sighting.amountMajor = amount;
    if (instant) sighting.day = instant;
    return [{ kind: 'card', sighting }];
  });
  return distinct(sightings);
}

/** Null for a day that no calendar has, such as 31 February, which Date takes for 3 March. */
function calendarDay(day: string): Date | null {
  const instant = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(day) ? instant : null;
}

/** The one amount among the words; undefined when there is none, null when the words are something else. */
function amountAmong(words: string[]): string | undefined | null {
  const rest = words
    .map((word) => word.replace(/^[€$£¥]|[€$£¥]$/g, ''))
    .filter((word) => word !== '' && !/^[A-Z]{3}$/i.test(word));
  const [only] = rest;
  if (only === undefined) return undefined;
  return rest.length === 1 ? plainAmount(only) : null;
}

/** `1,250.00`, `1.250,00` and `19,99` as people write them. A single dot is a decimal one: dinars have three digits. */
function plainAmount(written: string): string | null {
  if (/^\d{1,12}(?:\.\d{1,3})?$/.test(written)) return written;
  const grouped = /^\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*(?:(?!\1)[.,]\d{1,3})?$/.exec(written);
  const ungrouped = grouped?.[1] ? written.replaceAll(grouped[1], '') : written;
  const plain = ungrouped.replace(',', '.');
  return /^\d{1,12}(?:\.\d{1,3})?$/.test(plain) ? plain : null;
}

const cardNumberRefused: Unreadable = {
  reason: 'card_number',
  message: 'That looks like a card number, so it was not read, searched or kept.',
  hint: 'Please delete it where you pasted it. Search with the last four digits, the amount and the day instead: `4242 19.99 2026-11-03`. A reference of 13 to 19 digits can pass for a card number by chance; then look up the payment by another one.',
};

const nothingGiven: Unreadable = {
  reason: 'empty',
  message: 'Nothing to look up was given.',
  hint: 'Paste what you have: `pi_…`, `ch_…`, an order id, an ARN, an e-mail address, or `4242 19.99 2026-11-03`.',
};

const tooLong = (length: number): Unreadable => ({
  reason: 'too_long',
  message: `That is ${length} characters of text, and no identifier is that long.`,
  hint: 'Paste one identifier, or the line it stands in.',
});

const notFollowedYet = (id: string, what: string): Unreadable => ({
  reason: 'not_followed',
  message: `\`${id}\` is ${what}, and a trace starts from a payment.`,
  hint: 'Give the id of the payment, charge, refund, dispute or payout behind it.',
});

const unknownText: Unreadable = {
  reason: 'unknown',
  message: 'No identifier was recognised in that text.',
  hint: 'Known are `pi_ ch_ py_ re_ pyr_ dp_ du_ po_ txn_ issfr_ evt_ cus_` ids, order ids, ARN, RRN, ACH trace, network transaction id, PSP reference, UETR, e-mail addresses, and last four digits with amount and day.',
};
