/**
 * The card of an error: what happened, what to do, and the reference that finds it in the log.
 */
import type { OpsError } from '../kernel/errors.js';
import type { Card } from '../ports/card.js';
import { code, context, escape, section } from './blocks.js';

export function errorCard(error: OpsError): Card {
  const message = escape(error.publicMessage);
  const hint = error.hint === undefined ? '' : `${escape(error.hint)} · `;
  return {
    text: `${error.publicMessage} (${error.reference})`,
    blocks: [section(`:warning: *${message}*`), context(`${hint}Reference ${code(error.reference)}`)],
  };
}
