/**
 * One reading of what was typed, asked of the attempts in the books.
 *
 * Invariant: a source that did not answer, or not fully, is never taken for one that has nothing.
 */
import { dayMs } from '../kernel/clock.js';
import { toOpsError } from '../kernel/errors.js';
import type { Log } from '../kernel/log.js';
import type { Books, CardSighting, PaymentAttempt } from '../ports/books.js';
import type { Rows } from '../ports/rows.js';
import type { Sources } from './sources.js';
import type { Identifier } from './identifiers.js';

/** Where was looked, as what, and what came of it. */
export interface LookedAt {
  where: string;
  as: string;
  /** `no_link`: it is there and names no payment. */
  outcome: 'nothing' | 'not_connected' | 'no_link' | { failed: string };
}

export type BookIdentifier = Exclude<Identifier, { kind: 'object' }>;

export interface BookAnswer extends LookedAt {
  attempts: PaymentAttempt[];
  /** Whether equality means the same payment, rather than one like it. */
  exact: boolean;
  why: string | null;
}

/** Some pages; more candidates than this do not help anybody choose. */
export const mostCandidates = 50;

/** Attempts of one payment share its id: more attempts are asked for than payments are shown. */
export const mostRows = mostCandidates * 3;

export async function askBooks(
  identifier: BookIdentifier,
  books: Sources['books'],
  log: Log,
): Promise<BookAnswer> {
  const exact = identifier.kind === 'reference';
  const as = exact ? `${identifier.label} “${identifier.value}”` : identifier.label;
  const asked = { where: 'books', as, exact, why: null };
  if (!books) return { ...asked, outcome: 'not_connected', attempts: [] };
  try {
    const { rows, problems, why } = exact
      ? { ...(await books.attemptsBy(identifier.columns, identifier.value, mostRows)), why: null }
      : await bySighting(identifier.sighting, books);
    if (problems.length > 0) log.warn({ problems }, 'rows of the books cannot be read');
    const outcome = problems.length > 0 ? { failed: problems.join('; ') } : 'nothing';
    return { ...asked, outcome, why, attempts: rows };
  } catch (thrown) {
    const error = toOpsError(thrown);
    log.warn({ err: thrown, errorId: error.errorId, ...error.details }, 'the books did not answer');
    return { ...asked, outcome: { failed: `${error.publicMessage} (${error.errorId})` }, attempts: [] };
  }
}

/** Where the day has none, the days beside it: people and statements are often one off. */
async function bySighting(
  sighting: CardSighting,
  books: Books,
): Promise<Rows<PaymentAttempt> & Pick<BookAnswer, 'why'>> {
  const exact = await books.attemptsByCard(sighting, mostRows);
  const { during } = sighting;
  if (!during || exact.rows.length > 0 || exact.problems.length > 0)
    return { ...exact, rows: ranked(exact.rows), why: null };
  const beside = await books.attemptsByCard({ ...sighting, during: aDayAround(during) }, mostRows);
  return { ...beside, rows: ranked(beside.rows), why: 'a day off' };
}

function aDayAround({
  from,
  to,
  near,
}: NonNullable<CardSighting['during']>): NonNullable<CardSighting['during']> {
  const [start, end] = [from.getTime(), to.getTime()];
  return {
    from: new Date(start - dayMs),
    to: new Date(end + dayMs),
    near: near ?? new Date((start + end) / 2),
  };
}

/** Succeeded before failed; otherwise in the order of the books. */
const ranked = (attempts: readonly PaymentAttempt[]): PaymentAttempt[] =>
  attempts.toSorted((a, b) => Number(a.status !== 'succeeded') - Number(b.status !== 'succeeded'));
