/**
 * The queue of disputes that need a response, missed deadlines apart.
 */
import type { QueuedDispute } from '../../disputes/queue.js';
import type { Card } from '../../ports/card.js';
import { cardOf, context, escape, instant, section, sections } from '../kit/blocks.js';
import { joined, reference, type Links } from '../kit/links.js';
import { lookUpButton } from '../kit/look-ups.js';
import { amountWords, dueSentence, marks, words } from './dispute.js';

const linesMax = 12;

export interface QueueCardModel {
  queue: readonly QueuedDispute[];
  /** What the queue was narrowed to: “due within 3 d”; null for all. */
  within: string | null;
  /** A sentence per unreadable dispute: it may need a response too. */
  unread: readonly string[];
  /** How many disputes were read to find the queue. */
  scanned: number;
  /** Whether those were all that can still need a response. */
  isAll: boolean;
  now: Date;
  links: Links;
}

export function disputeQueueCard(model: QueueCardModel): Card {
  const { queue, within, unread, now } = model;
  const missed = queue.filter(({ urgency }) => urgency === 'past_due');
  const open = queue.filter(({ urgency }) => urgency !== 'past_due' && urgency !== 'not_allowed');
  const closed = queue.filter(({ urgency }) => urgency === 'not_allowed');
  const title = titleOf(model, open.length, missed.length);
  const first = open[0] ?? missed[0];
  const nearest = first ? `: ${dueSentence(first.dispute, now)}` : '';
  return cardOf(`${title}${nearest}`, [
    section(`:scales: *${title}*`),
    ...linesOf(open, model),
    ...(missed.length === 0 ? [] : [section('*Deadline missed*'), ...linesOf(missed, model)]),
    ...(closed.length === 0 ? [] : [section('*No response allowed*'), ...linesOf(closed, model)]),
    ...sections(unread.slice(0, linesMax).map((problem) => `:grey_question: ${escape(problem)}`)),
    context(joined(within, scopeOf(model), unreadable(unread), `as of ${instant(now)}`)),
  ]);
}

function titleOf({ within, unread, isAll, scanned }: QueueCardModel, open: number, missed: number): string {
  const among = isAll ? '' : ` among the ${scanned} most recent`;
  const count = ['No dispute needs', '1 dispute needs'][open] ?? `${open} disputes need`;
  const late = missed === 0 ? '' : `; ${missed} ${missed === 1 ? 'is' : 'are'} overdue`;
  const soon = within === null ? '' : ` ${within}`;
  return `${count} a response${soon}${among}${late}${unread.length === 0 ? '' : `; ${unreadable(unread) ?? ''}`}`;
}

const unreadable = (unread: readonly string[]): string | null =>
  unread.length === 0 ? null : `${unread.length} unreadable`;

const scopeOf = ({ isAll, scanned }: QueueCardModel): string =>
  isAll ? `All ${scanned} disputes checked` : `Only the ${scanned} most recent disputes checked`;

/** Each with a button that opens it; what does not fit is counted. */
function linesOf(queue: readonly QueuedDispute[], { now, links }: QueueCardModel) {
  const rest = queue.length - linesMax;
  return [
    ...queue
      .slice(0, linesMax)
      .map((queued) => section(queueLine(queued, now, links), lookUpButton('dispute', queued.dispute.id))),
    ...(rest > 0 ? [section(`and ${rest} more. Narrow it down: \`/dispute due 24h\``)] : []),
  ];
}

const queueLine = ({ dispute, urgency }: QueuedDispute, now: Date, links: Links): string =>
  joined(
    `${marks[urgency]} ${dueSentence(dispute, now)}`,
    amountWords(dispute),
    words(dispute.reason),
    reference(links, 'dispute', dispute.id),
  );
