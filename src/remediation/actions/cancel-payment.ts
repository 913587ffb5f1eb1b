/**
 * Cancels a payment that has taken no money: what is authorised is released to the customer.
 *
 * A capture may race it. The facts are read again right before, and the provider takes one of the two orders and
 * refuses the other, so a captured payment is never cancelled.
 * Reading back: a payment that is cancelled stays cancelled, so the effect exists exactly once, no matter who requested it. In any
 * other status it is certainly not cancelled; the same order is refused if it comes too late.
 */
import { isZero } from '../../kernel/money.js';
import { isCapturedInParts } from '../../nouns/payment.js';
import type { Payment } from '../../ports/payments-api.js';
import type { Action, ActionFault, Effect, Preview, ReadBack, Verification } from '../kit/action.js';
import { defineAction } from '../kit/define-action.js';
import { choiceField, moneyOfFact } from '../kit/fields.js';
import {
  inPartsFaults,
  readPaymentFacts,
  uncapturedPaymentField,
  type PaymentFacts,
} from '../kit/payment-facts.js';
import { customerLines, ofCustomer, providerOf } from '../kit/provider.js';
import type { Offer, Thing } from '../kit/thing.js';

type Reason = 'requested_by_customer' | 'duplicate' | 'abandoned' | 'fraudulent';
type Params = { payment: string; reason: Reason };

/** Source: docs.stripe.com/api/payment_intents/cancel. */
const cancellable: readonly string[] = [
  'requires_payment_method',
  'requires_confirmation',
  'requires_action',
  'requires_capture',
  'processing',
];

export const cancelPayment: Action = defineAction<Params, PaymentFacts>({
  id: 'cancel-payment',
  title: 'Cancel payment',
  summary: 'Cancel an uncaptured payment and release its authorisation',
  risk: 'high',
  fields: {
    payment: uncapturedPaymentField('Not captured yet'),
    reason: choiceField<Reason>('Reason', [
      { value: 'requested_by_customer', label: 'Requested by the customer' },
      { value: 'duplicate', label: 'Duplicate payment' },
      { value: 'abandoned', label: 'Abandoned' },
      { value: 'fraudulent', label: 'Fraud' },
    ]),
  },
  prefills: { payment: 'payment' },
  offerFor,
  read: ({ payment }, world) => readPaymentFacts(payment, world),
  check: (_params, facts) => check(facts),
  preview,
  volatile: ['customerEmail'],
  execute: async ({ params, facts, idempotencyKey, world }) => {
    const order = { paymentId: facts.payment, reason: params.reason, idempotencyKey };
    return effectOf(await providerOf(world).writes.cancelPayment(order));
  },
  readBack: async ({ facts, world }) => settled(await providerOf(world).payments.payment(facts.payment)),
  verify: async ({ facts, world }) => verified(await providerOf(world).payments.payment(facts.payment)),
});

/** Not while it is processing: then the provider mostly refuses. */
function offerFor(thing: Thing): Offer | null {
  if (thing.kind !== 'payment' || thing.repeated) return null;
  const { id, payment } = thing;
  if (!payment || !cancellable.includes(payment.status) || payment.status === 'processing') return null;
  return !isCapturedInParts(payment) ? { text: 'Cancel payment…', kind: 'payment', id } : null;
}

function check(facts: PaymentFacts): ActionFault[] {
  const { payment, status, amountReceived } = facts;
  if (cancellable.includes(status)) return inPartsFaults(facts);
  const instead =
    status === 'succeeded'
      ? ` It captured ${amountReceived}: refund it instead.`
      : ' There is nothing left to cancel.';
  const message = `${payment} is ${status}: only a payment in progress can be cancelled.${instead}`;
  return [{ field: 'payment', message }];
}

function preview({ reason }: Params, facts: PaymentFacts): Preview {
  const { payment, status, amount, customer, method } = facts;
  const authorised = authorisedIn(facts);
  return {
    headline: `Cancel ${payment}${ofCustomer(customer)}, ${amount}${method === null ? '' : ` with ${method}`}`,
    changes: [`Status: ${status} → canceled, reason ${reason.replaceAll('_', ' ')}`, ...released(authorised)],
    affected: [...customerLines(facts), ...affectedBy(facts, authorised)],
    undo: null,
    irreversible: 'A cancelled payment can’t be captured: the customer must pay again.',
    value: moneyOfFact(authorised ?? amount),
    subject: { kind: 'payment', id: payment },
    partner: facts.partner,
    merchant: facts.merchant,
  };
}

/** What waits for its capture; null where nothing does. */
const authorisedIn = ({ status, amountCapturable }: PaymentFacts): string | null =>
  status === 'requires_capture' && !isZero(moneyOfFact(amountCapturable)) ? amountCapturable : null;

const released = (authorised: string | null): string[] =>
  authorised === null ? [] : [`Authorised: ${authorised} → released, nothing is captured`];

function affectedBy({ status }: PaymentFacts, authorised: string | null): string[] {
  if (status === 'processing') return ['The payment is processing: the provider may refuse to cancel it.'];
  if (authorised === null) return ['The customer can no longer complete this payment.'];
  return [`The customer’s bank releases ${authorised}; this can take a few days to show.`];
}

const effectOf = ({ id, cancellationReason }: Payment): Effect => ({
  id,
  summary: `Payment ${id} is cancelled (${cancellationReason ?? 'no reason given'}).`,
});

const statusLine = ({ id, status }: Payment): string => `Payment ${id} is ${status}.`;

const settled = (payment: Payment): ReadBack =>
  payment.status === 'canceled'
    ? { kind: 'done', effect: effectOf(payment) }
    : { kind: 'not_done', evidence: [statusLine(payment)] };

function verified(payment: Payment): Verification {
  const evidence = statusLine(payment);
  if (payment.status === 'canceled') return { kind: 'visible', evidence };
  return { kind: payment.status === 'succeeded' ? 'wrong' : 'not_yet', evidence };
}
