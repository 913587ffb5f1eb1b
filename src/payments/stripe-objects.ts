/**
 * Stripe's id prefixes: which objects a payment can be followed from, and what every other one is.
 *
 * Source: Stripe's API reference, object by object. An id of a kind that is not listed is still told from a reference.
 */

import type { LinkingObject } from '../ports/payments-api.js';

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
  | 'customer'
  | LinkingObject;

export const followedPrefixes: Readonly<Record<string, ProviderObject>> = {
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
  cs: 'checkout_session',
  sub: 'subscription',
  in: 'invoice',
  seti: 'setup_intent',
  pm: 'payment_method',
};

export interface OtherObject {
  /** With its article, for people. */
  name: string;
  /** What to look for instead, as the end of “Look up …”. */
  instead: string;
}

const ofCustomer = 'the customer (`cus_…`), which lists its payments, or one payment (`pi_…`)';
const ofInvoice = 'its invoice (`in_…`) or the payment behind it (`pi_…`)';
const ofSubscription = 'the subscription (`sub_…`) or its invoice (`in_…`)';
const ofPayment = 'the payment (`pi_…`) or charge (`ch_…`) that it belongs to';
const ofOrder = 'the payment (`pi_…`), the order id or the e-mail address';
const ofSession = 'the Checkout session (`cs_…`) or the payment (`pi_…`) that it led to';
const ofFee = 'the charge that the fee was taken from (`ch_…`)';

const other = (name: string, instead: string): OtherObject => ({ name, instead });

/** Known, and no way to a payment. */
export const otherPrefixes: Readonly<Record<string, OtherObject>> = {
  acct: other('an account', ofOrder),
  ba: other('a bank account', ofCustomer),
  bps: other('a billing portal session', ofCustomer),
  btok: other('a bank account token', ofPayment),
  card: other('a saved card', ofCustomer),
  cbtxn: other('a customer balance transaction', ofCustomer),
  ccsbtxn: other('a customer cash balance transaction', ofCustomer),
  cn: other('a credit note', ofInvoice),
  cnli: other('a credit note line', ofInvoice),
  cvctok: other('a CVC token', ofPayment),
  di: other('a discount', ofSubscription),
  fee: other('an application fee', ofFee),
  fca: other('a Financial Connections account', ofOrder),
  file: other('a file', 'the dispute (`dp_…`) or payment (`pi_…`) that it belongs to'),
  fr: other('an application fee refund', ofFee),
  frr: other('a report run', ofOrder),
  iauth: other('an Issuing authorisation', ofOrder),
  ic: other('an Issuing card', ofOrder),
  ich: other('an Issuing cardholder', ofOrder),
  ii: other('an invoice item', ofInvoice),
  il: other('an invoice line', ofInvoice),
  inpay: other('an invoice payment', ofInvoice),
  ipi: other('an Issuing transaction', ofOrder),
  link: other('a file link', 'the dispute (`dp_…`) or payment (`pi_…`) that the file belongs to'),
  mandate: other('a mandate', ofCustomer),
  plan: other('a plan', ofSubscription),
  plink: other('a payment link', ofSession),
  pmc: other('a payment method configuration', ofOrder),
  price: other('a price', ofSubscription),
  prod: other('a product', ofSubscription),
  promo: other('a promotion code', ofOrder),
  prv: other('a Radar review', ofPayment),
  qt: other('a quote', ofInvoice),
  req: other('an API request', 'the object that it created, such as `pi_…` or `ch_…`'),
  rsl: other('a Radar list', ofOrder),
  rsli: other('a Radar list item', ofOrder),
  setatt: other('a setup attempt', ofCustomer),
  shr: other('a shipping rate', ofOrder),
  si: other('a subscription item', ofSubscription),
  sku: other('a SKU', ofOrder),
  src: other('a source, the older kind of payment method', ofCustomer),
  sub_sched: other('a subscription schedule', ofSubscription),
  tml: other('a Terminal location', ofOrder),
  tmr: other('a Terminal reader', ofOrder),
  tok: other('a token', ofPayment),
  tr: other('a transfer between accounts', ofPayment),
  trr: other('a transfer reversal', ofPayment),
  tu: other('a top-up of the balance', ofOrder),
  txcd: other('a tax code', ofOrder),
  txi: other('a tax ID', ofCustomer),
  txr: other('a tax rate', ofInvoice),
  vs: other('an identity verification session', ofCustomer),
  we: other('a webhook endpoint', 'the event (`evt_…`) that was delivered to it'),
};

/** What objects that link to a payment are, where the provider does not know the link. */
export const linkingObjects: Readonly<Record<LinkingObject, OtherObject>> = {
  checkout_session: other('a Checkout session', 'the payment (`pi_…`) or the customer (`cus_…`)'),
  subscription: other('a subscription', ofInvoice),
  invoice: other('an invoice', 'the payment behind it (`pi_…`) or the customer (`cus_…`)'),
  setup_intent: other('a setup intent, which saves a payment method and takes no money', ofCustomer),
  payment_method: other('a payment method', ofCustomer),
};

/** API keys and signing secrets, pasted by mistake. */
export const secretKey = /(?<![A-Za-z0-9])(?:(?:sk|rk)_(?:live|test)|whsec)_[A-Za-z0-9]{8,}/;

const prefix = [...Object.keys(followedPrefixes), ...Object.keys(otherPrefixes)]
  .toSorted((a, b) => b.length - a.length)
  .join('|');

const objectId = new RegExp(
  String.raw`(?<![A-Za-z0-9_])(${prefix})_((?:test_|live_)?[A-Za-z0-9]{4,120})(?:_secret_\w+)?(?![A-Za-z0-9_])`,
  'g',
);

export interface StripeId {
  prefix: string;
  id: string;
}

/** Every id of Stripe's in a text, in order; a client secret is cut off. */
export const stripeIdsIn = (text: string): StripeId[] =>
  [...text.matchAll(objectId)].map(([, prefix = '', rest = '']) => ({ prefix, id: `${prefix}_${rest}` }));
