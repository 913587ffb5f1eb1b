/**
 * Why cardholders dispute, in Stripe's words.
 */
export const disputeReasons = [
  'fraudulent',
  'product_not_received',
  'product_unacceptable',
  'duplicate',
  'subscription_canceled',
  'credit_not_processed',
  'unrecognized',
] as const;
export type DisputeReason = (typeof disputeReasons)[number];
