/**
 * How the payments API words a decline: error code, decline code, message and the outcome on the charge.
 * Sources: Stripe's documentation of error and decline codes; for the networks' codes see docs/retries.md.
 */
import { pick } from '../../world/random.js';
import type { CardBrand } from '../../world/people.js';

interface DeclineWords {
  code: string;
  declineCode: string;
  message: string;
  /** Stripe blocked it itself, rather than the issuer. */
  blocked: boolean;
}

/** The declines that have an error code of their own; every other one is a `card_declined`. */
const ownCodes: Record<string, [code: string, message: string]> = {
  expired_card: ['expired_card', 'Your card has expired.'],
  incorrect_cvc: ['incorrect_cvc', "Your card's security code is incorrect."],
  processing_error: [
    'processing_error',
    'An error occurred while processing your card. Try again in a little bit.',
  ],
  authentication_required: [
    'authentication_required',
    'Your card was declined. This transaction requires authentication.',
  ],
};

const declineMessages: Record<string, string> = {
  insufficient_funds: 'Your card has insufficient funds.',
  card_velocity_exceeded: 'Your card was declined for making repeated attempts too frequently.',
  transaction_not_allowed: 'Your card does not support this type of purchase.',
};

export function wordsOf(declineCode: string): DeclineWords {
  const [code, message] = ownCodes[declineCode] ?? [
    'card_declined',
    declineMessages[declineCode] ?? 'Your card was declined.',
  ];
  return { code, declineCode, message, blocked: declineCode === 'fraudulent' };
}

interface NetworkWords {
  /** What the provider advises. */
  advice?: 'confirm_card_data' | 'do_not_try_again' | 'try_again_later';
  /** The network's code of the decline. */
  code: string;
  /** Where Mastercard has another one. */
  mastercard?: string;
  /** Mastercard's merchant advice codes, one of which comes along. */
  merchantAdvice?: readonly string[];
}

const atNetwork: Record<string, NetworkWords> = {
  insufficient_funds: {
    advice: 'try_again_later',
    code: '51',
    merchantAdvice: ['24', '25', '26', '27', '28', '29', '30'],
  },
  authentication_required: { code: '1A', mastercard: '65', merchantAdvice: ['01'] },
  incorrect_cvc: { advice: 'confirm_card_data', code: 'N7', mastercard: '63' },
  expired_card: { advice: 'confirm_card_data', code: '54', merchantAdvice: ['01'] },
  issuer_not_available: { advice: 'try_again_later', code: '91', merchantAdvice: ['02'] },
  transaction_not_allowed: { advice: 'do_not_try_again', code: '57', merchantAdvice: ['03'] },
  card_velocity_exceeded: { advice: 'try_again_later', code: '65', mastercard: '61' },
  processing_error: { advice: 'try_again_later', code: '96', merchantAdvice: ['02'] },
  lost_card: { advice: 'do_not_try_again', code: '41', merchantAdvice: ['03'] },
  stolen_card: { advice: 'do_not_try_again', code: '43', merchantAdvice: ['03'] },
};
const withoutReason: NetworkWords = { code: '05' };

const merchantAdviceSlot = 0x3ac;

function networkFields({ declineCode, blocked }: DeclineWords, brand: CardBrand, key: number) {
  if (blocked) return { advice_code: null, network_advice_code: null, network_decline_code: null };
  const { advice, code, mastercard, merchantAdvice } = atNetwork[declineCode] ?? withoutReason;
  const isMastercard = brand === 'mastercard';
  return {
    advice_code: advice ?? null,
    network_advice_code:
      isMastercard && merchantAdvice ? pick(key, merchantAdviceSlot, merchantAdvice) : null,
    network_decline_code: (isMastercard ? mastercard : undefined) ?? code,
  };
}

/** A charge's `outcome` when it is declined. */
export const declinedOutcome = (
  words: DeclineWords,
  brand: CardBrand,
  key: number,
): Record<string, unknown> => ({
  ...networkFields(words, brand, key),
  network_status: words.blocked ? 'not_sent_to_network' : 'declined_by_network',
  reason: words.blocked ? 'highest_risk_level' : words.declineCode,
  risk_level: words.blocked ? 'highest' : 'normal',
  risk_score: words.blocked ? 92 : 24,
  seller_message: words.blocked
    ? 'Stripe blocked this payment as too risky.'
    : `The bank returned the decline code \`${words.declineCode}\`.`,
  type: words.blocked ? 'blocked' : 'issuer_declined',
});

export const approvedOutcome = {
  advice_code: null,
  network_advice_code: null,
  network_decline_code: null,
  network_status: 'approved_by_network',
  reason: null,
  risk_level: 'normal',
  risk_score: 18,
  seller_message: 'Payment complete.',
  type: 'authorized',
};

/** `last_payment_error` of a payment intent, and the body of a card error. */
export const paymentError = (words: DeclineWords, chargeId: string): Record<string, unknown> => ({
  charge: chargeId,
  code: words.code,
  decline_code: words.declineCode,
  doc_url: `https://stripe.com/docs/error-codes/${words.code.replaceAll('_', '-')}`,
  message: words.message,
  type: 'card_error',
});
