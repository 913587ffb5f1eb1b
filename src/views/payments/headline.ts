/**
 * The first line of a trace: where the money is, what comes next by when, and what took it back.
 *
 * Invariants: a double capture comes before everything else, then a dispute that waits for an answer; what changes the meaning of the rest (refunds, disputes) is
 * in the line; dates of the balance, of payouts and of statements are calendar dates, all other times are instants.
 */
import { formatDuration } from '../../kernel/duration.js';
import { formatMoney } from '../../kernel/money.js';
import type { Answer } from '../../nouns/dispute.js';
import type { Capture } from '../../payments/captures.js';
import type { Hop, HopKind } from '../../payments/hops.js';
import type { Headline, Reversal } from '../../payments/trace.js';
import { calendarDate, code, escape } from '../kit/blocks.js';
import { breakClause } from '../reconciliation/words.js';
import { headlineClause, type At } from './retry.js';

export const done: Readonly<Record<HopKind, string>> = {
  attempt: 'Attempted',
  authorization: 'Authorised',
  capture: 'Captured',
  balance: 'Funds available',
  payout: 'Paid out',
  statement: 'On the statement',
  ledger: 'Booked in ledger',
};

export const awaited: Readonly<Record<HopKind, string>> = {
  attempt: 'attempt',
  authorization: 'authorisation',
  capture: 'capture',
  balance: 'balance',
  payout: 'payout',
  statement: 'statement',
  ledger: 'ledger entry',
};

/** Days on a calendar, which no time zone moves. */
export const isDated = (kind: HopKind): boolean =>
  kind === 'balance' || kind === 'payout' || kind === 'statement';

const when = (kind: HopKind, at: Date, write: At): string => (isDated(kind) ? calendarDate(at) : write(at));

export function sentence(
  { headline, hops }: { headline: Headline; hops: readonly Hop[] },
  asOf: Date,
  at: At,
): string {
  const { doubled, next, ended, reversals, unread, breaks, fraudReported, advice } = headline;
  const end = ended === 'canceled' ? 'cancelled; nothing further expected' : null;
  const isRefused = next?.kind === 'authorization' && next.state === 'failed';
  const going = [
    isRefused ? null : uncapital(progress(headline, hops, at)),
    next ? nextClause(next, asOf, at) : end,
    advice && headlineClause(advice, asOf, at),
  ].filter((part) => part !== null);
  const words = (some: readonly Reversal[]): string[] => {
    const more = some.length - mostReversals;
    const shown = some.slice(0, mostReversals).map((reversal) => reversalWords(reversal, at));
    return more > 0
      ? [...shown, `${more} more ${some.some(isRefund) ? 'refunds or disputes' : 'disputes'}`]
      : shown;
  };
  const urgent = reversals.filter(({ answer }) => isAwaited(answer));
  const others = reversals.filter(({ answer }) => !isAwaited(answer));
  const open = breaks.map((one) => `${breakClause(one)} (${one.id})`);
  const fraud = fraudReported ? ['issuer reported fraud: a refund now avoids a dispute'] : [];
  const parts = [
    ...words(urgent),
    ...fraud,
    ...going,
    ...words(others),
    ...unread.map(unreadWords),
    ...open,
  ].join('; ');
  const capital = parts.replace(/^./, (first) => first.toUpperCase());
  return doubled.length === 0 ? capital : `${doubledWords(doubled, at)}. ${capital}`;
}

/** The first line is read at a glance; the rest of the card lists them. */
const mostReversals = 3;

const isRefund = ({ kind }: Reversal): boolean => kind.includes('refund');

/** Whether somebody has to do something before anything else happens to the money. */
const isAwaited = (answer: Answer | undefined): boolean =>
  answer?.kind === 'due' || answer?.kind === 'late' || answer?.kind === 'no_date';

const uncapital = (text: string): string => text.replace(/^./, (first) => first.toLowerCase());

/** “Captured 2 times: `ch_1` 20.00 EUR 10 Nov 10:00 and `ch_2` …”. */
function doubledWords(doubled: readonly Capture[], at: At): string {
  const [first] = doubled;
  const each = doubled.map(
    (capture) => `${code(capture.id)} ${formatMoney(capture.amount)} ${at(capture.at)}`,
  );
  const times = doubled.length === 2 ? 'twice' : `${doubled.length} times`;
  const what = first?.source === 'books' ? `The order was paid ${times}` : `Captured ${times}`;
  return `${what}: ${each.join(' and ')}`;
}

/** The furthest that the money was seen, and the ledger beside it. A statement says less than the payout that follows it. */
function progress({ lastConfirmed }: Headline, hops: readonly Hop[], at: At): string {
  if (!lastConfirmed) return 'Not confirmed anywhere';
  const upTo = hops.slice(0, hops.indexOf(lastConfirmed) + 1);
  const money = upTo.findLast(({ kind, state }) => state === 'present' && kind !== 'ledger');
  const isBooked = hops.some(({ kind, state }) => kind === 'ledger' && state === 'present');
  if (!money || (money.kind === 'attempt' && isBooked)) return done.ledger;
  const payout = upTo.find(({ kind, state }) => kind === 'payout' && state === 'present');
  const seen =
    payout && money.kind === 'statement'
      ? `${seenAt(payout, at)}; ${uncapital(seenAt(money, at))}`
      : seenAt(money, at);
  return isBooked ? `${seen}; booked in ledger` : seen;
}

function seenAt({ kind, at: seen }: Hop, at: At): string {
  if (!seen) return done[kind];
  return `${done[kind]}${kind === 'statement' ? ' of' : ''} ${when(kind, seen, at)}`;
}

/** `insufficient_funds`, and no identifier, which has digits or capitals. */
const codeWord = /(?<!\w)[a-z]+(?:_[a-z]+)+(?!\w)/g;

function nextClause(next: Hop, asOf: Date, at: At): string {
  const name = awaited[next.kind];
  const note = next.note?.replace(codeWord, (word) => word.replaceAll('_', ' ')) ?? null;
  const why = note === null ? '' : `: ${escape(note)}`;
  if (next.state === 'failed') return `${name} failed${why}`;
  if (next.state === 'unknown_source') return `${name} unknown${why}`;
  const { expectedBy } = next;
  if (!expectedBy)
    return note !== null && /^(awaiting|captured) /.test(note) ? escape(note) : `awaiting ${name}${why}`;
  if (next.state === 'overdue')
    return `${name} overdue since ${when(next.kind, expectedBy, at)}${lateness(next, expectedBy, asOf)}`;
  if (next.kind === 'capture') return captureClause(next, expectedBy, at);
  return next.kind === 'balance'
    ? `funds available ${calendarDate(expectedBy)}`
    : `${name} expected by ${when(next.kind, expectedBy, at)}`;
}

/** An authorisation that lapses is a deadline, any other capture an expectation. */
function captureClause({ note }: Hop, expectedBy: Date, at: At): string {
  const waits =
    /^(awaiting manual capture|captured .* still authorised)/.exec(note ?? '')?.[0] ?? 'awaiting capture';
  const lapses = note?.includes('expires') === true;
  return `${waits}; ${lapses ? 'authorisation expires' : 'expected by'} ${at(expectedBy)}`;
}

const lateness = ({ kind }: Hop, expectedBy: Date, asOf: Date): string =>
  isDated(kind) ? '' : ` (${formatDuration(asOf.getTime() - expectedBy.getTime())})`;

const unreadWords = (what: Headline['unread'][number]): string =>
  what === 'refunds' ? 'not every refund is known' : 'not every dispute is known';

const reversalNames: Readonly<Record<Reversal['kind'], string>> = {
  refunded: 'refunded in full',
  partly_refunded: 'refunded in part',
  refunded_from_unknown: 'refunded',
  refund_pending: 'a refund is pending',
  refund_unknown: 'a refund of unknown state',
  refund_waits_for_customer: 'a refund awaits customer action',
  refund_failed: 'a refund failed',
  inquiry: 'inquiry, nothing withdrawn',
  disputed: 'disputed',
  dispute_lost: 'dispute lost',
};

function reversalWords({ kind, amount, perBooks, answer }: Reversal, at: At): string {
  const source = perBooks ? ', per our books' : '';
  return `${reversalNames[kind]} (${formatMoney(amount)}${source})${answer ? answerWords(answer, at) : ''}`;
}

function answerWords(answer: Answer, at: At): string {
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
