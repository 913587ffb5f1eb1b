/**
 * The buttons of a request, by its state and by who looks at them.
 */
import type { ActionsBlock, Button } from '@slack/types';
import type { Remediation } from '../../ports/remediations.js';
import type { Snapshot } from '../../remediation/life/deps.js';
import { awaitsJudgement, isLookedFor } from '../../remediation/life/settlement.js';
import { openStates } from '../../remediation/life/transitions.js';
import { actions, button } from '../kit/blocks.js';
import { lookUpButton } from '../kit/look-ups.js';
import { startButton } from './start.js';
import { remediationButtons as ids, valueOf } from './ids.js';
import { fitsOnCard } from './plan.js';
import { canBeCancelled, endedByOf, isArming, isFinished } from './state.js';

/** Who will look at the buttons: in a channel anybody, at home the one whom they are for. */
export type Audience = 'anybody' | 'approver' | 'requester';

type Write = (text: string) => string;

/** By the state; none when nothing can be decided any more. `write`: plain text as the one reader reads it. */
export function buttonsOf(
  snapshot: Snapshot,
  audience: Audience,
  write: Write = (text) => text,
): ActionsBlock[] {
  const cancel = canBeCancelled(snapshot) && audience !== 'approver' ? cancelButton(snapshot) : null;
  return audience === 'requester'
    ? actions(cancel)
    : actions(
        ...votingButtons(snapshot, write),
        cancel,
        ...laterButtons(snapshot),
        ...undoButtons(snapshot),
        subjectButton(snapshot),
      );
}

/** What the plan is about, one click away, for as long as somebody has to decide or to watch. */
function subjectButton(snapshot: Snapshot): Button | null {
  const { subject, partner } = snapshot.plan.preview;
  if (isFinished(snapshot)) return null;
  switch (subject.kind) {
    case 'payment':
    case 'payout':
    case 'dispute':
    case 'partner':
    case 'break':
      return lookUpButton(subject.kind, subject.id);
    default:
      return partner === null ? null : lookUpButton('partner', partner);
  }
}

function votingButtons(snapshot: Snapshot, write: Write): (Button | null)[] {
  const { remediation, plan } = snapshot;
  const isPending = remediation.state === 'pending';
  const isOpen = openStates.includes(remediation.state);
  const fits = fitsOnCard(plan);
  return [
    isPending && fits ? approveButton(snapshot, write) : null,
    isOpen && !fits ? decision(snapshot, 'plan', 'Read the plan') : null,
    isPending ? decision(snapshot, 'reject', 'Reject', 'danger') : null,
  ];
}

/** For what a person still decides after the start. */
function laterButtons(snapshot: Snapshot): (Button | null)[] {
  const judged = awaitsJudgement(snapshot.remediation);
  return [
    judged ? decision(snapshot, 'tookEffect', 'It took effect') : null,
    judged ? decision(snapshot, 'didNot', 'It didn’t') : null,
    offersLook(snapshot.remediation) ? decision(snapshot, 'lookAgain', 'Look again') : null,
    snapshot.remediation.review === 'open'
      ? decision(snapshot, 'closeReview', 'Close review', 'primary')
      : null,
  ];
}

/** While a part of the plan is still to come, its effect can be ended early: with a request, or at once where there was no vote. */
function undoButtons(snapshot: Snapshot): (Button | null)[] {
  const { remediation, plan } = snapshot;
  if (!isUndoable(snapshot)) return [];
  if (remediation.standingId !== null) return [undoButton(snapshot)];
  if (remediation.state !== 'done' || !remediation.verified) return [];
  if (isArming(remediation)) return [revokeButton(snapshot)];
  const endedBy = endedByOf(remediation);
  return endedBy === null ? [] : [startButton(endedBy, { text: 'Undo…', ...plan.preview.subject })];
}

const isUndoable = ({ remediation: { state, endWhy } }: Snapshot): boolean =>
  endWhy === null && ['approved', 'executing', 'unknown', 'done'].includes(state);

/** Ends what Paydesk began by itself; also in the thread of the alert that let it begin. */
export const undoButton = (snapshot: Snapshot): Button | null =>
  decision(snapshot, 'undo', 'Undo now', 'danger');

export const revokeButton = (snapshot: Snapshot): Button | null =>
  decision(snapshot, 'revoke', 'Revoke', 'danger');

/** What was done a moment ago is looked for at once. */
const offersLook = (remediation: Remediation): boolean =>
  isLookedFor(remediation) && (remediation.state !== 'done' || remediation.stateWhy !== null);

const decision = (
  snapshot: Snapshot,
  name: keyof typeof ids,
  text: string,
  style?: 'primary' | 'danger',
): Button | null =>
  button({
    actionId: ids[name],
    text,
    value: valueOf(snapshot),
    label: `${text}: ${snapshot.remediation.id}`,
    ...(style && { style }),
  });

const approveButton = (snapshot: Snapshot, write: Write): Button | null =>
  button({
    actionId: ids.approve,
    text: 'Approve',
    value: valueOf(snapshot),
    label: `Approve ${snapshot.remediation.id}`,
    style: 'primary',
    confirm: {
      title: `Approve ${snapshot.remediation.id}?`,
      text: write(snapshot.plan.preview.headline),
      yes: 'Approve',
      no: 'Not now',
      style: 'primary',
    },
  });

const cancelButton = (snapshot: Snapshot): Button | null =>
  button({
    actionId: ids.cancel,
    text: 'Withdraw',
    value: valueOf(snapshot),
    label: `Withdraw ${snapshot.remediation.id}; requester only`,
    confirm: {
      title: `Withdraw ${snapshot.remediation.id}?`,
      text: 'Only the requester can withdraw it. No action will be taken.',
      yes: 'Withdraw',
      no: 'Keep it',
      style: 'danger',
    },
  });
