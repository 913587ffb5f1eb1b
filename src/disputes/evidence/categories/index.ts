/** The registry of categories: one line each. A reason that is not here gets what helps in any case. */
import { buyer, conversation, placed, product, receipt, shipping, written } from '../pieces.js';
import type { Category } from './category.js';
import { creditNotProcessed } from './credit-not-processed.js';
import { duplicate } from './duplicate.js';
import { fraudulent, unrecognized } from './fraudulent.js';
import { productNotReceived } from './product-not-received.js';
import { productUnacceptable } from './product-unacceptable.js';
import { subscriptionCanceled } from './subscription-canceled.js';

export const categories: readonly Category[] = [
  fraudulent,
  unrecognized,
  productNotReceived,
  productUnacceptable,
  duplicate,
  subscriptionCanceled,
  creditNotProcessed,
];

const otherwise: Category = {
  reason: 'general',
  wins: 'what was bought, when and by whom, and that it was delivered',
  statements: (material) => [
    placed(material),
    product(material),
    ...shipping(material),
    ...written(material),
    ...buyer(material),
  ],
  documents: (material) => [conversation(material), receipt(material)],
};

export const categoryOf = (reason: string): Category =>
  categories.find((category) => category.reason === reason) ?? otherwise;
