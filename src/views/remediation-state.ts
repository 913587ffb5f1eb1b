/**
 * In which state a request is, in words, and how far one that is being carried out has come.
 */
import type { PlanBlock, TaskCardBlock } from '@slack/types';
import type { Remediation, RemediationState } from '../ports/remediations.js';
import type { Snapshot } from '../remediation/deps.js';
import { awaitsJudgement } from '../remediation/settlement.js';
import { missingApprovals } from '../remediation/votes.js';

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
        ? 'outcome unknown: a person must say whether it took effect'
        : 'outcome unknown, checking';
    case 'done':
      return remediation.verified
        ? `done and verified${laterWords(remediation, at)}`
        : 'done, verification pending';
    case 'closed':
      return remediation.verified ? 'done and verified' : 'closed, not verified';
    default:
      return `${endedWords[remediation.state]}, no action taken`;
  }
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
  const { breakGlass, stateWhy, dueAt } = remediation;
  const start = breakGlass ? 'runs without approvals' : 'approved';
  if (stateWhy !== null) return `${start}, on hold`;
  return ruling.coolingOffMs > 0 && dueAt ? `${start}, starts ${at(dueAt)}` : `${start}, starts now`;
}

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
