/**
 * Buttons on other cards that begin a guarded action with what the card is about filled in.
 *
 * Invariants: only actions that the desk has are offered; a button asks for an action and never does it.
 */
import type { Button } from '@slack/types';
import type { SubjectKind } from '../../remediation/kit/action.js';
import { button } from '../kit/blocks.js';

const texts = {
  'refund-payment': 'Refund…',
  'capture-payment': 'Capture…',
  'cancel-payment': 'Cancel payment…',
  'stage-evidence': 'Stage evidence…',
  'submit-evidence': 'Submit evidence…',
  'accept-dispute': 'Accept…',
  'pause-route': 'Pause a route…',
  'resume-route': 'Undo…',
  'message-partner': 'Message…',
  'request-statement': 'Request statement…',
  'write-off-break': 'Write off…',
} as const;
export type OfferedAction = keyof typeof texts;

/** Null where no button begins it. */
export const offeredOf = (action: string | null): OfferedAction | null =>
  action !== null && action in texts ? (action as OfferedAction) : null;

/** The action_id is one per action: a row of buttons may not share one. */
const startIdOf = (action: string): string => `remediation_start_${action}`;
export const offeredActions = Object.keys(texts);
export const startIds = offeredActions.map(startIdOf);

export interface Offer {
  actions: readonly OfferedAction[];
  kind: SubjectKind;
  id: string;
  /** Says more than the action's own words, where what is offered is not the obvious one. */
  text?: string;
}

/** None while guarded actions are not configured. */
export const startableIn = ({
  remediation,
}: {
  remediation: { actions: readonly { id: string }[] } | null;
}): string[] => remediation?.actions.map(({ id }) => id) ?? [];

/** `startable`: the ids of the actions that the desk has. */
export const startButtons = (
  { actions, kind, id, text }: Offer,
  startable: readonly string[],
): (Button | null)[] =>
  actions
    .filter((action) => startable.includes(action))
    .map((action) =>
      button({
        actionId: startIdOf(action),
        text: text ?? texts[action],
        value: `${action}:${kind}:${id}`,
        label: `${text ?? texts[action]} Needs approval first`,
      }),
    );
