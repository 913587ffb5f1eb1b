/**
 * What an alert may not sleep past: the due time of a dispute, and the time by which a statement is due, of the alert's partner
 * or, where it names none, of any.
 */
import { createDisputeRegister } from '../adapters/postgres/dispute-register.js';
import type { Database } from '../adapters/postgres/database.js';
import type { Deadline } from '../alerts/deps.js';
import type { Clock } from '../kernel/clock.js';
import { addDays, dayIn, instantAt } from '../kernel/time-zone.js';
import type { DisputeRegister } from '../ports/dispute-register.js';

interface DuePartner {
  id: string;
  name: string;
  timeZone: string;
  statements?: { cutOff?: string | undefined } | undefined;
}

interface DeadlineFacts {
  partners: readonly DuePartner[];
  database: Database;
  clock: Clock;
}

/** More disputes without a date are no reason to look further. */
const mostDue = 200;
/** A quiet time lasts a week at most. */
const daysAhead = 8;

export function deadlinesFrom({
  partners,
  database,
  clock,
}: DeadlineFacts): (partner: string | null, before: Date) => Promise<Deadline | null> {
  const register = createDisputeRegister(database);
  return async (partner, before) => {
    const now = clock.now();
    const found = [
      ...(await disputeDue(register, partner, { now, before })),
      ...cutOffs(partners, partner, { now, before }),
    ];
    return found.sort((a, b) => a.at.getTime() - b.at.getTime())[0] ?? null;
  };
}

interface Span {
  now: Date;
  before: Date;
}

async function disputeDue(
  register: Pick<DisputeRegister, 'queue'>,
  partner: string | null,
  { now, before }: Span,
): Promise<Deadline[]> {
  const page = { offset: 0, limit: mostDue };
  const due = await register.queue({ partner, dueBy: before, now }, 'open', page);
  return due.flatMap(({ id, respondBy: at }) =>
    at !== null && at > now ? [{ at, what: `dispute ${id} is due then` }] : [],
  );
}

/** Closing days are not left out: waking early does no harm. */
function cutOffs(partners: readonly DuePartner[], wanted: string | null, { now, before }: Span): Deadline[] {
  return partners
    .filter(({ id }) => wanted === null || id === wanted)
    .flatMap(({ name, timeZone, statements }): Deadline[] => {
      const cutOff = statements?.cutOff;
      if (cutOff === undefined) return [];
      const today = dayIn(now, timeZone);
      return Array.from({ length: daysAhead }, (_, days) => instantAt(addDays(today, days), cutOff, timeZone))
        .filter((at) => at > now && at < before)
        .map((at) => ({ at, what: `the statement of ${name} is due then` }));
    });
}
