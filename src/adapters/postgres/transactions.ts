/**
 * How a store looks inside the transaction that the desk hands it.
 */
import { OpsError } from '../../kernel/errors.js';
import type { Transaction } from '../../ports/transaction.js';
import type { PgTransaction } from './database.js';

export function requirePg(tx: Transaction): PgTransaction {
  if ('query' in tx) return tx as PgTransaction;
  throw new OpsError('internal', 'This transaction is not of the database.');
}
