/**
 * Visa Compelling Evidence 3.0: what a dispute lacks to qualify.
 *
 * Source: the provider's `enhanced_eligibility.visa_compelling_evidence_3` (status and required actions), which it works
 * out from the charges that it knows. Invariant: an action that is not known here is shown as the provider writes it.
 * Deliberately absent: finding prior payments in the company's own books.
 */
import type { Dispute } from '../ports/payments-api.js';

const actionWords: Readonly<Record<string, string>> = {
  missing_customer_identifiers:
    'two identifiers that are equal in all three payments, one of them IP address or device',
  missing_disputed_transaction_description: 'a description of the disputed purchase',
  missing_merchandise_or_services: 'whether the purchase was goods or services',
  missing_prior_undisputed_transaction_description: 'descriptions of the earlier payments',
  missing_prior_undisputed_transactions:
    'two undisputed payments with the same card, each 120 to 365 days before the disputed one',
};

/** “qualifies”, or what is lacking; null where the rule does not apply. */
export function compellingEvidenceOf({
  compellingEvidence,
}: Pick<Dispute, 'compellingEvidence'>): { qualifies: boolean; lacking: string[]; status: string } | null {
  if (compellingEvidence === null) return null;
  const { status, requiredActions } = compellingEvidence;
  return {
    qualifies: status === 'qualified',
    lacking: requiredActions.map((action) => actionWords[action] ?? action.replaceAll('_', ' ')),
    status,
  };
}
