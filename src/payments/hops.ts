/**
 * The hops of a trace, one function each: attempt → authorisation → capture → balance → payout → statement → ledger.
 *
 * Invariant: every function returns exactly one hop, whatever is known; a hop whose forerunner failed or was
 * cancelled is `not_expected`; `overdue` means the expected instant has passed.
 * Deliberately absent: statement lines. No statements are read yet, and the hop says so.
 */
import type { Charge } from '../ports/payments-api.js';
import type { Money } from '../kernel/money.js';
import { valueOf, type Finding, type Findings, type SourceName } from './findings.js';

/** When the next step of a payment should have happened; from the partner's configuration. */
export interface Expectations {
  /** From an automatic capture's authorisation to its capture. */
  captureMs: number;
  /** From the balance being available to the payout's arrival. */
  payoutMs: number;
  /** From capture to the ledger entry. */
  ledgerMs: number;
}

export type HopKind = 'attempt' | 'authorization' | 'capture' | 'balance' | 'payout' | 'statement' | 'ledger';

export type HopState =
  | 'present'
  | 'expected'
  | 'overdue'
  /** It was tried and refused: nothing after it can happen. */
  | 'failed'
  /** The money will not come this far: cancelled, lapsed, or the step before it failed. */
  | 'not_expected'
  | 'unknown_source';

export interface Hop {
  kind: HopKind;
  state: HopState;
  source: SourceName;
  at: Date | null;
  /** For `expected` and `overdue`. */
  expectedBy: Date | null;
  amount: Money | null;
  /** The object or entry behind it. */
  reference: string | null;
  /** One short clause for people, such as a decline reason. */
  note: string | null;
}

type Facts = Partial<Omit<Hop, 'kind' | 'state' | 'source'>>;

const hop = (kind: HopKind, source: SourceName, state: Hop['state'], facts: Facts = {}): Hop => ({
  kind,
  source,
  state,
  at: null,
  expectedBy: null,
  amount: null,
  reference: null,
  note: null,
  ...facts,
});

export function hopsOf(findings: Findings, expectations: Expectations, asOf: Date): Hop[] {
  const authorization = authorizationHop(findings);
  const capture = captureHop(findings, authorization, expectations, asOf);
  const balance = balanceHop(findings, capture, asOf);
  const payout = payoutHop(findings, balance, expectations, asOf);
  return [
    attemptHop(findings),
    authorization,
    capture,
    balance,
    payout,
    hop('statement', 'statements', 'unknown_source', { note: 'no statements are connected' }),
    ledgerHop(findings, capture, expectations, asOf),
  ];
}

/** `unknown_source` unless the source answered: the one place where "did not answer" becomes a hop. */
function unanswered(kind: HopKind, source: SourceName, finding: Finding<unknown>): Hop | null {
  if (finding.state === 'failed') return hop(kind, source, 'unknown_source', { note: finding.why });
  if (finding.state === 'waiting')
    return hop(kind, source, 'unknown_source', { note: 'has not answered yet' });
  return null;
}

const dueState = (expectedBy: Date, asOf: Date): 'expected' | 'overdue' =>
  asOf > expectedBy ? 'overdue' : 'expected';

const later = (instant: Date, durationMs: number): Date => new Date(instant.getTime() + durationMs);

function attemptHop(findings: Findings): Hop {
  const attempts = valueOf(findings.attempts) ?? [];
  const [latest] = attempts;
  if (latest) {
    const tries = attempts.length === 1 ? null : `${attempts.length} attempts, latest ${latest.status}`;
    const declined = latest.declineCode === null ? null : `declined: ${latest.declineCode}`;
    return hop('attempt', 'books', 'present', {
      at: latest.createdAt,
      amount: latest.amount,
      reference: latest.orderId,
      note: [tries, declined].filter((part) => part !== null).join(', ') || null,
    });
  }
  const silent = unanswered('attempt', 'books', findings.attempts);
  const payment = valueOf(findings.payment);
  if (!payment) return silent ?? hop('attempt', 'books', 'not_expected', { note: 'not in the books' });
  return hop('attempt', 'payments_api', 'present', {
    at: payment.createdAt,
    amount: payment.amount,
    reference: payment.id,
    note: silent ? 'seen at the provider; the books are unknown' : 'seen at the provider, not in the books',
  });
}

function authorizationHop(findings: Findings): Hop {
  const charge = valueOf(findings.charge);
  if (charge) return authorizationOfCharge(charge);
  const silent =
    unanswered('authorization', 'payments_api', findings.payment) ??
    unanswered('authorization', 'payments_api', findings.charge);
  if (silent) return silent;
  const payment = valueOf(findings.payment);
  if (!payment)
    return hop('authorization', 'payments_api', 'unknown_source', { note: noProviderFor(findings) });
  const { lastError } = payment;
  if (lastError) {
    return hop('authorization', 'payments_api', 'failed', {
      at: payment.createdAt,
      amount: payment.amount,
      note: lastError.declineCode ?? lastError.code ?? lastError.message,
    });
  }
  return hop('authorization', 'payments_api', 'not_expected', { note: `payment is ${payment.status}` });
}

const noProviderFor = (findings: Findings): string =>
  findings.partner === null ? 'the payment is not known there' : `no API of ${findings.partner} is connected`;

function authorizationOfCharge(charge: Charge): Hop {
  const facts: Facts = { at: charge.createdAt, amount: charge.amount, reference: charge.id };
  if (charge.status === 'failed') {
    const why = charge.failure?.declineCode ?? charge.failure?.code ?? charge.outcome?.reason ?? 'declined';
    return hop('authorization', 'payments_api', 'failed', { ...facts, note: why });
  }
  const code = charge.card?.authorizationCode;
  return hop('authorization', 'payments_api', 'present', { ...facts, note: code ? `code ${code}` : null });
}

function captureHop(findings: Findings, authorization: Hop, expectations: Expectations, asOf: Date): Hop {
  const charge = valueOf(findings.charge);
  if (authorization.state === 'unknown_source') return { ...authorization, kind: 'capture' };
  if (!charge || authorization.state !== 'present') return hop('capture', 'payments_api', 'not_expected');
  if (charge.captured) {
    return hop('capture', 'payments_api', 'present', {
      at: charge.createdAt,
      amount: charge.amountCaptured,
      reference: charge.id,
    });
  }
  const payment = valueOf(findings.payment);
  if (payment?.status === 'canceled' || charge.amountRefunded.minor === charge.amount.minor) {
    const note = payment?.cancellationReason ? `cancelled: ${payment.cancellationReason}` : 'cancelled';
    return hop('capture', 'payments_api', 'not_expected', { at: payment?.canceledAt ?? null, note });
  }
  const expectedBy = charge.captureBefore ?? later(charge.createdAt, expectations.captureMs);
  return hop('capture', 'payments_api', dueState(expectedBy, asOf), {
    expectedBy,
    amount: charge.amount,
    reference: charge.id,
    note: payment?.captureMethod === 'manual' ? 'waits for a manual capture' : null,
  });
}

function balanceHop(findings: Findings, capture: Hop, asOf: Date): Hop {
  if (capture.state === 'unknown_source') return { ...capture, kind: 'balance' };
  if (capture.state !== 'present') return hop('balance', 'payments_api', 'not_expected');
  const silent = unanswered('balance', 'payments_api', findings.balanceTransaction);
  if (silent) return silent;
  const transaction = valueOf(findings.balanceTransaction);
  if (!transaction) {
    return hop('balance', 'payments_api', 'expected', { note: 'no balance transaction yet' });
  }
  const facts: Facts = { amount: transaction.net, reference: transaction.id };
  if (transaction.status === 'available') {
    return hop('balance', 'payments_api', 'present', {
      ...facts,
      at: transaction.availableOn,
      note: 'net of fees',
    });
  }
  const expectedBy = transaction.availableOn;
  return hop('balance', 'payments_api', dueState(expectedBy, asOf), {
    ...facts,
    expectedBy,
    note: 'pending',
  });
}

function payoutHop(findings: Findings, balance: Hop, expectations: Expectations, asOf: Date): Hop {
  if (balance.state === 'unknown_source') return { ...balance, kind: 'payout' };
  if (balance.state === 'not_expected') return hop('payout', 'payments_api', 'not_expected');
  const silent = unanswered('payout', 'payments_api', findings.payout);
  if (silent) return silent;
  const payout = valueOf(findings.payout);
  const transaction = valueOf(findings.balanceTransaction);
  if (!payout) {
    const expectedBy = transaction ? later(transaction.availableOn, expectations.payoutMs) : null;
    const state = expectedBy ? dueState(expectedBy, asOf) : 'expected';
    return hop('payout', 'payments_api', state, { expectedBy });
  }
  const facts: Facts = { amount: payout.amount, reference: payout.id };
  if (payout.status === 'paid')
    return hop('payout', 'payments_api', 'present', { ...facts, at: payout.arrivalDate });
  if (payout.status === 'failed' || payout.status === 'canceled') {
    const why = payout.failure?.message ?? payout.failure?.code ?? payout.status;
    return hop('payout', 'payments_api', 'failed', { ...facts, note: why });
  }
  const expectedBy = payout.arrivalDate;
  return hop('payout', 'payments_api', dueState(expectedBy, asOf), {
    ...facts,
    expectedBy,
    note: payout.status.replaceAll('_', ' '),
  });
}

function ledgerHop(findings: Findings, capture: Hop, expectations: Expectations, asOf: Date): Hop {
  const entries = valueOf(findings.ledger) ?? [];
  const first = entries.find(({ kind }) => kind === 'capture') ?? entries[0];
  if (first) {
    const note =
      entries.length === 1 ? first.account : `${first.account} and ${entries.length - 1} more entries`;
    return hop('ledger', 'books', 'present', {
      at: first.bookedAt,
      amount: first.amount,
      reference: first.id,
      note,
    });
  }
  const silent = unanswered('ledger', 'books', findings.ledger);
  if (silent) return silent;
  if (capture.state === 'unknown_source')
    return hop('ledger', 'books', 'unknown_source', { note: 'no entries yet' });
  if (capture.state !== 'present' || !capture.at) return hop('ledger', 'books', 'not_expected');
  const expectedBy = later(capture.at, expectations.ledgerMs);
  return hop('ledger', 'books', dueState(expectedBy, asOf), { expectedBy, amount: capture.amount });
}
