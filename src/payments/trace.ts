/**
 * One payment followed through every system, as far as the sources that answered know it.
 *
 * Invariants: the first line follows from the hops and findings alone; a source that did not answer is named; pure,
 * so the same findings and the same instant give the same trace.
 */
import { compare, isZero, type Money } from '../kernel/money.js';
import { committedOf, givenBackOf, sumOf } from '../nouns/charge.js';
import { answerTo, isInquiry, isOver, tookTheMoneyBack, type Answer } from '../nouns/dispute.js';
import { waitsForCustomer } from '../nouns/refund.js';
import type { Charge } from '../ports/payments-api.js';
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
  kind:
    | 'refunded'
    | 'partly_refunded'
    | 'refund_pending'
    | 'refund_waits_for_customer'
    | 'refund_failed'
    | 'inquiry'
    | 'disputed'
    | 'dispute_lost';
  amount: Money;
  /** For disputes. */
  answer?: Answer;
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
  return { findings, hops, headline: headlineOf(findings, hops, asOf), asOf };
}

function headlineOf(findings: Findings, hops: Hop[], asOf: Date): Headline {
  const next =
    hops.find(({ state }) => state === 'failed') ??
    hops.find(({ state }) => state === 'overdue') ??
    hops.find(isOpen) ??
    null;
  return {
    lastConfirmed: lastConfirmed(hops, next),
    next,
    ended: next ? null : hops.some(isCancelled) ? 'canceled' : 'complete',
    reversals: reversalsOf(findings, asOf),
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

function reversalsOf(findings: Findings, asOf: Date): Reversal[] {
  const charge = valueOf(findings.charge);
  return [
    ...(charge ? refundsOf(charge, findings.refunds) : []),
    ...(valueOf(findings.disputes) ?? []).flatMap((dispute): Reversal[] => {
      const { amount } = dispute;
      if (tookTheMoneyBack(dispute)) return [{ kind: 'dispute_lost', amount }];
      if (isOver(dispute)) return [];
      return [{ kind: isInquiry(dispute) ? 'inquiry' : 'disputed', amount, answer: answerTo(dispute, asOf) }];
    }),
  ];
}

/** Where the refunds are not listed, the charge's own sum is all there is. */
function refundsOf(charge: Charge, listed: Findings['refunds']): Reversal[] {
  const refunds = valueOf(listed);
  const given = givenBackOf(charge, refunds ?? []);
  const { currency } = charge.amount;
  const through = refunds ? sumOf(given.through, currency) : committedOf(charge, given);
  const isWhole = compare(through, charge.amountCaptured) >= 0;
  return [
    ...(through.minor > 0n && !isZero(charge.amountCaptured)
      ? [{ kind: isWhole ? 'refunded' : 'partly_refunded', amount: through } as const]
      : []),
    ...given.onItsWay.map((refund): Reversal => {
      const kind = waitsForCustomer(refund) ? 'refund_waits_for_customer' : 'refund_pending';
      return { kind, amount: refund.amount };
    }),
    ...given.undone
      .filter(({ status }) => status === 'failed')
      .map(({ amount }): Reversal => ({ kind: 'refund_failed', amount })),
  ];
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
