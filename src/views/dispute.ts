/**
 * The cards of disputes: one dispute, and the queue of those that need an answer.
 */
import type { QueuedDispute, Urgency } from '../disputes/queue.js';
import { formatDuration } from '../kernel/duration.js';
import { formatMoney } from '../kernel/money.js';
import { answerTo, canBeAnswered, isInquiry, takesEvidence } from '../nouns/dispute.js';
import type { Card } from '../ports/card.js';
import type { Dispute } from '../ports/payments-api.js';
import { actions, cardOf, context, escape, fields, instant, section, sections, utc } from './blocks.js';
import { joined, reference, type Links } from './links.js';
import { startButtons, type Offer } from './remediation-start.js';

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

function dueSentence(dispute: Dispute, now: Date, at: (instant: Date) => string): string {
  const answer = answerTo(dispute, now);
  switch (answer.kind) {
    case 'due':
      return `Answer due by ${at(answer.by)}, ${formatDuration(answer.by.getTime() - now.getTime())} left`;
    case 'late':
      return answer.by
        ? `Answer due by ${at(answer.by)}, overdue by ${formatDuration(answer.by.getTime() - now.getTime())}`
        : 'Answer overdue, the provider names no date';
    case 'no_date':
      return 'Answer due, the provider names no date';
    case 'not_allowed':
      return 'No answer is allowed, it can only be accepted';
    case 'none':
      return `${nameOf(dispute)} ${statusWords(dispute)}, no answer is due`;
  }
}

export interface DisputeCardFacts {
  dispute: Dispute;
  urgency: Urgency | null;
  now: Date;
  links: Links;
  /** Ids of the guarded actions that the desk has. */
  startable: readonly string[];
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
  const plain = `${dueSentence(dispute, now, utc)} · ${formatMoney(dispute.amount)} ${escape(dispute.id)}`;
  return cardOf(plain, [
    section(`${urgency ? marks[urgency] : ':scales:'} *${dueSentence(dispute, now, instant)}*`),
    fields(pairs),
    ...actions(...startButtons(disputeOffer(dispute, now), startable)),
  ]);
}

/** What the provider would take now. */
const disputeOffer = (dispute: Dispute, now: Date): Offer => ({
  actions: [
    ...(canBeAnswered(dispute, now) ? (['submit-evidence', 'stage-evidence'] as const) : []),
    ...(takesEvidence(dispute) ? (['accept-dispute'] as const) : []),
  ],
  kind: 'dispute',
  id: dispute.id,
});

/** An inquiry asks about an amount and takes none of it. */
const amountWords = (dispute: Dispute): string =>
  `${formatMoney(dispute.amount)}${isInquiry(dispute) ? ', nothing withdrawn' : ''}`;

function evidenceWords({ submissionCount, hasEvidence }: Dispute): string {
  if (submissionCount > 0) return 'submitted';
  return hasEvidence ? 'staged, not submitted' : 'none yet';
}

const mostLines = 15;

export interface QueueCardFacts {
  queue: readonly QueuedDispute[];
  /** A sentence per dispute that nobody can read, which may need an answer too. */
  unread: readonly string[];
  /** How many recent disputes were read to find the queue. */
  scanned: number;
  /** Whether those were all there are. */
  isAll: boolean;
  now: Date;
  links: Links;
}

export function disputeQueueCard({ queue, unread, scanned, isAll, now, links }: QueueCardFacts): Card {
  const among = isAll ? '' : ` among the ${scanned} newest`;
  const due = queue.filter(({ urgency }) => urgency !== 'not_allowed').length;
  const count = ['No dispute needs', 'One dispute needs'][due] ?? `${due} disputes need`;
  const unsure = unread.length === 0 ? '' : `; ${unread.length} cannot be read`;
  const title = `${count} an answer${among}${unsure}`;
  const [first] = queue;
  const nearest = first ? `: ${dueSentence(first.dispute, now, utc)}` : '';
  const rest = queue.length - mostLines;
  const readable = unread.length === 0 ? 'were read' : `were looked at, ${unread.length} cannot be read`;
  const scope = isAll
    ? `All ${scanned} disputes ${readable}`
    : `Only the ${scanned} newest disputes ${readable}`;
  return cardOf(`${title}${nearest}`, [
    section(`:scales: *${title}*`),
    ...sections(queue.slice(0, mostLines).map((queued) => queueLine(queued, now, links))),
    ...sections(unread.slice(0, mostLines).map((problem) => `:grey_question: ${escape(problem)}`)),
    context(joined(rest > 0 ? `${rest} more are due later` : null, scope, `as of ${instant(now)}`)),
  ]);
}

function queueLine({ dispute, urgency }: QueuedDispute, now: Date, links: Links): string {
  return joined(
    `${marks[urgency]} ${dueSentence(dispute, now, instant)}`,
    amountWords(dispute),
    words(dispute.reason),
    reference(links, 'dispute', dispute.id),
  );
}
