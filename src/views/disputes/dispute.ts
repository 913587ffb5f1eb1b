/**
 * The cards of disputes: one dispute, and the queue of those that need a response.
 */
import type { QueuedDispute, Urgency } from '../../disputes/queue.js';
import { formatDuration } from '../../kernel/duration.js';
import { formatMoney } from '../../kernel/money.js';
import { answerTo, isInquiry } from '../../nouns/dispute.js';
import type { Card } from '../../ports/card.js';
import type { Dispute } from '../../ports/payments-api.js';
import { actions, cardOf, context, escape, fields, instant, section, sections } from '../kit/blocks.js';
import { joined, reference, type Links } from '../kit/links.js';
import { lookUpButton } from '../kit/look-ups.js';
import { startButtons, type Startable } from '../remediation/start.js';

const marks: Readonly<Record<Urgency, string>> = {
  no_date: ':red_circle:',
  past_due: ':red_circle:',
  within_24_hours: ':red_circle:',
  within_72_hours: ':large_orange_circle:',
  within_7_days: ':large_yellow_circle:',
  later: ':large_green_circle:',
  not_allowed: ':no_entry_sign:',
};

const words = (text: string): string => escape(text.replaceAll('_', ' '));

/** “Inquiry” where it is none of the disputes that move money. */
const nameOf = (dispute: Dispute): string => (isInquiry(dispute) ? 'Inquiry' : 'Dispute');

/** `warning_needs_response` as “needs response”: that it is an inquiry is said by its name. */
const statusWords = ({ status }: Dispute): string => words(status.replace(/^warning_/, ''));

function dueSentence(dispute: Dispute, now: Date): string {
  const answer = answerTo(dispute, now);
  switch (answer.kind) {
    case 'due':
      return `Response due by ${instant(answer.by)}, ${formatDuration(answer.by.getTime() - now.getTime())} left`;
    case 'late':
      return answer.by
        ? `Response overdue by ${formatDuration(answer.by.getTime() - now.getTime())} (was due ${instant(answer.by)})`
        : 'Response overdue; the provider gives no date';
    case 'no_date':
      return 'Response due; the provider gives no date';
    case 'not_allowed':
      return `${nameOf(dispute)} can only be accepted: the network allows no response`;
    case 'none':
      return `${nameOf(dispute)} ${statusWords(dispute)}, no response due`;
  }
}

export interface DisputeCardFacts {
  dispute: Dispute;
  urgency: Urgency | null;
  now: Date;
  links: Links;
  /** The guarded actions that the desk has. */
  startable: readonly Startable[];
}

export function disputeCard({ dispute, urgency, now, links, startable }: DisputeCardFacts): Card {
  const reason = dispute.networkReasonCode === null ? '' : ` (${escape(dispute.networkReasonCode)})`;
  const pairs: [string, string][] = [
    [nameOf(dispute), reference(links, 'dispute', dispute.id)],
    ['Amount', amountWords(dispute)],
    ['Reason', `${words(dispute.reason)}${reason}`],
    ['Status', statusWords(dispute)],
    ['Opened', instant(dispute.createdAt)],
    ['Evidence', evidenceWords(dispute)],
  ];
  const payment = dispute.paymentId ?? dispute.chargeId;
  if (payment !== null) pairs.push(['Payment', reference(links, 'payment', payment)]);
  const plain = `${dueSentence(dispute, now)} · ${formatMoney(dispute.amount)} ${escape(dispute.id)}`;
  return cardOf(plain, [
    section(`${urgency ? marks[urgency] : ':scales:'} *${dueSentence(dispute, now)}*`),
    fields(pairs),
    ...actions(
      ...startButtons({ kind: 'dispute', dispute, now }, startable),
      payment === null ? null : lookUpButton('payment', payment),
    ),
  ]);
}

/** An inquiry asks about an amount and takes none of it. */
const amountWords = (dispute: Dispute): string =>
  `${formatMoney(dispute.amount)}${isInquiry(dispute) ? ', nothing withdrawn' : ''}`;

function evidenceWords({ submissionCount, hasEvidence }: Dispute): string {
  if (submissionCount > 0) return 'submitted';
  return hasEvidence ? 'saved as draft, not submitted' : 'none yet';
}

const mostLines = 15;

export interface QueueCardFacts {
  queue: readonly QueuedDispute[];
  /** A sentence per unreadable dispute: it may need a response too. */
  unread: readonly string[];
  /** How many recent disputes were read to find the queue. */
  scanned: number;
  /** Whether those were all there are. */
  isAll: boolean;
  now: Date;
  links: Links;
}

export function disputeQueueCard({ queue, unread, scanned, isAll, now, links }: QueueCardFacts): Card {
  const among = isAll ? '' : ` among the ${scanned} most recent`;
  const due = queue.filter(({ urgency }) => urgency !== 'not_allowed').length;
  const count = ['No dispute needs', '1 dispute needs'][due] ?? `${due} disputes need`;
  const unreadable = unread.length === 0 ? '' : `${unread.length} unreadable`;
  const title = `${count} a response${among}${unreadable && `; ${unreadable}`}`;
  const [first] = queue;
  const nearest = first ? `: ${dueSentence(first.dispute, now)}` : '';
  const rest = queue.length - mostLines;
  const scope = isAll
    ? `All ${scanned} disputes checked`
    : `Only the ${scanned} most recent disputes checked`;
  return cardOf(`${title}${nearest}`, [
    section(`:scales: *${title}*`),
    ...sections(queue.slice(0, mostLines).map((queued) => queueLine(queued, now, links))),
    ...sections(unread.slice(0, mostLines).map((problem) => `:grey_question: ${escape(problem)}`)),
    context(
      joined(rest > 0 ? `${rest} more due later` : null, scope, unreadable || null, `as of ${instant(now)}`),
    ),
  ]);
}

function queueLine({ dispute, urgency }: QueuedDispute, now: Date, links: Links): string {
  return joined(
    `${marks[urgency]} ${dueSentence(dispute, now)}`,
    amountWords(dispute),
    words(dispute.reason),
    reference(links, 'dispute', dispute.id),
  );
}
