/**
 * Adding to the audit log, inside the transaction that the entry records, or in one of its own.
 *
 * Lock order: the head of the chain is one row, so a transaction that extends the chain makes every other writer wait until its
 * commit. The store therefore takes that lock last of all, when the work of a transaction is over: nothing is locked
 * behind it, so it is in no deadlock, and it is held for one insertion and the commit alone, which does not wait for the
 * disk while it holds the lock (decision 012).
 */
import { OpsError, toOpsError } from '../kernel/errors.js';
import type { AuditRecorder, AuditStore, AuditTrail } from '../ports/audit.js';
import type { Transactions } from '../ports/transaction.js';
import { contentOf } from './chain.js';

export function createAuditTrail(store: Pick<AuditStore, 'append'>): AuditTrail {
  return {
    append: (tx, event) =>
      new Promise((resolve) => {
        // Made at once, so that what cannot be written fails where it was asked for.
        store.append(tx, contentOf(event));
        resolve();
      }),
  };
}

export function createAuditRecorder(trail: AuditTrail, transactions: Transactions): AuditRecorder {
  return {
    record: async (event) => {
      try {
        await transactions.run((tx) => trail.append(tx, event));
      } catch (thrown) {
        const cause = toOpsError(thrown);
        throw new OpsError('unavailable', 'This must be recorded in the audit log, which can’t be reached.', {
          hint: 'Nothing was shown. Try again. If it keeps failing, give the reference to your Paydesk admin.',
          cause,
        });
      }
    },
  };
}
