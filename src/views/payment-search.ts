/**
 * The cards of a lookup that did not end in one trace: candidates, nothing found, refused, still searching, a payout.
 */
import { formatMoney } from '../kernel/money.js';
import { redactCardNumbers } from '../kernel/sensitive.js';
import type { Unreadable } from '../payments/identifiers.js';
import type { Candidate, LookedAt } from '../payments/search.js';
import type { Card } from '../ports/card.js';
import type { Payout } from '../ports/payments-api.js';
import { button, code, context, escape, fields, instant, link, section, truncate, utc } from './blocks.js';
import type { Links } from './links.js';

export const chooseActionId = 'payment_choose';

/** What the person pasted, shown back: short, and never with a card number in it. */
const echo = (query: string): string => code(truncate(redactCardNumbers(query).trim(), 80));

export function candidatesCard(query: string, candidates: readonly Candidate[], more: boolean): Card {
  const count = `${candidates.length}${more ? ' or more' : ''}`;
  const title =
    candidates.length === 0
      ? `No payments for ${echo(query)}`
      : `${count} payments may be meant by ${echo(query)}`;
  return {
    text: title,
    blocks: [
      section(`:mag: *${title}*`),
      ...candidates.map((candidate) =>
        section(
          candidateLine(candidate),
          button({
            actionId: chooseActionId,
            text: 'Trace',
            value: candidate.query,
            label: `Trace ${candidate.query}`,
          }),
        ),
      ),
      ...(more ? [context('Only the nearest are shown. Add the amount or the day to narrow it down.')] : []),
    ],
  };
}

function candidateLine({ query, attempt, payment, why }: Candidate): string {
  const amount = attempt?.amount ?? payment?.amount;
  const createdAt = attempt?.createdAt ?? payment?.createdAt;
  const status = attempt?.status ?? payment?.status;
  return [
    code(query),
    amount ? `*${formatMoney(amount)}*` : null,
    status === undefined ? null : escape(status.replaceAll('_', ' ')),
    createdAt ? instant(createdAt) : null,
    attempt
      ? `${escape(attempt.partner)}, ${escape(attempt.method)}${attempt.cardLast4 === null ? '' : ` ••${escape(attempt.cardLast4)}`}`
      : null,
    `found by ${escape(why)}`,
  ]
    .filter((part) => part !== null)
    .join(' · ');
}

export function nothingCard(query: string, looked: readonly LookedAt[]): Card {
  const lines = looked.map(
    ({ where, as, outcome }) => `• ${escape(where)}, as ${escape(as)}: ${outcomeWords(outcome)}`,
  );
  const title = `Nothing found for ${echo(query)}`;
  return { text: title, blocks: [section(`:mag: *${title}*`), section(`Looked in\n${lines.join('\n')}`)] };
}

function outcomeWords(outcome: LookedAt['outcome']): string {
  if (outcome === 'nothing') return 'nothing there';
  return outcome === 'not_connected' ? 'not connected' : `unknown source, ${escape(outcome.failed)}`;
}

export function refusedCard({ message, hint, reason }: Unreadable): Card {
  const mark = reason === 'card_number' ? ':no_entry:' : ':mag:';
  return { text: message, blocks: [section(`${mark} *${message}*`), context(hint)] };
}

export function searchingCard(query: string): Card {
  const text = `Still looking for ${echo(query)}…`;
  return { text, blocks: [section(`:hourglass_flowing_sand: ${text}`)] };
}

export function payoutCard(payout: Payout, links: Links): Card {
  const page = links('payout', payout.id);
  const arrival = payout.status === 'paid' ? 'Arrived' : 'Expected';
  const status = payout.status.replaceAll('_', ' ');
  const pairs: [string, string][] = [
    ['Payout', page === null ? code(payout.id) : link(page, payout.id)],
    ['Amount', formatMoney(payout.amount)],
    ['Status', escape(status)],
    [arrival, instant(payout.arrivalDate)],
    ['Kind', payout.automatic ? 'automatic' : 'manual'],
  ];
  if (payout.traceId !== null) pairs.push(['Bank trace', code(payout.traceId)]);
  if (payout.failure)
    pairs.push(['Failure', escape(payout.failure.message ?? payout.failure.code ?? 'no reason given')]);
  const title = `Payout ${status}, ${payout.status === 'paid' ? 'arrived' : 'expected by'} `;
  return {
    text: `${title}${utc(payout.arrivalDate)} · ${formatMoney(payout.amount)} ${payout.id}`,
    blocks: [section(`:bank: *${title}${instant(payout.arrivalDate)}*`), fields(pairs)],
  };
}
