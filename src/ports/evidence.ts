/**
 * The kinds of evidence that answer a dispute, and the files that may be part of it.
 *
 * Invariant: every kind is either a text or a document; a dispute holds one piece of each.
 * Deliberately absent: appeals, and what networks call enhanced or compelling evidence.
 */

/** The provider's own words for documents: each takes the id of one file. */
export const evidenceDocumentKinds = [
  'cancellation_policy',
  'customer_communication',
  'customer_signature',
  'duplicate_charge_documentation',
  'receipt',
  'refund_policy',
  'service_documentation',
  'shipping_documentation',
  'uncategorized_file',
] as const;
export type EvidenceDocumentKind = (typeof evidenceDocumentKinds)[number];

/** The provider's own words for texts. */
export const evidenceTextKinds = [
  'access_activity_log',
  'billing_address',
  'cancellation_policy_disclosure',
  'cancellation_rebuttal',
  'customer_email_address',
  'customer_name',
  'customer_purchase_ip',
  'duplicate_charge_explanation',
  'duplicate_charge_id',
  'product_description',
  'refund_policy_disclosure',
  'refund_refusal_explanation',
  'service_date',
  'shipping_address',
  'shipping_carrier',
  'shipping_date',
  'shipping_tracking_number',
  'uncategorized_text',
] as const;
export type EvidenceTextKind = (typeof evidenceTextKinds)[number];

export type EvidenceKind = EvidenceDocumentKind | EvidenceTextKind;

export type EvidenceMimeType = 'application/pdf' | 'image/jpeg' | 'image/png';

/** Stripe: 5 MB for a file of dispute evidence, and for all files of an answer together (docs/provider-rules.md). */
export const evidenceFileMaxBytes = 5_000_000;
