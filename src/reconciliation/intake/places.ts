/**
 * When each place of statements is looked at, and what is said of one that cannot be read.
 *
 * Invariants: a place is looked at no more often than it may be, except when a person asks; one that cannot be read is
 * said once and taken back once, by whichever replica; a short loss of the network is no news.
 */
import { minuteMs, type Clock } from '../../kernel/clock.js';
import type { OpsError } from '../../kernel/errors.js';
import type { Log } from '../../kernel/log.js';
import type { PlaceFault, PlaceFaults, StatementPlace } from '../../ports/statement-inbox.js';
import type { Transaction, Transactions } from '../../ports/transaction.js';
import { whyOf } from './documents.js';

export interface PlaceNews extends Pick<PlaceFault, 'place' | 'since' | 'why'> {
  /** When it could be read again; null while it cannot. */
  overAt: Date | null;
}

export interface PlaceDeps {
  faults: PlaceFaults;
  transactions: Transactions;
  /** Tells people, in the transaction that notes it. */
  tellPlace: (tx: Transaction, news: PlaceNews) => Promise<void>;
  log: Log;
}

/** Out of reach for less, a place is not worth a message. */
const patienceMs = 10 * minuteMs;

/** Records the result of a look at a place: null if it could be read. */
export async function noteLook(
  { faults, transactions, tellPlace, log }: PlaceDeps,
  { id: place }: Pick<StatementPlace, 'id'>,
  error: OpsError | null,
): Promise<void> {
  await transactions.run(async (tx) => {
    const before = await faults.note(tx, place, error === null ? null : whyOf(error));
    if (error === null) {
      if (before === null) return;
      log.info({ place }, 'a place of statements can be read again');
      if (before.told) await tellPlace(tx, { ...before, overAt: tx.now });
      return;
    }
    const since = before?.since ?? tx.now;
    if (before === null)
      log.warn(
        { place, code: error.code, err: error.cause ?? error },
        'a place of statements cannot be read',
      );
    const isNews = error.code === 'misconfigured' || tx.now.getTime() - since.getTime() >= patienceMs;
    if (before?.told === true || !isNews) return;
    await faults.setTold(tx, place);
    await tellPlace(tx, { place, since, why: whyOf(error), overAt: null });
  });
}

export interface Paces {
  /** Those whose time has come, or all. */
  due(isForced: boolean): StatementPlace[];
  /** `isResting`: it has a file that may be whole soon, so the next look is soon as well. */
  looked(place: StatementPlace, isResting: boolean): void;
}

export function createPaces(places: readonly StatementPlace[], clock: Clock, restMs: number): Paces {
  const nextMs = new Map<string, number>();
  return {
    due: (isForced) => {
      const nowMs = clock.now().getTime();
      return places.filter(({ id, everyMs }) => isForced || everyMs === 0 || nowMs >= (nextMs.get(id) ?? 0));
    },
    looked: ({ id, everyMs }, isResting) => {
      const waitMs = isResting ? Math.min(everyMs, restMs) : everyMs;
      nextMs.set(id, clock.now().getTime() + waitMs);
    },
  };
}
