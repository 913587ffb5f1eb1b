/**
 * Sentences of an answer, each out of the rows that it names. They are written for the bank, in plain English.
 *
 * Invariant: every name, number and date in a sentence is a value of one of its rows.
 */
import { formatMoney } from '../../kernel/money.js';
import type { DeliveryRecord, LoginRecord, MessageRecord } from '../../ports/evidence-views.js';
import type { Charge, Refund } from '../../ports/payments-api.js';
import type { CompellingPair } from './compelling-pair.js';
import type { Material } from './material.js';
import { documentAt, present, say, type KnownDocument, type SourceRow, type Statement } from './packet.js';

const rowOf =
  (from: string) =>
  ({ id }: { id: string }): SourceRow => ({ from, id });
const orderRow = rowOf('orders');
const deliveryRow = rowOf('deliveries');
const loginRow = rowOf('logins');
const messageRow = rowOf('customer_messages');
const chargeRow = rowOf('charge');
const refundRow = rowOf('refund');

/** `2026-11-03`, in UTC. */
const day = (at: Date): string => at.toISOString().slice(0, 10);
const minute = (at: Date): string => `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** What the shop knows of the buyer and the thing bought. */
export const buyer = ({ order }: Material): (Statement | null)[] =>
  order === null
    ? []
    : [
        say('customer_name', [orderRow(order)], order.customerName),
        say('customer_email_address', [orderRow(order)], order.email),
        say('customer_purchase_ip', [orderRow(order)], order.ip),
        say('billing_address', [orderRow(order)], order.billingAddress),
      ];

export const product = ({ order }: Material): Statement | null =>
  order && say('product_description', [orderRow(order)], order.description);

export const placed = ({ order }: Material): Statement | null =>
  order &&
  say(
    'uncategorized_text',
    [orderRow(order)],
    `Order ${order.id} was placed on ${minute(order.placedAt)}${order.customerId === null ? '' : ` by the account ${order.customerId}`}.`,
  );

export const authorised = ({ charge }: Material): Statement | null =>
  charge &&
  say(
    'uncategorized_text',
    [chargeRow(charge)],
    charge.status === 'succeeded' ? authorisedText(charge) : null,
  );

function authorisedText({ id, createdAt, card }: Charge): string {
  const code = card?.authorizationCode ?? null;
  return `The card’s bank authorised the payment ${id} on ${day(createdAt)}${code === null ? '' : `, authorisation code ${code}`}.`;
}

/** Who used the account, line by line. */
export const accessLog = ({ logins }: Material): (Statement | null)[] =>
  logins.map((login) => say('access_activity_log', [loginRow(login)], accessText(login)));

function accessText({ at, activity, ip, deviceId }: LoginRecord): string {
  const from = ip === null ? '' : ` from ${ip}`;
  return `${minute(at)}: ${activity}${from}${deviceId === null ? '' : ` on device ${deviceId}`}`;
}

export const shipping = ({ deliveries }: Material): (Statement | null)[] =>
  deliveries.flatMap((delivery) => [
    say('shipping_carrier', [deliveryRow(delivery)], delivery.carrier),
    say('shipping_tracking_number', [deliveryRow(delivery)], delivery.trackingNumber),
    say('shipping_date', [deliveryRow(delivery)], delivery.shippedAt && day(delivery.shippedAt)),
    say('shipping_address', [deliveryRow(delivery)], delivery.address),
    say('uncategorized_text', [deliveryRow(delivery)], deliveredText(delivery)),
  ]);

function deliveredText({ id, deliveredAt, carrier }: DeliveryRecord): string | null {
  if (deliveredAt === null) return null;
  return `Delivery ${id} was delivered${carrier === null ? '' : ` by ${carrier}`} on ${minute(deliveredAt)}.`;
}

export const written = ({ messages }: Material): (Statement | null)[] =>
  messages.map((message) => say('uncategorized_text', [messageRow(message)], writtenText(message)));

const longestQuote = 300;

function writtenText({ at, fromCustomer, text }: MessageRecord): string | null {
  const words = text.trim().replace(/\s+/g, ' ');
  // A message that is cut says so.
  const quote = words.length > longestQuote ? `${words.slice(0, longestQuote)}…` : words;
  if (quote === '') return null;
  return `On ${minute(at)} ${fromCustomer ? 'the customer' : 'we'} wrote: “${quote}”`;
}

export const refunded = ({ refunds }: Material): (Statement | null)[] =>
  refunds
    .filter(({ status }) => status === 'succeeded')
    .map((refund) => say('refund_refusal_explanation', [refundRow(refund)], refundText(refund)));

const refundText = ({ id, amount, createdAt }: Refund): string =>
  `Refund ${id} of ${formatMoney(amount)} was made on ${day(createdAt)}.`;

/** The terms that the customer accepted with the order. */
export function accepted(
  kind: 'cancellation_policy_disclosure' | 'refund_policy_disclosure',
  { order }: Material,
): Statement | null {
  const policy = kind === 'refund_policy_disclosure' ? order?.refundPolicy : order?.cancellationPolicy;
  if (!order?.policiesAcceptedAt || !policy) return null;
  return say(
    kind,
    [orderRow(order)],
    `The customer accepted ${policy} on ${minute(order.policiesAcceptedAt)}, when they placed order ${order.id}.`,
  );
}

export const cancellation = ({ order, charge }: Material): Statement | null => {
  if (order === null) return null;
  if (order.cancelledAt === null)
    return say('cancellation_rebuttal', [orderRow(order)], `Order ${order.id} was not cancelled.`);
  if (charge === null || order.cancelledAt <= charge.createdAt) return null;
  return say(
    'cancellation_rebuttal',
    [orderRow(order), chargeRow(charge)],
    `Order ${order.id} was cancelled on ${minute(order.cancelledAt)}, after the payment ${charge.id} of ${minute(charge.createdAt)}.`,
  );
};

/** Another captured charge of the same payment is the one that could be meant. */
export function twice({ charge, charges }: Material): (Statement | null)[] {
  if (charge === null) return [];
  const other = charges.find(({ id, captured }) => captured && id !== charge.id);
  if (other === undefined) {
    const text = `The payment ${charge.id} of ${formatMoney(charge.amount)} on ${minute(charge.createdAt)} was captured once.`;
    return [say('duplicate_charge_explanation', [chargeRow(charge)], text)];
  }
  return [
    say('duplicate_charge_id', [chargeRow(other)], other.id),
    say(
      'duplicate_charge_explanation',
      [chargeRow(charge), chargeRow(other)],
      `The payment ${charge.id} of ${formatMoney(charge.amount)} was made on ${minute(charge.createdAt)}, the payment ${other.id} of ${formatMoney(other.amount)} on ${minute(other.createdAt)}.`,
    ),
  ];
}

export const earlierPayments = ({ pair, order }: Material): Statement | null =>
  pair &&
  order &&
  say('uncategorized_text', [orderRow(order), ...pair.earlier.map(orderRow)], pairText(pair));

function pairText({ earlier, matching }: CompellingPair): string {
  const payments = earlier
    .map(({ chargeId, id, placedAt }) => `${chargeId ?? id} of ${day(placedAt)}`)
    .join(' and ');
  return `The same card paid ${payments} without a dispute; ${matching.join(', ')} are the same in these two payments and in the disputed one.`;
}

export const receipt = ({ order }: Material): KnownDocument | null =>
  order && documentAt('receipt', orderRow(order), order.receipt);

export const policies = ({ order }: Material): (KnownDocument | null)[] =>
  order === null
    ? []
    : [
        documentAt('refund_policy', orderRow(order), order.refundPolicy),
        documentAt('cancellation_policy', orderRow(order), order.cancellationPolicy),
      ];

export const proofs = ({ deliveries }: Material): KnownDocument[] =>
  present(
    deliveries.map((delivery) => documentAt('shipping_documentation', deliveryRow(delivery), delivery.proof)),
  );

/** The conversation, to be exported by a person. */
export function conversation({ messages }: Material): KnownDocument | null {
  const [first, ...others] = messages.map(messageRow);
  if (first === undefined) return null;
  const where = `customer_messages ${[first, ...others].map(({ id }) => id).join(', ')}`;
  return { kind: 'customer_communication', where, sources: [first, ...others] };
}
