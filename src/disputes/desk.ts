/**
 * Disputes as the desk works on them: remembered as the provider says, announced once, taken by a person and given back.
 *
 * Invariants: however a dispute is heard of (webhook, polling, a walk over all), it is read at the provider and goes
 * through `note`, so it is announced once; disputes from before Paydesk began to look are not announced; taking rests on a
 * fresh reading, and taking over on the owner whom the person saw.
 */
import { hourMs, type Clock } from '../kernel/clock.js';
import { OpsError, toOpsError } from '../kernel/errors.js';
import type { Log } from '../kernel/log.js';
import { repairCards } from '../lifecycle/cards.js';
import { move, type Life } from '../lifecycle/lifecycle.js';
import { answerTo } from '../nouns/dispute.js';
import type { AuditTrail } from '../ports/audit.js';
import type {
  DisputeProgress,
  DisputeRegister,
  KnownDispute,
  KnownDraft,
  NotedDispute,
  OpenedCount,
  QueueCounts,
  QueueFilter,
  QueuePart,
  Span,
} from '../ports/dispute-register.js';
import type { Dispute, PaymentsApi } from '../ports/payments-api.js';
import type { Looks } from '../ports/provider-events.js';
import type { Transaction, Transactions } from '../ports/transaction.js';
import { advanceDraft, draftText } from './drafts.js';
import type { Packet } from './evidence/packet.js';
import { walk, type Walked } from './walk.js';

/** What is said in the thread of a dispute's card. */
export interface DisputeNews {
  /** Whose doing it is; null for the provider's. */
  by: string | null;
  /** Who had it before; null where that is not the point. */
  from: string | null;
  text: string;
}

export interface DisputeDeskDeps {
  api: PaymentsApi;
  /** Whose API that is. */
  partner: string;
  register: DisputeRegister;
  looks: Looks;
  audit: AuditTrail;
  transactions: Transactions;
  /** Assembles the draft answer. */
  packetOf(dispute: Dispute): Promise<Packet>;
  /** Enqueues the live card, and the news in its thread. */
  tell(tx: Transaction, dispute: KnownDispute, news: DisputeNews | null): Promise<void>;
  clock: Clock;
  log: Log;
}

interface DisputeQueue {
  counts: QueueCounts;
  rows: readonly KnownDispute[];
  /** A sentence for each dispute that cannot be read: it may need a response too. */
  unread: readonly string[];
  /** When all disputes were known for the first time, or again; null while the first walk goes on. */
  wholeAt: Date | null;
}

export interface DisputeService {
  partner: string;
  /** Reads a dispute at the provider and remembers it. */
  lookAt(id: string): Promise<Dispute>;
  /** Its owner; null where it has none, or is not known. */
  ownerOf(id: string): Promise<string | null>;
  take(id: string, personId: string, seenOwnerId: string | null): Promise<Taken>;
  release(id: string, personId: string): Promise<KnownDispute>;
  queue(
    filter: Omit<QueueFilter, 'now'>,
    part: QueuePart,
    page: { offset: number; limit: number },
  ): Promise<DisputeQueue>;
  /** Goes on reading all disputes, some pages at a time. */
  walk(): Promise<Walked>;
  /** Untaken ones whose reminder is due, read again at the provider: those that were answered meanwhile are not among them. */
  dueForReminder(): Promise<string[]>;
  /** Of these, those still without an owner and an answer; their reminder counts as sent. */
  reminded(tx: Transaction, ids: readonly string[]): Promise<KnownDispute[]>;
  opened(span: Span): Promise<OpenedCount[]>;
  /** Since when disputes and warnings are followed. */
  begunAt(): Promise<Date>;
  /** The draft answer, assembled now. */
  packetOf(dispute: Dispute): Promise<Packet>;
  /** Assembles the draft of a dispute anew, and says where it has become another. Called when it is due. */
  advance(id: string): Promise<void>;
  /** Writes down that a person opened the draft, which holds personal data. */
  draftOpened(id: string, personId: string): Promise<void>;
  /** How many cards were behind. */
  repairCards(): Promise<number>;
}

interface Taken {
  dispute: KnownDispute;
  /** Its owner before; null where it had none. */
  fromId: string | null;
}

/** A dispute that opened shortly before the first look is still news. */
const newsMs = 2 * hourMs;
const remindersMax = 200;
const readsAtOnce = 10;
const repairedMs = 14 * 24 * hourMs;
const repairedMax = 100;
/** The walk over all disputes has its own name among the looks. */
const walkName = (partner: string): string => `disputes:${partner}`;

export function createDisputeDesk(deps: DisputeDeskDeps): DisputeService {
  const { register, looks, partner, clock } = deps;
  return {
    partner,
    lookAt: (id) => lookAt(deps, id),
    ownerOf: async (id) => (await register.find(id))?.ownerId ?? null,
    take: (id, personId, seenOwnerId) => take(deps, id, personId, seenOwnerId),
    release: (id, personId) => release(deps, id, personId),
    queue: async (filter, part, page) => {
      const full = { ...filter, now: clock.now() };
      const [counts, rows, look] = await Promise.all([
        register.counts(full),
        register.queue(full, part, page),
        looks.of(walkName(partner)),
      ]);
      return { counts, rows, unread: look.unread, wholeAt: look.wholeAt };
    },
    walk: () =>
      walk({ ...deps, name: walkName(partner), note: (disputes, readAt) => note(deps, disputes, readAt) }),
    dueForReminder: () => dueForReminder(deps),
    reminded: (tx, ids) => register.reminded(tx, ids),
    opened: (span) => register.opened(span),
    packetOf: (dispute) => deps.packetOf(dispute),
    advance: (id) =>
      advanceDraft({ ...deps, lookAt: (one) => lookAt(deps, one), drafted: draftedBy(deps) }, id),
    draftOpened: (id, personId) =>
      deps.transactions.run((tx) =>
        deps.audit.append(tx, {
          kind: 'dispute.draft_opened',
          actor: personId,
          subjects: [id],
          why: null,
          details: {},
        }),
      ),
    begunAt: async () => (await looks.of(walkName(partner))).begunAt,
    repairCards: () =>
      repairCards({
        ...deps,
        stale: () => register.withStaleCards(new Date(clock.now().getTime() - repairedMs), repairedMax),
        show: async (tx, id) => deps.tell(tx, await register.take(tx, id), null),
      }),
  };
}

type DisputeLife = Life<KnownDispute, DisputeProgress, DisputeNews, 'dispute'>;

const lifeOf = (deps: DisputeDeskDeps): DisputeLife => ({
  noun: 'dispute',
  things: deps.register,
  audit: deps.audit,
  entryOf: ({ id, paymentId, status, ownerId }) => ({
    subjects: [id, ...(paymentId === null ? [] : [paymentId])],
    details: { status, owner: ownerId },
  }),
  show: async (tx, dispute, news) => {
    if (dispute.announced) await deps.tell(tx, dispute, news);
  },
});

async function lookAt(deps: DisputeDeskDeps, id: string): Promise<Dispute> {
  const readAt = deps.clock.now();
  const dispute = await deps.api.dispute(id);
  await note(deps, [dispute], readAt);
  return dispute;
}

/** Remembers what the provider said, and announces what is new. */
async function note(deps: DisputeDeskDeps, disputes: readonly Dispute[], readAt: Date): Promise<void> {
  const { begunAt } = await deps.looks.of(walkName(deps.partner));
  const newsFrom = new Date(begunAt.getTime() - newsMs);
  const sightings = disputes.map((dispute) => ({ dispute, awaits: isAwaited(dispute, readAt) }));
  await deps.transactions.run(async (tx) => {
    for (const noted of await deps.register.note(tx, deps.partner, sightings, readAt))
      await announce(deps, tx, noted, newsFrom);
  });
}

/** Past its date a response is still awaited: somebody has to see that it is late. */
const isAwaited = (dispute: Dispute, now: Date): boolean => answerTo(dispute, now).kind !== 'none';

async function announce(
  deps: DisputeDeskDeps,
  tx: Transaction,
  { dispute, statusBefore }: NotedDispute,
  newsFrom: Date,
): Promise<void> {
  const isNew = statusBefore === null && dispute.createdAt >= newsFrom;
  if (!isNew && !dispute.announced) return;
  const stepped = !isNew && statusBefore !== dispute.status;
  await move(tx, lifeOf(deps), dispute, {
    progress: { announced: true, toldAt: tx.now, ...(isNew ? { dueAt: tx.now } : {}) },
    happening: { verb: isNew ? 'opened' : 'changed', actor: 'paydesk', why: null },
    news: stepped ? { by: null, from: null, text: `Now ${statusWords(dispute.status)}.` } : null,
  });
}

const draftedBy =
  (deps: DisputeDeskDeps) =>
  async (tx: Transaction, before: KnownDispute, draft: KnownDraft, dueAt: Date): Promise<void> => {
    await move(tx, lifeOf(deps), before, {
      progress: { draft, dueAt, toldAt: tx.now },
      happening: { verb: 'drafted', actor: 'paydesk', why: null, details: { draft: draft.word } },
      news: { by: null, from: null, text: draftText(draft) },
    });
  };

const statusWords = (status: string): string => status.replace(/^warning_/, '').replaceAll('_', ' ');

async function take(
  deps: DisputeDeskDeps,
  id: string,
  personId: string,
  seenOwnerId: string | null,
): Promise<Taken> {
  const dispute = await lookAt(deps, id);
  if (!isAwaited(dispute, deps.clock.now()))
    throw new OpsError('conflict', `${id} no longer needs a response: it is ${statusWords(dispute.status)}.`);
  return deps.transactions.run(async (tx) => {
    const before = await deps.register.take(tx, id);
    const { ownerId } = before;
    if (ownerId === personId) return { dispute: before, fromId: null };
    if (ownerId !== seenOwnerId) throw ownedOtherwise(id, ownerId);
    const after = await move(tx, lifeOf(deps), before, {
      progress: { ownerId: personId, takenAt: tx.now, toldAt: tx.now },
      happening: {
        verb: ownerId === null ? 'taken' : 'taken_over',
        actor: personId,
        why: null,
        details: { from: ownerId },
      },
      news: { by: personId, from: ownerId, text: ownerId === null ? 'took it.' : 'took it over.' },
    });
    return { dispute: after, fromId: ownerId };
  });
}

const ownedOtherwise = (id: string, ownerId: string | null): OpsError =>
  new OpsError(
    'conflict',
    ownerId === null ? `${id} was released meanwhile.` : `<@${ownerId}> has taken ${id} meanwhile.`,
    { hint: `Open it again with \`/dispute ${id}\` and decide from there.` },
  );

async function release(deps: DisputeDeskDeps, id: string, personId: string): Promise<KnownDispute> {
  return deps.transactions.run(async (tx) => {
    const before = await deps.register.take(tx, id);
    if (before.ownerId === null) return before;
    if (before.ownerId !== personId)
      throw new OpsError('conflict', `<@${before.ownerId}> has ${id}; only they can release it.`, {
        hint: 'Take it over instead.',
      });
    return move(tx, lifeOf(deps), before, {
      progress: { ownerId: null, takenAt: null, toldAt: tx.now },
      happening: { verb: 'released', actor: personId, why: null },
      news: { by: personId, from: null, text: 'released it; it has no owner now.' },
    });
  });
}

async function dueForReminder(deps: DisputeDeskDeps): Promise<string[]> {
  const due = await deps.register.toRemind(deps.clock.now(), remindersMax);
  const read: string[] = [];
  for (let at = 0; at < due.length; at += readsAtOnce) {
    const ids = due.slice(at, at + readsAtOnce).map(({ id }) => id);
    const answers = await Promise.allSettled(ids.map((id) => lookAt(deps, id)));
    answers.forEach((answer, index) => {
      if (answer.status === 'fulfilled') read.push(ids[index] ?? '');
      else
        deps.log.warn({ dispute: ids[index], ...faultOf(answer.reason) }, 'a reminder waits: not readable');
    });
  }
  return read;
}

const faultOf = (thrown: unknown): { code: string; errorId: string } => {
  const { code, errorId } = toOpsError(thrown);
  return { code, errorId };
};
