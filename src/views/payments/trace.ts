/**
 * The card of a payment's trace.
 *
 * Invariants: the first line says where the money is and what comes next, and so does the plain text; every hop has a
 * line of its own, in the order in which money moves; a source that did not answer
 * is named; e-mail addresses are masked on the private card and left out of the shared one.
 */
import type { KnownBlock } from '@slack/types';
import { dayMs } from '../../kernel/clock.js';
import { formatDuration } from '../../kernel/duration.js';
import { formatMoney } from '../../kernel/money.js';
import { maskEmail } from '../../kernel/sensitive.js';
import { bookedMovements } from '../../payments/booked.js';
import { valueOf, type Findings, type SourceName } from '../../payments/findings.js';
import { isProviderId } from '../../payments/sources.js';
import type { Hop, HopKind, HopState } from '../../payments/hops.js';
import { isOfBooksAlone } from '../../payments/hops-in-books.js';
import type { Headline, Trace } from '../../payments/trace.js';
import { keyOf } from '../../payments/search.js';
import { watchable } from '../../payments/watch.js';
import type { Card } from '../../ports/card.js';
import type { Thing } from '../../remediation/kit/thing.js';
import { joined, pageOf, reference, type Links } from '../kit/links.js';
import { lookUpButton } from '../kit/look-ups.js';
import { breakButton, breakLine } from '../reconciliation/breaks.js';
import { startButtons, type Startable } from '../remediation/start.js';
import { attemptLines, bookedLines, captureLines, lookedUpLine } from './attempts.js';
import { authenticationLine } from './authentication.js';
import { branchLines } from './branches.js';
import { isDated, sentence } from './headline.js';
import { adviceParts, reasonOf, triesLine } from './retry.js';
import { watchButton } from './watch.js';
import { personalLines, revealIds } from './personal.js';
import {
  actions,
  button,
  calendarDate,
  cardOf,
  code,
  context,
  divider,
  escape,
  instant,
  linkButton,
  section,
  sections,
  utc,
} from '../kit/blocks.js';

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
  /** The guarded actions that the desk has. */
  startable: readonly Startable[];
  /** Whether there is a role that may see who paid; the button asks for it. */
  revealable: boolean;
}

export function paymentTraceCard(facts: TraceCardFacts): Card {
  const { trace, complete, links, sharedBy, startable, revealable } = facts;
  const { findings, headline, hops, asOf } = trace;
  const page = pageOf(links, 'payment', findings.id);
  const canShare = sharedBy === null && complete && findings.id !== '';
  const key = keyOf(findings.id, valueOf(findings.attempts)?.[0]);
  return cardOf(`${sentence(trace, asOf, utc)} · ${plainSubject(findings)}`, [
    section(`${headlineMark(headline)} *${sentence(trace, asOf, instant)}*`),
    context(
      ...[subjectLine(findings, links, sharedBy === null), lookedUpLine(findings)].filter(
        (line) => line !== null,
      ),
    ),
    divider,
    ...sections(hops.filter(isWorthALine).map((hop) => hopLine(hop, trace, links))),
    ...sections(cardLines(trace)),
    ...sections(atMost([...captureLines(findings, links), ...attemptLines(findings, links, asOf)])),
    ...sections([...branchLines(findings, links, asOf), ...atMost(bookedLines(findings))]),
    ...sections(headline.breaks.map((one) => breakLine(one, Math.floor(asOf.getTime() / dayMs)))),
    ...closing(trace, complete, sharedBy),
    ...actions(
      canShare ? shareButton(key) : null,
      canShare && watchable(trace) !== null ? watchButton(key) : null,
      page === null ? null : linkButton('payment_open', 'Open', page),
      canShare && revealable && personalLines(findings).length > 0 ? revealButton(key) : null,
      ...headline.breaks.slice(0, 1).map(breakButton),
      ...(canShare ? lookUps(trace) : []),
      ...(canShare ? startButtons(thingOf(trace), startable) : []),
    ),
  ]);
}

const cardLines = ({ findings: { charge, cardTries }, headline }: Trace): string[] =>
  [triesLine(cardTries, headline.advice), authenticationLine(valueOf(charge))].filter(
    (line) => line !== null,
  );

/** What the payment leads to. */
function lookUps({ findings, hops }: Trace): ReturnType<typeof lookUpButton>[] {
  const [dispute] = valueOf(findings.disputes) ?? [];
  const payout = hops.find(({ kind }) => kind === 'payout')?.reference ?? null;
  return [
    dispute ? lookUpButton('dispute', dispute.id) : null,
    payout === null ? null : lookUpButton('payout', payout),
    findings.partner === null ? null : lookUpButton('partner', findings.partner),
  ];
}

/** As actions see it. */
function thingOf({ findings, headline, asOf }: Trace): Thing {
  const last = headline.doubled.at(-1);
  const repeated = last && (last.source !== 'books' || isProviderId(last.id)) ? last : null;
  return {
    kind: 'payment',
    id: findings.id,
    payment: valueOf(findings.payment),
    charge: valueOf(findings.charge),
    refunds: valueOf(findings.refunds) ?? [],
    disputes: valueOf(findings.disputes) ?? [],
    repeated: repeated && {
      id: repeated.id,
      charge: valueOf(findings.charges)?.find(({ id }) => id === repeated.id) ?? null,
      place: headline.doubled.length,
    },
    now: asOf,
  };
}

const shareButton = (id: string): ReturnType<typeof button> =>
  button({ actionId: shareActionId, text: 'Share', value: id, label: 'Share this trace with the channel' });

const revealButton = (id: string): ReturnType<typeof button> =>
  button({
    actionId: revealIds.button,
    text: 'Reveal…',
    value: id,
    label: 'Reveal who paid; requires a reason, which is recorded',
  });

/** More lines than this hide the rest of the card; what is left out is counted. */
const mostLines = 12;

const atMost = (lines: string[]): string[] =>
  lines.length > mostLines ? [...lines.slice(0, mostLines), `… and ${lines.length - mostLines} more`] : lines;

/** No statements are read yet, and the books of one partner alone have no balance: that says nothing about this payment. */
const isWorthALine = ({ kind, source, state }: Hop): boolean =>
  !(kind === 'statement' && state === 'unknown_source') && !(kind === 'balance' && source === 'books');

function headlineMark({ next, ended, reversals, unread, doubled, breaks, fraudReported }: Headline): string {
  if (doubled.length > 0) return ':rotating_light:';
  if (fraudReported) return ':triangular_flag_on_post:';
  if (breaks.length > 0) return ':red_circle:';
  if (next) return marks[next.state];
  if (unread.length > 0) return marks.unknown_source;
  if (ended === 'canceled') return marks.not_expected;
  return reversals.length > 0 ? ':leftwards_arrow_with_hook:' : marks.present;
}

function amountOf(findings: Findings): string | null {
  const { payment, charge, attempts } = findings;
  const [booked] = bookedMovements(findings, 'capture');
  const amount = (valueOf(payment) ?? valueOf(charge) ?? valueOf(attempts)?.[0] ?? booked)?.amount;
  return amount ? formatMoney(amount) : null;
}

function subjectLine(findings: Findings, links: Links, isPrivate: boolean): string {
  const amount = amountOf(findings);
  const [attempt] = valueOf(findings.attempts) ?? [];
  const card = valueOf(findings.charge)?.card;
  const status = valueOf(findings.payment)?.status.replaceAll('_', ' ');
  const last4 = attempt?.cardLast4 ? ` ••${attempt.cardLast4}` : '';
  const method = card?.last4
    ? `${card.brand ?? 'card'} ••${card.last4}`
    : attempt && `${attempt.method}${last4}`;
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

function hopLine(hop: Hop, { headline, asOf }: Trace, links: Links): string {
  const advice = hop === headline.next ? headline.advice : null;
  const note = hop.note === null ? null : escape(hop.note);
  return joined(
    `${marks[hop.state]} *${hopNames[hop.kind]}*${stateWords(hop, asOf)}`,
    hop.amount ? formatMoney(hop.amount) : null,
    hop.at ? whenLine(hop.kind, hop.at, asOf) : null,
    hop.reference === null ? null : reference(links, linkedAs[hop.kind] ?? hop.kind, hop.reference),
    note === null ? null : reasonOf(advice, note),
    ...adviceParts(advice, asOf),
  );
}

const whenLine = (kind: HopKind, at: Date, asOf: Date): string =>
  isDated(kind) ? calendarDate(at) : `${instant(at)} (${age(at, asOf)})`;

function stateWords({ kind, state, expectedBy }: Hop, asOf: Date): string {
  switch (state) {
    case 'present':
      return '';
    case 'failed':
      return ' failed';
    case 'not_expected':
      return ' not expected';
    case 'unknown_source':
      return ' unknown';
    case 'expected':
      return expectedBy
        ? ` expected by ${isDated(kind) ? calendarDate(expectedBy) : instant(expectedBy)}`
        : ' expected';
    case 'overdue':
      if (expectedBy && isDated(kind)) return ` overdue since ${calendarDate(expectedBy)}`;
      return expectedBy
        ? ` overdue by ${formatDuration(asOf.getTime() - expectedBy.getTime())}, since ${instant(expectedBy)}`
        : ' overdue';
  }
}

function age(at: Date, asOf: Date): string {
  const durationMs = asOf.getTime() - at.getTime();
  return durationMs < 0 ? `in ${formatDuration(durationMs)}` : `${formatDuration(durationMs)} ago`;
}

/** “Halcyon isn't connected; showing our books only”. */
const booksAlone = ({ partner }: Findings): string =>
  `:ledger: ${partner === null ? 'The partner' : escape(partner)} isn't connected; showing our books only`;

function closing(
  { findings, headline, asOf }: Trace,
  complete: boolean,
  sharedBy: string | null,
): KnownBlock[] {
  const lines = [
    ...(isOfBooksAlone(findings) ? [booksAlone(findings)] : []),
    ...headline.unknown.map(
      ({ source, why }) => `${marks.unknown_source} ${sourceNames[source]}: ${escape(why)}`,
    ),
  ];
  const stamp = complete
    ? `As of ${instant(asOf)}`
    : `:hourglass_flowing_sand: Still waiting for some sources, as of ${instant(asOf)}. The full answer follows.`;
  return [...sections(lines), context(sharedBy === null ? stamp : `${stamp} · shared by <@${sharedBy}>`)];
}
