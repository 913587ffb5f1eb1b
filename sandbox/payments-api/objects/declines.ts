/**
 * How the payments API words a decline: error code, decline code, message and the outcome on the charge.
 * Source: Stripe's documentation of error and decline codes.
 */

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

/** A charge's `outcome` when it is declined. */
export const declinedOutcome = (words: DeclineWords): Record<string, unknown> => ({
  advice_code: words.declineCode === 'insufficient_funds' ? 'try_again_later' : null,
  network_advice_code: null,
  network_decline_code: words.blocked ? null : '05',
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
