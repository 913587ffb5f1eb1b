/**
 * One payout or batch: what it contains, what it should come to, what was paid, and what the bank got.
 *
 * Invariants: sums are those of the partner's report, or of the partner's own account in the books; in both, captures and what
 * the partner keeps or pays out have opposite signs, so a payout that is whole comes to zero; a source that did not answer
 * is named.
 */
import type { Log } from '../kernel/log.js';
import type { BatchSum, Books } from '../ports/books.js';
import type { Break } from '../ports/breaks.js';
import type { Payout } from '../ports/payments-api.js';
import type { PayoutTrace } from '../ports/payouts.js';
import { ask } from './ask.js';
import { valueOf, type Finding } from './findings.js';
import type { Statements } from './sources.js';

export interface PayoutReport {
  id: string;
  /** As the provider's API says; null where only the books know it. */
  payout: Payout | null;
  /** Null where no source says whose it is. */
  partner: string | null;
  /** What the books hold of it on the partner's account, by kind and currency. */
  contents: Finding<PayoutPart[]>;
  /** What the partner's report has of it; absent where that is not read. */
  reported?: Finding<PayoutPart[]>;
  /** Where it arrived; absent where no statements are connected. */
  atBank?: Finding<PayoutTrace[]>;
  breaks?: Finding<Break[]>;
  asOf: Date;
}

/** Entries, or lines of a report, of one kind: money to us is positive, in minor units. */
export interface PayoutPart {
  kind: string;
  currency: string;
  entries: number;
  minor: bigint;
}

export interface PayoutDeps {
  books: Pick<Books, 'batchSums'> | null;
  statements: Pick<Statements, 'payoutsNamed' | 'openBreaks' | 'batchSums'> | null;
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
  const [trace] = valueOf(atBank) ?? [];
  if (!trace) return { ...report, atBank, breaks };
  const reported = await ask(log, async () =>
    (await statements.batchSums(trace.payout, trace.payout.batch)).map(({ type, lines, ...sum }) => ({
      ...sum,
      kind: type.replace(/^implied_/, ''),
      entries: lines,
    })),
  );
  return { ...report, atBank, breaks, reported };
}

/**
 * What it contains: as the partner reports it, else as booked; nothing where the books hold the payout and its fees alone,
 * which says nothing of the payments in it.
 */
export function contentsOf({ reported, contents }: PayoutReport): {
  of: 'report' | 'books';
  parts: PayoutPart[];
} {
  const lines = (reported && valueOf(reported)) ?? [];
  if (lines.length > 0) return { of: 'report', parts: lines };
  const booked = valueOf(contents) ?? [];
  const isTied = booked.some(({ kind }) => kind !== payoutKind && kind !== 'fee');
  return { of: 'books', parts: isTied ? booked : [] };
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

export const isBack = ({ status, reversedBy }: Payout): boolean =>
  reversedBy !== null || status === 'failed' || status === 'canceled';

/**
 * `payout`: what the provider's API says was paid, which counts before what the parts say of it: a payout that failed or was
 * reversed paid nothing, although a report from before lists it.
 */
export function payoutSums(contents: readonly PayoutPart[], payout: Payout | null): PayoutSum[] {
  return [...new Set(contents.map(({ currency }) => currency))].map((currency) => {
    const own = contents.filter((part) => part.currency === currency);
    const sumOf = (some: readonly PayoutPart[]): bigint => some.reduce((sum, { minor }) => sum + minor, 0n);
    const paid = own.filter(({ kind }) => kind === payoutKind);
    const isSaid = payout?.amount.currency === currency && !isBack(payout);
    const isReported = paid.length > 0 && !(payout && isBack(payout));
    return {
      currency,
      expectedMinor: sumOf(own.filter(({ kind }) => kind !== payoutKind)),
      paidMinor: isSaid ? payout.amount.minor : isReported ? -sumOf(paid) : null,
    };
  });
}

/** What it contains, without the payout itself. */
export const partsOf = (contents: readonly PayoutPart[]): PayoutPart[] =>
  contents.filter(({ kind }) => kind !== payoutKind);
