/**
 * One payment followed through every system, as far as the sources that answered know it.
 *
 * Invariants: the first line follows from the hops and findings alone; a source that did not answer is named; pure,
 * so the same findings and the same instant give the same trace.
 */
import { add, compare, isZero, type Money } from '../kernel/money.js';
import { givenBackOf, hasTaken, wentThrough } from '../nouns/charge.js';
import { answerTo, isInquiry, isOver, tookTheMoneyBack, type Answer } from '../nouns/dispute.js';
import { isOfUnknownState, waitsForCustomer } from '../nouns/refund.js';
import type { Break } from '../ports/breaks.js';
import type { Charge, Refund } from '../ports/payments-api.js';
import { bookedDispute, bookedRefund, isRefundedInBooksAlone } from './booked.js';
import { doubleCapture, type Capture } from './captures.js';
import { valueOf, type Finding, type Findings, type SourceName } from './findings.js';
import { adviceOnAttempt, adviceOnCharge, type RetryAdvice } from './retry-advice.js';
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
    /** Of a payment whose capture is not known. */
    | 'refunded_from_unknown'
    | 'refund_pending'
    | 'refund_unknown'
    | 'refund_waits_for_customer'
    | 'refund_failed'
    | 'inquiry'
    | 'disputed'
    | 'dispute_lost';
  amount: Money;
  /** For disputes. */
  answer?: Answer;
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
  /** What may have taken it back besides: not every one of these could be read. */
  unread: ('refunds' | 'disputes')[];
  /** What our books and the partner's statements do not agree on. */
  breaks: Break[];
  /** Charges or payments that took the money more than once; empty where one did. */
  doubled: Capture[];
  /** An issuer reported fraud, and a refund still keeps it from becoming a dispute. */
  fraudReported: boolean;
  /** Of a card whose authorisation failed: whether to try it again. */
  advice: RetryAdvice | null;
  /** Sources that did not answer, or not fully, and why. */
  unknown: { source: SourceName; why: string }[];
}

export function traceOf(findings: Findings, expectations: Expectations, asOf: Date): Trace {
  const hops = hopsOf(findings, expectations, asOf);
  return { findings, hops, headline: headlineOf(findings, hops, asOf), asOf };
}

function headlineOf(findings: Findings, hops: Hop[], asOf: Date): Headline {
  // An attempt that failed is reported by the authorisation that it failed to get.
  const next =
    hops.find(({ kind, state }) => state === 'failed' && kind !== 'attempt') ??
    hops.find(({ state }) => state === 'overdue') ??
    hops.find(isOpen) ??
    null;
  const reversals = reversalsOf(findings, asOf);
  return {
    lastConfirmed: lastConfirmed(hops, next),
    next,
    ended: next ? null : hops.some(isCancelled) ? 'canceled' : 'complete',
    reversals,
    unread: unreadOf(findings),
    breaks: (findings.breaks && valueOf(findings.breaks)) ?? [],
    doubled: doubleCapture(findings),
    fraudReported: isFraudReported(findings, reversals),
    advice: adviceOn(findings, next),
    unknown: unknownSources(findings),
  };
}

/** Once it is disputed, or all of it is refunded, no refund changes anything. */
const isFraudReported = ({ warnings }: Findings, reversals: readonly Reversal[]): boolean =>
  (valueOf(warnings) ?? []).some(({ actionable }) => actionable) &&
  !reversals.some(({ kind }) => kind === 'disputed' || kind === 'dispute_lost' || kind === 'refunded');

function adviceOn({ charge, attempts }: Findings, next: Hop | null): RetryAdvice | null {
  if (next?.kind !== 'authorization' || next.state !== 'failed') return null;
  const tried = valueOf(charge);
  if (tried) return adviceOnCharge(tried);
  const [latest] = valueOf(attempts) ?? [];
  return latest ? adviceOnAttempt(latest, []) : null;
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

/**
 * Where the charge is unknown as well, the next hop says so already; where no refund is known, the charge's own sum
 * speaks for them.
 */
function unreadOf({ charge, refunds, disputes }: Findings): Headline['unread'] {
  if (!valueOf(charge)) return [];
  const hasGap = (found: Finding<unknown>): boolean =>
    found.state === 'known' && (found.problems ?? []).length > 0;
  return [
    ...(hasGap(refunds) ? (['refunds'] as const) : []),
    ...(hasGap(disputes) || disputes.state === 'failed' ? (['disputes'] as const) : []),
  ];
}

function reversalsOf(findings: Findings, asOf: Date): Reversal[] {
  const booked = bookedDispute(findings);
  return [
    ...refundsOf(findings),
    ...(booked ? [{ kind: 'disputed', amount: booked, perBooks: true } as const] : []),
    ...(valueOf(findings.disputes) ?? []).flatMap((dispute): Reversal[] => {
      const { amount } = dispute;
      if (tookTheMoneyBack(dispute)) return [{ kind: 'dispute_lost', amount }];
      if (isOver(dispute)) return [];
      return [{ kind: isInquiry(dispute) ? 'inquiry' : 'disputed', amount, answer: answerTo(dispute, asOf) }];
    }),
  ];
}

/** The provider decides where it answered; the books speak only where neither the charge nor its refunds are known. */
function refundsOf(findings: Findings): Reversal[] {
  const charge = valueOf(findings.charge);
  if (charge) return refundsOfCharges(takenWith(charge, findings), valueOf(findings.refunds));
  return isRefundedInBooksAlone(findings) ? refundedInBooks(findings) : [];
}

/** With every other charge of the payment that took money, so that one of two refunded is a refund in part. */
function takenWith(charge: Charge, { charges }: Findings): Charge[] {
  const { id, amount } = charge;
  const others = (valueOf(charges) ?? []).filter((other) => other.id !== id && hasTaken(other));
  return [charge, ...others.filter((other) => other.amount.currency === amount.currency)];
}

function refundsOfCharges(charges: readonly Charge[], refunds: Refund[] | null): Reversal[] {
  const through = charges.map((charge) => wentThrough(charge, refunds)).reduce(add);
  const captured = charges.map(({ amountCaptured }) => amountCaptured).reduce(add);
  const given = charges.map((charge) => givenBackOf(charge, refunds ?? []));
  const isWhole = compare(through, captured) >= 0;
  return [
    ...(through.minor > 0n && !isZero(captured)
      ? [{ kind: isWhole ? 'refunded' : 'partly_refunded', amount: through } as const]
      : []),
    ...given
      .flatMap(({ onItsWay }) => onItsWay)
      .map((refund): Reversal => {
        const { amount } = refund;
        if (isOfUnknownState(refund)) return { kind: 'refund_unknown', amount };
        return { kind: waitsForCustomer(refund) ? 'refund_waits_for_customer' : 'refund_pending', amount };
      }),
    ...given
      .flatMap(({ undone }) => undone)
      .filter(({ status }) => status === 'failed')
      .map(({ amount }): Reversal => ({ kind: 'refund_failed', amount })),
  ];
}

/** Where no API says what was refunded, the books do. */
function refundedInBooks(findings: Findings): Reversal[] {
  const booked = bookedRefund(findings);
  if (!booked) return [];
  const { amount, isWhole } = booked;
  if (isWhole === null) return [{ kind: 'refunded_from_unknown', amount, perBooks: true }];
  return [{ kind: isWhole ? 'refunded' : 'partly_refunded', amount, perBooks: true }];
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
      ...(findings.cardTries ? [findings.cardTries] : []),
    ]),
    ...gapsOf('books', [attempts, siblings, ledger, batch]),
  ];
}

/** One line per source and reason: seven questions to a source that is down are one fault, unreadable objects are several. */
function gapsOf(source: SourceName, asked: Finding<unknown>[]): Headline['unknown'] {
  const failed =
    asked.find((finding) => finding.state === 'failed' && !finding.problems) ??
    asked.find(({ state }) => state === 'waiting');
  const whys = [
    ...(failed ? [failed.state === 'failed' ? failed.why : 'has not answered yet'] : []),
    ...asked.flatMap((finding) => ('problems' in finding ? (finding.problems ?? []) : [])),
  ];
  return [...new Set(whys)].map((why) => ({ source, why }));
}
