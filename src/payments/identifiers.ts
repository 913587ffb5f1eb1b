/**
 * Reads the text after `/payment` as the identifiers it may be.
 *
 * Invariants: never throws; a card number is refused before anything else looks at the text; a text that can mean
 * several things gives all of its readings, most specific first, and leaves the choice to what the sources know; the
 * text as it was typed is always among them, because what cleaning takes off may belong to the identifier.
 * Source of the shapes: ARN 23 digits, RRN 12, ACH trace 15 (NACHA), UETR RFC 4122 version 4 (SWIFT gpi), Adyen
 * pspReference 16 characters.
 */
import { plainDigits } from '../kernel/digit-runs.js';
import { cardNumberRefusal } from '../kernel/card-number-refusal.js';
import { containsCardNumber } from '../kernel/sensitive.js';
import { fail, ok, type Result } from '../kernel/result.js';
import type { AttemptReference, CardSighting } from '../ports/books.js';
import { sightings, sightingsAmong, withoutDays, type Asked } from './sightings.js';
import {
  followedPrefixes,
  otherPrefixes,
  secretKey,
  stripeIdsIn,
  type OtherObject,
  type ProviderObject,
} from './stripe-objects.js';

export type Identifier =
  | { kind: 'object'; object: ProviderObject; id: string }
  /** A reference that the books may know; `label` is what people call it. */
  | { kind: 'reference'; label: string; value: string; columns: readonly AttemptReference[] }
  /** `label`: how the text was understood. */
  | { kind: 'card'; sighting: CardSighting; label: string };

export interface Unreadable {
  reason: 'empty' | 'card_number' | 'secret' | 'too_long' | 'not_followed' | 'unknown';
  message: string;
  hint: string;
}

/** Long enough for a pasted line with an id in it, too short for a pasted log. */
const longestText = 500;

export function recognise(pasted: string, asked: Asked): Result<Identifier[], Unreadable> {
  const text = tidy(pasted);
  if (containsCardNumber(pasted) && containsCardNumber(withoutDays(plainDigits(pasted))))
    return fail(cardNumberRefused);
  if (text === '') return fail(nothingGiven);
  if (text.length > longestText) return fail(tooLong(text.length));
  if (secretKey.test(text)) return fail(secretRefused);

  const objects = stripeIdsIn(text);
  const followed = objects.flatMap(({ prefix, id }) => {
    const object = followedPrefixes[prefix];
    return object ? [{ kind: 'object' as const, object, id }] : [];
  });
  if (followed.length > 0) return ok(distinct(followed).slice(0, 5));
  const [other] = objects;
  if (other) return fail(notFollowed(other.id, otherPrefixes[other.prefix]));

  // Digits after a number sign are an order number: people do not write a card's last four digits so.
  const isNumbered = /^[\s`'"]*(?:\p{L}+[\s:.]*)?#/u.test(pasted);
  const seen = (isNumbered ? [] : sightings(text, asked)).map((sighting): Identifier => ({
    kind: 'card',
    ...sighting,
  }));
  const readings = distinct([...variantsOf(pasted, text).flatMap(references), ...seen]);
  const found = readings.length > 0 ? readings : distinct(amongWords(text, asked));
  return found.length > 0 ? ok(found) : fail(unknownText);
}

/** What a sentence holds: an identifier, or what is remembered of a payment. A short one may itself be the identifier. */
const amongWords = (text: string, asked: Asked): Identifier[] => [
  ...[text.replace(/^(?:order|payment|ref(?:erence)?)[\s.:=]+/i, '')]
    .filter((each) => withBlanks.test(each))
    .map(spaced),
  ...wordsWithAnId(text).flatMap(references),
  ...sightingsAmong(text, asked).map((sighting): Identifier => ({ kind: 'card', ...sighting })),
];

/** `WEB 10423`, `AB 12/2026`: three words at most, the last with a digit, none of them a word of a sentence. */
const withBlanks =
  /^(?=.{3,40}$)[\p{Lu}\p{N}#./_-]+(?: [\p{Lu}\p{N}#./_-]+)? [\p{Lu}#./_-]*\p{N}[\p{Lu}\p{N}#./_-]*$/u;

const spaced = (value: string): Identifier => ({
  kind: 'reference',
  label: 'order or partner reference',
  value,
  columns: ['order_id', 'payment_id'],
});

/** Of a sentence around an identifier: `where is ORD-10423?` */
const wordsWithAnId = (text: string): string[] =>
  text
    .split(' ')
    .map((word) => word.replace(/^[('"]+|[)'",.;:!?]+$/g, ''))
    .filter((word) => /^(?=.*\d).{4,64}$|@/.test(word))
    .slice(0, 3);

/** What people write before a reference: `order ORD-10423`, `ARN: 7420…`. */
const labels =
  'order|payment|arn|rrn|uetr|ach|trace|psp|network|transaction|reference|ref|number|no|id|e-?mail';
const label = new RegExp(String.raw`^(?:(?:${labels})[\s.:=]+)+(?=\S*\d|\S*@|#)`, 'i');

const decoded = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

/** As Slack, mail programs and spreadsheets wrap a pasted value: `<mailto:…|shown>`, quotes, brackets, a full stop. */
function tidy(pasted: string): string {
  return decoded(plainDigits(pasted).replace(/<(?:mailto:)?([^|>\s]+)(?:\|[^>]*)?>/g, '$1'))
    .replace(/(?<=\d)[٫٬](?=\d)/g, (mark) => (mark === '٫' ? '.' : ','))
    .replace(/[\p{Cc}\p{Cf}\p{Z}]+/gu, ' ')
    .replace(/^[\s`'"“”‘’()[\]{}<>#*_~:;,.]+|[\s`'"“”‘’()[\]{}<>*_~:;,.!?]+$/gu, '');
}

/** From the text as it was typed to the barest that is left of it: any of them may be the identifier. */
function variantsOf(pasted: string, tidied: string): string[] {
  const typed = decoded(pasted.replace(/<[^|>\s]+\|([^>]*)>/g, '$1'))
    .replace(/\s+/g, ' ')
    .trim();
  const unquoted = typed.replace(/^[\s`'"“”‘’*_~]+|[\s`'"“”‘’*_~,.!?;:]+$/gu, '');
  const unlabelled = unquoted.replace(label, '');
  const bare = tidied.replace(label, '').replace(/^#+/, '');
  const whole = unlabelled === unquoted ? [] : [typed];
  return [
    ...new Set([...[typed, unquoted].filter((text) => !text.includes(' ')), unlabelled, bare, ...whole]),
  ];
}

const distinct = (found: Identifier[]): Identifier[] => [
  ...new Map(found.map((identifier) => [JSON.stringify(identifier), identifier])).values(),
];

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
  {
    label: 'e-mail address',
    pattern: /^[^\s@<>"]{1,64}@[^\s@<>"]+\.[^\s@<>"]{2,}$/,
    columns: ['customer_email'],
    normalise: lowerCase,
  },
  {
    label: 'UETR',
    pattern: /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i,
    columns: ['payment_id', 'order_id'],
    normalise: lowerCase,
  },
  {
    label: 'UUID',
    pattern: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
    columns: ['payment_id', 'order_id', 'attempt_id'],
    normalise: lowerCase,
  },
  { label: 'ARN', pattern: /^\d(?:[\s-]?\d){22}$/, columns: ['arn'], normalise: withoutBlanks },
  { label: 'RRN', pattern: /^\d{12}$/, columns: ['rrn'] },
  {
    label: 'network transaction id',
    pattern: /^(?=.*\d)[A-Z0-9]{13,15}$/i,
    columns: ['network_transaction_id'],
  },
  { label: 'ACH trace number', pattern: /^\d{15}$/, columns: ['payment_id'] },
  { label: 'PSP reference', pattern: /^(?=.*\d)[A-Z0-9]{16}$/, columns: ['payment_id'] },
  {
    label: 'order or partner reference',
    pattern: /^(?=.*[\p{N}_]|[^\p{Ll}]*\p{Lu}[^\p{Ll}]{2,}$)[^\s\p{C}]{1,64}$/u,
    columns: ['order_id', 'payment_id', 'attempt_id'],
  },
  {
    label: 'order or partner reference',
    pattern: new RegExp(String.raw`^(?:${labels})[.:]? (?=.*\p{N})[^\s\p{C}]{1,60}$`, 'iu'),
    columns: ['order_id', 'payment_id'],
  },
];

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

const searchHint = 'the last four digits with amount and day: `4242 19.99 27 Nov`';

const cardNumberRefused: Unreadable = {
  reason: 'card_number',
  message: cardNumberRefusal.message,
  hint: `${cardNumberRefusal.hint} Or search by ${searchHint}.`,
};

const secretRefused: Unreadable = {
  reason: 'secret',
  message: 'That looks like a secret key, so it was not read, searched or stored.',
  hint: 'Delete it where you pasted it and replace the key at the provider, because Slack keeps the message.',
};

const nothingGiven: Unreadable = {
  reason: 'empty',
  message: 'What should I look up?',
  hint: `Paste what you have: \`pi_…\`, \`ch_…\`, an order ID, an ARN, an e-mail address, or ${searchHint}.`,
};

const tooLong = (length: number): Unreadable => ({
  reason: 'too_long',
  message: `That is ${length} characters of text, and no ID is that long.`,
  hint: 'Paste one ID, or the line that contains it.',
});

const notFollowed = (id: string, what: OtherObject | undefined): Unreadable => ({
  reason: 'not_followed',
  message: `\`${id}\` is ${what?.name ?? 'another object'}; a trace starts from a payment.`,
  hint: `Look up ${what?.instead ?? 'the payment (`pi_…`) or charge (`ch_…`) behind it'}.`,
});

const unknownText: Unreadable = {
  reason: 'unknown',
  message: "I couldn't find an ID in that.",
  hint: `Try \`pi_…\`, \`ch_…\`, \`re_…\`, \`dp_…\`, \`po_…\` or \`cus_…\`, an order ID, ARN, RRN, ACH trace, PSP reference, UETR or e-mail address, or ${searchHint}.`,
};
