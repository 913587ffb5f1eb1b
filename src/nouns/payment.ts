/**
 * What the states of a payment mean beyond their words.
 */
import type { Payment } from '../ports/payments-api.js';

type Taking = Pick<Payment, 'status' | 'amountReceived'>;

/** Multicapture: something is taken, perhaps all that was authorised, and further captures may follow until the last one. */
export const isCapturedInParts = ({ status, amountReceived }: Taking): boolean =>
  status === 'requires_capture' && amountReceived.minor > 0n;
