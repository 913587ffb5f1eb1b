/**
 * The words for what a mistake costs, the same in the list of actions, in a form and on a card.
 */
import type { Risk } from '../../remediation/kit/action.js';
import { actions } from '../../remediation/actions/index.js';

export const riskLabels: Readonly<Record<Risk, string>> = {
  low: 'Low risk: no lasting effect',
  medium: 'Medium risk: reversible',
  high: 'High risk: irreversible',
};

/** Null for an action that is no longer there. */
export function riskOf(actionId: string): string | null {
  const action = actions.find(({ id }) => id === actionId);
  return action ? riskLabels[action.risk] : null;
}
