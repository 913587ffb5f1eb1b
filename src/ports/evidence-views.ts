/**
 * What the company's own systems know of a sale, read through optional views of the books (columns in `docs/connect-your-books.md`).
 *
 * Invariants: reading only, bounded, and quick; a view that is missing, lacks a column, is not granted or is slow is a
 * fault in words and never an error, because a dispute is answered with what there is.
 */

/** One order as the shop has it; of one payment. */
export interface OrderRecord {
  id: string;
  paymentId: string;
  /** The provider's reference of the charge that paid it. */
  chargeId: string | null;
  placedAt: Date;
  /** The account that the customer logs in with. */
  customerId: string | null;
  customerName: string | null;
  email: string | null;
  ip: string | null;
  deviceId: string | null;
  deviceFingerprint: string | null;
  billingAddress: string | null;
  shippingAddress: string | null;
  /** The provider's name for the card number. */
  cardFingerprint: string | null;
  description: string | null;
  /** Where the documents are that belong to the order: its receipt, the policies that were accepted with it. */
  receipt: string | null;
  refundPolicy: string | null;
  cancellationPolicy: string | null;
  policiesAcceptedAt: Date | null;
  /** When a subscription was cancelled; null where it was not, or is none. */
  cancelledAt: Date | null;
}

export interface DeliveryRecord {
  id: string;
  orderId: string;
  carrier: string | null;
  trackingNumber: string | null;
  shippedAt: Date | null;
  deliveredAt: Date | null;
  address: string | null;
  /** Where the proof of delivery is. */
  proof: string | null;
}

export interface LoginRecord {
  id: string;
  customerId: string;
  at: Date;
  ip: string | null;
  deviceId: string | null;
  /** signed in, downloaded, streamed… */
  activity: string;
}

export interface MessageRecord {
  id: string;
  orderId: string;
  at: Date;
  fromCustomer: boolean;
  text: string;
}

export type EvidenceViewName = 'orders' | 'deliveries' | 'logins' | 'customer_messages';

/** Rows of a view, and in words what is wrong with the view or with a row. */
export interface Found<Row> {
  rows: readonly Row[];
  faults: readonly string[];
  /** Some fault may pass by itself: the view was slow or out of reach. */
  passing: boolean;
}

export interface EvidenceViews {
  ordersOf(paymentId: string): Promise<Found<OrderRecord>>;
  /** Orders paid with the same card and placed within the span, both inclusive; newest first, at most `limit`. */
  ordersByCard(
    cardFingerprint: string,
    span: { from: Date; to: Date },
    limit: number,
  ): Promise<Found<OrderRecord>>;
  deliveriesOf(orderId: string): Promise<Found<DeliveryRecord>>;
  /** What the customer did since; oldest first, at most `limit`. */
  loginsOf(customerId: string, since: Date, limit: number): Promise<Found<LoginRecord>>;
  messagesOf(orderId: string, limit: number): Promise<Found<MessageRecord>>;
}
