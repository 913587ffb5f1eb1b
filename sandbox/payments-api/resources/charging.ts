/**
 * What confirming and capturing does: the charge, its balance transaction, the events, and what the issuer does next.
 * Invariant: a declined confirmation leaves a failed charge and answers 402; money moves only at capture.
 */
import { dayMs } from '../../world/clock.js';
import { hashText } from '../../world/random.js';
import type { Api } from '../api.js';
import { ApiError } from '../errors.js';
import type { IssuerAnswer } from '../issuer.js';
import { numberOf, seconds, textOf, type ApiObject } from '../objects/api-object.js';
import { authenticationOf } from '../objects/authentication.js';
import { approvedOutcome, declinedOutcome, paymentError, wordsOf } from '../objects/declines.js';
import { intendedMethod, networkReasonCode } from '../objects/disputes.js';
import {
  cardDetailsTemplate,
  chargeTemplate,
  disputeTemplate,
  disputeEvidenceTemplate,
  noAddress,
} from '../objects/templates.js';
import { addTransaction, captureFee } from './ledger.js';

/** Charges a payment intent and answers it as it is then; throws a card error when the issuer declines. */
export function chargeIntent(api: Api, intent: ApiObject, answer: IssuerAnswer): ApiObject {
  const charge = newCharge(api, intent, answer);
  const { declineCode } = answer;
  if (declineCode !== null) return decline(api, intent, charge, { ...answer, declineCode });
  const authorised = { ...intent, latest_charge: charge.id, last_payment_error: null, next_action: null };
  api.publish('charge.succeeded', charge);
  if (intent.capture_method === 'manual') {
    const waiting = {
      ...authorised,
      amount_capturable: numberOf(intent, 'amount'),
      status: 'requires_capture',
    };
    api.publish('payment_intent.amount_capturable_updated', waiting);
    return waiting;
  }
  const paid = captureCharge(
    api,
    { ...authorised, amount_capturable: numberOf(intent, 'amount') },
    numberOf(intent, 'amount'),
  );
  if (answer.dispute) openDispute(api, charge.id, answer);
  if (answer.warned) warn(api, charge);
  return paid;
}

type Declined = IssuerAnswer & { declineCode: string };

function decline(api: Api, intent: ApiObject, charge: ApiObject, { declineCode, brand }: Declined): never {
  const words = wordsOf(declineCode);
  const failed = {
    ...charge,
    failure_code: words.code,
    failure_message: words.message,
    outcome: declinedOutcome(words, brand, hashText(charge.id)),
    paid: false,
    status: 'failed',
  };
  const error = paymentError(words, charge.id);
  const refusedIntent = {
    ...intent,
    last_payment_error: error,
    latest_charge: charge.id,
    payment_method: null,
    status: 'requires_payment_method',
  };
  api.publish('charge.failed', failed);
  api.publish('payment_intent.payment_failed', refusedIntent);
  const { message: _message, type: _type, ...fields } = error;
  throw new ApiError(402, 'card_error', words.message, { ...fields, payment_intent: refusedIntent });
}

function newCharge(api: Api, intent: ApiObject, answer: IssuerAnswer): ApiObject {
  const id = api.newId('charge');
  return {
    ...chargeTemplate,
    id,
    amount: numberOf(intent, 'amount'),
    billing_details: {
      address: noAddress,
      email: intent.receipt_email,
      name: null,
      phone: null,
      tax_id: null,
    },
    created: api.now(),
    currency: intent.currency,
    customer: intent.customer,
    description: intent.description,
    metadata: intent.metadata,
    outcome: approvedOutcome,
    paid: true,
    payment_intent: intent.id,
    payment_method: intent.payment_method,
    payment_method_details: cardDetails(api, intent, answer, id),
    receipt_email: intent.receipt_email,
    status: 'succeeded',
  };
}

function cardDetails(
  api: Api,
  intent: ApiObject,
  answer: IssuerAnswer,
  chargeId: string,
): Record<string, unknown> {
  const key = hashText(chargeId);
  const approved = answer.declineCode === null;
  return {
    type: 'card',
    card: {
      ...cardDetailsTemplate,
      amount_authorized: approved ? numberOf(intent, 'amount') : null,
      authorization_code: approved ? String(key % 1_000_000).padStart(6, '0') : null,
      brand: answer.brand,
      ...(intent.capture_method === 'manual' ? { capture_before: seconds(api.nowMs() + 7 * dayMs) } : {}),
      country: 'US',
      exp_month: 8,
      exp_year: 2030,
      fingerprint: `Fp${answer.last4}${answer.brand}`.padEnd(16, 'x').slice(0, 16),
      funding: answer.funding,
      last4: answer.last4,
      network: answer.brand,
      network_transaction_id: approved ? `1${String(key).padStart(14, '0')}` : null,
      overcapture: { maximum_amount_capturable: numberOf(intent, 'amount'), status: 'unavailable' },
      three_d_secure: approved && answer.needsAction ? authenticationOf('challenge', answer.brand) : null,
    },
  };
}

/** Captures so much of the intent's authorised charge and answers the intent as it is then. */
export function captureCharge(api: Api, intent: ApiObject, amount: number): ApiObject {
  const charge = api.store.find(textOf(intent, 'latest_charge') ?? '');
  if (charge) {
    const transaction = addTransaction(api, {
      source: charge,
      type: 'charge',
      category: 'charge',
      amountMinor: amount,
      feeMinor: captureFee(amount),
      description: textOf(intent, 'description') ?? 'Charge',
    });
    const rest = numberOf(charge, 'amount') - amount;
    api.publish('charge.captured', {
      ...charge,
      amount_captured: amount,
      amount_refunded: rest,
      balance_transaction: transaction,
      captured: true,
    });
  }
  const paid = { ...intent, amount_capturable: 0, amount_received: amount, status: 'succeeded' };
  api.publish('payment_intent.succeeded', paid);
  return paid;
}

/** Lets an authorisation go: Stripe shows the charge as refunded, though no money moves. */
export function releaseCharge(api: Api, intent: ApiObject): void {
  const charge = api.store.find(textOf(intent, 'latest_charge') ?? '');
  if (charge) api.publish('charge.refunded', { ...charge, amount_refunded: charge.amount, refunded: true });
}

const responseDays = 14;

function openDispute(api: Api, chargeId: string, answer: IssuerAnswer): void {
  const charge = api.store.find(chargeId);
  if (!charge || !answer.dispute) return;
  const id = api.newId('dispute');
  const code = networkReasonCode(answer.dispute, answer.brand);
  const transaction = addTransaction(api, {
    source: { ...charge, id },
    type: 'adjustment',
    category: 'dispute',
    amountMinor: -numberOf(charge, 'amount'),
    feeMinor: 1_500,
    description: `Chargeback withdrawal for ${chargeId}`,
  });
  const deadlineMs = Math.ceil((api.nowMs() + responseDays * dayMs) / dayMs) * dayMs - 1_000;
  api.store.save({ ...charge, disputed: true });
  api.publish('charge.dispute.created', {
    ...disputeTemplate,
    id,
    amount: charge.amount,
    balance_transactions: [api.store.find(transaction)],
    charge: chargeId,
    created: api.now(),
    currency: charge.currency,
    evidence: disputeEvidenceTemplate,
    evidence_details: {
      due_by: seconds(deadlineMs),
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
      submission_method: 'not_submitted',
    },
    intended_submission_method: intendedMethod(answer.brand),
    is_charge_refundable: false,
    network_reason_code: code,
    payment_intent: charge.payment_intent,
    payment_method_details: {
      card: {
        brand: answer.brand,
        case_type: 'chargeback',
        network: answer.brand,
        network_reason_code: code,
      },
      type: 'card',
    },
    reason: answer.dispute,
    status: 'needs_response',
  });
}

function warn(api: Api, charge: ApiObject): void {
  api.publish('radar.early_fraud_warning.created', {
    object: 'radar.early_fraud_warning',
    id: api.newId('early_fraud_warning'),
    actionable: true,
    charge: charge.id,
    created: api.now(),
    fraud_type: 'made_with_stolen_card',
    livemode: false,
    payment_intent: charge.payment_intent,
  });
}
