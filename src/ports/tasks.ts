/**
 * Durable work, started in the transaction that makes it due.
 *
 * Invariants: a task that was enqueued in a committed transaction runs to its end, on whichever replica lives; one with
 * the same key runs once; a task that was cut off runs again from its beginning, so it reads where it stands first.
 */
import type { Transaction } from './transaction.js';

/** Under these names the engine finds what a transaction enqueued. Permanent: they stand in the database. */
export const taskWorkflow = 'paydesk-task';
export const tasksQueue = 'paydesk-tasks';
export const engineVersion = 'paydesk';

export interface Tasks {
  /** `key` names this run, and no other: `remediation:REM-17:execute`. `subject` is handed to the task. */
  enqueue(tx: Transaction, task: string, key: string, subject: string): Promise<void>;
}
