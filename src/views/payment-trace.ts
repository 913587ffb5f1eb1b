/**
 * The card of a payment's trace.
 *
 * Invariants: the first line says where the money was last confirmed and where it is next expected, and so does the
 * plain text; every hop stands on a line of its own, in the order in which money moves; a source that did not answer
 * is named; e-mail addresses are masked on the private card and left out of the shared one.
 */
import type { KnownBlock } from '@slack/types';
import { formatDuration } from '../kernel/duration.js';
import { formatMoney, isZero } from '../kernel/money.js';
import { maskEmail } from '../kernel/sensitive.js';
import { valueOf, type Findings, type SourceName } from '../payments/findings.js';
import type { Hop, HopKind, HopState } from '../payments/hops.js';
import type { Headline, Reversal, Trace } from '../payments/trace.js';
import { leftOf } from '../nouns/charge.js';
import { canBeAnswered, takesEvidence, type Answer } from '../nouns/dispute.js';
import { isCapturedInParts } from '../nouns/payment.js';
import type { Card } from '../ports/card.js';
import { joined, pageOf, reference, type Links } from './links.js';
import { startButtons, type Offer, type OfferedAction } from './remediation-start.js';
import { branchLines } from './payment-branches.js';
import { actions, button, cardOf, code, context, divider, escape, instant, linkButton, section, sections, utc } from './blocks.js'; // prettier-ignore

export const shareActionId = 'payment_share';

const hopNames: Readonly<Record<HopKind, string>> = {
  attempt: 'Attempt',
  authorization: 'Authorisation',
  capture: 'Capture',
  balance: 'Balance',
  payout: 'Payout',
  statement: 'Statement',
  ledger: 'Ledger',
};

const sourceNames: Readonly<Record<SourceName, string>> = {
  payments_api: 'payments API',
  books: 'books',
  statements: 'statements',
};

const marks: Readonly<Record<HopState, string>> = {
  present: ':white_check_mark:',
  expected: ':hourglass_flowing_sand:',
  overdue: ':warning:',
  failed: ':x:',
  not_expected: ':heavy_minus_sign:',
  unknown_source: ':grey_question:',
};

const linkedAs: Readonly<Partial<Record<HopKind, string>>> = {
  attempt: 'order',
  authorization: 'charge',
  capture: 'charge',
  balance: 'balance_transaction',
  payout: 'payout',
  ledger: 'ledger_entry',
};

export interface TraceCardFacts {
  trace: Trace;
  /** False while a source has yet to answer: the complete card follows. */
  complete: boolean;
  links: Links;
  /** The person who shared it, or null on the private card, which carries the Share button. */
  sharedBy: string | null;
  /** Ids of the guarded actions that the desk has. */
  startable: readonly string[];
}

export function paymentTraceCard({ trace, complete, links, sharedBy, startable }: TraceCardFacts): Card {
  const { findings, headline, hops, asOf } = trace;
  const page = pageOf(links, 'payment', findings.id);
  const canShare = sharedBy === null && complete && findings.id !== '';
  return cardOf(`${sentence(headline, asOf, utc)} · ${plainSubject(findings)}`, [
    section(`${headlineMark(headline)} *${sentence(headline, asOf, instant)}*`),
    context(subjectLine(findings, links, sharedBy === null)),
    divider,
    ...sections(hops.map((hop) => hopLine(hop, asOf, links))),
    ...sections(branchLines(findings, links, asOf)),
    ...closing(trace, complete, sharedBy),
    ...actions(
      canShare ? shareButton(findings.id) : null,
      page === null ? null : linkButton('payment_open', 'Open', page),
      ...(canShare ? offersOf(findings, asOf).flatMap((offer) => startButtons(offer, startable)) : []),
    ),
  ]);
}

/** What the provider would take, as far as the trace can tell; the action's own check has the last word. */
function offersOf(findings: Findings, asOf: Date): Offer[] {
  const waiting = (valueOf(findings.disputes) ?? []).find((dispute) => takesEvidence(dispute));
  const ofPayment: Offer = { actions: paymentActions(findings), kind: 'payment', id: findings.id };
  if (!waiting) return [ofPayment];
  const answering: OfferedAction[] = canBeAnswered(waiting, asOf) ? ['submit-evidence'] : [];
  return [{ actions: [...answering, 'accept-dispute'], kind: 'dispute', id: waiting.id }, ofPayment];
}

function paymentActions(findings: Findings): readonly OfferedAction[] {
  const payment = valueOf(findings.payment);
  if (!payment || isCapturedInParts(payment)) return [];
  if (payment.status === 'succeeded') return isRefundable(findings) ? ['refund-payment'] : [];
  if (payment.status === 'requires_capture') return ['capture-payment', 'cancel-payment'];
  return payment.status.startsWith('requires_') ? ['cancel-payment'] : [];
}

function isRefundable({ charge, refunds, disputes }: Findings): boolean {
  const taken = valueOf(charge);
  const disputed = valueOf(disputes) ?? [];
  if (disputed.some(({ isChargeRefundable }) => !isChargeRefundable)) return false;
  return taken === null || !isZero(leftOf(taken, valueOf(refunds) ?? [], disputed));
}

const shareButton = (id: string): ReturnType<typeof button> =>
  button({ actionId: shareActionId, text: 'Share', value: id, label: 'Share this trace with the channel' });

function headlineMark({ next, ended, reversals }: Headline): string {
  if (next) return marks[next.state];
  if (ended === 'canceled') return marks.not_expected;
  return reversals.length > 0 ? ':leftwards_arrow_with_hook:' : marks.present;
}

/** “Last confirmed at capture, next expected at balance by T.” `at` writes an instant. */
export function sentence(
  { lastConfirmed, next, ended, reversals }: Headline,
  asOf: Date,
  at: (instant: Date) => string,
): string {
  const last = lastConfirmed
    ? `Last confirmed at ${hopNames[lastConfirmed.kind].toLowerCase()}`
    : 'Not confirmed anywhere';
  const end = ended === 'canceled' ? 'cancelled, nothing further expected' : 'nothing further expected';
  const going = `${last}, ${next ? nextClause(next, asOf, at) : end}`;
  return [going, ...reversals.map((reversal) => reversalWords(reversal, at))].join('; ');
}

function nextClause(next: Hop, asOf: Date, at: (instant: Date) => string): string {
  const name = hopNames[next.kind].toLowerCase();
  const why = next.note === null ? '' : `: ${escape(next.note)}`;
  if (next.state === 'failed') return `failed at ${name}${why}`;
  if (next.state === 'unknown_source') return `${name} unknown${why}`;
  if (!next.expectedBy) return `next expected at ${name}${why}`;
  const late =
    next.state === 'overdue'
      ? ` (overdue by ${formatDuration(asOf.getTime() - next.expectedBy.getTime())})`
      : '';
  return `next expected at ${name} by ${at(next.expectedBy)}${late}`;
}

const reversalNames: Readonly<Record<Reversal['kind'], string>> = {
  refunded: 'refunded in full',
  partly_refunded: 'refunded in part',
  refund_pending: 'a refund is in progress',
  refund_waits_for_customer: 'a refund needs action by the customer',
  refund_failed: 'a refund failed',
  inquiry: 'inquiry, nothing withdrawn',
  disputed: 'disputed',
  dispute_lost: 'dispute lost',
};

const reversalWords = ({ kind, amount, answer }: Reversal, at: (instant: Date) => string): string =>
  `${reversalNames[kind]} (${formatMoney(amount)})${answer ? answerWords(answer, at) : ''}`;

function answerWords(answer: Answer, at: (instant: Date) => string): string {
  switch (answer.kind) {
    case 'due':
      return `, response due by ${at(answer.by)}`;
    case 'late':
      return answer.by ? `, response was due by ${at(answer.by)}` : ', response overdue';
    case 'no_date':
      return ', response due, no date given';
    case 'not_allowed':
      return ', no response allowed';
    case 'none':
      return '';
  }
}

function amountOf({ payment, charge, attempts }: Findings): string | null {
  const amount = (valueOf(payment) ?? valueOf(charge) ?? valueOf(attempts)?.[0])?.amount;
  return amount ? formatMoney(amount) : null;
}

function subjectLine(findings: Findings, links: Links, isPrivate: boolean): string {
  const amount = amountOf(findings);
  const [attempt] = valueOf(findings.attempts) ?? [];
  const card = valueOf(findings.charge)?.card;
  const status = valueOf(findings.payment)?.status.replaceAll('_', ' ');
  const method = card?.last4 ? `${card.brand ?? 'card'} ••${card.last4}` : attempt?.method;
  return joined(
    reference(links, 'payment', findings.id),
    amount === null ? null : `*${amount}*`,
    status && escape(status),
    findings.partner === null ? null : `at ${escape(findings.partner)}`,
    method && escape(method),
    attempt ? `order ${code(attempt.orderId)}` : null,
    isPrivate && attempt?.customerEmail ? escape(maskEmail(attempt.customerEmail)) : null,
  );
}

const plainSubject = (findings: Findings): string => joined(escape(findings.id), amountOf(findings));

function hopLine(hop: Hop, asOf: Date, links: Links): string {
  return joined(
    `${markOf(hop)} *${hopNames[hop.kind]}*${stateWords(hop, asOf)}`,
    hop.amount ? formatMoney(hop.amount) : null,
    hop.at ? `${instant(hop.at)} (${age(hop.at, asOf)})` : null,
    hop.reference === null ? null : reference(links, linkedAs[hop.kind] ?? hop.kind, hop.reference),
    hop.note === null ? null : escape(hop.note),
  );
}

/** An attempt is there also where it failed, and that is no success. */
const markOf = ({ kind, state, isRefused }: Hop): string =>
  kind === 'attempt' && isRefused ? marks.failed : marks[state];

function stateWords({ state, expectedBy }: Hop, asOf: Date): string {
  switch (state) {
    case 'present':
      return '';
    case 'failed':
      return ' failed';
    case 'not_expected':
      return ' not expected';
    case 'unknown_source':
      return ' unknown source';
    case 'expected':
      return expectedBy ? ` expected by ${instant(expectedBy)}` : ' expected';
    case 'overdue':
      return expectedBy
        ? ` overdue by ${formatDuration(asOf.getTime() - expectedBy.getTime())}, since ${instant(expectedBy)}`
        : ' overdue';
  }
}

function age(at: Date, asOf: Date): string {
  const durationMs = asOf.getTime() - at.getTime();
  return durationMs < 0 ? `in ${formatDuration(durationMs)}` : `${formatDuration(durationMs)} ago`;
}

function closing({ headline, asOf }: Trace, complete: boolean, sharedBy: string | null): KnownBlock[] {
  const lines = headline.unknown.map(
    ({ source, why }) => `${marks.unknown_source} ${sourceNames[source]}: ${escape(why)}`,
  );
  const stamp = complete
    ? `As of ${instant(asOf)}`
    : `:hourglass_flowing_sand: Still asking, as of ${instant(asOf)}. The complete answer follows.`;
  return [...sections(lines), context(sharedBy === null ? stamp : `${stamp} · shared by <@${sharedBy}>`)];
}
