/**
 * Reads every partner's status page and tells the alerts channel when what it publishes changed.
 *
 * Invariants: the remembered status and the message about its change are one transaction; one unreachable page, or
 * one status that cannot be stored, does not keep the others from being read; one trouble of a partner has one live card,
 * rewritten until it is over, with every step of its indicator in its thread, and marked while its page cannot be read.
 */
import type { Clock } from '../src/kernel/clock.js';
import { toOpsError } from '../src/kernel/errors.js';
import type { Log } from '../src/kernel/log.js';
import { decide, isToBeMarked, remember } from '../src/partners/status.js';
import type { Job } from '../src/ports/jobs.js';
import type { Outbox } from '../src/ports/outbox.js';
import type { PublishedStatus, StatusSource } from '../src/ports/partner-status.js';
import type { PartnerStatuses, RememberedStatus } from '../src/ports/partner-statuses.js';
import type { Transaction, Transactions } from '../src/ports/transaction.js';
import { partnerStatusCard } from '../src/views/partners/partner.js';

export interface WatchedPartner {
  id: string;
  name: string;
  statusPage: string;
  /** Where its changes are told; null for nowhere. */
  alertsChannel: string | null;
}

export interface PartnerStatusDesk {
  watchedPartners: readonly WatchedPartner[];
  statusSource: StatusSource;
  partnerStatuses: PartnerStatuses;
  transactions: Transactions;
  outbox: Outbox;
  clock: Clock;
}

export const partnerStatusJob: Job<PartnerStatusDesk> = {
  id: 'partner-status',
  summary: 'Reads the partners’ status pages and tells of changes',
  schedule: '* * * * *',
  catchUp: 1,
  run: async (_slot, desk, log) => {
    await Promise.all(desk.watchedPartners.map((partner) => watch(partner, desk, log)));
  },
};

async function watch(partner: WatchedPartner, desk: PartnerStatusDesk, log: Log): Promise<void> {
  const failed = (message: string) => (thrown: unknown) => {
    const error = toOpsError(thrown);
    log.warn({ err: error.cause ?? error, partner: partner.id, reference: error.reference }, message);
    return null;
  };
  const published = await desk.statusSource
    .fetch(partner.statusPage)
    .catch(failed('a status page was not read'));
  // What is not remembered now is told by the next look.
  const noted = published ? keep(partner, published, desk, log) : mark(partner, desk);
  await noted.catch(failed('a status was not remembered'));
}

/** A trouble that nobody can confirm any more: the card says so, once. */
async function mark(partner: WatchedPartner, desk: PartnerStatusDesk): Promise<void> {
  await desk.transactions.run(async (tx) => {
    const before = await desk.partnerStatuses.take(tx, partner.id);
    if (!before || partner.alertsChannel === null || !isToBeMarked(before, tx.now)) return;
    const status = { ...before, staleToldAt: tx.now };
    await desk.partnerStatuses.put(tx, status);
    await tell(tx, partner.alertsChannel, partner, status, false, desk.outbox);
  });
}

async function keep(
  partner: WatchedPartner,
  published: PublishedStatus,
  desk: PartnerStatusDesk,
  log: Log,
): Promise<void> {
  const decision = await desk.transactions.run(async (tx) => {
    const before = await desk.partnerStatuses.take(tx, partner.id);
    const decided = decide(before, published);
    const status = remember(before, partner.id, published, tx.now);
    await desk.partnerStatuses.put(tx, status);
    if (decided.notify && partner.alertsChannel !== null) {
      await tell(tx, partner.alertsChannel, partner, status, decided.step, desk.outbox);
    }
    return decided;
  });
  if (decision.notify)
    log.info({ partner: partner.id, reason: decision.reason }, 'a partner’s published status changed');
}

async function tell(
  tx: Transaction,
  channel: string,
  partner: WatchedPartner,
  status: RememberedStatus,
  step: boolean,
  outbox: Outbox,
): Promise<void> {
  const liveCard = `partner-status:${partner.id}:${status.troubleAt?.toISOString() ?? ''}`;
  const card = partnerStatusCard(partner.name, status);
  await outbox.enqueue(tx, { channel, card, liveCard });
  if (step) await outbox.enqueue(tx, { channel, card, threadOf: liveCard });
}
