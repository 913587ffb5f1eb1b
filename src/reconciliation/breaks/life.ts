/**
 * What people do about a break: take it, explain it, hand it back, open it again, link a guarded action to it.
 *
 * Invariants: every step is in the break's history and in the audit log, in the transaction that makes it; a break that is
 * over takes no steps but being reopened, which needs a reason; a written-off break was decided by a guarded action and
 * is never written off by a click alone.
 */
import { isoDay } from '../../kernel/calendar-day.js';
import { OpsError } from '../../kernel/errors.js';
import { move, type Life } from '../../lifecycle/lifecycle.js';
import type { AuditTrail, VerbOf } from '../../ports/audit.js';
import type { Break, BreakEventKind, BreakProgress, Breaks } from '../../ports/breaks.js';
import type { Transaction, Transactions } from '../../ports/transaction.js';

/** What happened to a break, for the thread of its card. */
export interface BreakNews {
  kind: BreakEventKind;
  /** Slack user id, or `paydesk`. */
  actor: string;
  text: string;
}

export interface BreakLifeDeps {
  breaks: Breaks;
  transactions: Transactions;
  audit: AuditTrail;
  /** Enqueues the card of the break, and the news in its thread. */
  showBreak: (tx: Transaction, after: Break, news: BreakNews | null) => Promise<void>;
}

interface Step {
  verb: VerbOf<'break'>;
  kind: BreakEventKind;
  actor: string;
  text: string;
  progress: Partial<BreakProgress>;
}

const lifeOf = ({
  breaks,
  audit,
  showBreak,
}: BreakLifeDeps): Life<Break, BreakProgress, BreakNews, 'break'> => ({
  noun: 'break',
  things: breaks,
  audit,
  entryOf: ({ id, partner, businessDay, kind, currency, differenceMinor, state }) => ({
    subjects: [id, partner],
    details: { state, kind, businessDay: isoDay(businessDay), difference: `${differenceMinor} ${currency}` },
  }),
  show: showBreak,
});

export async function step(tx: Transaction, deps: BreakLifeDeps, before: Break, what: Step): Promise<Break> {
  const { verb, kind, actor, text, progress } = what;
  await deps.breaks.note(tx, before.id, { actor, kind, text });
  return move(tx, lifeOf(deps), before, {
    // Who works on a break follows it in a thread of its own.
    progress: { hasCard: true, ...progress },
    happening: { verb, actor, why: text === '' ? null : text },
    news: { kind, actor, text },
  });
}

/** Throws `conflict` when it is over or when another person has it. */
export function takeBreak(deps: BreakLifeDeps, id: string, personId: string): Promise<Break> {
  return changed(deps, id, (before) => {
    requireOpen(before);
    if (before.ownerId === personId) return null;
    return {
      verb: 'taken',
      kind: 'taken',
      actor: personId,
      text: before.ownerId === null ? '' : 'Taken over.',
      progress: { state: 'owned', ownerId: personId },
    };
  });
}

export function releaseBreak(deps: BreakLifeDeps, id: string, personId: string): Promise<Break> {
  return changed(deps, id, (before) => {
    requireOpen(before);
    if (before.ownerId === null) return null;
    return {
      verb: 'released',
      kind: 'released',
      actor: personId,
      text: '',
      progress: { state: 'open', ownerId: null },
    };
  });
}

/** A person explains it in their own words. */
export function resolveBreak(
  deps: BreakLifeDeps,
  { id, personId, why }: { id: string; personId: string; why: string },
): Promise<Break> {
  return changed(deps, id, (before) => {
    requireOpen(before);
    return {
      verb: 'resolved',
      kind: 'resolved',
      actor: personId,
      text: requireReason(why),
      progress: { state: 'resolved', resolvedBy: personId },
    };
  });
}

export function reopenBreak(
  deps: BreakLifeDeps,
  { id, personId, why }: { id: string; personId: string; why: string },
): Promise<Break> {
  return changed(deps, id, (before) => {
    if (isOpen(before)) throw new OpsError('conflict', `${id} is already open.`);
    return {
      verb: 'reopened',
      kind: 'reopened',
      actor: personId,
      text: requireReason(why),
      progress: { state: before.ownerId === null ? 'open' : 'owned', resolvedBy: null },
    };
  });
}

/** Whether it is still to be explained. */
export const isOpen = ({ state }: Pick<Break, 'state'>): boolean => state === 'open' || state === 'owned';

function requireOpen({ id, state }: Break): void {
  if (isOpen({ state })) return;
  throw new OpsError('conflict', `${id} is ${state === 'resolved' ? 'resolved' : 'written off'}.`, {
    hint: `\`/recon break ${id}\` shows how. Reopen it if that is wrong.`,
  });
}

/** Throws `invalid`. */
export function requireReason(why: string): string {
  const reason = why.trim();
  if (reason !== '') return reason.slice(0, 500);
  throw new OpsError('invalid', 'A reason is missing.', {
    hint: 'Say why, so that others can follow it later.',
  });
}

/** Null where nothing is to change. */
async function changed(
  deps: BreakLifeDeps,
  id: string,
  decide: (before: Break) => Step | null,
): Promise<Break> {
  return deps.transactions.run(async (tx) => {
    const before = await deps.breaks.take(tx, id);
    const what = decide(before);
    return what === null ? before : step(tx, deps, before, what);
  });
}
