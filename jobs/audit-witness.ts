/**
 * Posts the end of the audit chain in the audit channel every day: a person who rewrites the log in the database
 * cannot rewrite what people have read.
 *
 * Invariant: the message and the witness that `paydesk audit verify` reads are one transaction, once a day.
 * Without a channel the head is only logged, which is a witness as good as the place where the logs go.
 */
import { OpsError } from '../src/kernel/errors.js';
import type { Log } from '../src/kernel/log.js';
import type { AuditStore } from '../src/ports/audit.js';
import type { Job } from '../src/ports/jobs.js';
import type { Outbox } from '../src/ports/outbox.js';
import type { Transactions } from '../src/ports/transaction.js';
import { witnessCard } from '../src/views/audit/log.js';

export interface AuditWitnessDeps {
  auditStore: Pick<AuditStore, 'head' | 'witness'>;
  /** Channel id; null for nowhere. */
  auditChannel: string | null;
  transactions: Transactions;
  outbox: Outbox;
}

export const auditWitnessJob: Job<AuditWitnessDeps> = {
  id: 'audit-witness',
  summary: 'Posts the head of the audit log daily to the audit channel, as a witness outside the database',
  schedule: '0 6 * * *',
  catchUp: 1,
  run: async (slot, desk, log) => {
    if (desk.auditChannel === null) await logHead(desk, log);
    else await tell(slot, desk.auditChannel, desk, log);
  },
};

async function logHead({ auditStore }: AuditWitnessDeps, log: Log): Promise<void> {
  const head = await auditStore.head();
  if (!head) throw new OpsError('internal', 'The head of the audit log is missing.');
  log.info({ seq: head.seq, hash: head.hash }, 'the head of the audit log');
}

async function tell(slot: Date, channel: string, desk: AuditWitnessDeps, log: Log): Promise<void> {
  const day = slot.toISOString().slice(0, 10);
  const witness = await desk.transactions.run(async (tx) => {
    const written = await desk.auditStore.witness(tx, day);
    if (!written) return null;
    const card = witnessCard(written.told, written.before);
    await desk.outbox.enqueue(tx, { channel, card, once: `audit-witness:${day}` });
    return written.told;
  });
  if (witness) log.info({ seq: witness.seq, hash: witness.hash }, 'the head of the audit log was posted');
}
