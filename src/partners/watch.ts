/**
 * The life of a partner's trouble: it begins and ends with what its status page says, has one live card with every step of
 * the indicator in its thread, and is marked when its page has not been readable for too long.
 *
 * Invariants: what is remembered, the audit entry and the message about it are one transaction; only steps are written down
 * in the audit log: the wording of a running incident changes every few minutes and only rewrites the card.
 */
import { dayMs, type Clock } from '../kernel/clock.js';
import type { Log } from '../kernel/log.js';
import { repairCards } from '../lifecycle/cards.js';
import { move, type Happening, type Life } from '../lifecycle/lifecycle.js';
import type { AuditTrail } from '../ports/audit.js';
import type { PublishedStatus } from '../ports/partner-status.js';
import type { KeptStatus, PartnerStatuses, StatusProgress } from '../ports/partner-statuses.js';
import type { Transaction, Transactions } from '../ports/transaction.js';
import { decide, isToBeMarked, remember, staleAt, type StatusDecision } from './status.js';

/** For the thread of the card. */
export type StatusNews = 'step';

export interface PartnerWatchDeps {
  statuses: PartnerStatuses;
  transactions: Transactions;
  audit: AuditTrail;
  /** Whether this partner's trouble is posted. */
  isTold: (partner: string) => boolean;
  /** Enqueues the card of this moment, and the news in its thread, in the same transaction. */
  tell: (tx: Transaction, status: KeptStatus, news: StatusNews | null) => Promise<void>;
  clock: Clock;
  log: Log;
}

export interface PartnerWatch {
  /** What a status page says now. */
  note(partner: string, published: PublishedStatus): Promise<StatusDecision>;
  /** Marks the card of a trouble that can no longer be confirmed. Safe to call at any time. */
  advance: (partner: string) => Promise<void>;
  /** How many cards were behind. */
  repairCards(): Promise<number>;
}

/** People do not scroll back further than this. */
const staleCardMs = 14 * dayMs;
const mostRepaired = 100;

export function createPartnerWatch(deps: PartnerWatchDeps): PartnerWatch {
  const { statuses, clock } = deps;
  return {
    note: (partner, published) => note(deps, partner, published),
    advance: (partner) => mark(deps, partner),
    repairCards: () =>
      repairCards({
        ...deps,
        stale: () => statuses.withStaleCards(new Date(clock.now().getTime() - staleCardMs), mostRepaired),
        show: async (tx, partner) => deps.tell(tx, await statuses.take(tx, partner), null),
      }),
  };
}

type PartnerLife = Life<KeptStatus, StatusProgress, StatusNews, 'partner'>;

const lifeOf = ({ statuses, audit, tell }: PartnerWatchDeps): PartnerLife => ({
  noun: 'partner',
  things: statuses,
  audit,
  entryOf: ({ partner, published: { indicator, description } }) => ({
    subjects: [partner],
    details: { indicator, description },
  }),
  show: tell,
});

const happened = (verb: Happening<'partner'>['verb']): Happening<'partner'> => ({
  verb,
  actor: 'paydesk',
  why: null,
});

function note(deps: PartnerWatchDeps, partner: string, published: PublishedStatus): Promise<StatusDecision> {
  const { statuses, transactions, isTold } = deps;
  return transactions.run(async (tx) => {
    const first = remember(null, partner, published, tx.now);
    const { status, isNew } = await statuses.takeOrBegin(tx, first);
    const before = isNew ? null : status;
    const decided = decide(before, published);
    const { partner: _, ...next } = remember(before, partner, published, tx.now);
    const quiet = { ...next, dueAt: isTold(partner) ? staleAt(next) : null };
    if (!decided.notify) {
      await statuses.change(tx, partner, quiet);
      return decided;
    }
    const progress = { ...quiet, ...(isTold(partner) ? { toldAt: tx.now } : {}) };
    if (decided.reason === 'details_changed') {
      await deps.tell(tx, await statuses.change(tx, partner, progress), null);
      return decided;
    }
    await move(tx, lifeOf(deps), status, {
      progress,
      happening: happened(decided.reason),
      news: decided.step ? 'step' : null,
    });
    return decided;
  });
}

async function mark(deps: PartnerWatchDeps, partner: string): Promise<void> {
  const { statuses, transactions, isTold } = deps;
  await transactions.run(async (tx) => {
    const status = await statuses.take(tx, partner);
    if (isTold(partner) && isToBeMarked(status, tx.now))
      await move(tx, lifeOf(deps), status, {
        progress: { staleToldAt: tx.now, toldAt: tx.now, dueAt: null },
        happening: happened('unreadable'),
        news: null,
      });
    else await statuses.change(tx, partner, { dueAt: isTold(partner) ? staleAt(status) : null });
  });
}
