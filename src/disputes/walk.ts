/**
 * The walk over all disputes of a provider, page after page, again and again: it fills the register at first, and finds
 * what neither a webhook nor an event told later.
 *
 * Invariants: one call reads a bounded number of pages, and the next one goes on where it ended; a page that cannot be read
 * is read again by the next call. Two replicas that walk at once only read more than needed.
 */
import { hourMs, type Clock } from '../kernel/clock.js';
import type { Dispute, PaymentsApi } from '../ports/payments-api.js';
import type { Looks } from '../ports/provider-events.js';

interface WalkDeps {
  name: string;
  api: Pick<PaymentsApi, 'disputesAfter'>;
  looks: Looks;
  note(disputes: readonly Dispute[], readAt: Date): Promise<void>;
  clock: Clock;
}

export interface Walked {
  pages: number;
  /** Whether the end was reached. */
  isWhole: boolean;
}

/** 50,000 disputes are 500 pages: the register is whole after ten calls. */
const pagesAtOnce = 50;
/** Events tell of changes at once; the walk is for what they missed. */
const restMs = hourMs;
/** More would fill the row without saying more. */
const unreadMax = 50;

export async function walk(deps: WalkDeps): Promise<Walked> {
  const { name, api, looks, clock } = deps;
  const look = await looks.of(name);
  const begins = look.cursor === null;
  if (begins && look.wholeAt !== null && clock.now().getTime() - look.wholeAt.getTime() < restMs)
    return { pages: 0, isWhole: true };
  let unread = begins ? [] : [...look.unread];
  let cursor = look.cursor;
  for (let pages = 1; pages <= pagesAtOnce; pages++) {
    const readAt = clock.now();
    const page = await api.disputesAfter(cursor);
    if (page.rows.length > 0) await deps.note(page.rows, readAt);
    unread = [...unread, ...page.problems].slice(0, unreadMax);
    cursor = page.next;
    await looks.put(name, { cursor, unread, ...(cursor === null ? { wholeAt: clock.now() } : {}) });
    if (cursor === null) return { pages, isWhole: true };
  }
  return { pages: pagesAtOnce, isWhole: false };
}
