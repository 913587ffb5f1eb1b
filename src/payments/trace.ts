/**
 * One payment followed through every system, as far as the sources that answered know it.
 *
 * Invariants: the first line follows from the hops and findings alone; a source that did not answer is named; pure,
 * so the same findings and the same instant give the same trace.
 */
import { add, compare, type Money } from '../kernel/money.js';
import { bookedRefund, isRefundedInBooksAlone } from './booked.js';
import { doubleCapture, type Capture } from './captures.js';
import { valueOf, type Finding, type Findings, type SourceName } from './findings.js';
import { hopsOf, type Expectations, type Hop } from './hops.js';

export interface Trace {
  findings: Findings;
  hops: Hop[];
  headline: Headline;
  asOf: Date;
}

/** What takes the money back again, told in the first line because it changes what the rest means. */
export interface Reversal {
  kind: 'refunded' | 'partly_refunded' | 'refund_failed' | 'disputed' | 'dispute_lost';
  amount: Money;
  /** Known from the company's books alone. */
  perBooks?: true;
}

/** The first line: where the money was last seen, and where it should be seen next. */
export interface Headline {
  lastConfirmed: Hop | null;
  /** What people should look at: the hop that failed, else one that is overdue, else the first expected or unknown. */
  next: Hop | null;
  /** Set when nothing further is expected: why the trace ends. */
  ended: 'complete' | 'canceled' | null;
  reversals: Reversal[];
  /** Charges or payments that took the money more than once; empty where one did. */
  doubled: Capture[];
  /** Sources that did not answer, or not fully, and why. */
  unknown: { source: SourceName; why: string }[];
}

export function traceOf(findings: Findings, expectations: Expectations, asOf: Date): Trace {
  const hops = hopsOf(findings, expectations, asOf);
  return { findings, hops, headline: headlineOf(findings, hops), asOf };
}

function headlineOf(findings: Findings, hops: Hop[]): Headline {
  // An attempt that failed is told by the authorisation that it failed to get.
  const next =
    hops.find(({ kind, state }) => state === 'failed' && kind !== 'attempt') ??
    hops.find(({ state }) => state === 'overdue') ??
    hops.find(isOpen) ??
    null;
  return {
    lastConfirmed: lastConfirmed(hops, next),
    next,
    ended: next ? null : hops.some(isCancelled) ? 'canceled' : 'complete',
    reversals: reversalsOf(findings),
    doubled: doubleCapture(findings),
    unknown: unknownSources(findings),
  };
}

/** Statements are not read yet: that they are unknown is no news. */
const isOpen = ({ kind, state }: Hop): boolean =>
  state === 'expected' || (state === 'unknown_source' && kind !== 'statement');

const isCancelled = ({ kind, state }: Hop): boolean =>
  state === 'not_expected' && (kind === 'authorization' || kind === 'capture');

/** Before the next hop; when that is unknown, a later confirmation says more than the gap. */
function lastConfirmed(hops: Hop[], next: Hop | null): Hop | null {
  const before = next && next.state !== 'unknown_source' ? hops.slice(0, hops.indexOf(next)) : hops;
  return before.findLast(({ state }) => state === 'present') ?? null;
}

function reversalsOf(findings: Findings): Reversal[] {
  const refunds = valueOf(findings.refunds) ?? [];
  const failed = refunds.filter(({ status }) => status === 'failed');
  return [
    ...refunded(findings),
    ...failed.map(({ amount }): Reversal => ({ kind: 'refund_failed', amount })),
    ...(valueOf(findings.disputes) ?? []).flatMap(({ status, amount }): Reversal[] => {
      if (status === 'lost') return [{ kind: 'dispute_lost', amount }];
      return /(^|_)(won|closed|prevented|refunded)$/.test(status) ? [] : [{ kind: 'disputed', amount }];
    }),
  ];
}

/** Refunds are in the charge's currency; those that failed or were cancelled gave nothing back. */
function refunded(findings: Findings): Reversal[] {
  if (isRefundedInBooksAlone(findings)) return refundedInBooks(findings);
  const charge = valueOf(findings.charge);
  const amounts = (valueOf(findings.refunds) ?? [])
    .filter(({ status }) => status !== 'failed' && status !== 'canceled')
    .map(({ amount }) => amount)
    .filter(({ currency }) => currency === charge?.amountCaptured.currency);
  if (!charge || amounts.length === 0) return [];
  const amount = amounts.reduce(add);
  const isWhole = compare(amount, charge.amountCaptured) >= 0;
  return [{ kind: isWhole ? 'refunded' : 'partly_refunded', amount }];
}

/** Where no API says what was refunded, the books do. */
function refundedInBooks(findings: Findings): Reversal[] {
  const booked = bookedRefund(findings);
  if (!booked) return [];
  return [{ kind: booked.isWhole ? 'refunded' : 'partly_refunded', amount: booked.amount, perBooks: true }];
}

function unknownSources(findings: Findings): Headline['unknown'] {
  const { attempts, siblings, ledger, batch, payment, charge, charges, balanceTransaction, payout } =
    findings;
  const { refunds, disputes, warnings } = findings;
  return [
    ...gapsOf('payments_api', [
      payment,
      charge,
      charges,
      balanceTransaction,
      payout,
      refunds,
      disputes,
      warnings,
    ]),
    ...gapsOf('books', [attempts, siblings, ledger, batch]),
  ];
}

/** One line per source and reason: seven questions to a source that is down are one fault. */
function gapsOf(source: SourceName, asked: Finding<unknown>[]): Headline['unknown'] {
  const failed =
    asked.find(({ state }) => state === 'failed') ?? asked.find(({ state }) => state === 'waiting');
  const whys = [
    ...(failed ? [failed.state === 'failed' ? failed.why : 'has not answered yet'] : []),
    ...asked.flatMap((finding) => (finding.state === 'known' ? (finding.problems ?? []) : [])),
  ];
  return [...new Set(whys)].map((why) => ({ source, why }));
}
