/**
 * Events of the world: what the partner would have told a webhook, in the order it happened.
 * Invariant: an event's object is as it was at the event's time; its id carries the order and the event's number.
 */
import type { IdCodec } from '../../world/ids.js';
import type { Order } from '../../world/orders.js';
import type { Payout } from '../../world/settlement.js';
import { currencies } from '../../world/partners.js';
import { seconds, type ApiObject } from './api-object.js';
import { payoutOf } from './balance.js';
import { disputeOf, earlyFraudWarningOf } from './disputes.js';
import { chargeOf, duplicateChargeOf, paymentIntentOf, stageOf } from './payments.js';

export interface EventFact {
  sub: number;
  type: string;
  atMs: number;
  place: { hour: number; index: number };
  render: () => ApiObject;
}

/** Numbers of an order's events within its id; attempts and refunds add their own number. */
const subOrder = {
  created: 0,
  charge: 1,
  duplicate: 5,
  intent: 8,
  captured: 15,
  refunded: 16,
  disputed: 20,
  closed: 21,
  warned: 22,
  lapsed: 23,
};
const payoutSub = { created: 40, paid: 41 };

/** All events in the life of an order, unsorted. */
export function eventsOfOrder(ids: IdCodec, order: Order): EventFact[] {
  const intentAt = (atMs: number) => (): ApiObject => paymentIntentOf(ids, order, atMs);
  const last = order.attempts.length - 1;
  const chargeAt = (no: number, atMs: number) => (): ApiObject => {
    const attempt = order.attempts[no] ?? order.attempts[0];
    if (!attempt) throw new Error('an order has at least one attempt');
    return chargeOf(ids, order, attempt, atMs);
  };
  const event = (sub: number, type: string, atMs: number, render: () => ApiObject): EventFact => ({
    sub,
    type,
    atMs,
    place: { hour: order.hour, index: order.index },
    render,
  });
  const events = [
    event(subOrder.created, 'payment_intent.created', order.createdMs, intentAt(order.createdMs)),
  ];
  for (const { no, completedMs, decline } of order.attempts) {
    events.push(
      event(
        subOrder.charge + no,
        decline ? 'charge.failed' : 'charge.succeeded',
        completedMs,
        chargeAt(no, completedMs),
      ),
    );
    events.push(
      event(subOrder.intent + no, intentEvent(order, completedMs), completedMs, intentAt(completedMs)),
    );
  }
  if (order.captureMethod === 'manual' && order.capturedMs !== null)
    events.push(
      event(subOrder.captured, 'charge.captured', order.capturedMs, chargeAt(last, order.capturedMs)),
    );
  const { duplicateMs } = order;
  if (duplicateMs !== null)
    events.push(
      event(subOrder.duplicate, 'charge.succeeded', duplicateMs, () =>
        duplicateChargeOf(ids, order, duplicateMs, duplicateMs),
      ),
    );
  if (order.lapsedMs !== null)
    events.push(event(subOrder.lapsed, 'payment_intent.canceled', order.lapsedMs, intentAt(order.lapsedMs)));
  for (const { no, atMs } of order.refunds)
    events.push(event(subOrder.refunded + no, 'charge.refunded', atMs, chargeAt(last, atMs)));
  return [...events, ...troubleEvents(ids, order, event)];
}

function troubleEvents(
  ids: IdCodec,
  order: Order,
  event: (sub: number, type: string, atMs: number, render: () => ApiObject) => EventFact,
): EventFact[] {
  const { dispute, warningMs } = order;
  const events: EventFact[] = [];
  if (dispute) {
    const at = (atMs: number) => (): ApiObject => disputeOf(ids, order, dispute, atMs);
    events.push(event(subOrder.disputed, 'charge.dispute.created', dispute.openedMs, at(dispute.openedMs)));
    events.push(event(subOrder.closed, 'charge.dispute.closed', dispute.decidedMs, at(dispute.decidedMs)));
  }
  if (warningMs !== null)
    events.push(
      event(subOrder.warned, 'radar.early_fraud_warning.created', warningMs, () =>
        earlyFraudWarningOf(ids, order, warningMs, warningMs),
      ),
    );
  return events;
}

function intentEvent(order: Order, atMs: number): string {
  const stage = stageOf(order, atMs);
  if (stage === 'requires_payment_method') return 'payment_intent.payment_failed';
  return stage === 'requires_capture'
    ? 'payment_intent.amount_capturable_updated'
    : 'payment_intent.succeeded';
}

export function eventsOfPayout(ids: IdCodec, payout: Payout): EventFact[] {
  const place = { hour: payout.day * 24, index: currencies.indexOf(payout.currency) };
  const at = (atMs: number) => (): ApiObject => payoutOf(ids, payout, atMs);
  return [
    {
      sub: payoutSub.created,
      type: 'payout.created',
      atMs: payout.createdMs,
      place,
      render: at(payout.createdMs),
    },
    { sub: payoutSub.paid, type: 'payout.paid', atMs: payout.arrivalMs, place, render: at(payout.arrivalMs) },
  ];
}

export const isPayoutEvent = (sub: number): boolean => sub >= payoutSub.created;

export const eventOf = (ids: IdCodec, fact: EventFact, apiVersion: string): ApiObject => ({
  object: 'event',
  id: ids.encode('event', { ...fact.place, sub: fact.sub }),
  api_version: apiVersion,
  created: seconds(fact.atMs),
  data: { object: fact.render() },
  livemode: false,
  pending_webhooks: 0,
  request: { id: null, idempotency_key: null },
  type: fact.type,
});
