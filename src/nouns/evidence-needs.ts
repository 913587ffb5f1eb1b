/**
 * Which evidence answers which kind of dispute.
 *
 * Source: the provider's guides by dispute category (docs.stripe.com/disputes/categories). It refuses no answer for want
 * of a piece, but the bank decides on these: an answer without them is lost, and there is only one.
 * Deliberately absent: deadlines and programmes of the networks, and categories whose pieces depend on the case.
 */
import type { EvidenceKind } from '../ports/evidence.js';

interface Needs {
  /** Any one of these sets is enough. */
  sets: readonly (readonly EvidenceKind[])[];
  /** What makes the answer stronger. */
  recommended: readonly EvidenceKind[];
}

/** By the provider's reason. */
const needsByReason: ReadonlyMap<string, Needs> = new Map([
  [
    'fraudulent',
    {
      sets: [
        ['customer_purchase_ip', 'access_activity_log'],
        ['billing_address', 'customer_signature'],
        ['shipping_address', 'shipping_documentation'],
      ],
      recommended: ['customer_communication', 'receipt', 'product_description'],
    },
  ],
  [
    'product_not_received',
    {
      sets: [
        ['shipping_documentation', 'shipping_tracking_number'],
        ['shipping_documentation', 'shipping_date'],
        ['service_documentation', 'service_date'],
      ],
      recommended: ['customer_communication', 'receipt'],
    },
  ],
  [
    'duplicate',
    {
      sets: [['duplicate_charge_id', 'duplicate_charge_documentation', 'duplicate_charge_explanation']],
      recommended: ['receipt', 'customer_communication'],
    },
  ],
  [
    'subscription_canceled',
    {
      sets: [['cancellation_policy', 'cancellation_policy_disclosure', 'cancellation_rebuttal']],
      recommended: ['customer_communication', 'access_activity_log'],
    },
  ],
  [
    'credit_not_processed',
    {
      sets: [['refund_policy', 'refund_policy_disclosure', 'refund_refusal_explanation']],
      recommended: ['customer_communication', 'receipt'],
    },
  ],
  [
    'product_unacceptable',
    {
      sets: [['product_description', 'customer_communication', 'refund_policy']],
      recommended: ['receipt', 'refund_refusal_explanation'],
    },
  ],
]);

/** For reasons that the table does not have: what helps in any case. */
const otherwise: Needs = {
  sets: [],
  recommended: ['product_description', 'receipt', 'customer_communication'],
};

/** The sets of which any one is enough; none where the table asks for nothing. */
export const setsFor = (reason: string): readonly (readonly EvidenceKind[])[] =>
  (needsByReason.get(reason) ?? otherwise).sets;

/** What each sufficient set lacks; none when one is complete, or when the table asks for nothing. */
export function lackingFor(reason: string, present: readonly EvidenceKind[]): EvidenceKind[][] {
  const lacking = setsFor(reason).map((set) => set.filter((kind) => !present.includes(kind)));
  if (lacking.some((set) => set.length === 0)) return [];
  return lacking.filter((set, at) => !lacking.some((other, place) => isLess(other, place, set, at)));
}

/** Whether one set asks for a part of what the other asks for, or for the same and comes first. */
const isLess = (
  other: readonly EvidenceKind[],
  place: number,
  set: readonly EvidenceKind[],
  at: number,
): boolean =>
  place !== at && other.every((kind) => set.includes(kind)) && (other.length < set.length || place < at);

export function recommendedFor(reason: string, present: readonly EvidenceKind[]): EvidenceKind[] {
  const { recommended } = needsByReason.get(reason) ?? otherwise;
  return recommended.filter((kind) => !present.includes(kind));
}

/** What providers put there by themselves, out of the payment: it answers nothing on its own. */
const givenByItself: readonly EvidenceKind[] = [
  'billing_address',
  'customer_email_address',
  'customer_name',
  'customer_purchase_ip',
];

export const answersAnything = (present: readonly EvidenceKind[]): boolean =>
  present.some((kind) => !givenByItself.includes(kind));

/** “shipping tracking number”. */
export function kindText(kind: EvidenceKind): string {
  if (kind === 'uncategorized_text') return 'explanation';
  return kind === 'uncategorized_file' ? 'other document' : kind.replaceAll('_', ' ').replace(/\bip\b/, 'IP');
}

export const kindsText = (kinds: readonly EvidenceKind[]): string => kinds.map(kindText).join(', ');

/** Alternatives, of which one is enough: “receipt; or shipping documentation and shipping date”. */
export const alternativesText = (sets: readonly (readonly EvidenceKind[])[]): string =>
  sets
    .map((kinds) =>
      kinds
        .map(kindText)
        .join(', ')
        .replace(/, ([^,]*)$/, ' and $1'),
    )
    .join('; or ');
