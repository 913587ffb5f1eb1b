/**
 * Buttons on other cards that start a guarded action with what the card is about filled in.
 *
 * Invariants: only actions that the desk has are offered, and each says itself what it fits; a button asks for an
 * action and never carries it out.
 */
import type { Button } from '@slack/types';
import type { Action } from '../../remediation/kit/action.js';
import type { Offer, Thing } from '../../remediation/kit/thing.js';
import { button } from '../kit/blocks.js';

/** An action that a card can offer. */
export type Startable = Pick<Action, 'id' | 'offerFor'>;

/** The action_id is one per action: a row of buttons may not share one. */
export const startIdOf = (action: string): string => `remediation_start_${action}`;

/** None while guarded actions are not configured. */
export const startableIn = ({
  remediation,
}: {
  remediation: { actions: readonly Startable[] } | null;
}): readonly Startable[] => remediation?.actions ?? [];

/** `startable`: the actions that the desk has. What answers a dispute comes first, because its deadline runs. */
export const startButtons = (thing: Thing, startable: readonly Startable[]): (Button | null)[] =>
  startable
    .flatMap(({ id, offerFor }) => {
      const offer = offerFor(thing);
      return offer ? [{ action: id, offer }] : [];
    })
    .toSorted((a, b) => rankOf(a.offer) - rankOf(b.offer))
    .map(({ action, offer }) => startButton(action, offer));

const rankOf = ({ kind }: Offer): number => (kind === 'dispute' ? 0 : 1);

export const startButton = (action: string, { text, kind, id }: Offer): Button | null =>
  button({
    actionId: startIdOf(action),
    text,
    value: `${action}:${kind}:${id}`,
    label: `${text} Needs approval first`,
  });
