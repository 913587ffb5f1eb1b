/**
 * The issuer's answer to test payment methods. Source: Stripe's documentation of test cards.
 */
import type { CardBrand } from '../world/people.js';
import type { DisputeReason } from '../world/dispute-reasons.js';

export interface IssuerAnswer {
  brand: CardBrand;
  last4: string;
  funding: 'credit' | 'debit' | 'prepaid';
  /** Null when the payment is approved. */
  declineCode: string | null;
  /** The customer must authenticate first. */
  needsAction: boolean;
  /** The payment is disputed as soon as it succeeds. */
  dispute: DisputeReason | null;
  /** The issuer warns of fraud as soon as it succeeds. */
  warned: boolean;
}

const approved = (brand: CardBrand, last4: string, extra: Partial<IssuerAnswer> = {}): IssuerAnswer => ({
  brand,
  last4,
  funding: 'credit',
  declineCode: null,
  needsAction: false,
  dispute: null,
  warned: false,
  ...extra,
});
const declined = (last4: string, declineCode: string): IssuerAnswer =>
  approved('visa', last4, { declineCode });

const answers: Record<string, IssuerAnswer> = {
  pm_card_visa: approved('visa', '4242'),
  pm_card_visa_debit: approved('visa', '5556', { funding: 'debit' }),
  pm_card_mastercard: approved('mastercard', '4444'),
  pm_card_mastercard_debit: approved('mastercard', '3222', { funding: 'debit' }),
  pm_card_amex: approved('amex', '8431'),
  pm_card_jcb: approved('jcb', '0505'),
  pm_card_bypassPending: approved('visa', '0077'),
  pm_card_createDispute: approved('visa', '0259', { dispute: 'fraudulent' }),
  pm_card_createDisputeProductNotReceived: approved('visa', '2685', { dispute: 'product_not_received' }),
  pm_card_createIssuerFraudRecord: approved('visa', '5423', { warned: true }),
  pm_card_authenticationRequired: approved('visa', '3184', { needsAction: true }),
  pm_card_chargeDeclined: declined('0002', 'generic_decline'),
  pm_card_visa_chargeDeclined: declined('0002', 'generic_decline'),
  pm_card_chargeDeclinedInsufficientFunds: declined('9995', 'insufficient_funds'),
  pm_card_visa_chargeDeclinedInsufficientFunds: declined('9995', 'insufficient_funds'),
  pm_card_chargeDeclinedLostCard: declined('9987', 'lost_card'),
  pm_card_visa_chargeDeclinedLostCard: declined('9987', 'lost_card'),
  pm_card_chargeDeclinedStolenCard: declined('9979', 'stolen_card'),
  pm_card_visa_chargeDeclinedStolenCard: declined('9979', 'stolen_card'),
  pm_card_chargeDeclinedExpiredCard: declined('0069', 'expired_card'),
  pm_card_chargeDeclinedIncorrectCvc: declined('0127', 'incorrect_cvc'),
  pm_card_chargeDeclinedProcessingError: declined('0119', 'processing_error'),
  pm_card_chargeDeclinedFraudulent: declined('0019', 'fraudulent'),
};

/** What the issuer says to a payment method, or null when it is unknown. */
export const issuerAnswer = (paymentMethod: string): IssuerAnswer | null =>
  Object.hasOwn(answers, paymentMethod) ? (answers[paymentMethod] ?? null) : null;
