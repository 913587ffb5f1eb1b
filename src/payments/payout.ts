/**
 * One payout or batch: what it contains, what it should come to, what was paid, and what the bank got.
 *
 * Invariants: sums are those of the partner's own account in the books, where captures and what the partner keeps or pays
 * out have opposite signs, so a payout that is whole comes to zero; a source that did not answer is named.
 */
import type { Log } from '../kernel/log.js';
import type { BatchSum, Books } from '../ports/books.js';
import type { Break } from '../ports/breaks.js';
import type { Payout } from '../ports/payments-api.js';
import type { PayoutTrace } from '../ports/payouts.js';
import { ask } from './ask.js';
import { valueOf, type Finding } from './findings.js';
import type { Statements } from './gather.js';

export interface PayoutReport {
  id: string;
  /** As the provider's API says; null where only the books know it. */
  payout: Payout | null;
  /** Null where nobody says whose it is. */
  partner: string | null;
  /** What the books hold of it on the partner's account, by kind and currency. */
  contents: Finding<BatchSum[]>;
  /** Where it arrived; absent where no statements are connected. */
  atBank?: Finding<PayoutTrace[]>;
  breaks?: Finding<Break[]>;
  asOf: Date;
}

export interface PayoutDeps {
  books: Pick<Books, 'batchSums'> | null;
  statements: Pick<Statements, 'payoutsNamed' | 'openBreaks'> | null;
  /** The ledger account in which a partner's money is. */
  accountOf: (partner: string) => string;
  log: Log;
}

/** More than these are a list of their own. */
const mostBreaks = 5;

const payoutKind = 'payout';

export async function payoutReport(
  { id, payout, partner: known }: Pick<PayoutReport, 'id' | 'payout' | 'partner'>,
  { books, statements, accountOf, log }: PayoutDeps,
  asOf: Date,
): Promise<PayoutReport> {
  const all: Finding<BatchSum[]> = books
    ? await ask(log, () => books.batchSums(id))
    : { state: 'failed', why: 'no books are connected' };
  const partner = valueOf(all)?.[0]?.partner ?? known;
  const onAccount = (valueOf(all) ?? []).filter(({ account, partner: of }) => account === accountOf(of));
  const contents = all.state === 'known' ? { ...all, value: onAccount } : all;
  const report = { id, payout, partner, contents, asOf };
  if (!statements || partner === null) return report;
  const currencies = payout ? [payout.amount.currency] : new Set(onAccount.map(({ currency }) => currency));
  const [atBank, breaks] = await Promise.all([
    ask(log, async () =>
      (await Promise.all([...currencies].map((each) => statements.payoutsNamed(partner, [id], each)))).flat(),
    ),
    ask(log, () => statements.openBreaks(partner, [id], mostBreaks)),
  ]);
  return { ...report, atBank, breaks };
}

/** Whether any source knows it. */
export const isKnownPayout = ({ payout, contents }: PayoutReport): boolean =>
  payout !== null || (valueOf(contents) ?? []).length > 0;

/** Of one currency, in minor units: what the entries come to, and what was paid; null where no payout is booked. */
export interface PayoutSum {
  currency: string;
  expectedMinor: bigint;
  paidMinor: bigint | null;
}

export function payoutSums(contents: readonly BatchSum[]): PayoutSum[] {
  return [...new Set(contents.map(({ currency }) => currency))].map((currency) => {
    const own = contents.filter((part) => part.currency === currency);
    const sumOf = (some: readonly BatchSum[]): bigint => some.reduce((sum, { minor }) => sum + minor, 0n);
    const paid = own.filter(({ kind }) => kind === payoutKind);
    return {
      currency,
      expectedMinor: sumOf(own.filter(({ kind }) => kind !== payoutKind)),
      paidMinor: paid.length === 0 ? null : -sumOf(paid),
    };
  });
}

/** What it contains, without the payout itself. */
export const partsOf = (contents: readonly BatchSum[]): BatchSum[] =>
  contents.filter(({ kind }) => kind !== payoutKind);
