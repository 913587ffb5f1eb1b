/**
 * What a card network's reason code means in plain words, and which of the provider's categories it belongs to.
 *
 * Sources: the networks' public guides (Visa Dispute Management Guidelines for Merchants, Mastercard Chargeback Guide,
 * American Express Chargeback Codes, Discover Dispute Rules) for the meaning; docs.stripe.com/disputes/categories for the
 * category. Invariant: a code that is not listed has no meaning here, and is shown as the network writes it.
 * Deliberately absent: deadlines of the networks. The deadline is the provider's own date.
 */

export type Category =
  | 'credit_not_processed'
  | 'duplicate'
  | 'fraudulent'
  | 'general'
  | 'noncompliant'
  | 'product_not_received'
  | 'product_unacceptable'
  | 'subscription_canceled'
  | 'unrecognized';

export interface ReasonCode {
  meaning: string;
  category: Category;
  source: string;
}

type Row = readonly [code: string, meaning: string, category: Category];

const visa: readonly Row[] = [
  ['10.1', 'Chip card counterfeited and used without the chip', 'fraudulent'],
  ['10.2', 'Lost or stolen chip card used without its PIN', 'fraudulent'],
  ['10.3', 'Other fraud, card present', 'fraudulent'],
  ['10.4', 'Other fraud, card not present', 'fraudulent'],
  ['10.5', 'Named by Visa’s fraud monitoring programme', 'fraudulent'],
  ['11.1', 'Card was on a recovery bulletin', 'general'],
  ['11.2', 'Authorisation was declined', 'general'],
  ['11.3', 'No valid authorisation', 'general'],
  ['12.1', 'Presented too late', 'general'],
  ['12.2', 'Wrong transaction type', 'general'],
  ['12.3', 'Wrong currency', 'general'],
  ['12.4', 'Wrong account number', 'general'],
  ['12.5', 'Wrong amount', 'general'],
  ['12.6.1', 'Charged twice', 'duplicate'],
  ['12.6.2', 'Already paid by other means', 'duplicate'],
  ['12.7', 'Invalid data in the authorisation', 'general'],
  ['13.1', 'Goods or services not received', 'product_not_received'],
  ['13.2', 'Recurring payment was cancelled', 'subscription_canceled'],
  ['13.3', 'Not as described, or defective', 'product_unacceptable'],
  ['13.4', 'Counterfeit goods', 'product_unacceptable'],
  ['13.5', 'Terms of sale were misrepresented', 'product_unacceptable'],
  ['13.6', 'Promised refund not received', 'credit_not_processed'],
  ['13.7', 'Cancelled or returned, and not refunded', 'credit_not_processed'],
  ['13.8', 'Original credit was not accepted', 'general'],
  ['13.9', 'Cash or load value not received', 'product_not_received'],
];

const mastercard: readonly Row[] = [
  ['4807', 'Card was on a warning bulletin', 'general'],
  ['4808', 'No valid authorisation', 'general'],
  ['4812', 'Account number not on file', 'general'],
  ['4831', 'Wrong amount, or already paid by other means', 'general'],
  ['4834', 'Charged twice, or another processing error', 'duplicate'],
  ['4837', 'Cardholder did not authorise the payment', 'fraudulent'],
  ['4840', 'Fraudulent processing by the merchant', 'fraudulent'],
  ['4841', 'Recurring or digital purchase was cancelled', 'subscription_canceled'],
  ['4842', 'Presented too late', 'general'],
  ['4846', 'Wrong currency', 'general'],
  ['4849', 'Questionable merchant activity', 'fraudulent'],
  [
    '4853',
    'Cardholder dispute: not received, not as described, defective or cancelled',
    'product_unacceptable',
  ],
  ['4854', 'Cardholder dispute, not classified elsewhere', 'general'],
  ['4855', 'Goods or services not provided', 'product_not_received'],
  ['4859', 'Addendum, no-show or cash not dispensed', 'product_not_received'],
  ['4860', 'Promised refund not received', 'credit_not_processed'],
  ['4863', 'Cardholder does not recognise the payment', 'fraudulent'],
  ['4870', 'Counterfeit card used at a terminal without chip', 'fraudulent'],
  ['4871', 'Lost or stolen card used without its PIN', 'fraudulent'],
];

const amex: readonly Row[] = [
  ['A01', 'Amount exceeds the authorisation', 'general'],
  ['A02', 'No valid authorisation', 'general'],
  ['A08', 'Authorisation had expired', 'general'],
  ['C02', 'Promised refund not received', 'credit_not_processed'],
  ['C04', 'Returned or refused, and not refunded', 'credit_not_processed'],
  ['C05', 'Cancelled, and not refunded', 'credit_not_processed'],
  ['C08', 'Goods or services not received, or only in part', 'product_not_received'],
  ['C14', 'Already paid by other means', 'duplicate'],
  ['C18', 'Charged for a no-show or a cancelled booking', 'credit_not_processed'],
  ['C28', 'Recurring payment was cancelled', 'subscription_canceled'],
  ['C31', 'Not as described', 'product_unacceptable'],
  ['C32', 'Damaged or defective', 'product_unacceptable'],
  ['F10', 'No imprint of the card', 'fraudulent'],
  ['F14', 'No signature', 'fraudulent'],
  ['F24', 'Cardholder did not authorise the payment', 'fraudulent'],
  ['F29', 'Fraud, card not present', 'fraudulent'],
  ['F30', 'Counterfeit chip card', 'fraudulent'],
  ['F31', 'Lost, stolen or never received chip card', 'fraudulent'],
  ['FR2', 'Fraud recourse programme, all fraud disputes', 'fraudulent'],
  ['FR4', 'Fraud programme, immediate chargeback', 'fraudulent'],
  ['FR6', 'Fraud programme, partial immediate chargeback', 'fraudulent'],
  ['M01', 'Merchant agreed to the chargeback', 'general'],
  ['P01', 'Invalid card number', 'general'],
  ['P03', 'Refund was processed as a charge', 'credit_not_processed'],
  ['P04', 'Charge was processed as a refund', 'general'],
  ['P05', 'Wrong amount', 'general'],
  ['P07', 'Presented too late', 'general'],
  ['P08', 'Charged twice', 'duplicate'],
  ['P22', 'Card number does not match', 'general'],
  ['P23', 'Wrong currency', 'general'],
  ['R03', 'Reply to an inquiry was insufficient', 'general'],
  ['R13', 'No reply to an inquiry', 'general'],
];

const discover: readonly Row[] = [
  ['AA', 'Cardholder does not recognise the payment', 'unrecognized'],
  ['AP', 'Recurring payment was cancelled', 'subscription_canceled'],
  ['AT', 'No valid authorisation', 'general'],
  ['AW', 'Amount was altered', 'general'],
  ['CD', 'Refund was posted as a charge, or the reverse', 'general'],
  ['DP', 'Charged twice', 'duplicate'],
  ['IN', 'Invalid card number', 'general'],
  ['LP', 'Presented too late', 'general'],
  ['NF', 'Cash not received', 'product_not_received'],
  ['PM', 'Already paid by other means', 'duplicate'],
  ['RG', 'Goods, services or cash not received', 'product_not_received'],
  ['RM', 'Quality of goods or services', 'product_unacceptable'],
  ['RN2', 'Promised refund not received', 'credit_not_processed'],
  ['UA01', 'Fraud, card present', 'fraudulent'],
  ['UA02', 'Fraud, card not present', 'fraudulent'],
  ['UA05', 'Fraud, counterfeit chip card', 'fraudulent'],
  ['UA06', 'Fraud, chip card used without its PIN', 'fraudulent'],
];

const tableOf = (source: string, rows: readonly Row[]): ReadonlyMap<string, ReasonCode> =>
  new Map(rows.map(([code, meaning, category]) => [code, { meaning, category, source }]));

const discoverCodes = tableOf('Discover Dispute Rules', discover);

/** By the provider's word for the brand. Diners Club settles on Discover's network. */
const tables: ReadonlyMap<string, ReadonlyMap<string, ReasonCode>> = new Map([
  ['visa', tableOf('Visa Dispute Management Guidelines', visa)],
  ['mastercard', tableOf('Mastercard Chargeback Guide', mastercard)],
  ['amex', tableOf('American Express Chargeback Codes', amex)],
  ['discover', discoverCodes],
  ['diners', discoverCodes],
]);

/** `4853` of Mastercard; null for a brand or a code that is not listed. */
export function reasonCodeOf(brand: string | null, code: string | null): ReasonCode | null {
  if (brand === null || code === null) return null;
  return tables.get(brand.toLowerCase())?.get(code.trim().toUpperCase()) ?? null;
}
