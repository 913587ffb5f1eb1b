/**
 * One payment followed through every system, as far as the sources that answered know it.
 *
 * Invariants: the first line follows from the hops and findings alone; a source that did not answer is named; pure,
 * so the same findings and the same instant give the same trace.
 */
import { add, compare, type Money } from '../kernel/money.js';
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
}

/** The first line: where the money was last seen, and where it should be seen next. */
export interface Headline {
  lastConfirmed: Hop | null;
  /** What people should look at: the hop that failed, else one that is overdue, else the first expected or unknown. */
  next: Hop | null;
  /** Set when nothing further is expected: why the trace ends. */
  ended: 'complete' | 'canceled' | null;
  reversals: Reversal[];
  /** Sources that did not answer, or not fully, and why. */
  unknown: { source: SourceName; why: string }[];
}

export function traceOf(findings: Findings, expectations: Expectations, asOf: Date): Trace {
  const hops = hopsOf(findings, expectations, asOf);
  return { findings, hops, headline: headlineOf(findings, hops), asOf };
}

function headlineOf(findings: Findings, hops: Hop[]): Headline {
  const next =
    hops.find(({ state }) => state === 'failed') ??
    hops.find(({ state }) => state === 'overdue') ??
    hops.find(isOpen) ??
    null;
  return {
    lastConfirmed: lastConfirmed(hops, next),
    next,
    ended: next ? null : hops.some(isCancelled) ? 'canceled' : 'complete',
    reversals: reversalsOf(findings),
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

function unknownSources(findings: Findings): Headline['unknown'] {
  const { attempts, ledger, payment, charge, balanceTransaction, payout } = findings;
  const { refunds, disputes, warnings } = findings;
  return [
    ...gapsOf('payments_api', [payment, charge, balanceTransaction, payout, refunds, disputes, warnings]),
    ...gapsOf('books', [attempts, ledger]),
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
  return whys.map((why) => ({ source, why }));
}
