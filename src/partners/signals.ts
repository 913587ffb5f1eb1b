/**
 * What a partner says of its own health by message instead of on its status page: each alert once, with its end.
 *
 * Invariant: messages of one alert may come in any order and any number of times; what one of them told stays told.
 */
import type { AuditTrail } from '../ports/audit.js';
import type { HealthAlert } from '../ports/payments-api.js';
import type { PartnerSignal, PartnerSignals } from '../ports/provider-events.js';
import type { Transaction, Transactions } from '../ports/transaction.js';

export interface SignalDeps {
  signals: PartnerSignals;
  audit: AuditTrail;
  transactions: Transactions;
  /** Enqueues the signal's live card. */
  tell(tx: Transaction, signal: PartnerSignal): Promise<void>;
}

export interface SignalService {
  /** Whether it said something new. */
  note(partner: string, alert: HealthAlert): Promise<boolean>;
  /** Those that last, the newest first. */
  open(partner: string): Promise<PartnerSignal[]>;
}

export const createSignals = (deps: SignalDeps): SignalService => ({
  open: (partner) => deps.signals.open(partner),
  note: (partner, alert) =>
    deps.transactions.run(async (tx) => {
      const signal = await deps.signals.note(tx, { ...alert, partner });
      if (signal === null) return false;
      await deps.audit.append(tx, {
        kind: signal.resolvedAt === null ? 'partner.signal_raised' : 'partner.signal_ended',
        actor: 'paydesk',
        subjects: [partner],
        why: null,
        details: { signal: signal.id, type: signal.type, summary: signal.summary },
      });
      await deps.tell(tx, signal);
      return true;
    }),
});
