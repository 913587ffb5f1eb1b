/** The customer says that they had cancelled. What wins: the terms that they accepted, and that no cancellation came in time. */
import {
  accepted,
  accessLog,
  buyer,
  cancellation,
  conversation,
  placed,
  policies,
  product,
  written,
} from '../pieces.js';
import type { Category } from './category.js';

export const subscriptionCanceled: Category = {
  reason: 'subscription_canceled',
  wins: 'the cancellation terms that the customer accepted, and that they did not cancel in time or went on using it',
  statements: (material) => [
    placed(material),
    accepted('cancellation_policy_disclosure', material),
    cancellation(material),
    ...accessLog(material),
    ...written(material),
    product(material),
    ...buyer(material),
  ],
  documents: (material) => [...policies(material), conversation(material)],
};
