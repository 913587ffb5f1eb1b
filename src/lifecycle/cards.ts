/**
 * Puts live cards right at the start: those that are behind their thing, for instance because the chat platform refused
 * the last update or a person changed a row by hand.
 *
 * Invariant: a thing whose row no longer reads does not keep the cards of the others from being repaired.
 */
import { toOpsError } from '../kernel/errors.js';
import type { Log } from '../kernel/log.js';
import type { Transaction, Transactions } from '../ports/transaction.js';

export interface CardRepair {
  /** Ids of things whose card is behind and not on its way. */
  stale: () => Promise<readonly string[]>;
  /** Takes the thing, so that no card of an earlier moment follows one that a click makes meanwhile, and shows it. */
  show: (tx: Transaction, id: string) => Promise<void>;
  transactions: Transactions;
  log: Log;
}

/** How many it rewrote. Throws `unavailable` while the database is down. */
export async function repairCards({ stale, show, transactions, log }: CardRepair): Promise<number> {
  let repaired = 0;
  for (const id of await stale()) {
    try {
      await transactions.run((tx) => show(tx, id));
      repaired++;
    } catch (thrown) {
      const error = toOpsError(thrown);
      if (error.code === 'unavailable') throw error;
      const { code, errorId } = error;
      log.error({ thing: id, code, errorId, err: error }, 'a card cannot be repaired');
    }
  }
  return repaired;
}
