/**
 * The customers: each is a number, from which country, name, e-mail and card follow.
 * Invariant: the e-mail address names its customer (it ends in the number) and the top-level domain is reserved, so no
 * real person is ever addressed; a card is a brand, four digits and an expiry, never a number.
 */
import { hash, pick, pickWeighted, whole } from './random.js';
import { countries, type Country } from './partners.js';

/** Customers per country: some sixteen orders each in eight weeks, with a busy few. */
const perCountry = 2_500;

const firstNames = [
  'Ada',
  'Amara',
  'Ben',
  'Chloe',
  'Daniel',
  'Elif',
  'Emma',
  'Farid',
  'Grace',
  'Hana',
  'Ines',
  'Jonas',
  'Kenji',
  'Lara',
  'Layla',
  'Liam',
  'Lucas',
  'Maya',
  'Mia',
  'Noah',
  'Nour',
  'Olivia',
  'Oscar',
  'Priya',
  'Rosa',
  'Sam',
  'Sofia',
  'Theo',
  'Yuki',
  'Zoe',
];
const lastNames = [
  'Abbott',
  'Almeida',
  'Bakker',
  'Becker',
  'Carter',
  'Dubois',
  'Evans',
  'Fischer',
  'Garcia',
  'Hughes',
  'Ito',
  'Jansen',
  'Khan',
  'Laurent',
  'Lopez',
  'Martin',
  'Moreau',
  'Nakamura',
  'Novak',
  'Okafor',
  'Patel',
  'Reed',
  'Rossi',
  'Sabah',
  'Sato',
  'Schmidt',
  'Turner',
  'Vega',
  'Visser',
  'Walker',
];
const mailHosts = ['mail.example', 'post.example', 'inbox.example'] as const;

export type CardBrand = 'visa' | 'mastercard' | 'amex' | 'jcb';

interface Card {
  brand: CardBrand;
  last4: string;
  expMonth: number;
  expYear: number;
  funding: 'credit' | 'debit' | 'prepaid';
  fingerprint: string;
}

export interface Customer {
  number: number;
  country: Country;
  name: string;
  email: string;
  ip: string;
  card: Card;
}

export interface People {
  /** The customer of a country who acts in a draw. Low numbers act more often. */
  numberFor(key: number, slot: number, countryIndex: number): number;
  get(number: number): Customer;
  /** The number of the customer with this address (any case), or null. */
  numberOfEmail(email: string): number | null;
  count: number;
}

/** The customers of one seed. */
export function createPeople(seed: number): People {
  const known: (Customer | undefined)[] = [];
  const count = perCountry * countries.length;
  const get = (number: number): Customer => (known[number] ??= createCustomer(seed, number));
  return {
    count,
    get,
    numberFor: (key, slot, countryIndex) => {
      const share = hash(key, slot) / 0x1_0000_0000;
      return Math.floor(share * Math.sqrt(share) * perCountry) * countries.length + countryIndex;
    },
    numberOfEmail: (email) => {
      const number = Number(/(\d+)@/.exec(email)?.[1] ?? Number.NaN);
      return number < count && get(number).email === email.toLowerCase() ? number : null;
    },
  };
}

function createCustomer(seed: number, number: number): Customer {
  const key = hash(seed, 0xc057, number);
  const country = countries[number % countries.length];
  if (!country) throw new RangeError(`no customer ${number}`);
  const first = pick(key, 0, firstNames);
  const last = pick(key, 1, lastNames);
  return {
    number,
    country,
    name: `${first} ${last}`,
    email: `${first}.${last}${number}@${pick(key, 2, mailHosts)}`.toLowerCase(),
    // 198.18.0.0/15 is set aside for tests and belongs to no one.
    ip: `198.18.${whole(key, 3, 0, 255)}.${whole(key, 4, 1, 254)}`,
    card: createCard(key, country.code),
  };
}

function createCard(key: number, country: string): Card {
  const local: readonly (readonly [CardBrand, number])[] =
    country === 'JP'
      ? [
          ['jcb', 40],
          ['visa', 40],
          ['mastercard', 20],
        ]
      : country === 'US'
        ? [
            ['visa', 50],
            ['mastercard', 35],
            ['amex', 15],
          ]
        : [
            ['visa', 58],
            ['mastercard', 42],
          ];
  return {
    brand: pickWeighted(key, 5, local),
    last4: String(whole(key, 6, 0, 9_999)).padStart(4, '0'),
    expMonth: whole(key, 7, 1, 12),
    expYear: whole(key, 8, 2027, 2031),
    funding: pickWeighted(key, 9, [
      ['credit', 45],
      ['debit', 50],
      ['prepaid', 5],
    ]),
    fingerprint: `${hash(key, 10).toString(36)}${hash(key, 11).toString(36)}Fp`.slice(0, 16).padEnd(16, 'x'),
  };
}
