/**
 * How often an identifier that is no card number is taken for one: a million generated ones of each kind.
 *
 * Run: `npm run bench:card-numbers`. Seeded, so that two runs give the same figures.
 */
import { createHash } from 'node:crypto';
import { containsCardNumber } from '../src/kernel/sensitive.js';

const samples = Number(process.env.SAMPLES ?? 1_000_000);
const seed = 20261103;

type Make = (random: () => number) => string;

const alphabets = {
  digits: '0123456789',
  hex: '0123456789abcdef',
  base36: '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  base62: '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz',
};

/** mulberry32 */
function randomFrom(state: number): () => number {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function some(alphabet: keyof typeof alphabets, length: number, random: () => number): string {
  const signs = alphabets[alphabet];
  let text = '';
  for (let place = 0; place < length; place++) text += signs[Math.floor(random() * signs.length)] ?? '';
  return text;
}

const between = (least: number, most: number, random: () => number): number =>
  least + Math.floor(random() * (most - least + 1));
const padded = (value: number, width: number): string => String(value).padStart(width, '0');
const oneOf = (choices: readonly string[], random: () => number): string =>
  choices[Math.floor(random() * choices.length)] ?? '';

const day: Make = (random) =>
  `20${between(20, 29, random)}-${padded(between(1, 12, random), 2)}-${padded(between(1, 28, random), 2)}`;
const amount: Make = (random) => `${between(0, 99_999, random)}.${some('digits', 2, random)}`;
const uuid: Make = (random) => {
  const hex = some('hex', 30, random);
  const variant = oneOf(['8', '9', 'a', 'b'], random);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(12, 15)}-${variant}${hex.slice(15, 18)}-${hex.slice(18)}`;
};
const stripeId =
  (prefix: string): Make =>
  (random) =>
    `${prefix}_${some('base62', 24, random)}`;
const arn: Make = (random) =>
  `${oneOf(['2', '7'], random)}${some('digits', 7, random)}${padded(between(1, 366, random), 3)}${some('digits', 12, random)}`;
/** The first eight digits are a routing number's: 00–12, 21–32, 61–72 or 80 begins one. */
const achTrace: Make = (random) => {
  const district = [between(0, 12, random), between(21, 32, random), between(61, 72, random), 80];
  return `${padded(district[Math.floor(random() * 4)] ?? 0, 2)}${some('digits', 13, random)}`;
};

const kinds: readonly (readonly [kind: string, make: Make])[] = [
  [
    '`pi_ ch_ py_ re_ pyr_ dp_ du_ po_ txn_ evt_ cus_ issfr_`',
    (random) =>
      stripeId(
        oneOf(['pi', 'ch', 'py', 're', 'pyr', 'dp', 'du', 'po', 'txn', 'evt', 'cus', 'issfr'], random),
      )(random),
  ],
  ['ARN, 23 digits', arn],
  ['ARN in groups of four', (random) => (arn(random).match(/\d{1,4}/g) ?? []).join(' ')],
  ['RRN, 12 digits', (random) => some('digits', 12, random)],
  ['ACH trace number, 15 digits', achTrace],
  ['pspReference, 16 letters and digits', (random) => some('base36', 16, random)],
  [
    'pspReference, 16 digits from 85 or 88',
    (random) => `${oneOf(['85', '88'], random)}${some('digits', 14, random)}`,
  ],
  ['UETR and UUID', uuid],
  [
    'network transaction id, 15 digits from 0–2 (Visa)',
    (random) => `${between(0, 2, random)}${some('digits', 14, random)}`,
  ],
  ['network transaction id, any 15 digits', (random) => some('digits', 15, random)],
  [
    'network transaction id, letters and day (Mastercard)',
    (random) =>
      `${some('base36', 9, random)}${padded(between(1, 12, random), 2)}${padded(between(1, 31, random), 2)}`,
  ],
  ['order `ORD-2026-000123`', (random) => `ORD-${between(2020, 2029, random)}-${some('digits', 6, random)}`],
  [
    'order, 3-7-7 digits',
    (random) => `${some('digits', 3, random)}-${some('digits', 7, random)}-${some('digits', 7, random)}`,
  ],
  ['order, 13 digits', (random) => some('digits', 13, random)],
  ['order, any 16 digits', (random) => some('digits', 16, random)],
  ['order, any 18 digits', (random) => some('digits', 18, random)],
  ['last four, amount and day', (random) => `${some('digits', 4, random)} ${amount(random)} ${day(random)}`],
  ['amount', amount],
  ['three amounts without currencies', (random) => `${amount(random)}, ${amount(random)}, ${amount(random)}`],
  [
    'six amounts with currency signs',
    (random) => Array.from({ length: 6 }, () => `$${amount(random)}`).join(', '),
  ],
  [
    'instant',
    (random) =>
      `${day(random)} ${padded(between(0, 23, random), 2)}:${padded(between(0, 59, random), 2)}:${padded(between(0, 59, random), 2)}`,
  ],
  ['IBAN (Germany)', ibanOf],
  ['SHA-256', (random) => createHash('sha256').update(String(random())).digest('hex')],
  ['parcel, 22 digits from 94', (random) => `94${some('digits', 20, random)}`],
];

function ibanOf(random: () => number): string {
  const account = some('digits', 18, random);
  const rest = Array.from(`${account}131400`).reduce((sum, digit) => (sum * 10 + Number(digit)) % 97, 0);
  return `DE${padded(98 - rest, 2)}${account}`;
}

const rows = kinds.map(([kind, make]) => {
  const random = randomFrom(seed);
  let taken = 0;
  for (let sample = 0; sample < samples; sample++) if (containsCardNumber(make(random))) taken++;
  return `| ${kind} | ${taken} | ${((taken / samples) * 100).toFixed(taken > 0 && taken < samples / 1000 ? 4 : 2)} % |`;
});
process.stdout.write(
  `| of ${samples.toLocaleString('en')} each | taken for a card number | share |\n| --- | --- | --- |\n${rows.join('\n')}\n`,
);
