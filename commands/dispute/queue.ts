/** The queue: all disputes that need a response, a page at a time. */
import { hourMs } from '../../src/kernel/clock.js';
import { formatDuration, takeDuration } from '../../src/kernel/duration.js';
import { OpsError } from '../../src/kernel/errors.js';
import { addDays, dayIn, startOfDay } from '../../src/kernel/time-zone.js';
import type { Card } from '../../src/ports/card.js';
import { timeZoneOf } from '../../src/ports/directory.js';
import type { QueuePart } from '../../src/ports/dispute-register.js';
import { disputeQueueCard, queuePageRows } from '../../src/views/disputes/queue.js';
import { connected, partnerIn, type DisputeDeps } from './deps.js';

interface Asked {
  part: QueuePart;
  page: number;
  /** As it was typed: `3d northpay`. */
  narrowed: string;
}

export const queueCard = (
  part: 'open' | 'missed',
  narrowed: string,
  readerId: string,
  desk: DisputeDeps,
): Promise<Card> => cardOf({ part, page: 0, narrowed }, readerId, desk);

/** A page of a queue that was shown before: `open 2 3d northpay`. */
export function queuePage(value: string, readerId: string, desk: DisputeDeps): Promise<Card> {
  const [, part, page, narrowed = ''] =
    /^(open|missed|not_allowed) (\d{1,6})(?: (.{0,60}))?$/.exec(value) ?? [];
  if (part === undefined)
    throw new OpsError('invalid', 'Paydesk did not create this button.', { hint: 'See `/dispute due`.' });
  return cardOf({ part: part as QueuePart, page: Number(page), narrowed }, readerId, desk);
}

async function cardOf({ part, page, narrowed }: Asked, readerId: string, desk: DisputeDeps): Promise<Card> {
  const { links, clock } = desk;
  const { disputes } = connected(desk);
  const now = clock.now();
  const limit = await limitIn(narrowed, now, readerId, desk);
  const filter = { partner: partnersIn(limit?.rest ?? narrowed, desk), dueBy: limit?.dueBy ?? null };
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
    counts: limit === null ? counts : { ...counts, not_allowed: 0 },
    within: limit?.said ?? null,
    narrowed: narrowed.toLowerCase().split(/\s+/).filter(Boolean).join(' '),
    unread,
    wholeAt,
    now,
    links,
  });
}

interface Limit {
  dueBy: Date;
  /** Continues “need a response”. */
  said: string;
  /** The words without it. */
  rest: string;
}

/** `24h`, `2 days`, or `today` and `tomorrow` in the reader's zone; null without any. */
async function limitIn(
  narrowed: string,
  now: Date,
  readerId: string,
  { directory }: DisputeDeps,
): Promise<Limit | null> {
  const [day] = /(?<!\S)(?:today|tomorrow)(?!\S)/i.exec(narrowed) ?? [];
  if (day !== undefined) {
    const timeZone = await timeZoneOf(directory, readerId);
    const next = addDays(dayIn(now, timeZone), day.toLowerCase() === 'today' ? 1 : 2);
    const said = `by the end of ${day.toLowerCase()} (${timeZone})`;
    return { dueBy: startOfDay(next, timeZone), said, rest: narrowed.replace(day, ' ') };
  }
  const found = takeDuration(narrowed);
  if (!found || found.durationMs < hourMs) return null;
  const { durationMs, rest } = found;
  const dueBy = new Date(now.getTime() + durationMs);
  return { dueBy, said: `within ${formatDuration(durationMs)}`, rest };
}

/** Throws `invalid` for a word that is not the partner; null without any. */
function partnersIn(text: string, desk: DisputeDeps): string | null {
  const [word, ...others] = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (word === undefined) return null;
  const partner = partnerIn(word, desk, {
    what: 'a time',
    hint: 'Try `/dispute due 24h`, `/dispute due 7d` or `/dispute due tomorrow`',
  });
  return others.length === 0 ? partner : partnersIn(others.join(' '), desk);
}
