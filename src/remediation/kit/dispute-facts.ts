/**
 * What the actions on disputes share: the dispute as a plan sees it, when it can still be answered, and how that is said.
 */
import { formatDuration } from '../../kernel/duration.js';
import { answerTo, canBeAnswered, takesEvidence, type Answer } from '../../nouns/dispute.js';
import { responderOf, responderSentence } from '../../nouns/responder.js';
import type { Dispute } from '../../ports/payments-api.js';
import type { ActionFault, Field, World } from './action.js';
import { idField, moneyFact } from './fields.js';
import { customerFacts, merchantOf, providerOf, timeText } from './provider.js';

export type DisputeFacts = {
  partner: string | null;
  merchant: string | null;
  customer: string | null;
  /** Masked. */
  customerEmail: string | null;
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
  /** Who answers at the deadline, in the provider’s word. */
  intendedSubmission: string | null;
  hasEvidence: boolean;
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
    ...customerFacts(payment),
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
    intendedSubmission: dispute.intendedSubmission,
    hasEvidence: dispute.hasEvidence,
  };
  return { dispute, facts };
}

/** One page of the provider's list. */
const mostListed = 100;

/** A dispute, to be chosen from those that suit, the nearest deadline first. One without a date may be the nearest. */
const disputeField = (suits: (dispute: Dispute, now: Date) => boolean): Field<string> => ({
  ...idField('Dispute', ['dp_', 'du_']),
  suggest: async (world, _hints, signal) => {
    const { rows } = await providerOf(world).payments.recentDisputes(mostListed, signal);
    const now = world.clock.now();
    return rows
      .filter((dispute) => suits(dispute, now))
      .sort((a, b) => placeOf(a, now) - placeOf(b, now))
      .map((dispute) => ({ value: dispute.id, label: choiceText(dispute, now), description: dispute.id }));
  },
});

function placeOf(dispute: Dispute, now: Date): number {
  if (answerTo(dispute, now).kind === 'not_allowed') return Infinity;
  return dispute.respondBy?.getTime() ?? 0;
}

export const openDisputeField = disputeField(takesEvidence);

export const answerableDisputeField = disputeField(canBeAnswered);

/** “120.00 EUR, fraudulent, due 2026-11-25 23:59 UTC”. */
function choiceText(dispute: Dispute, now: Date): string {
  return [
    moneyFact(dispute.amount),
    dispute.reason.replaceAll('_', ' '),
    dueText(answerTo(dispute, now)),
  ].join(', ');
}

function dueText(answer: Answer): string {
  if (answer.kind === 'not_allowed') return 'no response allowed';
  if (answer.kind === 'late') return answer.by ? `was due ${timeText(answer.by)}` : 'overdue';
  return answer.kind === 'due' ? `due ${timeText(answer.by)}` : 'no deadline given';
}

/** Why no evidence can be given any more. */
export function answerFaults(facts: DisputeFacts, now: Date): ActionFault[] {
  const { dispute, status, submissionCount } = facts;
  const answer = answerOf(facts, now);
  const faults = [];
  if (!takesEvidence(facts))
    faults.push(`${dispute} is ${status}: evidence can be added only while it needs a response.`);
  if (submissionCount > 0)
    faults.push(`Evidence for ${dispute} is already submitted, and the bank accepts it only once.`);
  if (answer.kind === 'not_allowed')
    faults.push(`The network allows no response to ${dispute}: it can only be accepted.`);
  if (answer.kind === 'late')
    faults.push(
      answer.by
        ? `The response to ${dispute} was due by ${timeText(answer.by)}; the deadline has passed.`
        : `The response to ${dispute} is overdue; the provider gives no date.`,
    );
  return faults.map((message) => ({ field: 'dispute', message }));
}

const answerOf = ({ respondBy, ...facts }: DisputeFacts, now: Date): Answer =>
  answerTo({ ...facts, respondBy: respondBy === null ? null : new Date(respondBy) }, now);

/** “Response due by 2026-11-25 23:59 UTC, 4 d 3 h left”. */
export function deadlineText(facts: DisputeFacts, now: Date): string {
  const { respondBy, answerAllowed, pastDue, status } = facts;
  if (answerOf(facts, now).kind === 'none')
    return `No response is due: the dispute is ${status.replaceAll('_', ' ')}`;
  if (!answerAllowed) return 'The network allows no response';
  if (respondBy === null) return `Response ${pastDue ? 'overdue' : 'due'}; the provider gives no date`;
  const leftMs = new Date(respondBy).getTime() - now.getTime();
  const left = leftMs > 0 ? `${formatDuration(leftMs)} left` : `${formatDuration(leftMs)} overdue`;
  return `Response due by ${timeText(respondBy)}, ${left}`;
}

/** “At the deadline: your team: nothing is sent unless someone submits evidence.”; none when no answer is due. */
export function responderLines(facts: DisputeFacts, now: Date): string[] {
  const sentence = responderSentence(
    { ...facts, respondBy: facts.respondBy === null ? null : new Date(facts.respondBy) },
    now,
  );
  return sentence === null ? [] : [`Who answers at the deadline: ${sentence}.`];
}

/** Evidence that is given takes the answer away from the provider, and somebody has to submit it then. */
export const switchesProviderOff = (facts: DisputeFacts): boolean =>
  responderOf(facts) === 'provider_without_evidence';

/** “product not received (visa 13.1)”. */
export function reasonText({ reason, networkCode }: DisputeFacts): string {
  return `${reason.replaceAll('_', ' ')}${networkCode === '' ? '' : ` (${networkCode})`}`;
}

/** A refund of the same payment rests on the dispute, and the other way round. */
export const contendsOf = ({ dispute, payment }: Pick<DisputeFacts, 'dispute' | 'payment'>): string[] =>
  [dispute, payment].filter((id) => id !== null);
