/**
 * What the actions on disputes share: the dispute as a plan sees it, when it can still be answered, and how that is told.
 */
import { formatDuration } from '../kernel/duration.js';
import { answerTo, takesEvidence, type Answer } from '../nouns/dispute.js';
import type { Dispute } from '../ports/payments-api.js';
import type { ActionFault, World } from './action.js';
import { moneyFact } from './fields.js';
import { merchantOf, providerOf, timeText } from './provider.js';

export type DisputeFacts = {
  partner: string | null;
  merchant: string | null;
  dispute: string;
  payment: string | null;
  amount: string;
  status: string;
  reason: string;
  /** “visa 10.4”, as far as the provider tells. */
  networkCode: string;
  respondBy: string | null;
  answerAllowed: boolean;
  pastDue: boolean;
  submissionCount: number;
  isChargeRefundable: boolean;
};

/** Throws `not_found` and the like. */
export async function readDispute(
  id: string,
  world: World,
): Promise<{ dispute: Dispute; facts: DisputeFacts }> {
  const { payments } = providerOf(world);
  const dispute = await payments.dispute(id);
  const payment = dispute.paymentId === null ? null : await payments.payment(dispute.paymentId);
  const facts = {
    partner: world.paymentsPartner,
    merchant: payment && merchantOf(payment.metadata),
    dispute: dispute.id,
    payment: dispute.paymentId ?? dispute.chargeId,
    amount: moneyFact(dispute.amount),
    status: dispute.status,
    reason: dispute.reason,
    networkCode: [dispute.brand, dispute.networkReasonCode].filter((part) => part !== null).join(' '),
    respondBy: dispute.respondBy?.toISOString() ?? null,
    answerAllowed: dispute.answerAllowed,
    pastDue: dispute.pastDue,
    submissionCount: dispute.submissionCount,
    isChargeRefundable: dispute.isChargeRefundable,
  };
  return { dispute, facts };
}

/** Why no evidence can be given any more. */
export function answerFaults(facts: DisputeFacts, now: Date): ActionFault[] {
  const { dispute, status, submissionCount } = facts;
  const answer = answerOf(facts, now);
  const faults = [];
  if (!takesEvidence(facts))
    faults.push(`${dispute} is ${status}: evidence is taken only while a dispute needs a response.`);
  if (submissionCount > 0)
    faults.push(`Evidence for ${dispute} was submitted already, and the bank takes it once.`);
  if (answer.kind === 'not_allowed')
    faults.push(`The bank allows no answer to ${dispute}: it can only be accepted.`);
  if (answer.kind === 'late')
    faults.push(
      `The answer to ${dispute} was due ${answer.by ? `by ${timeText(answer.by)}` : 'before now'}: it is too late.`,
    );
  return faults.map((message) => ({ field: 'dispute', message }));
}

const answerOf = ({ respondBy, ...facts }: DisputeFacts, now: Date): Answer =>
  answerTo({ ...facts, respondBy: respondBy === null ? null : new Date(respondBy) }, now);

/** “Answer due by 2026-11-25 23:59 UTC, 4 d 3 h left”. */
export function deadlineText({ respondBy, answerAllowed }: DisputeFacts, now: Date): string {
  if (!answerAllowed) return 'The bank allows no answer';
  if (respondBy === null) return 'The provider names no date for the answer';
  const leftMs = new Date(respondBy).getTime() - now.getTime();
  const left = leftMs > 0 ? `${formatDuration(leftMs)} left` : `over since ${formatDuration(leftMs)}`;
  return `Answer due by ${timeText(respondBy)}, ${left}`;
}

/** “product not received (visa 13.1)”. */
export function reasonText({ reason, networkCode }: DisputeFacts): string {
  return `${reason.replaceAll('_', ' ')}${networkCode === '' ? '' : ` (${networkCode})`}`;
}

/** A refund of the same payment rests on the dispute, and the other way round. */
export const contendsOf = ({ dispute, payment }: Pick<DisputeFacts, 'dispute' | 'payment'>): string[] =>
  [dispute, payment].filter((id) => id !== null);
