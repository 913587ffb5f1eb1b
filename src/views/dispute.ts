/**
 * The cards of disputes: one dispute, and the queue of those that need an answer.
 */
import { needsResponse, type QueuedDispute, type Urgency } from '../disputes/queue.js';
import { formatDuration } from '../kernel/duration.js';
import { formatMoney } from '../kernel/money.js';
import type { Card } from '../ports/card.js';
import type { Dispute } from '../ports/payments-api.js';
import { actions, cardOf, context, escape, fields, instant, section, sections, utc } from './blocks.js';
import { joined, reference, type Links } from './links.js';
import { startButtons, type Offer } from './remediation-start.js';

const marks: Readonly<Record<Urgency, string>> = {
  past_due: ':red_circle:',
  within_24_hours: ':red_circle:',
  within_72_hours: ':large_orange_circle:',
  within_7_days: ':large_yellow_circle:',
  later: ':large_green_circle:',
};

const words = (text: string): string => escape(text.replaceAll('_', ' '));

function dueSentence(
  dispute: Dispute,
  urgency: Urgency | null,
  now: Date,
  at: (instant: Date) => string,
): string {
  if (!dispute.respondBy && needsResponse(dispute))
    return `Dispute ${words(dispute.status)}, but none is allowed`;
  if (!urgency || !dispute.respondBy) return `Dispute ${words(dispute.status)}, no answer is due`;
  const leftMs = dispute.respondBy.getTime() - now.getTime();
  const left = leftMs < 0 ? `overdue by ${formatDuration(leftMs)}` : `${formatDuration(leftMs)} left`;
  return `Answer due by ${at(dispute.respondBy)}, ${left}`;
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
    ['Dispute', reference(links, 'dispute', dispute.id)],
    ['Amount', formatMoney(dispute.amount)],
    ['Reason', `${words(dispute.reason)}${reason}`],
    ['Status', words(dispute.status)],
    ['Opened', instant(dispute.createdAt)],
    ['Evidence', evidenceWords(dispute)],
  ];
  const payment = dispute.paymentId ?? dispute.chargeId;
  if (payment !== null) pairs.push(['Payment', reference(links, 'payment', payment)]);
  const plain = `${dueSentence(dispute, urgency, now, utc)} · ${formatMoney(dispute.amount)} ${escape(dispute.id)}`;
  return cardOf(plain, [
    section(`${urgency ? marks[urgency] : ':scales:'} *${dueSentence(dispute, urgency, now, instant)}*`),
    fields(pairs),
    ...actions(...startButtons(offerOf(dispute), startable)),
  ]);
}

const offerOf = (dispute: Dispute): Offer => ({
  actions: needsResponse(dispute) ? ['submit-evidence', 'stage-evidence', 'accept-dispute'] : [],
  kind: 'dispute',
  id: dispute.id,
});

function evidenceWords({ submissionCount, hasEvidence }: Dispute): string {
  if (submissionCount > 0) return 'submitted';
  return hasEvidence ? 'staged, not submitted' : 'none yet';
}

const mostLines = 15;

export interface QueueCardFacts {
  queue: readonly QueuedDispute[];
  /** How many recent disputes were read to find the queue. */
  scanned: number;
  /** Whether those were all there are. */
  isAll: boolean;
  now: Date;
  links: Links;
}

export function disputeQueueCard({ queue, scanned, isAll, now, links }: QueueCardFacts): Card {
  const among = isAll ? '' : ` among the ${scanned} newest`;
  const count = ['No dispute needs', 'One dispute needs'][queue.length] ?? `${queue.length} disputes need`;
  const title = `${count} an answer${among}`;
  const [first] = queue;
  const nearest = first ? `: ${dueSentence(first.dispute, first.urgency, now, utc)}` : '';
  const rest = queue.length - mostLines;
  const scope = isAll ? `All ${scanned} disputes were read` : `Only the ${scanned} newest disputes were read`;
  return cardOf(`${title}${nearest}`, [
    section(`:scales: *${title}*`),
    ...sections(queue.slice(0, mostLines).map((queued) => queueLine(queued, now, links))),
    context(joined(rest > 0 ? `${rest} more are due later` : null, scope, `as of ${instant(now)}`)),
  ]);
}

function queueLine({ dispute, urgency }: QueuedDispute, now: Date, links: Links): string {
  return joined(
    `${marks[urgency]} ${dueSentence(dispute, urgency, now, instant)}`,
    formatMoney(dispute.amount),
    words(dispute.reason),
    reference(links, 'dispute', dispute.id),
  );
}
