/**
 * The cards of a lookup that did not end in one trace: candidates, nothing found, refused, still searching, a payout.
 */
import { dayMs } from '../../kernel/clock.js';
import { formatMoney } from '../../kernel/money.js';
import type { Unreadable } from '../../payments/identifiers.js';
import type { Lookup } from '../../payments/lookup.js';
import type { Candidate, LookedAt } from '../../payments/search.js';
import type { Card } from '../../ports/card.js';
import type { Payout } from '../../ports/payments-api.js';
import {
  button,
  calendarDate,
  cardOf,
  code,
  context,
  escape,
  fields,
  instant,
  section,
  sections,
  truncate,
} from '../kit/blocks.js';
import { redactCardNumbers } from '../../kernel/sensitive.js';
import { joined, reference, type Links } from '../kit/links.js';

export const chooseActionId = 'payment_choose';

/** What the person pasted, shown back as they typed it: Slack sends `&`, `<` and `>` as entities. */
function echo(query: string): string {
  const typed = query.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
  return code(truncate(redactCardNumbers(typed).trim(), 80));
}

type Candidates = Omit<Extract<Lookup, { kind: 'candidates' }>, 'kind'>;

export function candidatesCard({ query, candidates, more, readAs, unread = [] }: Candidates): Card {
  const title = `${countOf(candidates.length, more)} ${echo(query)}`;
  return cardOf(title, [
    section(`:mag: *${title}*`),
    ...candidates.map((candidate) => section(candidateLine(candidate), traceButton(candidate))),
    ...sections(unread.map((problem) => `:grey_question: ${escape(problem)}`)),
    ...readAsLine(readAs),
    ...(more
      ? [context(`Showing the first ${candidates.length}. Add amount and date to narrow it down.`)]
      : []),
  ]);
}

function countOf(length: number, more: boolean): string {
  if (length === 0) return 'No readable payment matches';
  return length === 1 && !more ? '1 payment matches' : `${length}${more ? '+' : ''} payments match`;
}

const readAsLine = (readAs: readonly string[]): ReturnType<typeof context>[] =>
  readAs.length === 0 ? [] : [context(`Read as ${readAs.map((label) => escape(label)).join(' or ')}`)];

const traceButton = ({ query }: Candidate): ReturnType<typeof button> =>
  button({ actionId: chooseActionId, text: 'Trace', value: query, label: `Trace ${query}` });

function candidateLine({ query, attempt, payment, why }: Candidate): string {
  const known = attempt ?? payment;
  const last4 = attempt?.cardLast4 ? ` ••${attempt.cardLast4}` : '';
  return joined(
    code(query),
    known && `*${formatMoney(known.amount)}*`,
    known && escape(known.status.replaceAll('_', ' ')),
    known && instant(known.createdAt),
    attempt && escape(`${attempt.partner}, ${attempt.method}${last4}`),
    attempt && `order ${code(attempt.orderId)}`,
    why && escape(why),
  );
}

type Nothing = Pick<Extract<Lookup, { kind: 'nothing' }>, 'query' | 'looked' | 'hint'>;

export function nothingCard({ query, looked, hint }: Nothing): Card {
  const lines = looked.map(
    ({ where, as, outcome }) => `• ${escape(where)}, as ${escape(as)}: ${outcomeWords(outcome)}`,
  );
  const isSure = looked.every(({ outcome }) => outcome === 'nothing' || outcome === 'no_link');
  const title = `Nothing found for ${echo(query)}${isSure ? '' : '; some sources did not answer'}`;
  return cardOf(title, [
    section(`:mag: *${title}*`),
    ...sections(['Looked in', ...lines]),
    ...(hint === null ? [] : [context(hint)]),
  ]);
}

function outcomeWords(outcome: LookedAt['outcome']): string {
  if (outcome === 'nothing') return 'no record';
  if (outcome === 'no_link') return 'found, but without a payment or customer';
  return outcome === 'not_connected' ? 'not connected' : `no answer, ${escape(outcome.failed)}`;
}

/** Message and hint are the desk's own words. */
export function refusedCard({ message, hint, reason }: Unreadable, ref: string): Card {
  const mark = reason === 'card_number' ? ':no_entry:' : ':mag:';
  return cardOf(message, [section(`${mark} *${message}*`), context(`${hint} · Reference ${code(ref)}`)]);
}

export function searchingCard(query: string): Card {
  const text = `Still looking for ${echo(query)}…`;
  return cardOf(text, [section(`:hourglass_flowing_sand: ${text}`)]);
}

export function payoutCard(payout: Payout, asOf: Date, links: Links): Card {
  const pairs: [string, string][] = [
    ['Payout', reference(links, 'payout', payout.id)],
    ['Amount', formatMoney(payout.amount)],
    ['Status', escape(payout.status.replaceAll('_', ' '))],
    ['Arrival', calendarDate(payout.arrivalDate)],
    ['Kind', payout.automatic ? 'automatic' : 'manual'],
  ];
  if (payout.traceId !== null) pairs.push(['Bank trace', code(payout.traceId)]);
  const sentence = payoutSentence(payout, asOf);
  return cardOf(`${sentence} · ${formatMoney(payout.amount)} ${escape(payout.id)}`, [
    section(`:bank: *${sentence}*`),
    fields(pairs),
  ]);
}

/** An arrival is a date on the bank's calendar; it is late once that day has ended. */
function payoutSentence({ status, arrivalDate, failure }: Payout, asOf: Date): string {
  const arrival = calendarDate(arrivalDate);
  if (status === 'paid') return `Payout arrived ${arrival}`;
  if (status === 'failed' || status === 'canceled') {
    const why = failure?.message ?? failure?.code;
    return `Payout ${status === 'failed' ? 'failed' : 'cancelled'}; the money is back on the balance${why ? `: ${escape(why)}` : ''}`;
  }
  if (status !== 'pending' && status !== 'in_transit')
    return `Payout in a state unknown here: “${escape(status.replaceAll('_', ' '))}”, dated ${arrival}`;
  const daysLate = Math.floor(asOf.getTime() / dayMs) - Math.floor(arrivalDate.getTime() / dayMs);
  const late = daysLate > 0 ? ` (overdue by ${daysLate} d)` : '';
  return `Payout ${escape(status.replaceAll('_', ' '))}, expected ${arrival}${late}`;
}

/** From the menu of a message. */
export function noIdsCard(): Card {
  const text = 'I couldn’t find a payment’s ID in that message.';
  return cardOf(text, [
    section(text),
    context('I look for IDs such as pi_…, ch_…, dp_…, po_…, an ARN, a UUID or an order number.'),
  ]);
}

export function moreIdsCard(shown: number): Card {
  const text = `That message names more; these are the first ${shown}.`;
  return cardOf(text, [section(text)]);
}
