/**
 * What the company's currencies are worth, for its limits in EUR.
 */
import type { Currency } from './partners.js';

/** What one unit is worth in EUR, for the company's limits; EUR itself needs none. */
export const eurRates: Readonly<Record<Exclude<Currency, 'EUR'>, number>> = {
  USD: 0.8672,
  GBP: 1.1395,
  JPY: 0.0057,
  KWD: 2.8236,
};
