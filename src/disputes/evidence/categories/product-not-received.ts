/** The customer says that nothing came. What wins: the carrier's proof that it reached their address, and when. */
import {
  accessLog,
  buyer,
  conversation,
  placed,
  product,
  proofs,
  receipt,
  shipping,
  written,
} from '../pieces.js';
import type { Category } from './category.js';

export const productNotReceived: Category = {
  reason: 'product_not_received',
  wins: 'proof of delivery to the customer’s address, with tracking number and date',
  statements: (material) => [
    placed(material),
    ...shipping(material),
    product(material),
    ...accessLog(material),
    ...written(material),
    ...buyer(material),
  ],
  documents: (material) => [...proofs(material), conversation(material), receipt(material)],
};
