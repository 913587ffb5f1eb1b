/**
 * Works a provider's events off: reads what the event's object is now, remembers it, and shows a card where there is news.
 *
 * Invariants: the order of events does not matter, because only the present is read; each piece of news is shown once,
 * however many events tell of it; what cannot be read now is tried again, later and later, and never given up; an object
 * that came and cannot be understood is bad news too, and is shown once as the provider words it.
 */
import { hourMs, secondMs, type Clock } from '../kernel/clock.js';
import { toOpsError, type OpsError } from '../kernel/errors.js';
import type { Log } from '../kernel/log.js';
import { subjectOf, type EventSubject } from '../nouns/provider-events.js';
import type { DisputeService } from '../disputes/desk.js';
import type { SignalService } from '../partners/signals.js';
import type { Card } from '../ports/card.js';
import type { FraudWarnings } from '../ports/dispute-register.js';
import type { Outbox } from '../ports/outbox.js';
import type { PaymentsApi } from '../ports/payments-api.js';
import type { ProviderInbox, WaitingEvent } from '../ports/provider-events.js';
import type { Transactions } from '../ports/transaction.js';
import { fraudWarningCard } from '../views/disputes/announcement.js';
import { failedPayoutCard, failedRefundCard, unreadCard } from '../views/payments/failures.js';
import type { Links } from '../views/kit/links.js';

export interface EventDeps {
  inbox: ProviderInbox;
  api: PaymentsApi;
  partner: { id: string; name: string };
  disputes: Pick<DisputeService, 'lookAt'>;
  warnings: FraudWarnings;
  signals: SignalService;
  /** Channel ids; null for nowhere. */
  channels: { disputes: string | null; money: string | null };
  outbox: Outbox;
  transactions: Transactions;
  links: Links;
  clock: Clock;
  log: Log;
}

/** What came of it, for the operator. */
type Handler = (id: string, event: WaitingEvent, deps: EventDeps) => Promise<string>;

const handlers: Readonly<Record<EventSubject, Handler>> = {
  dispute: async (id, _event, { disputes }) => (await disputes.lookAt(id)).status,
  warning: noteWarning,
  payout: async (id, _event, deps) => {
    const payout = await deps.api.payout(id);
    if (payout.status === 'failed')
      await post(deps, deps.channels.money, `payout-failed:${id}`, failedPayoutCard(payout, deps));
    return payout.status;
  },
  refund: async (id, _event, deps) => {
    const refund = await deps.api.refund(id);
    if (refund.status === 'failed')
      await post(deps, deps.channels.money, `refund-failed:${id}`, failedRefundCard(refund, deps));
    return refund.status;
  },
  health: async (_id, event, { api, signals, partner }) => {
    const isNew = await signals.note(partner.id, await api.healthEvent(event.id));
    return isNew ? 'noted' : 'known';
  },
};

async function noteWarning(id: string, _event: WaitingEvent, deps: EventDeps): Promise<string> {
  const { api, partner, warnings, transactions, outbox, channels } = deps;
  const warning = await api.earlyFraudWarning(id);
  const charge = await api.charge(warning.chargeId);
  return transactions.run(async (tx) => {
    const isNew = await warnings.note(tx, {
      id,
      partner: partner.id,
      chargeId: warning.chargeId,
      network: charge.card?.brand ?? null,
      warnedAt: warning.createdAt,
    });
    const channel = channels.disputes;
    if (!isNew || channel === null) return isNew ? 'noted' : 'known';
    const card = fraudWarningCard({ warning, charge, links: deps.links });
    await outbox.enqueue(tx, { channel, card, once: `fraud-warning:${id}` });
    return 'shown';
  });
}

async function post(
  { transactions, outbox }: EventDeps,
  channel: string | null,
  once: string,
  card: Card,
): Promise<void> {
  if (channel === null) return;
  await transactions.run((tx) => outbox.enqueue(tx, { channel, card, once }));
}

/** An update of a refund that went well is no news; each of the others is, whatever its object holds. */
async function tellUnread(
  deps: EventDeps,
  { subject, objectId: id, type }: { subject: EventSubject; objectId: string; type: string },
  { details, publicMessage: why }: OpsError,
): Promise<void> {
  if (
    details.isUnreadable !== true ||
    subject === 'health' ||
    (subject === 'refund' && type !== 'refund.failed')
  )
    return;
  const { disputes, money } = deps.channels;
  const channel = subject === 'payout' || subject === 'refund' ? money : disputes;
  await post(deps, channel, `unread:${id}`, unreadCard({ subject, id, why }, deps));
}

const firstWaitMs = 2 * secondMs;
const waitMaxMs = hourMs;

/** Safe to call at any time, any number of times. */
export async function advanceEvent(deps: EventDeps, id: string): Promise<void> {
  const { inbox, clock, log } = deps;
  const event = await inbox.read(id);
  if (event === null) return;
  const subject = subjectOf(event.type);
  const objectId = event.objectId ?? '';
  if (event.isFinished || subject === null || (objectId === '' && subject !== 'health')) {
    await inbox.finish(id, 'nothing to do');
    return;
  }
  try {
    await inbox.finish(id, await handlers[subject](objectId, event, deps));
  } catch (thrown) {
    const error = toOpsError(thrown);
    const { code, errorId, publicMessage } = error;
    if (code === 'not_found') {
      await inbox.finish(id, 'not found at the provider');
      return;
    }
    await tellUnread(deps, { subject, objectId, type: event.type }, error);
    const waitMs = Math.min(waitMaxMs, firstWaitMs * 2 ** Math.min(event.failures, 20));
    log.warn({ event: id, type: event.type, code, errorId, waitMs, why: publicMessage }, 'an event waits');
    await inbox.postpone(id, new Date(clock.now().getTime() + waitMs));
  }
}
