/**
 * The cards of a lookup that did not end in one trace: candidates, nothing found, refused, still searching.
 */
import { formatMoney } from '../../kernel/money.js';
import type { Unreadable } from '../../payments/identifiers.js';
import type { Lookup } from '../../payments/lookup.js';
import { mostCandidates, type LookedAt } from '../../payments/ask-books.js';
import type { Candidate } from '../../payments/search.js';
import type { Card } from '../../ports/card.js';
import {
  actions,
  button,
  cardOf,
  code,
  context,
  escape,
  instant,
  section,
  sections,
  truncate,
} from '../kit/blocks.js';
import { redactCardNumbers } from '../../kernel/sensitive.js';
import { joined } from '../kit/links.js';

export const chooseActionId = 'payment_choose';
export const pageActionId = (page: number): string => `payment_page_${page}`;

/** What the person pasted, shown back as they typed it: Slack sends `&`, `<` and `>` as entities. */
function echo(query: string): string {
  const typed = query.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
  return code(truncate(redactCardNumbers(typed).trim(), 80));
}

type Candidates = Omit<Extract<Lookup, { kind: 'candidates' }>, 'kind'>;

/** `page`: from 0; the pages after the first repeat the search. */
export function candidatesCard({ query, candidates, more, readAs, unread = [] }: Candidates, page = 0): Card {
  const title = `${countOf(candidates.length, more)} ${echo(query)}`;
  // There may be fewer than when the button was made.
  const at = Math.max(0, Math.min(page, Math.ceil(candidates.length / pageRows) - 1));
  const from = at * pageRows;
  const shown = candidates.slice(from, from + pageRows);
  const next = from + pageRows < candidates.length ? pageButton(query, at + 1) : null;
  return cardOf(title, [
    section(`:mag: *${title}*`),
    ...shown.map((candidate) => section(candidateLine(candidate), traceButton(candidate))),
    ...sections(unread.map((problem) => `:grey_question: ${escape(problem)}`)),
    ...readAsLine(readAs, candidates.length),
    ...actions(at === 0 ? null : pageButton(query, at - 1), next),
    ...(more || shown.length < candidates.length
      ? [context(`Showing ${from + 1} to ${from + shown.length}. Add amount and date to narrow it down.`)]
      : []),
  ]);
}

/** A person reads no more on one card. */
const pageRows = 10;
export const mostPages = Math.ceil(mostCandidates / pageRows);

/** Carries the search itself; null where that is longer than a button holds. */
const pageButton = (query: string, page: number): ReturnType<typeof button> =>
  button({
    actionId: pageActionId(page),
    text: `Page ${page + 1}`,
    value: query,
    label: `Show page ${page + 1} of these payments, visible only to you`,
  });

function countOf(length: number, more: boolean): string {
  if (length === 0) return 'No readable payment matches';
  return length === 1 && !more ? '1 payment matches' : `${length}${more ? '+' : ''} payments match`;
}

/** How the text was read, and what puts one payment before another. */
function readAsLine(readAs: readonly string[], count: number): ReturnType<typeof context>[] {
  if (readAs.length === 0) return [];
  const order = count < 2 ? null : 'successful payments first, then the newest or nearest to the day';
  return [context(joined(`Read as ${readAs.map((label) => escape(label)).join(' or ')}`, order))];
}

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
