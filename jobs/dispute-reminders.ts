/**
 * Reminds the channel of disputes without an owner 72, 24 and 3 hours before their deadline.
 *
 * Invariant: each reminder is sent once, because the message and the mark that it was sent are one transaction; a dispute
 * is read at the provider right before, so that one that was answered meanwhile is left alone.
 */
import type { DisputeService } from '../src/disputes/desk.js';
import type { Job } from '../src/ports/jobs.js';
import type { Outbox } from '../src/ports/outbox.js';
import type { Transactions } from '../src/ports/transaction.js';
import { reminderCard } from '../src/views/disputes/announcement.js';
import type { Links } from '../src/views/kit/links.js';

export interface DisputeRemindersDeps {
  /** Null while no payments API is connected. */
  disputes: Pick<DisputeService, 'dueForReminder' | 'reminded'> | null;
  /** Channel id; null for nowhere. */
  disputesChannel: string | null;
  links: Links;
  outbox: Outbox;
  transactions: Transactions;
}

export const disputeRemindersJob: Job<DisputeRemindersDeps> = {
  id: 'dispute-reminders',
  summary: 'Posts reminders for disputes without an owner 72, 24 and 3 hours before the deadline',
  schedule: '* * * * *',
  catchUp: 1,
  run: async (_slot, { disputes, disputesChannel: channel, links, outbox, transactions }, log) => {
    if (disputes === null || channel === null) return;
    const due = await disputes.dueForReminder();
    if (due.length === 0) return;
    const reminded = await transactions.run(async (tx) => {
      const untaken = (await disputes.reminded(tx, due)).toSorted(
        (a, b) => (a.respondBy?.getTime() ?? 0) - (b.respondBy?.getTime() ?? 0),
      );
      if (untaken.length > 0)
        await outbox.enqueue(tx, { channel, card: reminderCard(untaken, tx.now, links) });
      return untaken.length;
    });
    if (reminded > 0) log.info({ reminded }, 'reminders for disputes were posted');
  },
};
