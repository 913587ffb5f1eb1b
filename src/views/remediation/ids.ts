/**
 * What the buttons and windows of guarded actions are called, and what a button carries.
 *
 * Invariant: a button names the plan that stood beside it, so that a click on an old card decides about nothing else.
 */
import type { Snapshot } from '../../remediation/life/deps.js';
import { shortHashOf } from '../../remediation/life/votes.js';

/** action_ids. */
export const remediationButtons = {
  approve: 'remediation_approve',
  reject: 'remediation_reject',
  cancel: 'remediation_cancel',
  plan: 'remediation_plan',
  tookEffect: 'remediation_took_effect',
  didNot: 'remediation_did_not',
  lookAgain: 'remediation_look_again',
  closeReview: 'remediation_close_review',
  undo: 'remediation_undo',
  revoke: 'remediation_revoke',
  lift: 'remediation_lift',
  /** Leads to another page; the click itself does nothing. */
  confirm: 'remediation_confirm',
} as const;

/** callback_ids. */
export const remediationWindows = {
  choose: 'remediation_choose',
  form: 'remediation_form',
  amount: 'remediation_amount',
  reject: 'remediation_reject_why',
  plan: 'remediation_plan_page',
  judge: 'remediation_judge',
  review: 'remediation_review',
  /** Has nothing to submit. */
  notice: 'remediation_notice',
} as const;

/** The action_id of every menu in a form whose options are asked for; the input's block_id names the field. */
export const remediationMenu = 'remediation_menu';

/** `REM-17:0123456789abcdef`. */
export const valueOf = ({ remediation }: Pick<Snapshot, 'remediation'>): string =>
  `${remediation.id}:${shortHashOf(remediation)}`;
