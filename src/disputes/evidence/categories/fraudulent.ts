/**
 * The cardholder says that they did not pay. What wins: that the person who paid is the cardholder, seen from the address
 * and the device of the purchase, the account's activity before and after it, and earlier payments without a dispute.
 */
import {
  accessLog,
  authorised,
  buyer,
  earlierPayments,
  placed,
  product,
  proofs,
  receipt,
  shipping,
} from '../pieces.js';
import type { Category } from './category.js';

export const fraudulent: Category = {
  reason: 'fraudulent',
  wins: 'that the cardholder bought it: IP address and account activity, earlier payments from the same device, delivery to their address',
  statements: (material) => [
    placed(material),
    authorised(material),
    earlierPayments(material),
    ...buyer(material),
    ...accessLog(material),
    ...shipping(material),
    product(material),
  ],
  documents: (material) => [...proofs(material), receipt(material)],
};

/** The cardholder does not recognise the payment: the same shows who made it. */
export const unrecognized: Category = {
  ...fraudulent,
  reason: 'unrecognized',
  wins: 'that the cardholder recognises it: what was bought, when, and by which account',
};
