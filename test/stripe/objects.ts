/**
 * Objects as Stripe sends them, every field that the adapter reads filled in, and one or two that it does not.
 * The values are made up; the shapes follow docs.stripe.com/api.
 */
import { evidenceDocumentKinds, evidenceTextKinds } from '../../src/ports/evidence.js';

export type Fields = Record<string, unknown>;

/** 2026-11-02T09:00:00Z. */
export const created = 1_793_610_000;

export const paymentIntent = (fields: Fields = {}) => ({
  id: 'pi_1',
  object: 'payment_intent',
  status: 'succeeded',
  amount: 1250,
  amount_capturable: 0,
  amount_received: 1250,
  currency: 'eur',
  capture_method: 'automatic',
  created,
  canceled_at: created + 60,
  cancellation_reason: 'requested_by_customer',
  latest_charge: 'ch_1',
  last_payment_error: {
    type: 'card_error',
    code: 'card_declined',
    decline_code: 'insufficient_funds',
    message: 'Your card has insufficient funds.',
  },
  customer: 'cus_1',
  receipt_email: 'jane@example.com',
  description: 'Order 6735',
  metadata: { order_id: '6735' },
  livemode: false,
  ...fields,
});

export const charge = (fields: Fields = {}) => ({
  id: 'ch_1',
  object: 'charge',
  payment_intent: 'pi_1',
  status: 'failed',
  amount: 1250,
  amount_captured: 1000,
  amount_refunded: 250,
  currency: 'eur',
  captured: true,
  created,
  outcome: {
    type: 'issuer_declined',
    network_status: 'declined_by_network',
    reason: 'insufficient_funds',
    seller_message: 'The bank returned the decline code `insufficient_funds`.',
    advice_code: 'try_again_later',
    network_advice_code: '25',
    network_decline_code: '51',
    risk_level: 'normal',
  },
  failure_code: 'card_declined',
  failure_message: 'Your card has insufficient funds.',
  payment_method_details: {
    type: 'card',
    card: {
      brand: 'visa',
      network: 'cartes_bancaires',
      last4: '4242',
      fingerprint: 'mToisGZ01V71BCos',
      three_d_secure: {
        authentication_flow: 'challenge',
        electronic_commerce_indicator: '05',
        exemption_indicator: 'low_risk',
        result: 'authenticated',
        result_reason: 'rejected',
        transaction_id: 'ds_1',
        version: '2.2.0',
      },
      country: 'DE',
      authorization_code: '123456',
      network_transaction_id: '104102978678771',
      capture_before: created + 604_800,
      exp_month: 8,
    },
  },
  disputed: true,
  balance_transaction: 'txn_1',
  description: 'Order 6735',
  ...fields,
});

export const refund = (fields: Fields = {}) => ({
  id: 're_1',
  object: 'refund',
  charge: 'ch_1',
  payment_intent: 'pi_1',
  amount: 250,
  currency: 'eur',
  status: 'failed',
  reason: 'requested_by_customer',
  failure_reason: 'expired_or_canceled_card',
  created,
  destination_details: {
    type: 'card',
    card: { type: 'refund', reference: '74532806304000012345678', reference_status: 'available' },
  },
  metadata: { remediation: 'rem_1' },
  balance_transaction: 'txn_2',
  ...fields,
});

/** Some kinds are there, the others are not. */
const evidence = {
  ...Object.fromEntries([...evidenceTextKinds, ...evidenceDocumentKinds].map((kind) => [kind, null])),
  product_description: 'A tent',
  customer_name: '',
  receipt: 'file_1',
  refund_policy: 'file_2',
};

export const dispute = (fields: Fields = {}) => ({
  id: 'dp_1',
  object: 'dispute',
  charge: 'ch_1',
  payment_intent: 'pi_1',
  amount: 1000,
  currency: 'eur',
  status: 'needs_response',
  reason: 'fraudulent',
  created,
  evidence,
  evidence_details: {
    due_by: created + 1_209_600,
    enhanced_eligibility: {
      mastercard_compliance: { status: 'fee_acknowledged' },
      visa_compliance: { status: 'requires_fee_acknowledgement' },
      visa_compelling_evidence_3: {
        status: 'requires_action',
        required_actions: ['missing_customer_identifiers'],
      },
    },
    has_evidence: true,
    past_due: false,
    submission_count: 1,
    submission_method: 'manual',
  },
  is_charge_refundable: true,
  intended_submission_method: 'prefer_manual',
  // What is not described is not kept.
  balance_transactions: [balanceTransaction({ object: undefined })],
  metadata: { paydesk: 'rem_1' },
  payment_method_details: {
    type: 'card',
    card: { brand: 'visa', case_type: 'chargeback', network_reason_code: '10.4' },
  },
  ...fields,
});

export const file = (fields: Fields = {}) => ({
  id: 'file_1',
  object: 'file',
  purpose: 'dispute_evidence',
  size: 8,
  ...fields,
});

export const balanceTransaction = (fields: Fields = {}) => ({
  id: 'txn_1',
  object: 'balance_transaction',
  source: 'ch_1',
  type: 'charge',
  reporting_category: 'charge',
  amount: 1250,
  fee: 44,
  net: 1206,
  currency: 'eur',
  status: 'available',
  created,
  available_on: created + 172_800,
  ...fields,
});

export const payout = (fields: Fields = {}) => ({
  id: 'po_1',
  object: 'payout',
  amount: 98_765,
  currency: 'eur',
  status: 'failed',
  automatic: true,
  created: created + 172_800,
  arrival_date: created + 259_200,
  reconciliation_status: 'completed',
  reversed_by: 'po_2',
  trace_id: { status: 'supported', value: '021000021234567' },
  failure_code: 'account_closed',
  failure_message: 'The bank account has been closed.',
  ...fields,
});

export const earlyFraudWarning = (fields: Fields = {}) => ({
  id: 'issfr_1',
  object: 'radar.early_fraud_warning',
  charge: 'ch_1',
  payment_intent: 'pi_1',
  fraud_type: 'made_with_stolen_card',
  actionable: true,
  created,
  ...fields,
});

export const event = (fields: Fields = {}) => ({
  id: 'evt_1',
  object: 'event',
  type: 'charge.refunded',
  created,
  data: { object: { id: 'ch_1', object: 'charge' } },
  ...fields,
});
