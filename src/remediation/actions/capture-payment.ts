/**
 * Captures an authorised payment: takes all of it, or a part and releases the rest.
 *
 * Reading back: the provider keeps no mark of who captured. But a payment is captured once at most, and the plan saw it
 * uncaptured; so where exactly the planned amount was taken, the effect exists exactly once, no matter who requested it, and
 * counts as done. Where another amount was taken somebody else decided otherwise, and a person has to look.
 * Deliberately absent: several captures of one payment, and capturing more than was authorised.
 */
import { minuteMs } from '../../kernel/clock.js';
import { OpsError } from '../../kernel/errors.js';
import { compare, isZero, subtract, type Money } from '../../kernel/money.js';
import { fail, ok, type Result } from '../../kernel/result.js';
import { isCapturedInParts } from '../../nouns/payment.js';
import type { Payment } from '../../ports/payments-api.js';
import type { Action, ActionFault, Effect, Preview, ReadBack, Step, Verification } from '../kit/action.js';
import { defineAction } from '../kit/define-action.js';
import {
  amountField,
  amountIn,
  moneyFact,
  moneyOfFact,
  optionalField,
  type TypedAmount,
} from '../kit/fields.js';
import {
  inPartsFaults,
  readPaymentFacts,
  uncapturedPaymentField,
  type PaymentFacts,
} from '../kit/payment-facts.js';
import { customerLines, ofCustomer, providerOf, stepFaults, timeText } from '../kit/provider.js';
import type { Offer, Thing } from '../kit/thing.js';

type Params = { payment: string; amount: TypedAmount | null };

/** A capture that gets no answer takes half a minute; this leaves time to settle it and to send it again. */
const marginMs = 5 * minuteMs;

export const capturePayment: Action = defineAction<Params, PaymentFacts>({
  id: 'capture-payment',
  title: 'Capture payment',
  summary: 'Capture an authorised payment in full or in part',
  risk: 'medium',
  fields: {
    payment: uncapturedPaymentField('Authorised and not captured'),
    amount: optionalField(amountField('Amount', 'Leave blank to capture the full authorised amount')),
  },
  prefills: { payment: 'payment' },
  offerFor,
  read: ({ payment }, world) => readPaymentFacts(payment, world),
  check,
  preview,
  volatile: ['customerEmail'],
  execute: async ({ params, facts, idempotencyKey, world }) => {
    const order = { paymentId: facts.payment, amount: plannedAmount(params, facts), idempotencyKey };
    return effectOf(await providerOf(world).writes.capturePayment(order));
  },
  readBack: async (step) => settled(await paymentOf(step), plannedAmount(step.params, step.facts)),
  verify: async (step) => verified(await paymentOf(step), plannedAmount(step.params, step.facts)),
});

function offerFor(thing: Thing): Offer | null {
  if (thing.kind !== 'payment' || thing.repeated) return null;
  const { id, payment } = thing;
  const waits =
    payment?.status === 'requires_capture' &&
    !isZero(payment.amountCapturable) &&
    !isCapturedInParts(payment);
  return waits ? { text: 'Capture…', kind: 'payment', id } : null;
}

const paymentOf = ({ facts, world }: Step<Params, PaymentFacts>): Promise<Payment> =>
  providerOf(world).payments.payment(facts.payment);

/** What would be taken, or why that cannot be. */
function amountToTake({ amount }: Params, facts: PaymentFacts): Result<Money, string> {
  const capturable = moneyOfFact(facts.amountCapturable);
  if (amount === null) return ok(capturable);
  const wanted = amountIn(amount, capturable.currency);
  if (!wanted.ok || isZero(capturable) || compare(wanted.value, capturable) <= 0) return wanted;
  return fail(
    `${moneyFact(wanted.value)} is more than the authorised amount: at most ${facts.amountCapturable}.`,
  );
}

/** Of a plan that passed its check. */
function plannedAmount(params: Params, facts: PaymentFacts): Money {
  const amount = amountToTake(params, facts);
  if (amount.ok) return amount.value;
  throw new OpsError('internal', 'A plan has no amount that can be captured.');
}

function check(params: Params, facts: PaymentFacts, now: Date): ActionFault[] {
  const { payment, status, captureBefore } = facts;
  const faults: ActionFault[] = inPartsFaults(facts);
  if (status !== 'requires_capture')
    faults.push({
      field: 'payment',
      message: `${payment} is ${status}: only an authorised payment (requires_capture) can be captured.`,
    });
  else if (isZero(moneyOfFact(facts.amountCapturable)) && faults.length === 0)
    faults.push({
      field: 'payment',
      message: `Nothing of ${payment} is authorised, so nothing can be captured.`,
    });
  if (captureBefore !== null && new Date(captureBefore).getTime() - marginMs <= now.getTime())
    faults.push({
      field: 'payment',
      message: `The authorisation of ${payment} expires at ${timeText(captureBefore)}, and a capture must start at least five minutes before. The customer must pay again.`,
    });
  const amount = amountToTake(params, facts);
  const ofAmount = amount.ok ? amountFaults(amount.value, facts) : [amount.fault];
  return [...faults, ...ofAmount.map((message) => ({ field: 'amount', message }))];
}

function amountFaults(amount: Money, facts: PaymentFacts): string[] {
  const { leastCapture } = facts;
  // Where nothing is authorised, that is said already.
  if (isZero(amount)) return [];
  const isTooSmall = leastCapture !== null && compare(amount, moneyOfFact(leastCapture)) < 0;
  return [
    ...stepFaults(amount, facts),
    ...(isTooSmall ? [`${moneyFact(amount)} is below the provider’s minimum of ${leastCapture}.`] : []),
  ];
}

function preview(params: Params, facts: PaymentFacts): Preview {
  const { payment, customer, method, captureBefore } = facts;
  const amount = plannedAmount(params, facts);
  const rest = subtract(moneyOfFact(facts.amountCapturable), amount);
  const taken = moneyFact(amount);
  return {
    headline: `Capture ${taken} of ${payment}${ofCustomer(customer)}${method === null ? '' : ` from ${method}`}`,
    changes: [
      'Status: requires_capture → succeeded',
      `Received: ${facts.amountReceived} → ${taken}, less the provider’s fee`,
      ...(isZero(rest)
        ? []
        : [`Released to the customer: ${moneyFact(rest)}, which can’t be captured later`]),
    ],
    affected: [
      ...customerLines(facts),
      `The customer is charged ${taken}.`,
      ...(captureBefore === null
        ? []
        : [`Without a capture the authorisation expires at ${timeText(captureBefore)}.`]),
    ],
    undo: 'Refund the payment; the provider keeps its fee.',
    irreversible: null,
    // What is not taken is gone for good, so a small part of a large authorisation puts all of it at stake.
    value: moneyOfFact(facts.amountCapturable),
    subject: { kind: 'payment', id: payment },
    partner: facts.partner,
    merchant: facts.merchant,
  };
}

const effectOf = ({ id, amountReceived }: Payment): Effect => ({
  id,
  summary: `Payment ${id} is captured: ${moneyFact(amountReceived)} received.`,
});

const statusLine = ({ id, status, amountReceived }: Payment): string =>
  `Payment ${id} is ${status}, ${moneyFact(amountReceived)} received.`;

const isCaptured = ({ status, amountReceived }: Payment, planned: Money): boolean =>
  status === 'succeeded' && compare(amountReceived, planned) === 0;

function settled(payment: Payment, planned: Money): ReadBack {
  if (isCaptured(payment, planned)) return { kind: 'done', effect: effectOf(payment) };
  const evidence = [statusLine(payment)];
  // A payment that was cancelled has never been captured; the same order again is refused.
  if (payment.status === 'requires_capture' || payment.status === 'canceled')
    return { kind: 'not_done', evidence };
  return { kind: 'cannot_tell', evidence: [...evidence, `The plan was to capture ${moneyFact(planned)}.`] };
}

function verified(payment: Payment, planned: Money): Verification {
  const evidence = statusLine(payment);
  if (isCaptured(payment, planned)) return { kind: 'visible', evidence };
  const mayCome = payment.status === 'requires_capture' || payment.status === 'processing';
  return { kind: mayCome ? 'not_yet' : 'wrong', evidence };
}
