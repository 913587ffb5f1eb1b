/**
 * The card of a payment's trace.
 *
 * Invariants: the first line says where the money was last confirmed and where it is next expected, and so does the
 * plain text; every hop stands on a line of its own, in the order in which money moves; a source that did not answer
 * is named; e-mail addresses are masked.
 */
import type { KnownBlock } from '@slack/types';
import { formatDuration } from '../kernel/duration.js';
import { formatMoney } from '../kernel/money.js';
import { maskEmail } from '../kernel/sensitive.js';
import { valueOf, type SourceName } from '../payments/findings.js';
import type { Hop, HopKind, HopState } from '../payments/hops.js';
import type { Headline, Trace } from '../payments/trace.js';
import type { Card } from '../ports/card.js';
import type { Links } from './links.js';
import { branchLines } from './payment-branches.js';
import {
  actions,
  button,
  code,
  context,
  divider,
  escape,
  instant,
  link,
  linkButton,
  section,
  utc,
} from './blocks.js';

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
  /** False while a source has yet to answer: the card is rewritten when it has. */
  complete: boolean;
  links: Links;
  /** The person who shared it, or null on the private card, which carries the Share button. */
  sharedBy: string | null;
}

export function paymentTraceCard({ trace, complete, links, sharedBy }: TraceCardFacts): Card {
  const { headline, hops, asOf } = trace;
  const id = trace.findings.paymentId ?? valueOf(trace.findings.charge)?.id ?? '';
  const blocks: KnownBlock[] = [
    section(`${headlineMark(headline)} *${sentence(headline, asOf, instant)}*`),
    context(subjectLine(trace, links)),
    divider,
    section(hops.map((hop) => hopLine(hop, asOf, links)).join('\n')),
  ];
  const branches = branchLines(trace.findings, links);
  if (branches.length > 0) blocks.push(section(branches.join('\n')));
  blocks.push(...closing(trace, complete, sharedBy));
  const buttons = sharedBy === null && complete && id !== '' ? [shareButton(id)] : [];
  const page = links('payment', id);
  if (page !== null) buttons.push(linkButton('payment_open', 'Open', page));
  if (buttons.length > 0) blocks.push(actions(...buttons));
  return { text: `${sentence(headline, asOf, utc)} · ${plainSubject(trace)}`, blocks };
}

const shareButton = (id: string): ReturnType<typeof button> =>
  button({ actionId: shareActionId, text: 'Share', value: id, label: 'Share this trace with the channel' });

function headlineMark({ next, ended }: Headline): string {
  if (next) return marks[next.state];
  if (ended === 'failed') return marks.failed;
  return ended === 'canceled' ? marks.not_expected : marks.present;
}

/** “Last confirmed at capture, next expected at balance by T.” `at` writes an instant. */
export function sentence(
  { lastConfirmed, next, ended }: Headline,
  asOf: Date,
  at: (instant: Date) => string,
): string {
  const last = lastConfirmed
    ? `Last confirmed at ${hopNames[lastConfirmed.kind].toLowerCase()}`
    : 'Not confirmed anywhere';
  return [last, next ? nextClause(next, asOf, at) : endClause(ended)]
    .filter((part) => part !== null)
    .join(', ');
}

function nextClause(next: Hop, asOf: Date, at: (instant: Date) => string): string {
  const name = hopNames[next.kind].toLowerCase();
  if (next.state === 'unknown_source') return `${name} unknown: the ${sourceNames[next.source]} did not tell`;
  if (!next.expectedBy) return `next expected at ${name}`;
  const late =
    next.state === 'overdue'
      ? ` (overdue by ${formatDuration(asOf.getTime() - next.expectedBy.getTime())})`
      : '';
  return `next expected at ${name} by ${at(next.expectedBy)}${late}`;
}

function endClause(ended: Headline['ended']): string | null {
  if (ended === 'complete') return 'nothing further expected';
  if (ended === 'failed') return 'failed there, nothing further expected';
  return ended === 'canceled' ? 'cancelled, nothing further expected' : null;
}

function subjectLine(trace: Trace, links: Links): string {
  const { findings } = trace;
  const payment = valueOf(findings.payment);
  const [attempt] = valueOf(findings.attempts) ?? [];
  const card = valueOf(findings.charge)?.card;
  const id = findings.paymentId ?? valueOf(findings.charge)?.id ?? '';
  const page = links('payment', id);
  const amount = payment?.amount ?? attempt?.amount ?? valueOf(findings.charge)?.amount;
  return [
    page === null ? code(id) : link(page, id),
    amount ? `*${formatMoney(amount)}*` : null,
    payment ? escape(payment.status.replaceAll('_', ' ')) : null,
    findings.partner === null ? null : `at ${escape(findings.partner)}`,
    card?.last4
      ? `${escape(card.brand ?? 'card')} ••${escape(card.last4)}`
      : attempt
        ? escape(attempt.method)
        : null,
    attempt ? `order ${code(attempt.orderId)}` : null,
    attempt?.customerEmail ? escape(maskEmail(attempt.customerEmail)) : null,
  ]
    .filter((part) => part !== null)
    .join(' · ');
}

function plainSubject({ findings }: Trace): string {
  const amount =
    valueOf(findings.payment)?.amount ??
    valueOf(findings.charge)?.amount ??
    valueOf(findings.attempts)?.[0]?.amount;
  return [findings.paymentId ?? valueOf(findings.charge)?.id, amount ? formatMoney(amount) : null]
    .filter(Boolean)
    .join(' ');
}

function hopLine(hop: Hop, asOf: Date, links: Links): string {
  const page = hop.reference === null ? null : links(linkedAs[hop.kind] ?? hop.kind, hop.reference);
  const reference =
    hop.reference === null ? null : page === null ? code(hop.reference) : link(page, hop.reference);
  return [
    `${marks[hop.state]} *${hopNames[hop.kind]}*${stateWords(hop, asOf)}`,
    hop.amount ? formatMoney(hop.amount) : null,
    hop.at ? `${instant(hop.at)} (${age(hop.at, asOf)})` : null,
    reference,
    hop.note === null ? null : escape(hop.note),
  ]
    .filter((part) => part !== null)
    .join(' · ');
}

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
      return expectedBy ? ` overdue by ${formatDuration(asOf.getTime() - expectedBy.getTime())}` : ' overdue';
  }
}

function age(at: Date, asOf: Date): string {
  const durationMs = asOf.getTime() - at.getTime();
  return durationMs < 0 ? `in ${formatDuration(durationMs)}` : `${formatDuration(durationMs)} ago`;
}

function closing({ headline, asOf }: Trace, complete: boolean, sharedBy: string | null): KnownBlock[] {
  const lines = headline.unknown.map(
    ({ source, why }) => `:grey_question: ${sourceNames[source]}: ${escape(why)}`,
  );
  const stamp = `${complete ? 'As of' : ':hourglass_flowing_sand: Still asking, as of'} ${instant(asOf)}`;
  const by = sharedBy === null ? '' : ` · shared by <@${sharedBy}>`;
  return [...(lines.length > 0 ? [section(lines.join('\n'))] : []), context(`${stamp}${by}`)];
}
