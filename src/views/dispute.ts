/**
 * The cards of disputes: one dispute, and the queue of those that need a response.
 */
import { needsResponse, type QueuedDispute, type Urgency } from '../disputes/queue.js';
import { formatDuration } from '../kernel/duration.js';
import { formatMoney } from '../kernel/money.js';
import type { Card } from '../ports/card.js';
import type { Dispute } from '../ports/payments-api.js';
import { actions, cardOf, context, escape, fields, instant, section, sections } from './blocks.js';
import { joined, reference, type Links } from './links.js';
import { lookUpButton } from './look-ups.js';
import { startButtons, type Offer } from './remediation-start.js';

const marks: Readonly<Record<Urgency, string>> = {
  past_due: ':red_circle:',
  within_24_hours: ':red_circle:',
  within_72_hours: ':large_orange_circle:',
  within_7_days: ':large_yellow_circle:',
  later: ':large_green_circle:',
};

const words = (text: string): string => escape(text.replaceAll('_', ' '));

function dueSentence(dispute: Dispute, urgency: Urgency | null, now: Date): string {
  if (!dispute.respondBy && needsResponse(dispute))
    return `Dispute ${words(dispute.status)}; the network accepts no response`;
  if (!urgency || !dispute.respondBy) return `Dispute ${words(dispute.status)}, no response due`;
  const leftMs = dispute.respondBy.getTime() - now.getTime();
  return leftMs < 0
    ? `Response overdue by ${formatDuration(leftMs)} (was due ${instant(dispute.respondBy)})`
    : `Response due by ${instant(dispute.respondBy)}, ${formatDuration(leftMs)} left`;
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
  const plain = `${dueSentence(dispute, urgency, now)} · ${formatMoney(dispute.amount)} ${escape(dispute.id)}`;
  return cardOf(plain, [
    section(`${urgency ? marks[urgency] : ':scales:'} *${dueSentence(dispute, urgency, now)}*`),
    fields(pairs),
    ...actions(
      ...startButtons(offerOf(dispute), startable),
      payment === null ? null : lookUpButton('payment', payment),
    ),
  ]);
}

const offerOf = (dispute: Dispute): Offer => ({
  actions: needsResponse(dispute) ? ['submit-evidence', 'stage-evidence', 'accept-dispute'] : [],
  kind: 'dispute',
  id: dispute.id,
});

function evidenceWords({ submissionCount, hasEvidence }: Dispute): string {
  if (submissionCount > 0) return 'submitted';
  return hasEvidence ? 'saved as draft, not submitted' : 'none yet';
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
  const among = isAll ? '' : ` among the ${scanned} most recent`;
  const count = ['No dispute needs', '1 dispute needs'][queue.length] ?? `${queue.length} disputes need`;
  const title = `${count} a response${among}`;
  const [first] = queue;
  const nearest = first ? `: ${dueSentence(first.dispute, first.urgency, now)}` : '';
  const rest = queue.length - mostLines;
  const scope = isAll
    ? `All ${scanned} disputes checked`
    : `Only the ${scanned} most recent disputes checked`;
  return cardOf(`${title}${nearest}`, [
    section(`:scales: *${title}*`),
    ...sections(queue.slice(0, mostLines).map((queued) => queueLine(queued, now, links))),
    context(joined(rest > 0 ? `${rest} more due later` : null, scope, `as of ${instant(now)}`)),
  ]);
}

function queueLine({ dispute, urgency }: QueuedDispute, now: Date, links: Links): string {
  return joined(
    `${marks[urgency]} ${dueSentence(dispute, urgency, now)}`,
    formatMoney(dispute.amount),
    words(dispute.reason),
    reference(links, 'dispute', dispute.id),
  );
}
