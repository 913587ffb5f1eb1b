/**
 * The hops of a trace, one function each: attempt → authorisation → capture → balance → payout → statement → ledger.
 *
 * Invariants: every function returns exactly one hop; a hop whose forerunner failed or was
 * cancelled is `not_expected`, one whose forerunner is unknown is unknown; `overdue` means the expected instant has
 * passed; no answer, or an answer that makes no sense or has a status unknown here, is `unknown_source`, never an absence.
 */
import { dayLabel } from './sightings.js';
import { dayMs } from '../kernel/clock.js';
import { currencyExponent } from '../kernel/currency.js';
import { compare, formatMoney, money } from '../kernel/money.js';
import { givenBackOf, sumOf } from '../nouns/charge.js';
import { isCapturedInParts } from '../nouns/payment.js';
import type { PaymentAttempt } from '../ports/books.js';
import type { BalanceTransaction, Charge, Payment, Payout } from '../ports/payments-api.js';
import { valueOf, type Findings } from './findings.js';
import {
  dayOf,
  dueOn,
  dueState,
  hop,
  later,
  notes,
  plain,
  settledBy,
  unanswered,
  type Expectations,
  type Facts,
  type Hop,
  type HopState,
} from './hop.js';
import { bookedMovements } from './booked.js';
import { atBank } from './payout-at-bank.js';
import { captureInBooks, isOfBooksAlone, payoutInBooks } from './hops-in-books.js';

export type { Expectations, Hop, HopKind, HopState } from './hop.js';

export function hopsOf(findings: Findings, expectations: Expectations, asOf: Date): Hop[] {
  const authorization = authorizationHop(findings);
  const capture = captureHop(findings, authorization, expectations, asOf);
  const balance = balanceHop(findings, capture, asOf);
  const reported = isOfBooksAlone(findings)
    ? payoutInBooks(findings, capture, expectations, asOf)
    : payoutHop(findings, balance, expectations, asOf);
  const payout = atBank(reported, findings);
  return [
    attemptHop(findings),
    authorization,
    capture,
    balance,
    payout,
    statementHop(findings, capture, payout, expectations, asOf),
    ledgerHop(findings, capture, expectations, asOf),
  ];
}

/** The line that settles the capture: file, line, day and amount; or by when it should be on a statement. */
function statementHop(
  findings: Findings,
  capture: Hop,
  payout: Hop,
  { openDay }: Expectations,
  asOf: Date,
): Hop {
  const found = findings.statement;
  if (!found)
    return hop('statement', 'statements', 'unknown_source', { note: 'no statements are connected' });
  const silent = unanswered('statement', 'statements', found);
  if (silent) return silent;
  const [seen] = valueOf(found) ?? [];
  if (seen) {
    const { line, fileName, businessDay } = seen;
    const isKnown = currencyExponent(line.currency) !== undefined;
    return hop('statement', 'statements', 'present', {
      at: new Date((line.day ?? businessDay) * dayMs),
      amount: isKnown ? money(line.amountMinor, line.currency) : null,
      reference: line.reference,
      note: `${fileName}, line ${line.line}`,
    });
  }
  const settled = settledBy(capture, 'statement');
  if (settled) return settled;
  const paidOn = payout.at ?? payout.expectedBy;
  const { statementsBegin } = findings;
  if (paidOn && statementsBegin && paidOn < statementsBegin)
    return hop('statement', 'statements', 'not_expected', {
      note: `older than the statements, which begin on ${dayLabel(dayOf(statementsBegin))}`,
    });
  const expectedBy = paidOn === null ? null : openDay(later(paidOn, 2 * dayMs));
  // What a statement lacks is a break; before the first of them nothing could be on one.
  const isOver = expectedBy !== null && dueOn(expectedBy, asOf) === 'overdue';
  return hop('statement', 'statements', 'expected', {
    expectedBy: isOver ? null : expectedBy,
    note: 'on no statement yet',
  });
}

function attemptHop(findings: Findings): Hop {
  const attempts = valueOf(findings.attempts) ?? [];
  const [latest] = attempts;
  if (latest) {
    const tries =
      attempts.length === 1
        ? plain(latest.status)
        : `${attempts.length} attempts, latest ${plain(latest.status)}`;
    return hop('attempt', 'books', latest.status === 'failed' ? 'failed' : 'present', {
      at: latest.createdAt,
      amount: latest.amount,
      reference: latest.orderId,
      note: notes(tries, latest.declineCode),
    });
  }
  const silent = unanswered('attempt', 'books', findings.attempts);
  const seen = valueOf(findings.payment) ?? valueOf(findings.charge);
  if (!seen) return silent ?? hop('attempt', 'books', 'not_expected', { note: 'not in the books' });
  return hop('attempt', 'payments_api', 'present', {
    at: seen.createdAt,
    amount: seen.amount,
    note: `seen at the provider, ${silent ? 'our books can’t be read' : 'not in the books'}`,
  });
}

function authorizationHop(findings: Findings): Hop {
  const charge = valueOf(findings.charge);
  const payment = valueOf(findings.payment);
  if (charge && !(charge.status === 'failed' && payment && isTriedAgain(payment)))
    return authorizationOfCharge(charge);
  const silent =
    unanswered('authorization', 'payments_api', findings.payment) ??
    unanswered('authorization', 'payments_api', findings.charge);
  if (silent) return silent;
  return payment ? authorizationOfPayment(payment) : authorizationInBooks(findings);
}

const isTriedAgain = ({ status }: Payment): boolean =>
  status in waitsFor && status !== 'requires_payment_method';

function authorizationOfCharge(charge: Charge): Hop {
  const facts: Facts = { at: charge.createdAt, amount: charge.amount, reference: charge.id };
  if (charge.status === 'failed') {
    const why = charge.failure?.declineCode ?? charge.failure?.code ?? charge.outcome?.reason ?? 'declined';
    return hop('authorization', 'payments_api', 'failed', { ...facts, note: why });
  }
  if (charge.status === 'pending')
    return hop('authorization', 'payments_api', 'expected', {
      ...facts,
      note: 'submitted, not confirmed yet',
    });
  if (charge.status !== 'succeeded')
    return hop('authorization', 'payments_api', 'unknown_source', {
      ...facts,
      note: strange('charge', charge.status),
    });
  const code = charge.card?.authorizationCode;
  return hop('authorization', 'payments_api', 'present', { ...facts, note: code ? `code ${code}` : null });
}

const waitsFor: Readonly<Record<string, string>> = {
  requires_payment_method: 'awaiting a payment method',
  requires_confirmation: 'awaiting confirmation',
  requires_action: 'awaiting customer authentication',
  processing: 'being processed',
};

/** A payment without a charge, or whose charge failed and that is being tried again. */
function authorizationOfPayment(payment: Payment): Hop {
  const { status, lastError, amount } = payment;
  const made = (state: HopState, note: string | null): Hop =>
    hop('authorization', 'payments_api', state, { amount, note });
  if (status === 'canceled') return made('not_expected', cancelled(payment));
  if (status === 'succeeded' || status === 'requires_capture')
    return made('unknown_source', `the payment is “${plain(status)}”, but no charge is listed`);
  if (lastError && status === 'requires_payment_method')
    return made('failed', lastError.declineCode ?? lastError.code ?? lastError.message);
  const waits = waitsFor[status];
  return waits === undefined ? made('unknown_source', strange('payment', status)) : made('expected', waits);
}

/** A word to come says neither that the money moves nor that it is late. */
const strange = (what: string, status: string): string => `the ${what} is “${plain(status)}”`;

const cancelled = (payment: Payment | null): string =>
  payment?.cancellationReason ? `cancelled: ${plain(payment.cancellationReason)}` : 'cancelled';

/** What the company itself noted, where no API answers for the payment. */
function authorizationInBooks(findings: Findings): Hop {
  const [latest] = valueOf(findings.attempts) ?? [];
  const { partner, connectedPartner } = findings;
  const wasAsked = findings.payment.state === 'known' || findings.charge.state === 'known';
  if (latest?.status === 'failed') return bookedAuthorization(latest, 'failed', latest.declineCode);
  if (wasAsked && partner === connectedPartner)
    return hop('authorization', 'payments_api', 'failed', {
      note: `${partner ?? 'the provider'} has no record of this payment`,
    });
  // What was captured had been authorised, also where the attempts do not reach back so far.
  if (!latest && bookedMovements(findings, 'capture').length > 0)
    return hop('authorization', 'books', 'present', { note: 'captured, per our books' });
  if (!latest)
    return hop('authorization', 'payments_api', 'unknown_source', { note: notConnected(findings) });
  const state = latest.status === 'succeeded' ? 'present' : 'expected';
  return bookedAuthorization(latest, state, `${plain(latest.status)} (per our books)`);
}

const bookedAuthorization = (attempt: PaymentAttempt, state: HopState, note: string | null): Hop =>
  hop('authorization', 'books', state, {
    at: attempt.completedAt,
    amount: attempt.amount,
    reference: attempt.chargeId,
    note,
  });

const notConnected = ({ partner }: Findings): string => `${partner ?? 'its partner'} isn't connected`;

function captureHop(findings: Findings, authorization: Hop, expectations: Expectations, asOf: Date): Hop {
  const settled = settledBy(authorization, 'capture');
  if (settled) return settled;
  const charge = valueOf(findings.charge);
  if (!charge && isOfBooksAlone(findings)) return captureInBooks(findings, authorization, expectations, asOf);
  if (!charge) return hop('capture', 'payments_api', 'unknown_source', { note: notConnected(findings) });
  const payment = valueOf(findings.payment);
  if (payment && isCapturedInParts(payment)) return capturedInParts(payment, charge, asOf);
  if (charge.captured) return captured(charge, findings);
  if (payment?.status === 'canceled' || charge.amountRefunded.minor >= charge.amount.minor) {
    return hop('capture', 'payments_api', 'not_expected', {
      at: payment?.canceledAt ?? null,
      note: cancelled(payment),
    });
  }
  const expectedBy = charge.captureBefore ?? later(charge.createdAt, expectations.captureMs);
  const state = dueState(expectedBy, asOf);
  return hop('capture', 'payments_api', state, {
    expectedBy,
    amount: charge.amount,
    reference: charge.id,
    note: notes(
      payment?.captureMethod === 'manual' ? 'awaiting manual capture' : null,
      charge.captureBefore ? lapseOf(state) : null,
    ),
  });
}

/** Further captures may come until the authorisation lapses. */
function capturedInParts(payment: Payment, { id, captureBefore }: Charge, asOf: Date): Hop {
  const { amount, amountReceived, amountCapturable } = payment;
  const state = captureBefore ? dueState(captureBefore, asOf) : 'expected';
  return hop('capture', 'payments_api', state, {
    expectedBy: captureBefore,
    amount: amountReceived,
    reference: id,
    note: notes(
      `captured ${formatMoney(amountReceived)} of ${formatMoney(amount)}`,
      `${formatMoney(amountCapturable)} still authorised`,
      captureBefore ? lapseOf(state) : null,
    ),
  });
}

const lapseOf = (state: HopState): string =>
  state === 'overdue' ? 'the authorisation has expired' : 'the authorisation expires then';

/** A charge is dated with its authorisation; the movement on the balance begins when the money is captured. */
function captured(charge: Charge, findings: Findings): Hop {
  const atOnce = valueOf(findings.payment)?.captureMethod.startsWith('automatic') === true;
  const moved = valueOf(findings.balanceTransaction)?.createdAt;
  const part = compare(charge.amountCaptured, charge.amount) < 0;
  return hop('capture', 'payments_api', 'present', {
    at: moved ?? (atOnce ? charge.createdAt : null),
    amount: charge.amountCaptured,
    reference: charge.id,
    note: part ? `part of ${formatMoney(charge.amount)}; the rest is released` : null,
  });
}

function balanceHop(findings: Findings, capture: Hop, asOf: Date): Hop {
  // Books have no balance of a partner's: the batch that pays out is the next thing they know.
  if (isOfBooksAlone(findings)) return hop('balance', 'books', 'not_expected');
  const settled =
    settledBy(capture, 'balance') ?? unanswered('balance', 'payments_api', findings.balanceTransaction);
  if (settled) return settled;
  const transaction = valueOf(findings.balanceTransaction);
  if (!transaction) return hop('balance', 'payments_api', 'expected', { note: 'no balance transaction yet' });
  const facts: Facts = { amount: transaction.net, reference: transaction.id };
  const fee = notes(`net of ${formatMoney(transaction.fee)} fees`, shareOf(transaction, findings));
  if (transaction.status === 'available')
    return hop('balance', 'payments_api', 'present', { ...facts, at: transaction.availableOn, note: fee });
  if (transaction.status !== 'pending')
    return hop('balance', 'payments_api', 'unknown_source', {
      ...facts,
      note: notes(strange('balance transaction', transaction.status), fee),
    });
  const expectedBy = transaction.availableOn;
  const note = notes(plain(transaction.status), fee);
  return hop('balance', 'payments_api', dueOn(expectedBy, asOf), { ...facts, expectedBy, note });
}

/** Several captures of one charge have a movement each, and the charge names one of them. */
function shareOf({ amount }: BalanceTransaction, findings: Findings): string | null {
  const taken = valueOf(findings.charge)?.amountCaptured;
  if (taken?.currency !== amount.currency || compare(amount, taken) >= 0) return null;
  return `one of several movements, ${formatMoney(amount)} of the ${formatMoney(taken)} captured`;
}

function payoutHop(findings: Findings, balance: Hop, expectations: Expectations, asOf: Date): Hop {
  const transaction = valueOf(findings.balanceTransaction);
  const payout = valueOf(findings.payout);
  const isMoving = transaction && (payout ?? (balance.state === 'expected' || balance.state === 'overdue'));
  const known =
    (isMoving ? null : settledBy(balance, 'payout')) ?? unanswered('payout', 'payments_api', findings.payout);
  if (known) return known;
  if (payout) return payoutOf(payout, transaction, asOf);
  if (!transaction) return hop('payout', 'payments_api', 'expected');
  const expectedBy = expectations.openDay(later(transaction.availableOn, expectations.payoutMs));
  const state = dueOn(expectedBy, asOf);
  // The provider lists what automatic payouts contain, and of no others.
  const unseen =
    state === 'overdue' ? 'no automatic payout includes it; a manual payout would not show here' : null;
  const note = notes(unseen, refundNote(findings));
  return hop('payout', 'payments_api', state, { expectedBy, amount: transaction.net, note });
}

/** A refund leaves the balance by a movement of its own: less arrives than the payment brought. */
function refundNote(findings: Findings): string | null {
  const charge = valueOf(findings.charge);
  if (!charge) return null;
  const { through, onItsWay } = givenBackOf(charge, valueOf(findings.refunds) ?? []);
  const given = sumOf([...through, ...onItsWay], charge.amount.currency);
  return given.minor > 0n ? `before refunds of ${formatMoney(given)}` : null;
}

/** The amount is this payment's share: the payout carries many. */
function payoutOf(payout: Payout, transaction: BalanceTransaction | null, asOf: Date): Hop {
  const facts: Facts = { amount: transaction?.net ?? null, reference: payout.id };
  const whole = `in a payout of ${formatMoney(payout.amount)}`;
  const trace = payout.traceId === null ? null : `bank trace ${payout.traceId}`;
  if (payout.status === 'failed' || payout.status === 'canceled') {
    const word = payout.status === 'canceled' ? 'cancelled' : payout.status;
    const why = payout.failure?.message ?? payout.failure?.code ?? word;
    return hop('payout', 'payments_api', 'failed', {
      ...facts,
      note: notes(why, 'the money is back on the balance', whole, trace),
    });
  }
  if (payout.reversedBy !== null)
    return hop('payout', 'payments_api', 'failed', {
      ...facts,
      at: payout.arrivalDate,
      note: notes(`reversed by ${payout.reversedBy}`, whole, trace),
    });
  if (payout.status === 'paid')
    return hop('payout', 'payments_api', 'present', {
      ...facts,
      at: payout.arrivalDate,
      note: notes(whole, trace),
    });
  if (payout.status !== 'pending' && payout.status !== 'in_transit')
    return hop('payout', 'payments_api', 'unknown_source', {
      ...facts,
      note: notes(strange('payout', payout.status), whole, trace),
    });
  const expectedBy = payout.arrivalDate;
  const note = notes(plain(payout.status), whole, trace);
  return hop('payout', 'payments_api', dueOn(expectedBy, asOf), { ...facts, expectedBy, note });
}

function ledgerHop(findings: Findings, capture: Hop, expectations: Expectations, asOf: Date): Hop {
  const silent = unanswered('ledger', 'books', findings.ledger);
  if (silent) return silent;
  const entries = valueOf(findings.ledger) ?? [];
  const booking = entries.find(({ kind }) => kind === 'capture');
  const kinds = [...new Set(entries.map(({ kind }) => kind))].map(plain).join(', ');
  if (booking) {
    return hop('ledger', 'books', 'present', {
      at: booking.bookedAt,
      amount: booking.amount,
      reference: booking.id,
      note: notes(
        `${entries.length === 1 ? '1 entry' : `${entries.length} entries`}: ${kinds}`,
        capture.state === 'not_expected' ? 'although nothing was captured' : null,
      ),
    });
  }
  const note = notes(kinds === '' ? null : `no capture is booked, only ${kinds}`);
  if (capture.state === 'not_expected')
    return hop('ledger', 'books', 'not_expected', { note: kinds === '' ? null : `booked: ${kinds}` });
  const { booksBegin } = findings;
  if (capture.at && booksBegin && capture.at < booksBegin)
    return hop('ledger', 'books', 'not_expected', {
      note: `older than our books, which begin on ${dayLabel(dayOf(booksBegin))}`,
    });
  if (capture.state !== 'present' || !capture.at) return hop('ledger', 'books', 'expected', { note });
  const expectedBy = later(capture.at, expectations.ledgerMs);
  return hop('ledger', 'books', dueState(expectedBy, asOf), { expectedBy, amount: capture.amount, note });
}
