/**
 * The cards of disputes: one dispute, and the queue of those that need an answer.
 */
import type { Urgency, QueuedDispute } from '../disputes/queue.js';
import { formatDuration } from '../kernel/duration.js';
import { formatMoney } from '../kernel/money.js';
import type { Card } from '../ports/card.js';
import type { Dispute } from '../ports/payments-api.js';
import { code, context, escape, fields, instant, link, section, utc } from './blocks.js';
import type { Links } from './links.js';

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
  if (!urgency || !dispute.respondBy) return `Dispute ${words(dispute.status)}, no answer is due`;
  const leftMs = dispute.respondBy.getTime() - now.getTime();
  const left = leftMs < 0 ? `overdue by ${formatDuration(leftMs)}` : `${formatDuration(leftMs)} left`;
  return `Answer due by ${at(dispute.respondBy)}, ${left}`;
}

export function disputeCard(dispute: Dispute, urgency: Urgency | null, now: Date, links: Links): Card {
  const page = links('dispute', dispute.id);
  const pairs: [string, string][] = [
    ['Dispute', page === null ? code(dispute.id) : link(page, dispute.id)],
    ['Amount', formatMoney(dispute.amount)],
    [
      'Reason',
      `${words(dispute.reason)}${dispute.networkReasonCode === null ? '' : ` (${escape(dispute.networkReasonCode)})`}`,
    ],
    ['Status', words(dispute.status)],
    ['Opened', instant(dispute.createdAt)],
    ['Evidence', evidenceWords(dispute)],
  ];
  const payment = dispute.paymentId ?? dispute.chargeId;
  if (payment !== null) pairs.push(['Payment', code(payment)]);
  return {
    text: `${dueSentence(dispute, urgency, now, utc)} · ${formatMoney(dispute.amount)} ${dispute.id}`,
    blocks: [
      section(`${urgency ? marks[urgency] : ':scales:'} *${dueSentence(dispute, urgency, now, instant)}*`),
      fields(pairs),
    ],
  };
}

function evidenceWords({ submissionCount, hasEvidence }: Dispute): string {
  if (submissionCount > 0) return 'submitted';
  return hasEvidence ? 'staged, not submitted' : 'none yet';
}

const mostLines = 15;

/** `scanned`: how many recent disputes were read to find the queue. */
export function disputeQueueCard(
  queue: readonly QueuedDispute[],
  scanned: number,
  now: Date,
  links: Links,
): Card {
  const title = queue.length === 0 ? 'No dispute needs an answer' : `${queue.length} disputes need an answer`;
  const lines = queue
    .slice(0, mostLines)
    .map(({ dispute, urgency }) => queueLine(dispute, urgency, now, links));
  const rest = queue.length - lines.length;
  return {
    text: title,
    blocks: [
      section(`:scales: *${title}*`),
      ...(lines.length > 0 ? [section(lines.join('\n'))] : []),
      context(
        `${rest > 0 ? `${rest} more, later. ` : ''}Of the ${scanned} newest disputes, as of ${instant(now)}`,
      ),
    ],
  };
}

function queueLine(dispute: Dispute, urgency: Urgency, now: Date, links: Links): string {
  const page = links('dispute', dispute.id);
  const id = page === null ? code(dispute.id) : link(page, dispute.id);
  return `${marks[urgency]} ${dueSentence(dispute, urgency, now, instant)} · ${formatMoney(dispute.amount)} · ${words(dispute.reason)} · ${id}`;
}
