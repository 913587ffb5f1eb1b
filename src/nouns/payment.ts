/**
 * What the states of a payment mean beyond their words.
 */
import type { Payment } from '../ports/payments-api.js';

type Taking = Pick<Payment, 'status' | 'amount' | 'amountReceived'>;

/** Multicapture: a part is taken, and the rest is still authorised and may be taken by further captures. */
export const isCapturedInParts = ({ status, amount, amountReceived }: Taking): boolean =>
  status === 'requires_capture' && amountReceived.minor > 0n && amountReceived.minor < amount.minor;
