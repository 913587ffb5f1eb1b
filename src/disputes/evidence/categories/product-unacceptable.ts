/** The customer says that it was not as described. What wins: the description they saw, the policy, and what was agreed. */
import {
  accepted,
  buyer,
  conversation,
  placed,
  policies,
  product,
  receipt,
  refunded,
  shipping,
  written,
} from '../pieces.js';
import type { Category } from './category.js';

export const productUnacceptable: Category = {
  reason: 'product_unacceptable',
  wins: 'the description that the customer saw, the refund policy, and what was agreed with them',
  statements: (material) => [
    placed(material),
    product(material),
    ...written(material),
    accepted('refund_policy_disclosure', material),
    ...refunded(material),
    ...shipping(material),
    ...buyer(material),
  ],
  documents: (material) => [...policies(material), conversation(material), receipt(material)],
};
