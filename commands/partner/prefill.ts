/** What the forms of guarded actions say of a partner beforehand. */
import { letterPrefill, type LetterDeps } from './letter.js';
import { pausePrefill, type PauseDeps } from './pause.js';

/** By field of the action; empty for an action that has nothing to say of a partner, or for a partner of which there is nothing to say. */
export function partnerPrefill(
  id: string,
  actionId: string,
  desk: LetterDeps & PauseDeps,
): Promise<Record<string, string>> {
  switch (actionId) {
    case 'message-partner':
      return letterPrefill(id, desk);
    case 'pause-route':
      return pausePrefill(id, desk);
    default:
      return Promise.resolve({});
  }
}
