/** The customer says that a refund did not come. What wins: the refund itself, or the terms under which none is due. */
import {
  accepted,
  buyer,
  conversation,
  placed,
  policies,
  product,
  receipt,
  refunded,
  written,
} from '../pieces.js';
import type { Category } from './category.js';

export const creditNotProcessed: Category = {
  reason: 'credit_not_processed',
  wins: 'the refund that was made, or the terms that the customer accepted and under which none is due',
  statements: (material) => [
    ...refunded(material),
    accepted('refund_policy_disclosure', material),
    placed(material),
    ...written(material),
    product(material),
    ...buyer(material),
  ],
  documents: (material) => [...policies(material), conversation(material), receipt(material)],
};
