/**
 * Buttons that show privately what a card is about: the payment, dispute, payout, partner or break behind it.
 *
 * Invariant: a click reads and changes nothing, so any card may carry one; what the person may see is up to the command
 * that answers.
 */
import type { Button } from '@slack/types';
import { button } from './blocks.js';

/** action_ids; each is the command's that can show the thing. */
export const lookUpIds = {
  payment: 'payment_show',
  dispute: 'dispute_show',
  partner: 'partner_show',
  break: 'recon_show',
} as const;

const shown = {
  payment: { actionId: lookUpIds.payment, text: 'Payment' },
  payout: { actionId: lookUpIds.payment, text: 'Payout' },
  dispute: { actionId: lookUpIds.dispute, text: 'Dispute' },
  partner: { actionId: lookUpIds.partner, text: 'Partner' },
  break: { actionId: lookUpIds.break, text: 'Break' },
} as const;

export type Shown = keyof typeof shown;

/** Null for an id that fits no button. */
export function lookUpButton(kind: Shown, id: string): Button | null {
  const { actionId, text } = shown[kind];
  return button({ actionId, text, value: id, label: `${text} ${id}, visible only to you` });
}
