/**
 * Gives back what a charge took, all that is left of it or a part.
 *
 * Reading back: every refund of ours carries the plan's idempotency key in its metadata, so it is distinguished from any other
 * of the same amount. Where none carries it nothing was done yet, and the provider remembers the key of the order.
 * Deliberately absent: taking a refund back. No provider does.
 */
import { dayMs } from '../../kernel/clock.js';
import { OpsError } from '../../kernel/errors.js';
import { add, compare, isZero, negate, subtract, type Money } from '../../kernel/money.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import * as charges from '../../nouns/charge.js';
import { isOver, tookTheMoneyBack } from '../../nouns/dispute.js';
import { cameToNothing } from '../../nouns/refund.js';
import type { Charge, Dispute, Refund } from '../../ports/payments-api.js';
import type { Rows } from '../../ports/rows.js';
import type { Action, ActionFault, Effect, Preview, ReadBack, Step, Verification } from '../kit/action.js';
import { defineAction } from '../kit/define-action.js';
import {
  amountField,
  amountIn,
  choiceField,
  idField,
  moneyFact,
  moneyOfFact,
  optionalField,
  type TypedAmount,
} from '../kit/fields.js';
import { customerLines, ofCustomer, providerOf, stepFaults, timeText } from '../kit/provider.js';
import { leftOf, readRefundFacts, type RefundFacts } from '../kit/refund-facts.js';
import type { Offer, PaymentThing, Thing } from '../kit/thing.js';

type Reason = 'requested_by_customer' | 'duplicate' | 'fraudulent';
type Params = { payment: string; amount: TypedAmount | null; reason: Reason };

const reasons: readonly { value: Reason; label: string }[] = [
  { value: 'requested_by_customer', label: 'Requested by the customer' },
  { value: 'duplicate', label: 'Duplicate payment' },
  { value: 'fraudulent', label: 'Fraud (blocks the card and e-mail address)' },
];

/** The same amount of the same charge again within a day is far more often a mistake than meant. */
const duplicateWindowMs = dayMs;

/** In the metadata of a refund: the key of the plan that it came from. */
const mark = 'paydesk';

export const refundPayment: Action = defineAction<Params, RefundFacts>({
  id: 'refund-payment',
  title: 'Refund payment',
  summary: 'Refund in full or in part',
  risk: 'high',
  fields: {
    payment: idField('Payment or charge', ['pi_', 'ch_']),
    amount: optionalField(amountField('Amount', 'Leave blank to refund the full remaining amount')),
    reason: choiceField('Reason', reasons),
  },
  prefills: { payment: 'payment' },
  offerFor,
  read: ({ payment }, world) => readRefundFacts(payment, world),
  contends: ({ payment, charge }) => [payment, charge].filter((id) => id !== null),
  check,
  preview,
  volatile: ['customerEmail'],
  execute: async ({ params, facts, idempotencyKey, world }) => {
    const { charge: chargeId } = facts;
    const { reason } = params;
    const order = {
      chargeId,
      amount: plannedAmount(params, facts),
      reason,
      metadata: { [mark]: idempotencyKey },
    };
    return effectOf(await providerOf(world).writes.refund({ ...order, idempotencyKey }));
  },
  readBack: async (step) => {
    const refunds = await refundsOf(step);
    const refund = refunds.rows.find(({ metadata }) => metadata[mark] === step.idempotencyKey);
    return refund ? { kind: 'done', effect: effectOf(refund) } : notFound(step.facts, refunds);
  },
  verify: async (step, { id: effectId }) => {
    const refunds = await refundsOf(step);
    const refund = refunds.rows.find(({ id }) => id === effectId);
    return refund ? verified(refund) : missing(step.facts, effectId, refunds);
  },
});

/** Of a repeated capture the last is the one to refund: by its charge, or as the other payment of the order. */
function offerFor(thing: Thing): Offer | null {
  if (thing.kind !== 'payment') return null;
  const { id, repeated } = thing;
  if (repeated)
    return repeated.charge === null || isRefundable(repeated.charge, thing)
      ? { text: `Refund the ${repeated.place === 2 ? 'second' : 'last'}…`, kind: 'payment', id: repeated.id }
      : null;
  // Which charge it would be is not known without it.
  const isTaken = thing.payment?.status === 'succeeded' && thing.charge !== null;
  return isTaken && isRefundable(thing.charge, thing) ? { text: 'Refund…', kind: 'payment', id } : null;
}

function isRefundable(charge: Charge | null, { refunds, disputes }: PaymentThing): boolean {
  const own = disputes.filter(
    ({ chargeId }) => charge === null || chargeId === null || chargeId === charge.id,
  );
  if (own.some(({ isChargeRefundable }) => !isChargeRefundable)) return false;
  return charge === null || !isZero(charges.leftOf(charge, refunds, own));
}

const refundsOf = ({ facts, world }: Step<Params, RefundFacts>): Promise<Rows<Refund>> =>
  providerOf(world).payments.refundsOf({ chargeId: facts.charge });

/** What would be given back, or why that cannot be. */
function amountToGive({ amount }: Params, facts: RefundFacts): Result<Money, string> {
  const left = leftOf(facts);
  if (amount === null) return ok(left);
  const wanted = amountIn(amount, left.currency);
  if (!wanted.ok || isZero(left) || compare(wanted.value, left) <= 0) return wanted;
  return fail(
    `${moneyFact(wanted.value)} is more than the refundable amount: ${facts.amountRefunded} of ${facts.amountCaptured} is refunded already${lostWords(facts)}, so at most ${moneyFact(left)}.`,
  );
}

const lostWords = ({ amountLost }: RefundFacts): string =>
  isZero(moneyOfFact(amountLost)) ? '' : ` and ${amountLost} is lost to disputes`;

/** Of a plan that passed its check. */
function plannedAmount(params: Params, facts: RefundFacts): Money {
  const amount = amountToGive(params, facts);
  if (amount.ok) return amount.value;
  throw new OpsError('internal', 'A plan has no amount that can be refunded.');
}

function check(params: Params, facts: RefundFacts, now: Date): ActionFault[] {
  const amount = amountToGive(params, facts);
  const ofAmount = amount.ok
    ? [...stepFaults(amount.value, facts), ...sameAgain(amount.value, facts, now)]
    : [amount.fault];
  return [
    ...[...chargeFaults(facts), ...disputeFaults(facts)].map((message) => ({ field: 'payment', message })),
    ...ofAmount.map((message) => ({ field: 'amount', message })),
  ];
}

function chargeFaults(facts: RefundFacts): string[] {
  const { charge, payment, status, captured, amountCaptured, inParts } = facts;
  if (inParts)
    return [
      `${payment ?? charge} is captured in several parts, and more captures may follow: ${amountCaptured} captured so far. Refund it after the final capture, or in the provider’s dashboard.`,
    ];
  if (status !== 'succeeded') return [`${charge} is ${status}: only a successful charge can be refunded.`];
  if (!captured)
    return [
      `${charge} is not captured, so there is nothing to refund: cancel the payment instead, which releases the authorisation.`,
    ];
  // The dispute's own line says what it took.
  if (!isZero(leftOf(facts)) || disputeFaults(facts).length > 0) return [];
  const how = lostWords(facts) === '' ? 'refunded' : 'refunded or lost to disputes';
  return [`${charge} is ${how} in full (${amountCaptured}): nothing is left to refund.`];
}

/** The provider's word is taken, whatever a dispute's status: a new word may come. */
const disputeFaults = ({ charge, disputes }: RefundFacts): string[] =>
  disputes
    .filter(({ isChargeRefundable }) => !isChargeRefundable)
    .map(
      (dispute) => `${charge} has dispute ${dispute.id} (${dispute.status}): ${whyNotRefundable(dispute)}`,
    );

function whyNotRefundable(dispute: Pick<Dispute, 'status'>): string {
  if (tookTheMoneyBack(dispute)) return 'the customer already has the disputed amount back.';
  return isOver(dispute)
    ? 'it is over, and the provider says that this charge can no longer be refunded.'
    : 'a disputed charge can be refunded only while the dispute is an inquiry.';
}

function sameAgain(amount: Money, { refunds }: RefundFacts, now: Date): string[] {
  const endsAt = (createdAt: string): Date => new Date(new Date(createdAt).getTime() + duplicateWindowMs);
  return refunds
    .filter((refund) => compare(moneyOfFact(refund.amount), amount) === 0 && endsAt(refund.createdAt) > now)
    .map(
      ({ id, amount, createdAt }) =>
        `${id} refunded the same amount (${amount}) at ${timeText(createdAt)}. The same amount is allowed again after ${timeText(endsAt(createdAt))}, a different one now.`,
    );
}

function preview(params: Params, facts: RefundFacts): Preview {
  const amount = plannedAmount(params, facts);
  const { charge, payment, customer, method, amountCaptured, amountRefunded, fee } = facts;
  const after = moneyFact(add(moneyOfFact(amountRefunded), amount));
  return {
    headline: `Refund ${moneyFact(amount)} of ${payment ?? charge} to ${method}${ofCustomer(customer)}`,
    changes: [
      `Refunded: ${amountRefunded} → ${after}, of ${amountCaptured} captured (${charge})`,
      `Refundable: ${moneyFact(leftOf(facts))} now, ${moneyFact(subtract(leftOf(facts), amount))} after this`,
      `Balance with the provider: ${balanceEffect(amount, fee)}`,
      fee === null
        ? 'The provider keeps its fee for the payment.'
        : `The provider keeps its fee of ${fee} for the payment.`,
      `Reason: ${reasonLabel(params)}`,
    ],
    affected: affectedBy(params, facts, amount),
    undo: null,
    irreversible: 'A refund can’t be reversed: you’d have to ask the customer to return it.',
    value: amount,
    subject: { kind: 'payment', id: payment ?? charge },
    partner: facts.partner,
    merchant: facts.merchant,
  };
}

/** As the form says it: the plan is read by the same people. */
const reasonLabel = ({ reason }: Params): string =>
  reasons.find(({ value }) => value === reason)?.label ?? reason;

/** The fee is in the currency of the balance, which may be another than the customer's. */
function balanceEffect(amount: Money, fee: string | null): string {
  const given = moneyFact(negate(amount));
  const currency = fee === null ? amount.currency : moneyOfFact(fee).currency;
  return currency === amount.currency ? given : `${given}, debited in ${currency} at the day’s rate`;
}

function affectedBy({ reason }: Params, facts: RefundFacts, amount: Money): string[] {
  const rest = compare(amount, leftOf(facts)) < 0;
  const warned = rest
    ? 'stays open, because the refund is partial'
    : 'is resolved by this refund before it becomes a dispute';
  return [
    ...customerLines(facts),
    'The customer receives it in 5–10 days.',
    ...(reason === 'fraudulent'
      ? [
          'The provider adds the card and e-mail address to its block list and declines their future payments.',
        ]
      : []),
    ...facts.openWarnings.map((id) => `Early fraud warning ${id} ${warned}.`),
    ...facts.disputes
      .filter((dispute) => !isOver(dispute))
      .map(({ id, status }) => `Dispute ${id} (${status}) is open on the same charge.`),
    ...facts.unread.map((problem) => `Not taken into account: ${problem}.`),
  ];
}

/** What became of it, where the provider's word is no sentence; any other word is taken as it is. */
const statusWords: ReadonlyMap<string, string> = new Map([
  ['succeeded', 'succeeded'],
  ['failed', 'failed'],
  ['canceled', 'was canceled'],
  ['requires_action', 'needs action by the customer'],
]);

const statusLine = ({ id, amount, status, failureReason, reference }: Refund): string => {
  const why = failureReason === null ? '' : ` (${failureReason.replaceAll('_', ' ')})`;
  const became = statusWords.get(status) ?? `is ${status.replaceAll('_', ' ')}`;
  return `Refund ${id} of ${moneyFact(amount)} ${became}${why}${reference === null ? '' : `, reference ${reference}`}.`;
};

const effectOf = (refund: Refund): Effect => ({ id: refund.id, summary: statusLine(refund) });

/** One that cannot be read may be ours. */
function notFound({ charge }: RefundFacts, { problems }: Rows<Refund>): ReadBack {
  const evidence = [`No refund of ${charge} has this plan’s key.`];
  return problems.length === 0
    ? { kind: 'not_done', evidence }
    : { kind: 'cannot_tell', evidence: [...evidence, ...problems] };
}

function missing(
  { charge }: RefundFacts,
  reference: string | null,
  { problems }: Rows<Refund>,
): Verification {
  const evidence = `Refund ${reference ?? 'of this plan'} is not listed for ${charge}.`;
  return problems.length === 0
    ? { kind: 'wrong', evidence }
    : { kind: 'not_yet', evidence: `${evidence} ${problems.join('; ')}` };
}

function verified(refund: Refund): Verification {
  const evidence = statusLine(refund);
  if (refund.status === 'succeeded') return { kind: 'visible', evidence };
  if (!cameToNothing(refund))
    return { kind: 'not_yet', evidence: `${evidence} This is normal for a few hours.` };
  return {
    kind: 'wrong',
    evidence: `${evidence} The customer did not receive the money; it is back on the balance.`,
  };
}
