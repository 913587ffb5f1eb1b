/**
 * The queue of disputes that need a response, a page at a time, missed deadlines apart; and the disputes of one payment.
 *
 * Invariants: every dispute shown has a button that opens it; what does not fit is counted and can be paged to; the same
 * disputes are there without Slack's table, for a Slack that has none.
 */
import type { KnownBlock } from '@slack/types';
import { urgencyOf, type Urgency } from '../../disputes/queue.js';
import { formatDuration } from '../../kernel/duration.js';
import { formatMajor, formatMoney } from '../../kernel/money.js';
import { answerTo } from '../../nouns/dispute.js';
import type { Card } from '../../ports/card.js';
import type { DisputeFacts, KnownDispute, QueueCounts, QueuePart } from '../../ports/dispute-register.js';
import {
  actions,
  button,
  cardOf,
  context,
  escape,
  instant,
  mention,
  section,
  sections,
} from '../kit/blocks.js';
import { dataTable, type Cell } from '../kit/data-table.js';
import { joined, reference, type Links } from '../kit/links.js';
import { lookUpButton } from '../kit/look-ups.js';
import { amountWords, dueSentence, marks, words } from './dispute.js';

/** Of a page: so many buttons fit into one row of Slack's, and so many lines into a message. */
export const queuePageRows = 20;
const missedShown = 5;
const unreadShown = 5;

export interface QueueCardModel {
  part: QueuePart;
  /** From 0. */
  page: number;
  rows: readonly KnownDispute[];
  /** The nearest of those that are late, on the first page of the open ones. */
  missed: readonly KnownDispute[];
  counts: QueueCounts;
  /** What the queue was narrowed to, as a continuation of “need a response”: “within 3 d”; null for all. */
  within: string | null;
  /** As it was typed: `3d northpay`. */
  narrowed: string;
  /** A sentence per unreadable dispute: it may need a response too. */
  unread: readonly string[];
  /** Null while not all disputes were read yet. */
  wholeAt: Date | null;
  now: Date;
  links: Links;
}

export function disputeQueueCard(model: QueueCardModel): Card {
  const { part, rows, missed, now } = model;
  const title = titleOf(model);
  const first = rows[0] ?? missed[0];
  const nearest = first ? `: ${dueSentence(first, now)}` : '';
  const around = (list: readonly KnownBlock[]): KnownBlock[] => [
    section(`:scales: *${title}*`),
    ...(part === 'open' ? [] : [section(`*${partNames[part]}*`)]),
    ...list,
    ...pagesOf(model),
    ...missedBlocks(model),
    ...sections(model.unread.slice(0, unreadShown).map((problem) => `:grey_question: ${escape(problem)}`)),
    context(joined(scopeOf(model), `as of ${instant(now)}`)),
  ];
  const lines = rows.map((dispute) => lineOf(dispute, model));
  if (rows.length === 0) return cardOf(`${title}${nearest}`, around([]));
  return {
    ...cardOf(`${title}${nearest}`, around([tableOf(model), ...openButtons(model)])),
    plainer: cardOf(title, around(lines)).blocks,
  };
}

const partNames: Readonly<Record<QueuePart, string>> = {
  open: 'Open',
  missed: 'Deadline missed',
  not_allowed: 'No response allowed',
};

function titleOf({ counts, within, unread, wholeAt }: QueueCardModel): string {
  const { open, missed } = counts;
  const count =
    ['No dispute needs', '1 dispute needs'][open] ?? `${open.toLocaleString('en-GB')} disputes need`;
  const soon = within === null ? '' : ` ${within}`;
  const late =
    missed === 0
      ? ''
      : `; ${missed.toLocaleString('en-GB')} ${open === 0 ? '' : 'more '}${missed === 1 ? 'is' : 'are'} overdue`;
  const odd = unread.length === 0 ? '' : `; ${unread.length} unreadable`;
  return `${count} a response${soon}${wholeAt === null ? ' so far' : ''}${late}${odd}`;
}

const scopeOf = ({ wholeAt }: QueueCardModel): string =>
  wholeAt === null
    ? 'Still reading all disputes; look again in a minute'
    : `All disputes read ${instant(wholeAt)}; later changes are included`;

const columns = ['#', 'Left', 'Due', 'Amount', 'Reason', 'Owner', 'Dispute'];

function tableOf({ part, page, rows, now }: QueueCardModel): KnownBlock {
  return dataTable({
    caption: partNames[part],
    columns,
    pageSize: queuePageRows,
    rows: rows.map((dispute, index): Cell[] => [
      { value: numberOf(page, index), text: String(numberOf(page, index)) },
      leftCell(dispute, now),
      dispute.respondBy === null ? 'no date' : { instant: dispute.respondBy },
      { value: Number(formatMajor(dispute.amount)), text: formatMoney(dispute.amount) },
      dispute.reason.replaceAll('_', ' '),
      dispute.ownerId === null ? 'none' : { person: dispute.ownerId },
      dispute.id,
    ]),
  });
}

const numberOf = (page: number, index: number): number => page * queuePageRows + index + 1;

/** Late ones are below nothing, and what has no date may be due at any moment. */
function leftCell(dispute: KnownDispute, now: Date): Cell {
  const answer = answerTo(dispute, now);
  if (answer.kind !== 'due' && !(answer.kind === 'late' && answer.by)) return { value: 0, text: 'unknown' };
  const leftMs = (answer.by ?? now).getTime() - now.getTime();
  const text = formatDuration(leftMs);
  return { value: Math.round(leftMs / 60_000), text: leftMs < 0 ? `${text} late` : text };
}

/** Slack wants another action_id for each button of a block. */
export const openIds: readonly string[] = Array.from(
  { length: queuePageRows },
  (_, index) => `dispute_open_${index + 1}`,
);

export const pageIds = {
  previous: 'dispute_queue_previous',
  next: 'dispute_queue_next',
  open: 'dispute_queue_open',
  missed: 'dispute_queue_missed',
  not_allowed: 'dispute_queue_not_allowed',
} as const;

/** One for each row of the table, by its number. */
const openButtons = ({ page, rows }: QueueCardModel): KnownBlock[] =>
  actions(
    ...rows.map(({ id }, index) =>
      button({
        actionId: openIds[index] ?? '',
        text: `Open ${numberOf(page, index)}`,
        value: id,
        label: `Open ${id}`,
      }),
    ),
  );

/** `open 2 3d northpay`: what the button shows. */
const pageValue = (part: QueuePart, page: number, narrowed: string): string =>
  `${part} ${page} ${narrowed}`.trim();

function pagesOf(model: QueueCardModel): KnownBlock[] {
  const { part, page, counts, narrowed } = model;
  const to = (id: keyof typeof pageIds, text: string, toPart: QueuePart, toPage: number) =>
    button({ actionId: pageIds[id], text, value: pageValue(toPart, toPage, narrowed), label: text });
  const isLast = (page + 1) * queuePageRows >= counts[part];
  const others = (Object.keys(partNames) as QueuePart[]).filter(
    (other) => other !== part && counts[other] > 0,
  );
  const isWorthIt = ({ missed }: QueueCounts): boolean => missed > missedShown;
  return actions(
    page === 0 ? null : to('previous', 'Previous', part, page - 1),
    isLast ? null : to('next', 'Next', part, page + 1),
    ...others
      .filter((other) => other !== 'missed' || isWorthIt(counts))
      .map((other) => to(other, `${partNames[other]} (${counts[other]})`, other, 0)),
  );
}

function missedBlocks(model: QueueCardModel): KnownBlock[] {
  const { part, page, missed, counts } = model;
  if (part !== 'open' || page > 0 || missed.length === 0) return [];
  const rest = counts.missed - Math.min(missed.length, missedShown);
  return [
    section('*Deadline missed*'),
    ...missed.slice(0, missedShown).map((dispute) => lineOf(dispute, model)),
    ...(rest > 0 ? [context(`and ${rest.toLocaleString('en-GB')} more`)] : []),
  ];
}

interface ListModel {
  now: Date;
  links: Links;
}

function lineOf(dispute: DisputeFacts & { ownerId?: string | null }, { now, links }: ListModel): KnownBlock {
  const urgency: Urgency = urgencyOf(dispute, now) ?? 'later';
  const line = joined(
    `${marks[urgency]} ${dueSentence(dispute, now)}`,
    amountWords(dispute),
    words(dispute.reason),
    reference(links, 'dispute', dispute.id),
    dispute.ownerId ? mention(dispute.ownerId) : null,
  );
  return section(line, lookUpButton('dispute', dispute.id));
}

export interface PaymentDisputesModel extends ListModel {
  disputes: readonly DisputeFacts[];
  /** A sentence per unreadable dispute. */
  unread: readonly string[];
}

/** The disputes of one payment, decided ones too. */
export function paymentDisputesCard({ disputes, unread, now, links }: PaymentDisputesModel): Card {
  const odd = unread.length === 0 ? '' : `; ${unread.length} unreadable`;
  const count = disputes.length === 1 ? '1 dispute' : `${disputes.length} disputes`;
  const title = `${count} of this payment${odd}`;
  return cardOf(title, [
    section(`:scales: *${title}*`),
    ...disputes.map((dispute) => lineOf(dispute, { now, links })),
    ...sections(unread.slice(0, unreadShown).map((problem) => `:grey_question: ${escape(problem)}`)),
    context(`as of ${instant(now)}`),
  ]);
}
