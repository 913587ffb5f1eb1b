/**
 * The draft answer of a dispute while an answer is awaited: assembled when the dispute is new and again, so
 * that its card and thread say when it has become ready.
 *
 * Invariants: what was assembled is not kept, only how ready it was; the thread hears of a change and of nothing else; a
 * source that does not answer for the moment makes no draft look worse.
 */
import { hourMs, minuteMs, type Clock } from '../kernel/clock.js';
import { toOpsError } from '../kernel/errors.js';
import { takeIf } from '../lifecycle/lifecycle.js';
import { canBeAnswered } from '../nouns/dispute.js';
import type { DisputeRegister, KnownDispute, KnownDraft } from '../ports/dispute-register.js';
import type { Dispute } from '../ports/payments-api.js';
import type { Transaction, Transactions } from '../ports/transaction.js';
import type { Packet } from './evidence/packet.js';

export interface DraftDeps {
  register: Pick<DisputeRegister, 'find' | 'take' | 'change'>;
  /** Reads a dispute at the provider and remembers it. */
  lookAt(id: string): Promise<Dispute>;
  packetOf(dispute: Dispute): Promise<Packet>;
  transactions: Transactions;
  /** Remembers another readiness, and shows it. */
  drafted(tx: Transaction, before: KnownDispute, draft: KnownDraft, dueAt: Date): Promise<void>;
  clock: Clock;
}

/** Often while a dispute is new, because records follow each other; later often enough for parcels and letters. */
const soonestMs = minuteMs;
const latestMs = 6 * hourMs;
const retryMs = 10 * minuteMs;

/** Called when it is due. */
export async function advanceDraft(deps: DraftDeps, id: string): Promise<void> {
  const dispute = await lookAt(deps, id);
  const now = deps.clock.now();
  if (dispute === 'gone' || (dispute !== 'later' && !canBeAnswered(dispute, now)))
    return rest(deps, id, null);
  if (dispute === 'later') return rest(deps, id, new Date(now.getTime() + retryMs));
  const { readiness, passing } = await deps.packetOf(dispute);
  const before = await deps.register.find(id);
  if (before === null) return;
  const dueAt = new Date(now.getTime() + (passing ? retryMs : freshFor(dispute, now)));
  const isNews =
    before.draft === null ||
    (!passing && (before.draft.word !== readiness.word || before.draft.reason !== readiness.reason));
  if (!isNews) return rest(deps, id, dueAt);
  await deps.transactions.run(async (tx) => {
    const current = await takeIf(tx, deps.register, before);
    if (current) await deps.drafted(tx, current, readiness, dueAt);
  });
}

const freshFor = ({ createdAt }: Dispute, now: Date): number =>
  Math.min(latestMs, Math.max(soonestMs, now.getTime() - createdAt.getTime()));

async function lookAt(deps: DraftDeps, id: string): Promise<Dispute | 'gone' | 'later'> {
  try {
    return await deps.lookAt(id);
  } catch (thrown) {
    return toOpsError(thrown).code === 'not_found' ? 'gone' : 'later';
  }
}

/** Sets the next due time alone. No card or message changes, so this is no move. */
const rest = ({ transactions, register }: DraftDeps, id: string, dueAt: Date | null): Promise<void> =>
  transactions.run(async (tx) => {
    await register.change(tx, id, { dueAt });
  });

/** “Draft evidence is nearly ready: attach the shipping documentation.” */
export const draftText = ({ word, reason }: KnownDraft): string =>
  `Draft evidence is ${draftWords[word]}: ${reason}.`;

export const draftWords: Readonly<Record<KnownDraft['word'], string>> = {
  ready: 'ready',
  nearly: 'nearly ready',
  not_ready: 'not ready',
};
