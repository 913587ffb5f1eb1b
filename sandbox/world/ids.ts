/**
 * Identifiers that carry their own meaning: kind, hour, index within the hour and a small sub-number are scrambled
 * with the seed into something that looks like a partner's identifier and can be read back, so that the world
 * needs no store to answer for a payment of weeks ago.
 * Invariant: decode(encode(x)) = x; an identifier of another seed, kind or hand decodes to null (26 check bits).
 */
import { hash } from './random.js';

/** Stripe's prefix, the digit after it, and nothing else differs between kinds. */
const idKinds = {
  payment_intent: ['pi_', '3'],
  charge: ['ch_', '3'],
  balance_transaction: ['txn_', '3'],
  refund: ['re_', '3'],
  dispute: ['dp_', '1'],
  payout: ['po_', '1'],
  event: ['evt_', '3'],
  early_fraud_warning: ['issfr_', '1'],
  customer: ['cus_', '1'],
  payment_method: ['pm_', '1'],
  file: ['file_', '1'],
} as const;

export type IdKind = keyof typeof idKinds;

/** Where a fact lives: the hour since 1970, the index within it (below 4,096), and a sub-number below 64. */
interface Place {
  hour: number;
  index: number;
  sub: number;
}

export type ReferenceStyle = 'stripe' | 'psp16' | 'uuid' | 'digits20' | 'dashed' | 'trace18';

export interface IdCodec {
  encode(kind: IdKind, place: Place): string;
  /** The kind and place of a Stripe-shaped identifier of this world, or null. */
  decode(id: string): (Place & { kind: IdKind }) | null;
  orderId(place: Place): string;
  decodeOrderId(id: string): Place | null;
  attemptId(place: Place): string;
  decodeAttemptId(id: string): Place | null;
  /** A reference in a partner's own style; unique per (salt, place). Not meant to be read back. */
  reference(style: ReferenceStyle, salt: number, place: Place): string;
}

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const base32 = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const base36 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const orderSalt = 101;
const attemptSalt = 102;
const rounds = 4;

/** The codec of one seed. */
export function createIdCodec(seed: number): IdCodec {
  const account = accountPart(seed);
  const kinds = Object.entries(idKinds) as [IdKind, (typeof idKinds)[IdKind]][];
  const salts = Object.fromEntries(kinds.map(([kind], i) => [kind, i + 1])) as Record<IdKind, number>;
  return {
    encode: (kind, place) => {
      const [left, right] = scramble(seed, salts[kind], place);
      const [prefix, digit] = idKinds[kind];
      return `${prefix}${digit}${write(left, base62, 6)}${account}${write(right, base62, 6)}`;
    },
    decode: (id) => {
      const found = kinds.find(([, [prefix]]) => id.startsWith(prefix));
      if (!found) return null;
      const [kind, [prefix, digit]] = found;
      const body = id.slice(prefix.length);
      if (body.length !== 13 + account.length || !body.startsWith(digit)) return null;
      if (body.slice(7, -6) !== account) return null;
      const place = readPair(seed, salts[kind], body.slice(1, 7) + body.slice(-6), base62);
      return place && { kind, ...place };
    },
    orderId: (place) => `ORD-${writePair(scramble(seed, orderSalt, place), base32, 7)}`,
    decodeOrderId: (id) =>
      id.startsWith('ORD-') ? readPair(seed, orderSalt, id.slice(4).toUpperCase(), base32) : null,
    attemptId: (place) => `att_${writePair(scramble(seed, attemptSalt, place), base62, 6)}`,
    decodeAttemptId: (id) =>
      id.startsWith('att_') ? readPair(seed, attemptSalt, id.slice(4), base62) : null,
    reference: (style, salt, place) => {
      const words = scramble(seed, 200 + salt, place);
      return styled(style, words, hash(seed, 200 + salt, words[0], words[1]));
    },
  };
}

/** Eleven characters that all identifiers of one seed share, as all those of one Stripe account do. */
function accountPart(seed: number): string {
  return writePair([hash(seed, 0xacc), hash(seed, 0xacd)], base62, 6).slice(1);
}

/** Two 32-bit words: (check 6 | sub 6 | hour 20) and (check 20 | index 12), through a four-round Feistel network. */
function scramble(seed: number, salt: number, { hour, index, sub }: Place): [number, number] {
  const check = checkOf(seed, salt, hour, index, sub);
  let left = (((check & 63) << 26) | (sub << 20) | hour) >>> 0;
  let right = (((check >>> 6) << 12) | index) >>> 0;
  for (let round = 1; round <= rounds; round += 1) {
    const mixed = (left ^ hash(seed, salt, round, right)) >>> 0;
    left = right;
    right = mixed;
  }
  return [left, right];
}

function unscramble(seed: number, salt: number, words: [number, number]): Place | null {
  let [left, right] = words;
  for (let round = rounds; round >= 1; round -= 1) {
    const mixed = (right ^ hash(seed, salt, round, left)) >>> 0;
    right = left;
    left = mixed;
  }
  const place = { hour: left & 0xfffff, index: right & 0xfff, sub: (left >>> 20) & 63 };
  const check = ((right >>> 12) << 6) | (left >>> 26);
  return check === checkOf(seed, salt, place.hour, place.index, place.sub) ? place : null;
}

const checkOf = (seed: number, salt: number, hour: number, index: number, sub: number): number =>
  hash(seed ^ salt, hour, index, sub) & 0x3ffffff;

/** Two digits at a time: a history is written with millions of identifiers. */
const pairsOf = (alphabet: string): readonly string[] =>
  Array.from(
    { length: alphabet.length ** 2 },
    (_, i) => alphabet.charAt(i % alphabet.length) + alphabet.charAt(Math.floor(i / alphabet.length)),
  );
const idPairs = new Map([base62, base36, base32].map((alphabet) => [alphabet, pairsOf(alphabet)]));

/** Least significant digit first, so that the front of an identifier varies most. */
function write(word: number, alphabet: string, width: number): string {
  const pairs = idPairs.get(alphabet) ?? [];
  let text = '';
  let left = word;
  for (let i = 0; i < width; i += 2) {
    text += pairs[left % pairs.length] ?? '';
    left = Math.floor(left / pairs.length);
  }
  return text.length > width ? text.slice(0, width) : text;
}

const writePair = ([left, right]: [number, number], alphabet: string, width: number): string =>
  write(left, alphabet, width) + write(right, alphabet, width);

function read(text: string, alphabet: string): number {
  let word = 0;
  for (let i = text.length - 1; i >= 0; i -= 1) {
    const digit = alphabet.indexOf(text.charAt(i));
    if (digit < 0) return Number.NaN;
    word = word * alphabet.length + digit;
  }
  return word;
}

function readPair(seed: number, salt: number, text: string, alphabet: string): Place | null {
  const half = text.length / 2;
  const words: [number, number] = [read(text.slice(0, half), alphabet), read(text.slice(half), alphabet)];
  const width = alphabet === base62 ? 6 : 7;
  if (half !== width || words.some((word) => !(word <= 0xffffffff))) return null;
  return unscramble(seed, salt, words);
}

const hex = (word: number): string => word.toString(16).padStart(8, '0');
const digits10 = (word: number): string => String(word).padStart(10, '0');

function styled(style: ReferenceStyle, words: [number, number], extra: number): string {
  const [left, right] = words.map(hex) as [string, string];
  const tail = hex(extra);
  switch (style) {
    case 'psp16':
      return writePair(words, base36, 7) + write(extra, base36, 2);
    case 'uuid':
      return `${left}-${right.slice(0, 4)}-4${right.slice(4, 7)}-a${right.slice(7)}${tail.slice(0, 2)}-${tail.slice(2)}${hex(hash(extra, 1)).slice(0, 6)}`;
    case 'digits20':
      return digits10(words[0]) + digits10(words[1]);
    case 'dashed':
      return `KL-${writePair(words, base32, 7)}`;
    case 'trace18':
      return `TW${left}${right}`.toUpperCase();
    case 'stripe':
      return `pyr_1${writePair(words, base62, 6)}`;
  }
}
