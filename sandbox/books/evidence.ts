/**
 * What the company's shop, warehouse, accounts and support know of disputed orders: rows of the optional views that
 * evidence is assembled from.
 *
 * Invariants: rows follow from the order alone, so writing them twice changes nothing; only orders whose dispute is still
 * undecided have rows, and, for Visa's reason 10.4, earlier orders of the same card. As in a real
 * company, some rows are incomplete: a different device, a delivery without proof, a missing receipt.
 */
import { setImmediate } from 'node:timers/promises';
import { isoTime } from '../world/calendar.js';
import { dayMs, hourMs, hourOf, minuteMs } from '../world/clock.js';
import type { Order } from '../world/orders.js';
import { paymentsApiPartner } from '../world/partners.js';
import { hash, pick, unit, whole } from '../world/random.js';
import type { World } from '../world/world.js';

export interface OrderRow {
  order_id: string;
  payment_id: string;
  charge_id: string | null;
  placed_at: string;
  customer_id: string | null;
  customer_name: string | null;
  customer_email: string | null;
  ip_address: string | null;
  device_id: string | null;
  device_fingerprint: string | null;
  billing_address: string | null;
  shipping_address: string | null;
  card_fingerprint: string | null;
  description: string | null;
  receipt: string | null;
  refund_policy: string | null;
  cancellation_policy: string | null;
  policies_accepted_at: string | null;
  cancelled_at: string | null;
}

interface DeliveryRow {
  delivery_id: string;
  order_id: string;
  carrier: string | null;
  tracking_number: string | null;
  shipped_at: string | null;
  delivered_at: string | null;
  address: string | null;
  proof: string | null;
}

interface LoginRow {
  login_id: string;
  customer_id: string;
  logged_in_at: string;
  ip_address: string | null;
  device_id: string | null;
  activity: string;
}

interface MessageRow {
  message_id: string;
  order_id: string;
  sent_at: string;
  from_customer: boolean;
  message: string;
}

export interface EvidenceRows {
  orders: OrderRow[];
  deliveries: DeliveryRow[];
  logins: LoginRow[];
  customer_messages: MessageRow[];
}

const noEvidence = (): EvidenceRows => ({ orders: [], deliveries: [], logins: [], customer_messages: [] });

const goods = [
  'Running shoes “Trail 5”, size 42, in grey',
  'Espresso machine “Barista Two”, steel',
  'Noise-cancelling headphones, black',
  'Annual subscription “Studio”',
  'Winter jacket, size M, navy',
  'Desk lamp with dimmer, oak',
] as const;
const streets = ['Mill Lane', 'Station Road', 'Harbour Street', 'Linden Avenue', 'Church Walk'] as const;
const carriers = ['Parcelhound', 'Northexpress', 'Cyclepost'] as const;
const activities = [
  'signed in',
  'changed the delivery date',
  'opened the order',
  'downloaded the invoice',
] as const;
const complaints = [
  'Hello, when will my parcel arrive? The tracking page has not moved for two days.',
  'I would like to send this back, it is smaller than in the pictures.',
  'Thanks, the neighbour had it. All good now.',
] as const;

/** Draws of this file; the world's own stay as they are. */
const keyOf = (order: Order): number => hash(order.key, 0xe71de);

/** Disputes that open in (from, to] and are undecided at `toMs`; breathes between days. */
export async function evidenceOf(world: World, fromMs: number, toMs: number): Promise<EvidenceRows> {
  const rows = noEvidence();
  const disputed: Order[] = [];
  for (let hour = hourOf(fromMs); hour <= hourOf(toMs); hour += 1) {
    for (const order of world.ordersDisputedIn(hour)) if (isOpen(order, fromMs, toMs)) disputed.push(order);
    if (hour % 24 === 0) await setImmediate();
  }
  for (const order of disputed) addRows(rows, world, order, toMs);
  await addEarlier(rows, world, disputed.filter(isCompelling));
  return rows;
}

const isOpen = ({ route, dispute }: Order, fromMs: number, toMs: number): boolean =>
  route.partner.id === paymentsApiPartner &&
  dispute !== null &&
  dispute.openedMs > fromMs &&
  dispute.openedMs <= toMs &&
  dispute.decidedMs > toMs;

const isCompelling = ({ customer, dispute }: Order): boolean =>
  customer.card.brand === 'visa' && (dispute?.reason === 'fraudulent' || dispute?.reason === 'unrecognized');

function addRows(rows: EvidenceRows, world: World, order: Order, nowMs: number): void {
  const key = keyOf(order);
  rows.orders.push(orderRow(world, order));
  const delivery = deliveryRow(order, nowMs);
  if (delivery) rows.deliveries.push(delivery);
  const { customer, createdMs, orderId } = order;
  for (let no = 0; no < whole(key, 20, 2, 5); no += 1) {
    const atMs = createdMs + (no - 2) * 2 * dayMs + (no === 2 ? 0 : whole(key, 30 + no, 0, 600) * minuteMs);
    if (atMs <= nowMs)
      rows.logins.push({
        login_id: `LGN-${orderId}-${no + 1}`,
        customer_id: accountOf(order),
        logged_in_at: isoTime(atMs),
        ip_address: customer.ip,
        device_id: deviceOf(order).id,
        activity: no === 2 ? 'placed the order' : pick(key, 40 + no, activities),
      });
  }
  for (let no = 0; no < whole(key, 50, 0, 2); no += 1) {
    const atMs = createdMs + (4 + 3 * no) * dayMs;
    if (atMs <= nowMs)
      rows.customer_messages.push({
        message_id: `MSG-${orderId}-${no + 1}`,
        order_id: orderId,
        sent_at: isoTime(atMs),
        from_customer: true,
        message: pick(key, 51 + no, complaints),
      });
  }
}

const accountOf = ({ customer }: Order): string => `ACC-${String(customer.number).padStart(6, '0')}`;

/** Most people buy again on the same device. */
function deviceOf(order: Order): { id: string; fingerprint: string } {
  const isUsual = unit(keyOf(order), 1) < 0.85;
  const number = order.customer.number * 2 + (isUsual ? 0 : 1);
  const word = (slot: number): string => hash(number, 0xde71ce, slot).toString(16).padStart(8, '0');
  return { id: `dev-${word(0)}${word(1)}`, fingerprint: `fp-${word(2)}${word(3)}${word(4)}` };
}

const addressOf = ({ customer }: Order): string => {
  const key = hash(customer.number, 0xadd2e55);
  return `${whole(key, 0, 1, 180)} ${pick(key, 1, streets)}, ${whole(key, 2, 10_000, 99_999)} ${customer.country.code}`;
};

function orderRow(world: World, order: Order): OrderRow {
  const key = keyOf(order);
  const { customer, dispute, hour, index, attempts, createdMs } = order;
  const device = deviceOf(order);
  const isSubscription = dispute?.reason === 'subscription_canceled';
  const isLate = isSubscription && unit(key, 5) < 0.5;
  return {
    order_id: order.orderId,
    payment_id: order.paymentId,
    charge_id: world.ids.encode('charge', { hour, index, sub: attempts.length - 1 }),
    placed_at: isoTime(createdMs),
    customer_id: accountOf(order),
    customer_name: customer.name,
    customer_email: customer.email,
    // One in six buys from elsewhere.
    ip_address:
      unit(key, 2) < 0.83 ? customer.ip : `198.19.${whole(key, 3, 0, 255)}.${whole(key, 4, 1, 254)}`,
    device_id: device.id,
    device_fingerprint: device.fingerprint,
    billing_address: addressOf(order),
    shipping_address: addressOf(order),
    card_fingerprint: customer.card.fingerprint,
    description: isSubscription ? goods[3] : pick(key, 6, goods),
    receipt: unit(key, 7) < 0.8 ? `receipts/${order.orderId}.pdf` : null,
    refund_policy: 'policies/refunds-2026-03.pdf',
    cancellation_policy: isSubscription ? 'policies/subscriptions-2026-03.pdf' : null,
    policies_accepted_at: isoTime(createdMs),
    cancelled_at: isLate ? isoTime(createdMs + 5 * dayMs) : null,
  };
}

function deliveryRow(order: Order, nowMs: number): DeliveryRow | null {
  const key = keyOf(order);
  const { createdMs, dispute, orderId } = order;
  const shippedMs = createdMs + dayMs;
  const deliveredMs = createdMs + 3 * dayMs + whole(key, 10, 0, 10) * hourMs;
  if (dispute?.reason === 'subscription_canceled' || shippedMs > nowMs) return null;
  const isDelivered = deliveredMs <= nowMs && unit(key, 11) < 0.8;
  return {
    delivery_id: `DLV-${orderId}`,
    order_id: orderId,
    carrier: pick(key, 12, carriers),
    tracking_number: `PH${whole(key, 13, 100_000_000, 999_999_999)}`,
    shipped_at: isoTime(shippedMs),
    delivered_at: isDelivered ? isoTime(deliveredMs) : null,
    address: addressOf(order),
    proof: isDelivered && unit(key, 14) < 0.8 ? `deliveries/${orderId}-signed.pdf` : null,
  };
}

/** Twenty-five days are enough to find two payments of most customers. */
const earlierFromMs = 145 * dayMs;
const earlierToMs = 121 * dayMs;

/** Payments of the same people so long before that the network hears of them. */
async function addEarlier(rows: EvidenceRows, world: World, disputed: readonly Order[]): Promise<void> {
  const partner = world.partners.find(({ id }) => id === paymentsApiPartner);
  if (!partner || disputed.length === 0) return;
  const customers = new Set(disputed.map(({ customer }) => customer.number));
  const oldest = Math.min(...disputed.map(({ createdMs }) => createdMs));
  const newest = Math.max(...disputed.map(({ createdMs }) => createdMs));
  for (let hour = hourOf(oldest - earlierFromMs); hour <= hourOf(newest - earlierToMs); hour += 1) {
    const found = world.ordersLike(partner, hour, ({ customerNumber }) => customers.has(customerNumber));
    for (const order of found) if (order.capturedMs !== null) rows.orders.push(orderRow(world, order));
    if (hour % 24 === 0) await setImmediate();
  }
}
