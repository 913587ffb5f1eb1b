/** The customer says that they paid twice. What wins: that each payment was for something of its own. */
import { placed, product, receipt, refunded, twice, written } from '../pieces.js';
import type { Category } from './category.js';

export const duplicate: Category = {
  reason: 'duplicate',
  wins: 'that both payments are for different things, or that one of them was refunded',
  statements: (material) => [
    ...twice(material),
    placed(material),
    product(material),
    ...refunded(material),
    ...written(material),
  ],
  documents: (material) => [receipt(material)],
};
