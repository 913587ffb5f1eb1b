/**
 * The morning's message to a team: what is due, what is late, and what has no owner.
 */
import { formatDuration } from '../../kernel/duration.js';
import type { Card } from '../../ports/card.js';
import type { KnownDispute, QueueCounts } from '../../ports/dispute-register.js';
import { button, cardOf, context, instant, mention, section } from '../kit/blocks.js';
import { joined, reference, type Links } from '../kit/links.js';
import { lookUpButton } from '../kit/look-ups.js';
import { disputeIds, ownershipValue } from './ownership.js';
import { amountWords, dueSentence, marks, words } from './dispute.js';
import { urgencyOf } from '../../disputes/queue.js';

export interface DigestModel {
  /** The nearest deadlines. */
  rows: readonly KnownDispute[];
  counts: QueueCounts;
  withinMs: number;
  now: Date;
  links: Links;
}

export const digestRows = 15;

export function digestCard({ rows, counts, withinMs, now, links }: DigestModel): Card {
  const { open, missed } = counts;
  const due = ['No dispute is', '1 dispute is'][open] ?? `${open.toLocaleString('en-GB')} disputes are`;
  const late =
    missed === 0
      ? ''
      : `; ${missed.toLocaleString('en-GB')} missed ${missed === 1 ? 'its' : 'their'} deadline`;
  const title = `${due} due within ${formatDuration(withinMs)}${late}`;
  const rest = open - rows.length;
  return cardOf(title, [
    section(`:scales: *${title}*`),
    ...rows.map((dispute) =>
      section(
        joined(
          `${marks[urgencyOf(dispute, now) ?? 'later']} ${dueSentence(dispute, now)}`,
          amountWords(dispute),
          words(dispute.reason),
          reference(links, 'dispute', dispute.id),
          dispute.ownerId === null ? 'no owner' : mention(dispute.ownerId),
        ),
        dispute.ownerId === null
          ? button({
              actionId: disputeIds.take,
              text: 'Take',
              value: ownershipValue(dispute.id, null),
              label: `Take ${dispute.id}`,
            })
          : lookUpButton('dispute', dispute.id),
      ),
    ),
    context(
      joined(
        rest > 0 ? `and ${rest.toLocaleString('en-GB')} more` : null,
        'all of them: `/dispute due`',
        `as of ${instant(now)}`,
      ),
    ),
  ]);
}
