/**
 * Whether a declined card may be tried again, and what has to happen first.
 *
 * Invariants: “never” wins over every other advice, from any source; then authentication, because a soft decline of
 * Mastercard comes with the advice to update the card as well; then the network before the provider; pure. What no
 * table lists is no advice, and is said so.
 */
import type { PaymentAttempt } from '../ports/books.js';
import type { Charge } from '../ports/payments-api.js';
import { retryCodes, type RetryAction, type RetryCode, type RetryTable } from './retry-codes.js';

/** What is known of a decline, in the words of the provider and the network. */
export interface DeclineFacts {
  /** As the provider names it. */
  network: string | null;
  declineCode: string | null;
  networkDeclineCode: string | null;
  networkAdviceCode: string | null;
  adviceCode: string | null;
  at: Date;
}

export interface RetryAdvice {
  /** Null where nothing is known about trying again. */
  action: RetryAction | null;
  /** Who says so. */
  by: 'visa' | 'mastercard' | 'provider' | null;
  /** With `retry_after`. */
  notBefore: Date | null;
  /** Why it was declined; null where no table has the code. */
  meaning: string | null;
  /** The network's own code of the decline. */
  code: string | null;
  /** What the network says besides; its own code where no table has it. */
  remark: string | null;
}

export function retryAdvice(facts: DeclineFacts): RetryAdvice {
  const { network, declineCode, networkDeclineCode, networkAdviceCode, adviceCode, at } = facts;
  const visa = network === 'visa' ? rowOf('visa', networkDeclineCode) : null;
  const mastercard = network === 'mastercard' ? rowOf('mastercard', networkAdviceCode) : null;
  const declined = rowOf('declineCodes', declineCode);
  const advised = rowOf('providerAdvice', adviceCode);
  const said = [visa, mastercard, advised, declined].filter((row) => row !== null);
  const decides =
    said.find(({ action }) => action === 'never') ??
    said.find(({ action }) => action === 'authenticate') ??
    said.find(({ action }) => action !== null);
  return {
    action: decides?.action ?? null,
    by: decides ? speakerOf(decides, visa, mastercard) : null,
    notBefore: decides?.afterMs === undefined ? null : new Date(at.getTime() + decides.afterMs),
    meaning: (visa ?? declined ?? mastercard)?.meaning ?? null,
    code: networkDeclineCode,
    remark: remarkOf(mastercard, networkAdviceCode),
  };
}

/** Null for a charge that did not fail, that no card was charged for, or that the provider kept from the network. */
export function adviceOnCharge({ status, card, failure, outcome, createdAt }: Charge): RetryAdvice | null {
  if (status !== 'failed' || !card || outcome?.networkStatus === 'not_sent_to_network') return null;
  return retryAdvice({
    network: card.network ?? card.brand,
    declineCode: failure?.declineCode ?? null,
    networkDeclineCode: outcome?.networkDeclineCode ?? null,
    networkAdviceCode: outcome?.networkAdviceCode ?? null,
    adviceCode: outcome?.adviceCode ?? null,
    at: createdAt,
  });
}

/** The provider's charge has the network's codes; the books alone have the decline code, which may say nothing here. */
export function adviceOnAttempt(
  { status, chargeId, declineCode, cardLast4, createdAt }: PaymentAttempt,
  charges: readonly Charge[],
): RetryAdvice | null {
  if (status !== 'failed') return null;
  const charge = charges.find(({ id }) => id === chargeId);
  if (charge) return adviceOnCharge(charge);
  if (cardLast4 === null) return null;
  const unknown = { network: null, networkDeclineCode: null, networkAdviceCode: null, adviceCode: null };
  const advice = retryAdvice({ ...unknown, declineCode, at: createdAt });
  return advice.action === null ? null : advice;
}

function remarkOf(mastercard: RetryCode | null, code: string | null): string | null {
  if (mastercard) return mastercard.action === null ? mastercard.meaning : null;
  return code === null ? null : `network advice code ${code}`;
}

const speakerOf = (decides: RetryCode, visa: RetryCode | null, mastercard: RetryCode | null) =>
  decides === visa ? 'visa' : decides === mastercard ? 'mastercard' : 'provider';

const rowOf = (table: RetryTable, code: string | null): RetryCode | null =>
  retryCodes[table].find((row) => row.code === code) ?? null;
