/**
 * Why cardholders dispute, in Stripe's words.
 */
export const DISPUTE_REASONS = [
  'fraudulent',
  'product_not_received',
  'product_unacceptable',
  'duplicate',
  'subscription_canceled',
  'credit_not_processed',
  'unrecognized',
] as const;
export type DisputeReason = (typeof DISPUTE_REASONS)[number];
