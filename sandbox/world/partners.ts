/**
 * The catalogue: the financial partners of the stand-in company, its markets, and the routes (partner × country ×
 * method) that its payments take. Names are invented.
 * Invariant: exactly one partner speaks the payments API; the order of the lists is part of the world's version,
 * because identifiers and draws refer to positions. Deliberately absent: anything that changes with time.
 */
import type { ReferenceStyle } from './ids.js';

export type Method = 'card' | 'wallet' | 'open_banking' | 'direct_debit' | 'pay_later' | 'voucher';

export const currencies = ['USD', 'GBP', 'EUR', 'JPY', 'KWD'] as const;
export type Currency = (typeof currencies)[number];

export interface Country {
  code: string;
  currency: Currency;
  /** Hours east of UTC, for the daily rhythm only. */
  utcOffsetHours: number;
  weight: number;
}

export const countries: readonly Country[] = [
  { code: 'US', currency: 'USD', utcOffsetHours: -5, weight: 34 },
  { code: 'GB', currency: 'GBP', utcOffsetHours: 0, weight: 20 },
  { code: 'DE', currency: 'EUR', utcOffsetHours: 1, weight: 14 },
  { code: 'FR', currency: 'EUR', utcOffsetHours: 1, weight: 9 },
  { code: 'NL', currency: 'EUR', utcOffsetHours: 1, weight: 7 },
  { code: 'ES', currency: 'EUR', utcOffsetHours: 1, weight: 5 },
  { code: 'JP', currency: 'JPY', utcOffsetHours: 9, weight: 7 },
  { code: 'KW', currency: 'KWD', utcOffsetHours: 3, weight: 4 },
];

/** Decimals of each currency (ISO 4217), and the size of a middling amount in minor units. */
export const moneyFacts: Record<
  Currency,
  { decimals: number; middlingMinor: number; pricesMinor: number[] }
> = {
  USD: { decimals: 2, middlingMinor: 4_600, pricesMinor: [999, 1_499, 1_999, 2_999, 4_900, 9_900] },
  GBP: { decimals: 2, middlingMinor: 3_800, pricesMinor: [799, 1_299, 1_999, 2_499, 4_500, 8_900] },
  EUR: { decimals: 2, middlingMinor: 4_200, pricesMinor: [899, 1_499, 1_999, 2_999, 4_900, 9_900] },
  JPY: { decimals: 0, middlingMinor: 6_200, pricesMinor: [980, 1_480, 1_980, 2_980, 4_980, 9_800] },
  KWD: { decimals: 3, middlingMinor: 14_000, pricesMinor: [2_990, 4_500, 5_990, 8_900, 14_900, 29_900] },
};

/** So many US cents as a comparable amount of another currency, in its minor units. */
export const scaled = (cents: number, currency: Currency): number =>
  Math.round((cents * moneyFacts[currency].middlingMinor) / moneyFacts.USD.middlingMinor);

export interface Partner {
  id: string;
  name: string;
  kind: 'psp' | 'acquirer' | 'open_banking' | 'bank' | 'wallet' | 'lender';
  /** IANA zone of the partner's business day, and its distance from UTC as the sandbox keeps it (no summer time). */
  timeZone: string;
  utcOffsetHours: number;
  methods: readonly Method[];
  countries: readonly string[];
  weight: number;
  /** Chance that a first attempt succeeds, before noise, market and method. */
  successRate: number;
  /** How uneven its hours are: standard deviation on the logit. */
  overdispersion: number;
  latencyMs: number;
  feeBps: number;
  /** US cents added to each payment's fee, carried over to other currencies by `scaled`. */
  feeFixedMinor: number;
  /** Weekdays from the business day to the payout. */
  payoutDelayDays: number;
  /** Hours from the end of a settlement day to its statement. */
  statementLagHours: number;
  statementFormat: StatementFormat;
  bank: string;
  referenceStyle: ReferenceStyle;
  /** What its status page lists. */
  components: readonly string[];
}

/** In which shape a partner sends its settlement reports; see `sandbox/statements/formats/`. */
export type StatementFormat =
  | 'stripe-payouts'
  | 'adyen-settlement'
  | 'paypal-stl'
  | 'generic-csv'
  | 'decimal-comma-csv'
  | 'camt053'
  | 'bai2';

const euro = ['DE', 'FR', 'NL', 'ES'] as const;
const cardParts = ['API', 'Card processing', 'Webhooks', 'Dashboard', 'Payouts'] as const;
const bankParts = ['API', 'Payment initiation', 'Bank connections', 'Webhooks'] as const;

/** Utc offsets are fixed: a business day that moves with summer time would only blur what tests look at. */
export const partners: readonly Partner[] = [
  {
    id: 'northpay',
    name: 'Northpay',
    kind: 'psp',
    timeZone: 'Etc/UTC',
    utcOffsetHours: 0,
    methods: ['card', 'wallet'],
    countries: countries.map((country) => country.code),
    weight: 30,
    successRate: 0.955,
    overdispersion: 0.08,
    latencyMs: 620,
    feeBps: 150,
    feeFixedMinor: 25,
    payoutDelayDays: 2,
    statementLagHours: 7,
    statementFormat: 'stripe-payouts',
    bank: 'harbour',
    referenceStyle: 'stripe',
    components: cardParts,
  },
  {
    id: 'adria',
    name: 'Adria Acquiring',
    kind: 'acquirer',
    timeZone: 'Europe/Berlin',
    utcOffsetHours: 1,
    methods: ['card', 'wallet'],
    countries: [...euro, 'GB'],
    weight: 17,
    successRate: 0.945,
    overdispersion: 0.1,
    latencyMs: 540,
    feeBps: 95,
    feeFixedMinor: 10,
    payoutDelayDays: 2,
    statementLagHours: 3,
    statementFormat: 'adyen-settlement',
    bank: 'rheinbank',
    referenceStyle: 'psp16',
    components: cardParts,
  },
  {
    id: 'halcyon',
    name: 'Halcyon Card Services',
    kind: 'acquirer',
    timeZone: 'America/New_York',
    utcOffsetHours: -5,
    methods: ['card'],
    countries: ['US'],
    weight: 13,
    successRate: 0.925,
    overdispersion: 0.12,
    latencyMs: 710,
    feeBps: 175,
    feeFixedMinor: 20,
    payoutDelayDays: 1,
    statementLagHours: 6,
    statementFormat: 'adyen-settlement',
    bank: 'first-meridian',
    referenceStyle: 'digits20',
    components: cardParts,
  },
  {
    id: 'quill',
    name: 'Quill Payments',
    kind: 'psp',
    timeZone: 'Europe/London',
    utcOffsetHours: 0,
    methods: ['card', 'wallet'],
    countries: ['GB', 'US', 'NL', 'ES'],
    weight: 9,
    successRate: 0.935,
    overdispersion: 0.1,
    latencyMs: 590,
    feeBps: 130,
    feeFixedMinor: 20,
    payoutDelayDays: 3,
    statementLagHours: 9,
    statementFormat: 'generic-csv',
    bank: 'thames',
    referenceStyle: 'uuid',
    components: cardParts,
  },
  {
    id: 'lumen',
    name: 'Lumen Open Banking',
    kind: 'open_banking',
    timeZone: 'Europe/London',
    utcOffsetHours: 0,
    methods: ['open_banking'],
    countries: ['GB', 'DE', 'FR', 'NL'],
    weight: 7,
    successRate: 0.905,
    overdispersion: 0.18,
    latencyMs: 1_900,
    feeBps: 40,
    feeFixedMinor: 5,
    payoutDelayDays: 1,
    statementLagHours: 4,
    statementFormat: 'camt053',
    bank: 'thames',
    referenceStyle: 'uuid',
    components: bankParts,
  },
  {
    id: 'sakura',
    name: 'Sakura Gateway',
    kind: 'psp',
    timeZone: 'Asia/Tokyo',
    utcOffsetHours: 9,
    methods: ['card', 'voucher'],
    countries: ['JP'],
    weight: 6,
    successRate: 0.965,
    overdispersion: 0.07,
    latencyMs: 480,
    feeBps: 290,
    feeFixedMinor: 0,
    payoutDelayDays: 4,
    statementLagHours: 5,
    statementFormat: 'adyen-settlement',
    bank: 'minato',
    referenceStyle: 'psp16',
    components: cardParts,
  },
  {
    id: 'brightwallet',
    name: 'Bright Wallet',
    kind: 'wallet',
    timeZone: 'America/New_York',
    utcOffsetHours: -5,
    methods: ['wallet'],
    countries: ['US', 'GB', 'DE'],
    weight: 5,
    successRate: 0.975,
    overdispersion: 0.06,
    latencyMs: 830,
    feeBps: 220,
    feeFixedMinor: 30,
    payoutDelayDays: 1,
    statementLagHours: 8,
    statementFormat: 'paypal-stl',
    bank: 'first-meridian',
    referenceStyle: 'psp16',
    components: cardParts,
  },
  {
    id: 'klaro',
    name: 'Klaro Later',
    kind: 'lender',
    timeZone: 'Europe/Berlin',
    utcOffsetHours: 1,
    methods: ['pay_later'],
    countries: ['DE', 'NL', 'GB', 'US'],
    weight: 4,
    successRate: 0.9,
    overdispersion: 0.14,
    latencyMs: 1_400,
    feeBps: 310,
    feeFixedMinor: 30,
    payoutDelayDays: 5,
    statementLagHours: 12,
    statementFormat: 'decimal-comma-csv',
    bank: 'rheinbank',
    referenceStyle: 'dashed',
    components: cardParts,
  },
  {
    id: 'gulfswitch',
    name: 'Gulf Switch',
    kind: 'acquirer',
    timeZone: 'Asia/Kuwait',
    utcOffsetHours: 3,
    methods: ['card', 'wallet'],
    countries: ['KW'],
    weight: 3,
    successRate: 0.915,
    overdispersion: 0.16,
    latencyMs: 950,
    feeBps: 120,
    feeFixedMinor: 50,
    payoutDelayDays: 2,
    statementLagHours: 6,
    statementFormat: 'generic-csv',
    bank: 'boubyan-quay',
    referenceStyle: 'digits20',
    components: cardParts,
  },
  {
    id: 'sepalink',
    name: 'SEPA Link',
    kind: 'bank',
    timeZone: 'Europe/Berlin',
    utcOffsetHours: 1,
    methods: ['direct_debit'],
    countries: euro,
    weight: 2.5,
    successRate: 0.965,
    overdispersion: 0.08,
    latencyMs: 350,
    feeBps: 20,
    feeFixedMinor: 15,
    payoutDelayDays: 2,
    statementLagHours: 16,
    statementFormat: 'camt053',
    bank: 'rheinbank',
    referenceStyle: 'psp16',
    components: bankParts,
  },
  {
    id: 'tidewire',
    name: 'Tidewire ACH',
    kind: 'bank',
    timeZone: 'America/New_York',
    utcOffsetHours: -5,
    methods: ['direct_debit'],
    countries: ['US'],
    weight: 2,
    successRate: 0.95,
    overdispersion: 0.1,
    latencyMs: 410,
    feeBps: 15,
    feeFixedMinor: 20,
    payoutDelayDays: 2,
    statementLagHours: 13,
    statementFormat: 'bai2',
    bank: 'first-meridian',
    referenceStyle: 'trace18',
    components: bankParts,
  },
  {
    id: 'cobalt',
    name: 'Cobalt Acquiring',
    kind: 'acquirer',
    timeZone: 'Europe/London',
    utcOffsetHours: 0,
    methods: ['card'],
    countries: ['GB', 'FR', 'ES'],
    weight: 1.5,
    successRate: 0.93,
    overdispersion: 0.2,
    latencyMs: 880,
    feeBps: 110,
    feeFixedMinor: 12,
    payoutDelayDays: 2,
    statementLagHours: 22,
    statementFormat: 'adyen-settlement',
    bank: 'thames',
    referenceStyle: 'psp16',
    components: cardParts,
  },
];

/** The one partner for which the payments API speaks. */
export const paymentsApiPartner = 'northpay';

/** How common each method is where a partner offers it. */
const methodWeight: Record<Method, number> = {
  card: 10,
  wallet: 4,
  open_banking: 6,
  direct_debit: 6,
  pay_later: 6,
  voucher: 3,
};

export interface Route {
  partner: Partner;
  partnerIndex: number;
  country: Country;
  countryIndex: number;
  method: Method;
  weight: number;
}

/** Every combination that carries traffic, with its share of it. */
export const allRoutes: readonly Route[] = partners.flatMap((partner, partnerIndex) => {
  const routes = countries.flatMap((country, countryIndex) =>
    partner.countries.includes(country.code)
      ? partner.methods.map((method) => ({
          partner,
          partnerIndex,
          country,
          countryIndex,
          method,
          weight: country.weight * methodWeight[method],
        }))
      : [],
  );
  const total = routes.reduce((sum, route) => sum + route.weight, 0);
  return routes.map((route) => ({ ...route, weight: (partner.weight * route.weight) / total }));
});
