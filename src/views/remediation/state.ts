/**
 * In which state a request is, in words, and how far one that is being carried out has come.
 */
import { openStates } from '../../remediation/life/transitions.js';
import type { PlanBlock, TaskCardBlock } from '@slack/types';
import type { Remediation, RemediationState } from '../../ports/remediations.js';
import type { Action } from '../../remediation/kit/action.js';
import { actions } from '../../remediation/actions/index.js';
import type { Snapshot } from '../../remediation/life/deps.js';
import { awaitsJudgement } from '../../remediation/life/settlement.js';
import { missingApprovals } from '../../remediation/life/votes.js';

const marks: Readonly<Record<RemediationState, string>> = {
  pending: ':raised_hand:',
  approved: ':hourglass_flowing_sand:',
  executing: ':gear:',
  unknown: ':grey_question:',
  done: ':white_check_mark:',
  closed: ':white_check_mark:',
  refused: ':x:',
  rejected: ':no_entry:',
  cancelled: ':heavy_minus_sign:',
  expired: ':hourglass:',
  voided: ':warning:',
};

/** What is closed and was never seen to have taken effect does not get the mark of what is well. */
export const markOf = ({ state, verified }: Remediation): string =>
  state === 'closed' && !verified ? ':warning:' : marks[state];

/** Follows what will happen: “needs 1 more approval by T”. `at` writes an instant. */
export function stateWords(snapshot: Snapshot, at: (instant: Date) => string): string {
  const { remediation } = snapshot;
  switch (remediation.state) {
    case 'pending':
      return `needs ${approvals(missingApprovals(snapshot))} by ${at(remediation.expiresAt)}`;
    case 'approved':
      return approvedWords(snapshot, at);
    case 'executing':
      return 'in progress';
    case 'unknown':
      return awaitsJudgement(remediation)
        ? 'outcome unknown: Paydesk keeps checking, and a person can decide'
        : 'outcome unknown, checking';
    case 'done':
      if (remediation.endWhy !== null) return 'ending now';
      if (isArming(remediation)) return `armed${untilWords(remediation, at)}`;
      return remediation.verified
        ? `done and verified${laterWords(remediation, at)}`
        : 'done, verification pending';
    case 'closed':
      if (isDecided(remediation)) return decidedWords(remediation, at);
      if (!remediation.verified) return 'closed, not verified';
      return closedWordsOf(remediation) ?? 'done and verified';
    case 'refused':
      return isDecided(remediation) ? decidedWords(remediation, at) : 'refused, no action taken';
    default:
      return `${endedWords[remediation.state]}, no action taken`;
  }
}

const actionOf = ({ action }: Remediation): Action | undefined => actions.find(({ id }) => id === action);

export const closedWordsOf = (remediation: Remediation): string | null =>
  remediation.state === 'closed' ? (actionOf(remediation)?.closedWords ?? null) : null;

/** Whether it lets another action act later. */
export const isArming = (remediation: Remediation): boolean => (actionOf(remediation)?.arms ?? null) !== null;

export const endedByOf = (remediation: Remediation): string | null => actionOf(remediation)?.endedBy ?? null;

/** What became of it is a person's word: Paydesk has not seen it. */
export const isDecided = ({ state, verified, decidedBy }: Remediation): boolean =>
  decidedBy !== null && (state === 'refused' || (state === 'closed' && !verified));

function decidedWords({ state, watchUntil }: Remediation, at: (instant: Date) => string): string {
  const what = state === 'refused' ? 'it did not take effect' : 'it took effect';
  const looking = watchUntil ? `; Paydesk keeps looking until ${at(watchUntil)}` : '';
  return `a person decided that ${what}${looking}`;
}
const endedWords: Readonly<Record<Exclude<RemediationState, OngoingState>, string>> = {
  refused: 'refused',
  rejected: 'rejected',
  cancelled: 'withdrawn',
  expired: 'expired',
  voided: 'voided',
};

const approvals = (missing: number): string =>
  missing === 1 ? '1 more approval' : `${missing} more approvals`;

function approvedWords({ remediation, ruling }: Snapshot, at: (instant: Date) => string): string {
  const { breakGlass, standingId, stateWhy, dueAt } = remediation;
  const start = breakGlass
    ? 'runs without approvals'
    : standingId === null
      ? 'approved'
      : `acts under ${standingId}`;
  if (stateWhy !== null) return `${start}, on hold`;
  return ruling.coolingOffMs > 0 && dueAt ? `${start}, starts ${at(dueAt)}` : `${start}, starts now`;
}

const untilWords = ({ dueAt, verified }: Remediation, at: (instant: Date) => string): string =>
  dueAt && verified ? ` until ${at(dueAt)}` : '';

const laterWords = ({ dueAt }: Remediation, at: (instant: Date) => string): string =>
  dueAt ? `; the rest follows automatically ${at(dueAt)}` : '';

/** Not started and waiting: the requester can still withdraw it. */
export const canBeCancelled = ({ remediation, ruling }: Snapshot): boolean =>
  remediation.state === 'pending' ||
  (remediation.state === 'approved' && (ruling.coolingOffMs > 0 || remediation.stateWhy !== null));

type OngoingState = 'pending' | 'approved' | 'executing' | 'unknown' | 'done' | 'closed';

type StepStatus = NonNullable<TaskCardBlock['status']>;

const stepTitles = ['Recheck the plan', 'Send the order', 'Check the outcome', 'Verify the effect'];

/** By the state: how each step stands; null leaves a step out. What is not known is never shown as failed. */
const steps: Readonly<Partial<Record<RemediationState, readonly (StepStatus | null)[]>>> = {
  executing: ['complete', 'in_progress', null, 'pending'],
  unknown: ['complete', 'complete', 'in_progress', 'pending'],
  done: ['complete', 'complete', null, 'in_progress'],
};

/** None while nothing runs, and none while it waits for a person. */
export function progressOf({ remediation }: Snapshot): PlanBlock[] {
  const statuses = steps[remediation.state];
  if (!statuses || remediation.verified || awaitsJudgement(remediation)) return [];
  const tasks = statuses.flatMap((status, index) =>
    status === null
      ? []
      : [{ type: 'task_card', task_id: `${index}`, title: stepTitles[index] ?? '', status }],
  );
  return [{ type: 'plan', title: 'Progress', tasks }];
}

/** Nothing is left to decide or to happen. */
export const isFinished = ({ remediation: { state, review, watchUntil } }: Snapshot): boolean =>
  !openStates.includes(state) && review !== 'open' && watchUntil === null;
