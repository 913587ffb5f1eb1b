/**
 * The kill switch: one person stops everything, two let it go on.
 *
 * Invariants: while it is on, nothing is asked for, approved or begun; what was begun is still settled, because money in
 * flight cannot be un-sent; switching it is audited and said aloud.
 */
import { hourMs } from '../kernel/clock.js';
import { OpsError } from '../kernel/errors.js';
import type { Transaction } from '../ports/transaction.js';
import type { RemediationDeps } from './deps.js';
import { forClicks, personOf, type KnownPerson } from './people.js';
import { requireReason } from './reason.js';

/** A wish to lift it that nobody joined is forgotten after this. */
const liftWishMs = hourMs;

export const frozenMessage = (why: string | null): string =>
  `Everything is frozen: ${why ?? 'no reason was given'}. Two people lift it with /remediate unfreeze.`;

export async function freezeAll(deps: RemediationDeps, personId: string, why: string): Promise<void> {
  await requireGroup(deps, personId, deps.policy.killSwitch.freeze);
  const reason = requireReason(why, 'Say why: everybody will ask.');
  await deps.transactions.run(async (tx) => {
    const state = await deps.remediations.takeKillSwitch(tx);
    if (state.frozen) throw new OpsError('conflict', frozenMessage(state.why));
    await deps.remediations.putKillSwitch(tx, { frozen: true, by: personId, why: reason, at: tx.now, liftBy: null, liftAt: null }); // prettier-ignore
    await record(tx, deps, 'frozen', personId, reason);
    await deps.alarm(tx, personId, `froze all guarded actions: ${reason}`, null);
  });
}

/** `lifted`, or `one_more` while a second person is needed. */
export async function lift(deps: RemediationDeps, personId: string): Promise<'lifted' | 'one_more'> {
  await requireGroup(deps, personId, deps.policy.killSwitch.lift);
  const first = await firstToLift(deps);
  return deps.transactions.run(async (tx) => {
    const state = await deps.remediations.takeKillSwitch(tx);
    if (!state.frozen) throw new OpsError('conflict', 'Nothing is frozen.');
    const isFresh = state.liftAt !== null && tx.now.getTime() - state.liftAt.getTime() < liftWishMs;
    const joins = isFresh && (state.liftBy === personId || first?.personId === state.liftBy);
    if (joins && state.liftBy !== personId) {
      await deps.remediations.putKillSwitch(tx, { frozen: false, by: null, why: null, at: null, liftBy: null, liftAt: null }); // prettier-ignore
      await record(tx, deps, 'unfrozen', personId, null);
      await deps.alarm(tx, personId, 'lifted the freeze as the second person: guarded actions go on', null);
      return 'lifted';
    }
    if (joins) throw new OpsError('conflict', 'You said so already; another person has to agree.');
    await deps.remediations.putKillSwitch(tx, { ...state, liftBy: personId, liftAt: tx.now });
    await record(tx, deps, 'unfreeze_asked', personId, null);
    await deps.alarm(
      tx,
      personId,
      'wants to lift the freeze; a second person has to agree within the hour',
      null,
    );
    return 'one_more';
  });
}

/** Whoever said so first, if they still may; whoever left the group since counts for nothing. */
async function firstToLift(deps: RemediationDeps): Promise<KnownPerson | null> {
  const { liftBy } = await deps.remediations.readKillSwitch();
  const first = liftBy === null ? null : await personOf(deps, liftBy, forClicks);
  return first && isOf(first, deps.policy.killSwitch.lift) ? first : null;
}

const isOf = ({ kind, groups }: KnownPerson, allowed: readonly string[]): boolean =>
  kind === 'member' && allowed.some((group) => groups.has(group));

const record = (
  tx: Transaction,
  { audit }: RemediationDeps,
  verb: string,
  actor: string,
  why: string | null,
): Promise<void> =>
  audit.append(tx, { kind: `kill_switch.${verb}`, actor, subjects: ['kill-switch'], why, details: {} });

async function requireGroup(
  deps: RemediationDeps,
  personId: string,
  allowed: readonly string[],
): Promise<void> {
  const person = await personOf(deps, personId, forClicks);
  if (isOf(person, allowed)) return;
  throw new OpsError('forbidden', `That is for: ${allowed.join(', ')}.`);
}
