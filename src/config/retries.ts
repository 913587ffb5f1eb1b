/**
 * How often the card networks let a declined card be tried, where a company's acquirer says another limit than the one
 * that ships.
 */
import { z } from 'zod';

/** As the payments API names them. */
const networks = ['amex', 'diners', 'discover', 'jcb', 'mastercard', 'unionpay', 'visa'] as const;

const within = (most: number) => {
  const message = `must be a whole number from 1 to ${most}`;
  return z.int({ message }).min(1, { message }).max(most, { message });
};

const limit = z.strictObject({
  tries: within(99).describe('failed tries after which another one costs a fee'),
  days: within(90).describe('within so many days'),
});

export const retries = z
  .partialRecord(z.enum(networks), limit)
  .default({})
  .describe('by network; one that is left out keeps the limit that ships');
