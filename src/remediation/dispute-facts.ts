/**
 * What the actions on disputes share: the dispute as a plan sees it, when it can still be answered, and how that is told.
 */
import { formatDuration } from '../kernel/duration.js';
import type { Dispute } from '../ports/payments-api.js';
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
    ...customerFacts(payment),
    dispute: dispute.id,
    payment: dispute.paymentId ?? dispute.chargeId,
    amount: moneyFact(dispute.amount),
    status: dispute.status,
    reason: dispute.reason,
    networkCode: [dispute.brand, dispute.networkReasonCode].filter((part) => part !== null).join(' '),
    respondBy: dispute.respondBy?.toISOString() ?? null,
    submissionCount: dispute.submissionCount,
    isChargeRefundable: dispute.isChargeRefundable,
  };
  return { dispute, facts };
}

/** One page of the provider's list. */
const mostListed = 100;

/** A dispute, to be chosen from those that wait for an answer, the nearest deadline first. */
export const disputeField: Field<string> = {
  ...idField('Dispute', ['dp_', 'du_']),
  suggest: async (world) => {
    const disputes = await providerOf(world).payments.recentDisputes(mostListed);
    return disputes
      .filter(isOpen)
      .sort((a, b) => (a.respondBy?.getTime() ?? Infinity) - (b.respondBy?.getTime() ?? Infinity))
      .map((dispute) => ({ value: dispute.id, label: choiceText(dispute), description: dispute.id }));
  },
};

/** “120.00 EUR, fraudulent, due 2026-11-25 23:59 UTC”. */
function choiceText({ amount, reason, respondBy }: Dispute): string {
  const due = respondBy === null ? 'no deadline' : `due ${timeText(respondBy)}`;
  return [moneyFact(amount), reason.replaceAll('_', ' '), due].join(', ');
}

/** Inquiries are answered as disputes are. Appeals are not: they take other evidence. */
export const isOpen = ({ status }: Pick<Dispute, 'status'>): boolean =>
  status === 'needs_response' || status === 'warning_needs_response';

/** Why no evidence can be given any more. */
export function answerFaults(facts: DisputeFacts, now: Date): ActionFault[] {
  const { dispute, status, respondBy, submissionCount } = facts;
  const faults = [];
  if (!isOpen(facts))
    faults.push(`${dispute} is ${status}: evidence can be added only while it needs a response.`);
  if (submissionCount > 0)
    faults.push(`Evidence for ${dispute} is already submitted, and the bank accepts it only once.`);
  if (respondBy === null) faults.push(`The network accepts no response to ${dispute}.`);
  else if (new Date(respondBy) <= now)
    faults.push(`The response to ${dispute} was due by ${timeText(respondBy)}; the deadline has passed.`);
  return faults.map((message) => ({ field: 'dispute', message }));
}

/** “Response due by 2026-11-25 23:59 UTC, 4 d 3 h left”. */
export function deadlineText({ respondBy }: DisputeFacts, now: Date): string {
  if (respondBy === null) return 'The network accepts no response';
  const leftMs = new Date(respondBy).getTime() - now.getTime();
  const left = leftMs > 0 ? `${formatDuration(leftMs)} left` : `${formatDuration(leftMs)} overdue`;
  return `Response due by ${timeText(respondBy)}, ${left}`;
}

/** “product not received (visa 13.1)”. */
export function reasonText({ reason, networkCode }: DisputeFacts): string {
  return `${reason.replaceAll('_', ' ')}${networkCode === '' ? '' : ` (${networkCode})`}`;
}

/** A refund of the same payment rests on the dispute, and the other way round. */
export const contendsOf = ({ dispute, payment }: Pick<DisputeFacts, 'dispute' | 'payment'>): string[] =>
  [dispute, payment].filter((id) => id !== null);
