/**
 * Tells each team in the morning which disputes are due, by its own clock and on its own working days.
 *
 * Invariant: a team hears once a day, over all replicas and restarts; a desk that was down in the morning tells it later
 * on the same day.
 */
import type { DisputeService } from '../src/disputes/desk.js';
import { parseDay } from '../src/kernel/calendar-day.js';
import type { Clock } from '../src/kernel/clock.js';
import { dayIn, instantAt } from '../src/kernel/time-zone.js';
import type { BusinessCalendar } from '../src/ports/calendars.js';
import type { Job } from '../src/ports/jobs.js';
import type { Outbox } from '../src/ports/outbox.js';
import type { Transactions } from '../src/ports/transaction.js';
import { digestCard, digestRows } from '../src/views/disputes/digest.js';
import type { Links } from '../src/views/kit/links.js';

export interface Digest {
  channel: string;
  /** `HH:MM` by the clock of the zone. */
  at: string;
  timeZone: string;
  calendar: BusinessCalendar;
  withinMs: number;
  /** Null for all. */
  partner: string | null;
}

export interface DisputeDigestDeps {
  /** Null while no payments API is connected. */
  disputes: Pick<DisputeService, 'queue'> | null;
  digests: readonly Digest[];
  links: Links;
  outbox: Outbox;
  transactions: Transactions;
  clock: Clock;
}

export const disputeDigestJob: Job<DisputeDigestDeps> = {
  id: 'dispute-digest',
  summary: 'Tells each team in the morning which disputes are due',
  schedule: '*/5 * * * *',
  catchUp: 1,
  run: async (_slot, desk, log) => {
    for (const digest of desk.digests) {
      const day = dayDue(digest, desk.clock.now());
      if (day === null || desk.disputes === null) continue;
      await tell(digest, day, desk.disputes, desk);
      log.info({ channel: digest.channel, day }, 'the digest of disputes was posted');
    }
  },
};

/** The day by the team's clock, when its time has come; null before it, and on days off. */
export function dayDue({ at, timeZone, calendar }: Digest, now: Date): string | null {
  const day = dayIn(now, timeZone);
  if (now < instantAt(day, at, timeZone)) return null;
  const date = parseDay(day);
  return date !== null && calendar.closed(date) === null ? day : null;
}

async function tell(
  { channel, at, withinMs, partner }: Digest,
  day: string,
  disputes: Pick<DisputeService, 'queue'>,
  { links, outbox, transactions, clock }: DisputeDigestDeps,
): Promise<void> {
  const now = clock.now();
  const filter = { partner, dueBy: new Date(now.getTime() + withinMs) };
  const { counts, rows } = await disputes.queue(filter, 'open', { offset: 0, limit: digestRows });
  const card = digestCard({ rows, counts, withinMs, now, links });
  const once = `dispute-digest:${channel}:${partner ?? ''}:${at}:${day}`;
  await transactions.run((tx) => outbox.enqueue(tx, { channel, card, once }));
}
