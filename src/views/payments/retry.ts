/**
 * Whether a declined card may be tried again, as people read it.
 *
 * Invariant: a “never” stands out wherever it is shown, and says whose rule it is; a code without advice is shown as such.
 */
import { plural } from '../../kernel/counts.js';
import type { Finding } from '../../payments/findings.js';
import type { RetryAdvice } from '../../payments/retry-advice.js';
import type { RetryAction } from '../../payments/retry-codes.js';
import type { CardTries } from '../../payments/retry-limits.js';
import { escape, instant } from '../kit/blocks.js';

/** Writes an instant. */
export type At = (instant: Date) => string;

const says: Readonly<Record<NonNullable<RetryAdvice['by']>, string>> = {
  visa: 'Visa rule',
  mastercard: 'Mastercard rule',
  provider: 'the provider’s advice',
};

const clauses: Readonly<Record<Exclude<RetryAction, 'never' | 'retry_after'>, string>> = {
  retry_later: 'try again later',
  correct_data: 'try again with corrected details',
  update_card: 'ask for new card details',
  authenticate: 'the customer must authenticate',
  ask_issuer: 'the customer must ask the issuer or pay another way',
};

const never = 'do not try this card again';

/** For the first line: what somebody must know or do before the next try. */
export const headlineClause = (advice: RetryAdvice, asOf: Date, at: At): string | null =>
  advice.action === 'ask_issuer' || advice.action === 'retry_later' ? null : adviceClause(advice, asOf, at);

function adviceClause({ action, by, notBefore }: RetryAdvice, asOf: Date, at: At): string | null {
  if (action === null) return null;
  if (action === 'never') return by ? `${never} (${says[by]})` : never;
  if (action !== 'retry_after') return clauses[action];
  if (!notBefore) return 'try again later';
  return notBefore > asOf
    ? `try again at ${at(notBefore)} or later`
    : `can be tried again (since ${at(notBefore)})`;
}

/** “insufficient funds (51)”; `word` where no table has the code. */
export function reasonOf(advice: RetryAdvice | null, word: string): string {
  if (!advice) return word;
  return `${advice.meaning ?? word}${advice.code === null ? '' : ` (${escape(advice.code)})`}`;
}

/** What a line about the decline ends with. */
export function adviceParts(advice: RetryAdvice | null, asOf: Date): string[] {
  if (!advice) return [];
  const clause = adviceClause(advice, asOf, instant);
  const marked = clause && advice.action === 'never' ? `:no_entry: *${clause}*` : clause;
  return [marked ?? 'no retry advice for this decline', ...(advice.remark ? [escape(advice.remark)] : [])];
}

/** “4 of 20 tries with this card in 30 days”; null where nobody asked, or the answer is awaited. */
export function triesLine(found: Finding<CardTries> | undefined, advice: RetryAdvice | null): string | null {
  if (found?.state === 'failed') return ':grey_question: Tries with this card: unknown';
  if (found?.state !== 'known') return null;
  const { network, limit, tries, more } = found.value;
  const count = `${tries}${more ? '+' : ''}`;
  const span = `with this card in ${plural(limit.days, 'day')}`;
  const on = escape(network);
  // What a limit leaves is no news of a card that must not be tried at all.
  if (advice?.action === 'never')
    return `:repeat: ${count} ${tries === 1 ? 'try' : 'tries'} ${span}, no more allowed · ${on}`;
  const of = `${count} of ${limit.tries} tries ${span}`;
  return tries >= limit.tries ? `:no_entry: *${of}: limit reached* · ${on}` : `:repeat: ${of} · ${on}`;
}
