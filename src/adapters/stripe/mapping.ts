/**
 * Stripe's objects in the desk's nouns: seconds become Dates, amounts become Money, absent becomes null.
 *
 * Invariant: a word of Stripe's (status, reason, type) passes through unread, so that words to come arrive intact.
 */
import type {
  BalanceTransaction,
  CardDetails,
  Charge,
  Dispute,
  EarlyFraudWarning,
  HealthAlert,
  Payment,
  PaymentError,
  Payout,
  ProviderEvent,
  Refund,
  ThreeDSecure,
} from '../../ports/payments-api.js';
import { amountOf } from './amounts.js';
import { refundReferenceSchema, type Reference, type Wire } from './schemas.js';

const instantOf = (seconds: number): Date => new Date(seconds * 1000);
const optionalInstantOf = (seconds: number | null | undefined): Date | null =>
  typeof seconds === 'number' ? instantOf(seconds) : null;

const idOf = (reference: Reference): string => (typeof reference === 'string' ? reference : reference.id);
const optionalIdOf = (reference: Reference | null | undefined): string | null =>
  reference ? idOf(reference) : null;

export function paymentOf(wire: Wire['PaymentIntent']): Payment {
  return {
    id: wire.id,
    status: wire.status,
    amount: amountOf(wire.amount, wire.currency),
    amountCapturable: amountOf(wire.amount_capturable, wire.currency),
    amountReceived: amountOf(wire.amount_received, wire.currency),
    captureMethod: wire.capture_method,
    createdAt: instantOf(wire.created),
    canceledAt: optionalInstantOf(wire.canceled_at),
    cancellationReason: wire.cancellation_reason ?? null,
    latestCharge: latestChargeOf(wire.latest_charge),
    lastError: wire.last_payment_error ? paymentErrorOf(wire.last_payment_error) : null,
    customerId: optionalIdOf(wire.customer),
    ...(wire.receipt_email ? { receiptEmail: wire.receipt_email } : {}),
    description: wire.description ?? null,
    metadata: wire.metadata,
  };
}

function latestChargeOf(wire: Wire['PaymentIntent']['latest_charge']): Payment['latestCharge'] {
  return typeof wire === 'object' && wire ? chargeOf(wire) : (wire ?? null);
}

function paymentErrorOf(wire: Wire['PaymentError']): PaymentError {
  return { code: wire.code ?? null, declineCode: wire.decline_code ?? null, message: wire.message ?? null };
}

export function chargeOf(wire: Wire['Charge']): Charge {
  const card = wire.payment_method_details?.card;
  return {
    id: wire.id,
    paymentId: optionalIdOf(wire.payment_intent),
    status: wire.status,
    amount: amountOf(wire.amount, wire.currency),
    amountCaptured: amountOf(wire.amount_captured, wire.currency),
    amountRefunded: amountOf(wire.amount_refunded, wire.currency),
    captured: wire.captured,
    captureBefore: optionalInstantOf(card?.capture_before),
    createdAt: instantOf(wire.created),
    outcome: wire.outcome ? outcomeOf(wire.outcome) : null,
    failure: failedChargeOf(wire),
    methodType: wire.payment_method_details?.type ?? null,
    card: card ? cardOf(card) : null,
    disputed: wire.disputed,
    balanceTransaction: expandedOf(wire.balance_transaction),
    description: wire.description ?? null,
  };
}

function expandedOf(wire: Wire['Charge']['balance_transaction']): Charge['balanceTransaction'] {
  return typeof wire === 'object' && wire ? balanceTransactionOf(wire) : (wire ?? null);
}

function outcomeOf(wire: Wire['Outcome']): NonNullable<Charge['outcome']> {
  return {
    type: wire.type,
    networkStatus: wire.network_status ?? null,
    reason: wire.reason ?? null,
    sellerMessage: wire.seller_message ?? null,
    adviceCode: wire.advice_code ?? null,
    networkAdviceCode: wire.network_advice_code ?? null,
    networkDeclineCode: wire.network_decline_code ?? null,
  };
}

/** A charge has no decline code of its own; where the issuer declined, the outcome's reason is that code. */
function failedChargeOf(wire: Wire['Charge']): PaymentError | null {
  const failure = failureOf(wire);
  const reason = wire.outcome?.type === 'issuer_declined' ? wire.outcome.reason : null;
  return failure && { ...failure, declineCode: reason ?? null };
}

type Failable = Pick<Wire['Charge'], 'failure_code' | 'failure_message'>;

function failureOf(wire: Failable): { code: string | null; message: string | null } | null {
  const code = wire.failure_code ?? null;
  const message = wire.failure_message ?? null;
  return code === null && message === null ? null : { code, message };
}

function cardOf(wire: Wire['ChargeCard']): CardDetails {
  return {
    brand: wire.brand ?? null,
    network: wire.network ?? null,
    last4: wire.last4 ?? null,
    country: wire.country ?? null,
    authorizationCode: wire.authorization_code ?? null,
    networkTransactionId: wire.network_transaction_id ?? null,
    fingerprint: wire.fingerprint ?? null,
    threeDSecure: wire.three_d_secure ? threeDSecureOf(wire.three_d_secure) : null,
  };
}

function threeDSecureOf(wire: Wire['ThreeDSecure']): ThreeDSecure {
  return {
    result: wire.result ?? null,
    resultReason: wire.result_reason ?? null,
    flow: wire.authentication_flow ?? null,
    eci: wire.electronic_commerce_indicator ?? null,
    exemption: wire.exemption_indicator ?? null,
    version: wire.version ?? null,
  };
}

export function refundOf(wire: Wire['Refund']): Refund {
  return {
    id: wire.id,
    chargeId: optionalIdOf(wire.charge),
    paymentId: optionalIdOf(wire.payment_intent),
    amount: amountOf(wire.amount, wire.currency),
    // Stripe documents null without saying when; no word of its own stands for it.
    status: wire.status ?? 'unknown',
    reason: wire.reason ?? null,
    failureReason: wire.failure_reason ?? null,
    createdAt: instantOf(wire.created),
    reference: refundReferenceOf(wire),
    balanceTransactionId: optionalIdOf(wire.balance_transaction),
    metadata: wire.metadata ?? {},
  };
}

/** Cards, bank transfers and wallets keep their reference in an object named after the kind of destination. */
function refundReferenceOf(wire: Wire['Refund']): string | null {
  const destination = wire.destination_details;
  if (!destination) return null;
  const details = refundReferenceSchema.safeParse(destination[destination.type]);
  return details.data?.reference ?? null;
}

export function disputeOf(wire: Wire['Dispute']): Dispute {
  const card = wire.payment_method_details?.card;
  const evidence = wire.evidence_details;
  return {
    id: wire.id,
    chargeId: optionalIdOf(wire.charge),
    paymentId: optionalIdOf(wire.payment_intent),
    amount: amountOf(wire.amount, wire.currency),
    status: wire.status,
    reason: wire.reason,
    networkReasonCode: card?.network_reason_code ?? null,
    brand: card?.brand ?? null,
    caseType: card?.case_type ?? null,
    createdAt: instantOf(wire.created),
    // Stripe writes 0 where the bank or the network allows no answer, and null where it knows no date.
    answerAllowed: evidence.due_by !== 0,
    respondBy: evidence.due_by ? instantOf(evidence.due_by) : null,
    hasEvidence: evidence.has_evidence,
    pastDue: evidence.past_due,
    submissionCount: evidence.submission_count,
    submissionMethod: evidence.submission_method ?? null,
    intendedSubmission: wire.intended_submission_method ?? null,
    compellingEvidence: compellingEvidenceOf(evidence.enhanced_eligibility),
    movements:
      wire.balance_transactions === null ? null : (wire.balance_transactions ?? []).map(balanceTransactionOf),
    evidence: evidenceOf(wire.evidence),
    feeUnacknowledged: isFeeUnacknowledged(evidence.enhanced_eligibility),
    isChargeRefundable: wire.is_charge_refundable,
    metadata: wire.metadata,
  };
}

function evidenceOf(wire: Wire['PresentEvidence']): Dispute['evidence'] {
  const pieces = Object.entries(wire).map(([kind, piece]) => [kind, optionalIdOf(piece)] as const);
  return Object.fromEntries(pieces.filter(([, piece]) => piece !== null && piece !== ''));
}

const compellingEvidenceOf = ({
  visa_compelling_evidence_3: wire,
}: Wire['EnhancedEligibility']): Dispute['compellingEvidence'] =>
  wire === undefined ? null : { status: wire.status, requiredActions: wire.required_actions ?? [] };

const isFeeUnacknowledged = (wire: Wire['EnhancedEligibility']): boolean =>
  [wire.visa_compliance, wire.mastercard_compliance].some(
    (compliance) => compliance?.status === 'requires_fee_acknowledgement',
  );

export function balanceTransactionOf(wire: Wire['BalanceTransaction']): BalanceTransaction {
  return {
    id: wire.id,
    sourceId: optionalIdOf(wire.source),
    type: wire.type,
    reportingCategory: wire.reporting_category,
    amount: amountOf(wire.amount, wire.currency),
    fee: amountOf(wire.fee, wire.currency),
    net: amountOf(wire.net, wire.currency),
    status: wire.status,
    createdAt: instantOf(wire.created),
    availableOn: instantOf(wire.available_on),
  };
}

export function payoutOf(wire: Wire['Payout']): Payout {
  return {
    id: wire.id,
    amount: amountOf(wire.amount, wire.currency),
    status: wire.status,
    automatic: wire.automatic,
    createdAt: instantOf(wire.created),
    arrivalDate: instantOf(wire.arrival_date),
    reconciliationStatus: wire.reconciliation_status ?? null,
    reversedBy: optionalIdOf(wire.reversed_by),
    traceId: wire.trace_id?.value ?? null,
    failure: failureOf(wire),
  };
}

export function earlyFraudWarningOf(wire: Wire['EarlyFraudWarning']): EarlyFraudWarning {
  return {
    id: wire.id,
    chargeId: idOf(wire.charge),
    paymentId: optionalIdOf(wire.payment_intent),
    fraudType: wire.fraud_type,
    actionable: wire.actionable,
    createdAt: instantOf(wire.created),
  };
}

export function eventOf(wire: Wire['Event']): ProviderEvent {
  const { object, id } = wire.data.object;
  return {
    id: wire.id,
    type: wire.type,
    createdAt: instantOf(wire.created),
    subject: { object, id: id ?? null },
  };
}

const optionalDate = (text: string | null | undefined): Date | null =>
  typeof text === 'string' ? new Date(text) : null;

/** `api_error` of `v2.core.health.api_error.firing`. An alert without an id is told apart by its grouping key. */
export function healthEventOf({ type, data }: Wire['HealthEvent']): HealthAlert {
  const name = type.replace(/^v2\.core\.health\./, '').replace(/\.[a-z_]+$/, '');
  return {
    id: data.alert_id ?? `${name}:${data.grouping_key}`,
    type: name,
    summary: data.summary,
    severity: data.severity ?? null,
    startedAt: optionalDate(data.started_at),
    resolvedAt: optionalDate(data.resolved_at),
  };
}

export const healthAlertOf = (wire: Wire['HealthAlert']): HealthAlert => ({
  id: wire.id,
  type: wire.type,
  summary: wire.summary,
  severity: wire.severity ?? null,
  startedAt: new Date(wire.started_at),
  resolvedAt: optionalDate(wire.resolved_at),
});
