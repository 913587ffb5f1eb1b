/**
 * How 3-D Secure ended, and who then bears a fraud dispute.
 *
 * Sources: docs.stripe.com/payments/3d-secure/authentication-flow and the provider's support pages on liability shift for
 * the results; checkout.com/docs/developer-resources/codes/eci-values for the indicators (docs/retries.md names the
 * pages). Invariants: a result that is not listed says nothing of liability; where result and indicator disagree,
 * liability is unclear; a payment without 3-D Secure claims nothing, because a wallet may have authenticated.
 */
import type { Charge, ThreeDSecure } from '../ports/payments-api.js';

type Liability = 'issuer' | 'merchant' | 'unclear';

interface ThreeDSecureResult {
  result: string;
  meaning: string;
  liability: Liability;
}

export const threeDSecureResults: readonly ThreeDSecureResult[] = [
  { result: 'authenticated', meaning: 'authenticated', liability: 'issuer' },
  { result: 'attempt_acknowledged', meaning: 'attempted', liability: 'issuer' },
  { result: 'exempted', meaning: 'exempted', liability: 'merchant' },
  { result: 'failed', meaning: 'failed', liability: 'merchant' },
  { result: 'not_supported', meaning: 'not supported', liability: 'merchant' },
  { result: 'processing_error', meaning: 'processing error', liability: 'merchant' },
];

type Indicators = Readonly<Record<string, boolean>>;

/** Whether liability shifts. */
const ofMastercard: Indicators = {
  '00': false,
  '01': true,
  '02': true,
  '04': false,
  '06': false,
  '07': true,
};
const ofOthers: Indicators = { '05': true, '06': true, '07': false };

export const indicatorsOf = (network: string | null): Indicators =>
  network === 'mastercard' ? ofMastercard : ofOthers;

export interface Authentication {
  facts: ThreeDSecure;
  /** Null for a result that is not listed. */
  meaning: string | null;
  /** Null where it is not known, or where no money was taken. */
  liability: Liability | null;
}

/** `none` where nobody asked for 3-D Secure; null where it says nothing: no card, or a declined one without it. */
export function authenticationOf({ card, status }: Charge): Authentication | 'none' | null {
  if (!card) return null;
  const isPaid = status === 'succeeded';
  const { threeDSecure: facts } = card;
  if (!facts) return isPaid ? 'none' : null;
  const row = threeDSecureResults.find(({ result }) => result === facts.result);
  const liability = row && isPaid ? weighed(row.liability, facts.eci, card.network ?? card.brand) : null;
  return { facts, meaning: row?.meaning ?? null, liability };
}

function weighed(liability: Liability, eci: string | null, network: string | null): Liability {
  const shifts = eci === null ? undefined : indicatorsOf(network)[eci];
  return shifts === undefined || shifts === (liability === 'issuer') ? liability : 'unclear';
}
