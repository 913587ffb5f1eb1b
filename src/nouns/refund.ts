/**
 * What the statuses of a refund mean. Words to come count as on their way: ordered, and not known to have gone through.
 */
import type { Refund } from '../ports/payments-api.js';

type Status = Pick<Refund, 'status'>;

/** The money did not reach the customer; it is back on the balance. */
export const cameToNothing = ({ status }: Status): boolean => status === 'failed' || status === 'canceled';

export const isOnItsWay = (refund: Status): boolean =>
  refund.status !== 'succeeded' && !cameToNothing(refund);

/** The customer has to do something before it goes on. */
export const waitsForCustomer = ({ status }: Status): boolean => status === 'requires_action';

/** A word to come, or none: it may be on its way or not. */
export const isOfUnknownState = (refund: Status): boolean =>
  isOnItsWay(refund) && !waitsForCustomer(refund) && refund.status !== 'pending';
