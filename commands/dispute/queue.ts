/** The queue: all disputes that need a response, a page at a time. */
import { hourMs } from '../../src/kernel/clock.js';
import { formatDuration, parseDuration } from '../../src/kernel/duration.js';
import { OpsError } from '../../src/kernel/errors.js';
import type { Card } from '../../src/ports/card.js';
import type { QueuePart } from '../../src/ports/dispute-register.js';
import { disputeQueueCard, queuePageRows } from '../../src/views/disputes/queue.js';
import { connected, partnerIn, type DisputeDeps } from './deps.js';

interface Asked {
  part: QueuePart;
  page: number;
  /** As it was typed: `3d northpay`. */
  narrowed: string;
}

export const queueCard = (narrowed: string, desk: DisputeDeps): Promise<Card> =>
  cardOf({ part: 'open', page: 0, narrowed }, desk);

/** A page of a queue that was shown before: `open 2 3d northpay`. */
export function queuePage(value: string, desk: DisputeDeps): Promise<Card> {
  const [, part, page, narrowed = ''] =
    /^(open|missed|not_allowed) (\d{1,6})(?: (.{0,60}))?$/.exec(value) ?? [];
  if (part === undefined)
    throw new OpsError('invalid', 'Paydesk did not create this button.', { hint: 'See `/dispute due`.' });
  return cardOf({ part: part as QueuePart, page: Number(page), narrowed }, desk);
}

async function cardOf({ part, page, narrowed }: Asked, desk: DisputeDeps): Promise<Card> {
  const { links, clock } = desk;
  const { disputes } = connected(desk);
  const { withinMs, partner } = limitsIn(narrowed, desk);
  const now = clock.now();
  const filter = { partner, dueBy: withinMs === null ? null : new Date(now.getTime() + withinMs) };
  const place = { offset: page * queuePageRows, limit: queuePageRows };
  const { counts, rows, unread, wholeAt } = await disputes.queue(filter, part, place);
  const isFirst = part === 'open' && page === 0;
  const missed = isFirst && counts.missed > 0 ? await disputes.queue(filter, 'missed', place) : null;
  return disputeQueueCard({
    part,
    page,
    rows,
    missed: missed?.rows ?? [],
    // What can only be accepted has no deadline, so a limit leaves it out.
    counts: withinMs === null ? counts : { ...counts, not_allowed: 0 },
    within: withinMs === null ? null : `due within ${formatDuration(withinMs)}`,
    narrowed: narrowed.toLowerCase().split(/\s+/).filter(Boolean).join(' '),
    unread,
    wholeAt,
    now,
    links,
  });
}

/** `24h`, `3d northpay`, in any order; null without a time, or a partner. */
function limitsIn(narrowed: string, desk: DisputeDeps): { withinMs: number | null; partner: string | null } {
  let [withinMs, partner]: [number | null, string | null] = [null, null];
  for (const word of narrowed.toLowerCase().split(/\s+/).filter(Boolean)) {
    const duration = parseDuration(word);
    if (duration !== null && duration >= hourMs) withinMs = duration;
    else
      partner = partnerIn(word, desk, {
        what: 'a time',
        hint: 'Try `/dispute due 24h` or `/dispute due 7d`',
      });
  }
  return { withinMs, partner };
}
