/**
 * One payment followed through every system, as far as the sources that answered know it.
 *
 * Invariants: the first line follows from the hops and findings alone; a source that did not answer is named; pure,
 * so the same findings and the same instant give the same trace.
 */
import type { Finding, Findings, SourceName } from './findings.js';
import { hopsOf, type Expectations, type Hop } from './hops.js';

export interface Trace {
  findings: Findings;
  hops: Hop[];
  headline: Headline;
  asOf: Date;
}

/** The first line: where the money was last seen, and where it should be seen next. */
export interface Headline {
  lastConfirmed: Hop | null;
  /** The first hop that is expected, overdue, or that nobody could tell about. */
  next: Hop | null;
  /** Set when nothing further is expected: why the trace ends. */
  ended: 'complete' | 'failed' | 'canceled' | null;
  unknown: { source: SourceName; why: string }[];
}

export function traceOf(findings: Findings, expectations: Expectations, asOf: Date): Trace {
  const hops = hopsOf(findings, expectations, asOf);
  return { findings, hops, headline: headlineOf(findings, hops), asOf };
}

function headlineOf(findings: Findings, hops: Hop[]): Headline {
  const nextIndex = hops.findIndex(isOpen);
  const before = nextIndex < 0 ? hops : hops.slice(0, nextIndex);
  return {
    lastConfirmed: before.findLast(({ state }) => state === 'present') ?? null,
    next: hops[nextIndex] ?? null,
    ended: nextIndex < 0 ? endOf(findings, hops) : null,
    unknown: unknownSources(findings),
  };
}

/** Statements are not read yet: that they are unknown is no news. */
const isOpen = ({ kind, state }: Hop): boolean =>
  state === 'expected' || state === 'overdue' || (state === 'unknown_source' && kind !== 'statement');

function endOf({ payment }: Findings, hops: Hop[]): 'complete' | 'failed' | 'canceled' {
  if (hops.some(({ state }) => state === 'failed')) return 'failed';
  return payment.state === 'known' && payment.value?.status === 'canceled' ? 'canceled' : 'complete';
}

function unknownSources(findings: Findings): Headline['unknown'] {
  const failed = (source: SourceName, asked: Finding<unknown>[]): Headline['unknown'] => {
    const first = asked.find(({ state }) => state === 'failed' || state === 'waiting');
    if (!first) return [];
    return [{ source, why: first.state === 'failed' ? first.why : 'has not answered yet' }];
  };
  const { payment, charge, balanceTransaction, payout, refunds, disputes, warnings } = findings;
  return [
    ...failed('payments_api', [payment, charge, balanceTransaction, payout, refunds, disputes, warnings]),
    ...failed('books', [findings.attempts, findings.ledger]),
  ];
}
