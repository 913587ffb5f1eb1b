/**
 * What the desk needs from a payment provider's API, in the desk's own nouns (glossary in `glossary.md`).
 *
 * Invariants: amounts are Money, instants are Dates; a status is the provider's own word, because words to come must
 * not break a lookup; `null` means the provider says there is none, never "we do not know".
 * An object that cannot be read, for instance because its currency is unknown, is named with what the
 * provider says of it: among the problems of a list, or in the error (`details.isUnreadable`) where it alone was asked for.
 * Errors of every call: `not_found` (no such object), `unavailable` (down, slow, unreadable), `rate_limited`,
 * `misconfigured` (the key is refused), `invalid` (the provider refuses the request).
 */
import type { Money } from '../kernel/money.js';
import type { EvidenceKind } from './evidence.js';
import type { Rows } from './rows.js';

export interface PaymentError {
  code: string | null;
  declineCode: string | null;
  message: string | null;
}

export interface Payment {
  id: string;
  /** requires_payment_method, requires_capture, processing, succeeded, canceled… */
  status: string;
  amount: Money;
  amountCapturable: Money;
  amountReceived: Money;
  captureMethod: string;
  createdAt: Date;
  canceledAt: Date | null;
  cancellationReason: string | null;
  /** The charge that was tried last: itself where the provider sends it along and it can be read, else its id. */
  latestCharge: Charge | string | null;
  lastError: PaymentError | null;
  customerId: string | null;
  /** Where the receipt goes: the customer's address, where the provider has it. */
  receiptEmail?: string;
  description: string | null;
  metadata: Readonly<Record<string, string>>;
}

export interface CardDetails {
  brand: string | null;
  /** Whose rules the payment followed: a Visa card may have been charged over `cartes_bancaires`. */
  network: string | null;
  last4: string | null;
  country: string | null;
  authorizationCode: string | null;
  networkTransactionId: string | null;
  /** The provider's name for the card number: equal for payments with the same card. */
  fingerprint: string | null;
  /** Null where the customer was not authenticated, and nobody asked for it. */
  threeDSecure: ThreeDSecure | null;
}

/** What became of authenticating the customer, in the provider's own words. */
export interface ThreeDSecure {
  /** authenticated, attempt_acknowledged, exempted, failed, not_supported, processing_error; more to come. */
  result: string | null;
  resultReason: string | null;
  /** challenge, frictionless. */
  flow: string | null;
  /** Electronic commerce indicator: what the network was told about the authentication. */
  eci: string | null;
  /** low_risk, none. */
  exemption: string | null;
  version: string | null;
}

/** One attempt at taking the money: an authorisation, and its capture. */
export interface Charge {
  id: string;
  paymentId: string | null;
  /** succeeded, pending, failed. */
  status: string;
  amount: Money;
  amountCaptured: Money;
  amountRefunded: Money;
  captured: boolean;
  /** An uncaptured authorisation lapses then. */
  captureBefore: Date | null;
  createdAt: Date;
  /** The network's and the provider's judgement of the attempt. */
  outcome: {
    type: string;
    networkStatus: string | null;
    reason: string | null;
    sellerMessage: string | null;
    /** What the provider advises: confirm_card_data, do_not_try_again, try_again_later. */
    adviceCode: string | null;
    /** The network's advice about trying again, such as Mastercard's merchant advice code. */
    networkAdviceCode: string | null;
    /** The network's own code of the decline, such as 51. */
    networkDeclineCode: string | null;
  } | null;
  failure: PaymentError | null;
  methodType: string | null;
  card: CardDetails | null;
  disputed: boolean;
  /** The movement itself where the provider sends it along and it can be read, else its id. */
  balanceTransaction: BalanceTransaction | string | null;
  description: string | null;
}

export interface Refund {
  id: string;
  chargeId: string | null;
  paymentId: string | null;
  amount: Money;
  /** pending, requires_action, succeeded, failed, canceled; `unknown` where the provider gives no word. */
  status: string;
  reason: string | null;
  failureReason: string | null;
  createdAt: Date;
  /** Acquirer reference number or the like, available some days after; null until then. */
  reference: string | null;
  balanceTransactionId: string | null;
  metadata: Readonly<Record<string, string>>;
}

export interface Dispute {
  id: string;
  chargeId: string | null;
  paymentId: string | null;
  amount: Money;
  /** needs_response, under_review, won, lost, warning_…, appeal_…, prevented; more to come. */
  status: string;
  reason: string;
  networkReasonCode: string | null;
  brand: string | null;
  /** inquiry, chargeback, compliance, resolution…; null where the provider does not say. */
  caseType: string | null;
  createdAt: Date;
  /** False where the bank or the network hears no answer at all. */
  answerAllowed: boolean;
  /** Null where the provider names no date. */
  respondBy: Date | null;
  hasEvidence: boolean;
  pastDue: boolean;
  submissionCount: number;
  /** `manual`, `smart_disputes`, `not_submitted`, more to come; null where the provider does not say. */
  submissionMethod: string | null;
  /**
   * Who answers at the deadline: `manual`, `prefer_manual`, `prefer_smart_disputes`, `smart_disputes`, more to come; null
   * where the provider never answers by itself.
   */
  intendedSubmission: string | null;
  /** Visa Compelling Evidence 3.0, where the provider offers it for this dispute. */
  compellingEvidence: { status: string; requiredActions: readonly string[] } | null;
  /** What it took from the balance and gave back, with its fees; null where a movement cannot be read. */
  movements: readonly BalanceTransaction[] | null;
  /** What is there by now, staged or submitted: texts, and ids of files. Providers fill in some themselves. */
  evidence: Readonly<Partial<Record<EvidenceKind, string>>>;
  /** The network charges a fee for an answer, and no one has agreed to it yet. */
  feeUnacknowledged: boolean;
  isChargeRefundable: boolean;
  metadata: Readonly<Record<string, string>>;
}

/** A movement on the balance that the company holds with the provider. */
export interface BalanceTransaction {
  id: string;
  sourceId: string | null;
  type: string;
  reportingCategory: string;
  amount: Money;
  fee: Money;
  net: Money;
  /** pending, available. */
  status: string;
  createdAt: Date;
  availableOn: Date;
}

export interface Payout {
  id: string;
  amount: Money;
  /** pending, in_transit, paid, failed, canceled. */
  status: string;
  automatic: boolean;
  createdAt: Date;
  arrivalDate: Date;
  /** completed, in_progress, not_applicable: whether its balance transactions are listed. */
  reconciliationStatus: string | null;
  /** The payout that takes this one back from the bank account. */
  reversedBy: string | null;
  traceId: string | null;
  failure: { code: string | null; message: string | null } | null;
}

export interface EarlyFraudWarning {
  id: string;
  chargeId: string;
  paymentId: string | null;
  fraudType: string;
  actionable: boolean;
  createdAt: Date;
}

/** An object that an event is about: its type and id. */
export interface ProviderEvent {
  id: string;
  type: string;
  createdAt: Date;
  subject: { object: string; id: string | null };
}

/** Which events are asked for. */
export interface EventQuery {
  types: readonly string[];
  from: Date;
  /** Null for up to now. */
  to: Date | null;
  limit: number;
}

/** What the provider says about the health of its own service. */
export interface HealthAlert {
  id: string;
  /** `api_error`, `authorization_rate_drop`…; more to come. */
  type: string;
  summary: string;
  severity: string | null;
  /** Null where this message does not say. */
  startedAt: Date | null;
  /** Null while it lasts, and where this message does not say. */
  resolvedAt: Date | null;
}

/** Objects that name the payment or the customer that they led to. */
export type LinkingObject =
  'checkout_session' | 'subscription' | 'invoice' | 'setup_intent' | 'payment_method';

export interface ObjectLink {
  /** The payment, or the next object on the way to it; null where there is none. */
  nextId: string | null;
  customerId: string | null;
}

/** A payment, or a charge that has none. */
export type ProviderSubject = { paymentId: string } | { chargeId: string };

/** When payouts arrive, both inclusive. */
export interface Arrival {
  from: Date;
  to: Date;
}

export interface PaymentsApi {
  payment(id: string): Promise<Payment>;
  charge(id: string): Promise<Charge>;
  refund(id: string): Promise<Refund>;
  dispute(id: string): Promise<Dispute>;
  payout(id: string): Promise<Payout>;
  balanceTransaction(id: string): Promise<BalanceTransaction>;
  earlyFraudWarning(id: string): Promise<EarlyFraudWarning>;
  event(id: string): Promise<ProviderEvent>;
  /** What an object leads to: its payment, invoice or subscription, and its customer. */
  linkOf(object: LinkingObject, id: string): Promise<ObjectLink>;

  /** Newest first, all pages, at most a few hundred. */
  chargesOf(paymentId: string): Promise<Rows<Charge>>;
  /** Of all charges of the payment, or of the one charge where there is no payment. */
  refundsOf(subject: ProviderSubject): Promise<Rows<Refund>>;
  disputesOf(subject: ProviderSubject): Promise<Rows<Dispute>>;
  earlyFraudWarningsOf(subject: ProviderSubject): Promise<Rows<EarlyFraudWarning>>;
  paymentsOfCustomer(customerId: string, limit: number): Promise<Rows<Payment>>;

  /**
   * The payout that a balance transaction left with, or null while none lists it. A provider may be unable to tell for
   * payouts that a person started, so null after a long time does not prove that the money is still there.
   * `named`: the one that another source gives, asked first because that is quick; the provider's answer counts.
   */
  payoutOf(transaction: BalanceTransaction, named: string | null): Promise<Payout | null>;
  /**
   * Authorised since then and not captured, at most `limit` (100). One of the last minute may be missing. `signal` ends the
   * question early.
   */
  uncapturedPayments(limit: number, since: Date, signal?: AbortSignal): Promise<Rows<Payment>>;
  /** Payouts that have not set out, at most `limit`. `signal` ends the question early. */
  pendingPayouts(limit: number, arrival: Arrival, signal?: AbortSignal): Promise<Rows<Payout>>;
  /** The most recent disputes, whatever their status, newest first, at most `limit`. `signal` ends the question early. */
  recentDisputes(limit: number, signal?: AbortSignal): Promise<Rows<Dispute>>;

  /** Newest first, at most `limit` (100). One of the last minute may be missing. */
  failedChargesOfCard(fingerprint: string, since: Date, limit: number): Promise<Rows<Charge>>;

  /** One page of all disputes, newest first, after one of them; `next` is where to go on, null at the end. */
  disputesAfter(id: string | null): Promise<Rows<Dispute> & { next: string | null }>;
  /** Newest first, at most `limit`. Providers forget events after some weeks. */
  eventsBetween(query: EventQuery): Promise<Rows<ProviderEvent>>;
  /** What an event about the provider's own health says. */
  healthEvent(eventId: string): Promise<HealthAlert>;
  /** Alerts about the provider's own health that were raised since, newest first, at most a hundred. */
  healthAlertsSince(since: Date): Promise<Rows<HealthAlert>>;

  /** Succeeds when the key is accepted. */
  check(): Promise<void>;
}
