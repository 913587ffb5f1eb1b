/**
 * Accepts a dispute as lost: the customer keeps the money.
 *
 * Reading back: the provider's call takes no mark, but a dispute is lost only once and stays lost, no matter who accepted it.
 * While it still needs a response nothing was done, and the provider remembers the key. Anything else (answered, won)
 * is for people.
 * Deliberately absent: a deadline. A dispute past its day can still be given up while the provider shows it open.
 */
import { compare } from '../../kernel/money.js';
import { isInquiry, takesEvidence } from '../../nouns/dispute.js';
import type { Dispute } from '../../ports/payments-api.js';
import type { Action, ActionFault, Effect, Preview, ReadBack, Step, Verification } from '../kit/action.js';
import { defineAction } from '../kit/define-action.js';
import {
  contendsOf,
  deadlineText,
  openDisputeField,
  readDispute,
  reasonText,
  responderLines,
  type DisputeFacts,
} from '../kit/dispute-facts.js';
import { amountField, amountIn, moneyOfFact, type TypedAmount } from '../kit/fields.js';
import { customerLines, providerOf } from '../kit/provider.js';
import { waitingDisputeOf, type Offer, type Thing } from '../kit/thing.js';

interface Params {
  dispute: string;
  acknowledged: TypedAmount;
}

export const acceptDispute: Action = defineAction<Params, DisputeFacts>({
  id: 'accept-dispute',
  title: 'Accept dispute',
  summary: 'Accept a dispute as lost',
  risk: 'high',
  fields: {
    dispute: openDisputeField,
    acknowledged: amountField('Disputed amount', 'Type the full amount to confirm that you accept the loss'),
  },
  prefills: { dispute: 'dispute' },
  offerFor,
  read: async ({ dispute }, world) => (await readDispute(dispute, world)).facts,
  volatile: ['customer', 'customerEmail'],
  contends: contendsOf,
  check: (params, facts) => [...openFaults(facts), ...acknowledgementFaults(params, facts)],
  preview: (_params, facts, now) => preview(facts, now),
  execute: async ({ facts, idempotencyKey, world }) =>
    effectOf(await providerOf(world).writes.closeDispute({ disputeId: facts.dispute, idempotencyKey })),
  readBack: async (step) => readBackOf(await disputeOf(step)),
  verify: async (step) => verified(await disputeOf(step)),
});

function offerFor(thing: Thing): Offer | null {
  const dispute = waitingDisputeOf(thing);
  return dispute && { text: 'Accept…', kind: 'dispute', id: dispute.id };
}

const disputeOf = ({ facts, world }: Step<Params, DisputeFacts>): Promise<Dispute> =>
  providerOf(world).payments.dispute(facts.dispute);

function openFaults(facts: DisputeFacts): ActionFault[] {
  if (takesEvidence(facts)) return [];
  const message = `${facts.dispute} is ${facts.status}: only a dispute that needs a response can be accepted.`;
  return [{ field: 'dispute', message }];
}

function acknowledgementFaults({ acknowledged }: Params, { amount }: DisputeFacts): ActionFault[] {
  const own = moneyOfFact(amount);
  const typed = amountIn(acknowledged, own.currency);
  if (typed.ok && compare(typed.value, own) === 0) return [];
  const why = typed.ok ? '' : ` ${typed.fault}`;
  return [{ field: 'acknowledged', message: `The disputed amount is ${amount}: type exactly that.${why}` }];
}

function preview(facts: DisputeFacts, now: Date): Preview {
  const { dispute, amount, partner, merchant } = facts;
  return {
    headline: `Accept dispute ${dispute} (${amount}) as lost`,
    changes: [
      `Customer’s claim: ${reasonText(facts)}`,
      isInquiry(facts)
        ? `No money is withdrawn for this inquiry; without a response it may become a dispute for ${amount}.`
        : `The customer keeps ${amount}.`,
      ...responderLines(facts, now),
      `${deadlineText(facts, now)}. No evidence is sent to the bank, not even draft evidence.`,
    ],
    affected: [...customerLines(facts), ...inquiryLines(facts)],
    undo: null,
    irreversible: 'The dispute closes as lost: it can’t be answered or reopened.',
    value: moneyOfFact(amount),
    subject: { kind: 'dispute', id: dispute },
    partner,
    merchant,
  };
}

const inquiryLines = ({ isChargeRefundable, payment }: DisputeFacts): string[] =>
  isChargeRefundable
    ? [`${payment ?? 'The payment'} can still be refunded, which may avoid the chargeback and its fee.`]
    : [];

const isLost = ({ status }: Dispute): boolean => status === 'lost' || status === 'warning_closed';

const statusText = ({ id, status }: Dispute): string => `${id} is ${status}.`;

const effectOf = (dispute: Dispute): Effect => ({ id: dispute.id, summary: statusText(dispute) });

function readBackOf(dispute: Dispute): ReadBack {
  if (isLost(dispute)) return { kind: 'done', effect: effectOf(dispute) };
  const evidence = [statusText(dispute)];
  return takesEvidence(dispute) ? { kind: 'not_done', evidence } : { kind: 'cannot_tell', evidence };
}

function verified(dispute: Dispute): Verification {
  const evidence = statusText(dispute);
  if (isLost(dispute)) return { kind: 'visible', evidence };
  return takesEvidence(dispute) ? { kind: 'not_yet', evidence } : { kind: 'wrong', evidence };
}
