/**
 * What a person reads who gave a card number: one sentence, wherever it was given.
 *
 * Invariant: nothing of what was given is repeated.
 */
import { OpsError } from './errors.js';
import { containsCardNumber } from './sensitive.js';

export const cardNumberRefusal = {
  message: 'This looks like a card number, so it was not read, searched or stored.',
  hint: 'Delete it where you pasted it, and give at most its last four digits. A reference of 13 to 19 digits can look like a card number by chance; use another reference then.',
};

/** The same beside an input of a form, where everything else that was typed stays. */
export const cardNumberFault =
  'This looks like a card number, so it was not stored. Give the last four digits instead.';

/** Throws `invalid`. */
export function refuseCardNumber(text: string): void {
  if (!containsCardNumber(text)) return;
  throw new OpsError('invalid', cardNumberRefusal.message, { hint: cardNumberRefusal.hint });
}
