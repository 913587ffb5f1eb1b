/**
 * The optional views of the books that evidence is assembled from (docs/connect-your-books.md).
 *
 * Invariants: reads only; every question is bounded in rows and time; what is wrong with a view, or with a row, is said in
 * words beside what could be read. The operator finds the cause in the log.
 */
import { toOpsError } from '../../kernel/errors.js';
import type { Log } from '../../kernel/log.js';
import type {
  DeliveryRecord,
  EvidenceViewName,
  EvidenceViews,
  Found,
  LoginRecord,
  MessageRecord,
  OrderRecord,
} from '../../ports/evidence-views.js';
import { instant, optional, readRows, text, unfit, type Row } from './books-rows.js';
import { isAboutViews, type BooksEngine } from './engine.js';
import { lackingIn } from './view-faults.js';

/** The columns that are read, per view: what docs/connect-your-books.md documents. */
export const evidenceColumns = {
  orders: [
    'order_id',
    'payment_id',
    'charge_id',
    'placed_at',
    'customer_id',
    'customer_name',
    'customer_email',
    'ip_address',
    'device_id',
    'device_fingerprint',
    'billing_address',
    'shipping_address',
    'card_fingerprint',
    'description',
    'receipt',
    'refund_policy',
    'cancellation_policy',
    'policies_accepted_at',
    'cancelled_at',
  ],
  deliveries: [
    'delivery_id',
    'order_id',
    'carrier',
    'tracking_number',
    'shipped_at',
    'delivered_at',
    'address',
    'proof',
  ],
  logins: ['login_id', 'customer_id', 'logged_in_at', 'ip_address', 'device_id', 'activity'],
  customer_messages: ['message_id', 'order_id', 'sent_at', 'from_customer', 'message'],
} as const satisfies Record<EvidenceViewName, readonly string[]>;

const selectOf = (view: EvidenceViewName, rest: string): string =>
  `select ${evidenceColumns[view].join(', ')} from ${view} where ${rest}`;

const ordersSql = selectOf('orders', 'payment_id = $1 order by placed_at desc, order_id limit 5');
const byCardSql = selectOf(
  'orders',
  'card_fingerprint = $1 and placed_at between $2 and $3 order by placed_at desc, order_id limit $4',
);
const deliveriesSql = selectOf('deliveries', 'order_id = $1 order by shipped_at, delivery_id limit 20');
const loginsSql = selectOf(
  'logins',
  'customer_id = $1 and logged_in_at >= $2 order by logged_in_at, login_id limit $3',
);
const messagesSql = selectOf('customer_messages', 'order_id = $1 order by sent_at, message_id limit $2');

type OrderRow = Row<(typeof evidenceColumns.orders)[number]>;
type DeliveryRow = Row<(typeof evidenceColumns.deliveries)[number]>;
type LoginRow = Row<(typeof evidenceColumns.logins)[number]>;
type MessageRow = Row<(typeof evidenceColumns.customer_messages)[number]>;

/** A person waits for the card: what takes longer is a gap on it. */
const withinMs = 1200;

interface Question<From, To> {
  view: EvidenceViewName;
  sql: string;
  values: readonly unknown[];
  read: (row: From) => To;
}

type Questions = Pick<BooksEngine, 'query' | 'queryWithin' | 'dialect'>;

export function createEvidenceViews(engine: Questions, log: Log): EvidenceViews {
  const ask = <From extends Readonly<Record<string, unknown>>, To>(
    question: Question<From, To>,
  ): Promise<Found<To>> => found(question, engine, log);
  return {
    ordersOf: (paymentId) => ask({ view: 'orders', sql: ordersSql, values: [paymentId], read: orderOf }),
    ordersByCard: (card, { from, to }, limit) =>
      ask({ view: 'orders', sql: byCardSql, values: [card, from, to, limit], read: orderOf }),
    deliveriesOf: (orderId) =>
      ask({ view: 'deliveries', sql: deliveriesSql, values: [orderId], read: deliveryOf }),
    loginsOf: (customerId, since, limit) =>
      ask({ view: 'logins', sql: loginsSql, values: [customerId, since, limit], read: loginOf }),
    messagesOf: (orderId, limit) =>
      ask({ view: 'customer_messages', sql: messagesSql, values: [orderId, limit], read: messageOf }),
  };
}

async function found<From extends Readonly<Record<string, unknown>>, To>(
  { view, sql, values, read }: Question<From, To>,
  engine: Questions,
  log: Log,
): Promise<Found<To>> {
  try {
    const { rows, problems } = readRows(await engine.queryWithin<From>(withinMs, sql, values), read);
    return { rows, faults: problems.map((problem) => `${view}: ${problem}`), passing: false };
  } catch (thrown) {
    const error = toOpsError(thrown);
    const { code, errorId, details } = error;
    log.info({ view, code, errorId, ...details }, 'a view of the books cannot be read');
    const isPassing = !isAboutViews(engine.dialect.faultOf(error)) && code !== 'misconfigured';
    const why = isPassing
      ? `${view} did not answer in time`
      : await lackingWords(view, engine).catch(() => `${view} can’t be read: ${error.publicMessage}`);
    return { rows: [], faults: [why], passing: isPassing };
  }
}

async function lackingWords(view: EvidenceViewName, engine: Questions): Promise<string> {
  const lacking = await lackingIn(engine, { [view]: evidenceColumns[view] });
  if (lacking.length === 0) return `${view} can’t be read`;
  return `the books have no ${lacking.join(', ').replace(/^the /, '')}`;
}

const orderOf = (row: OrderRow): OrderRecord => ({
  id: text(row, 'order_id'),
  paymentId: text(row, 'payment_id'),
  chargeId: optional(row, 'charge_id', text),
  placedAt: instant(row, 'placed_at'),
  customerId: optional(row, 'customer_id', text),
  customerName: optional(row, 'customer_name', text),
  email: optional(row, 'customer_email', text),
  ip: optional(row, 'ip_address', text),
  deviceId: optional(row, 'device_id', text),
  deviceFingerprint: optional(row, 'device_fingerprint', text),
  billingAddress: optional(row, 'billing_address', text),
  shippingAddress: optional(row, 'shipping_address', text),
  cardFingerprint: optional(row, 'card_fingerprint', text),
  description: optional(row, 'description', text),
  receipt: optional(row, 'receipt', text),
  refundPolicy: optional(row, 'refund_policy', text),
  cancellationPolicy: optional(row, 'cancellation_policy', text),
  policiesAcceptedAt: optional(row, 'policies_accepted_at', instant),
  cancelledAt: optional(row, 'cancelled_at', instant),
});

const deliveryOf = (row: DeliveryRow): DeliveryRecord => ({
  id: text(row, 'delivery_id'),
  orderId: text(row, 'order_id'),
  carrier: optional(row, 'carrier', text),
  trackingNumber: optional(row, 'tracking_number', text),
  shippedAt: optional(row, 'shipped_at', instant),
  deliveredAt: optional(row, 'delivered_at', instant),
  address: optional(row, 'address', text),
  proof: optional(row, 'proof', text),
});

const loginOf = (row: LoginRow): LoginRecord => ({
  id: text(row, 'login_id'),
  customerId: text(row, 'customer_id'),
  at: instant(row, 'logged_in_at'),
  ip: optional(row, 'ip_address', text),
  deviceId: optional(row, 'device_id', text),
  activity: text(row, 'activity'),
});

const messageOf = (row: MessageRow): MessageRecord => ({
  id: text(row, 'message_id'),
  orderId: text(row, 'order_id'),
  at: instant(row, 'sent_at'),
  fromCustomer: truth(row, 'from_customer'),
  text: text(row, 'message'),
});

function truth<Column extends string>(row: Row<Column>, column: Column): boolean {
  const value = row[column];
  if (typeof value === 'boolean') return value;
  throw unfit(column, 'true or false');
}
