/**
 * Why attempts fail: decline codes by kind of method, with whose fault each is, and what the payments API says of it.
 * Source: Stripe's list of decline codes; the bank and lender codes are the field's usual names.
 */
import type { Method } from './partners.js';
import { pickWeighted } from './random.js';

type ErrorOrigin = 'customer' | 'partner' | 'institution' | 'own';

export interface Decline {
  code: string;
  origin: ErrorOrigin;
}

type Weighted = readonly (readonly [Decline, number])[];

const decline = (code: string, origin: ErrorOrigin, weight: number): readonly [Decline, number] => [
  { code, origin },
  weight,
];

const card: Weighted = [
  decline('insufficient_funds', 'customer', 31),
  decline('generic_decline', 'institution', 18),
  decline('do_not_honor', 'institution', 15),
  decline('authentication_required', 'customer', 8),
  decline('incorrect_cvc', 'customer', 6),
  decline('expired_card', 'customer', 5),
  decline('issuer_not_available', 'institution', 4),
  decline('transaction_not_allowed', 'institution', 3),
  decline('card_velocity_exceeded', 'customer', 3),
  decline('processing_error', 'partner', 3),
  decline('fraudulent', 'own', 2),
  decline('lost_card', 'institution', 1),
  decline('stolen_card', 'institution', 1),
];

const bank: Weighted = [
  decline('customer_cancelled', 'customer', 38),
  decline('insufficient_funds', 'customer', 22),
  decline('bank_unavailable', 'institution', 17),
  decline('authorisation_expired', 'customer', 12),
  decline('provider_error', 'partner', 8),
  decline('invalid_account', 'own', 3),
];

const lender: Weighted = [
  decline('credit_refused', 'institution', 60),
  decline('customer_cancelled', 'customer', 30),
  decline('provider_error', 'partner', 7),
  decline('amount_not_supported', 'own', 3),
];

const isCardLike = (method: Method): boolean => method === 'card' || method === 'wallet';

/** Why an attempt of this method fails. */
export function drawDecline(key: number, slot: number, method: Method): Decline {
  if (isCardLike(method)) return pickWeighted(key, slot, card);
  return pickWeighted(key, slot, method === 'pay_later' || method === 'voucher' ? lender : bank);
}

/** What an institution answers that cannot keep up. */
export const institutionDecline = (method: Method): Decline =>
  isCardLike(method)
    ? { code: 'issuer_not_available', origin: 'institution' }
    : { code: 'bank_unavailable', origin: 'institution' };

/** What an outage of the partner answers. */
export const outageDecline = (method: Method): Decline =>
  isCardLike(method)
    ? { code: 'processing_error', origin: 'partner' }
    : { code: 'provider_error', origin: 'partner' };
