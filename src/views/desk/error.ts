/**
 * The card of an error: what happened, what to do, and the reference that finds it in the log.
 */
import type { OpsError } from '../../kernel/errors.js';
import type { Card } from '../../ports/card.js';
import { cardOf, code, context, section, wording } from '../kit/blocks.js';

/** Our own words, with at most a word of the person's in them; it may list partners. */
const hintLimit = 1500;

export function errorCard(error: OpsError): Card {
  const message = wording(error.publicMessage);
  const hint = error.hint === undefined ? '' : `${wording(error.hint, hintLimit)} · `;
  return cardOf(`${message} (${error.errorId})`, [
    section(`:warning: *${message}*`),
    context(`${hint}Reference ${code(error.errorId)}`),
  ]);
}
