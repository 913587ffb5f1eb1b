/**
 * The kill switch: one person stops everything, two let it go on.
 *
 * Invariants: while it is on, nothing is asked for, approved or begun; what was begun is still settled, because money in
 * flight cannot be un-sent; switching it is audited and said aloud; a freeze waits neither for Slack nor for other work on the database; a lift
 * asks Slack.
 */
import { hourMs } from '../../kernel/clock.js';
import type { JsonObject } from '../../kernel/canonical-json.js';
import { OpsError, toOpsError } from '../../kernel/errors.js';
import type { VerbOf } from '../../ports/audit.js';
import type { KillSwitch } from '../../ports/remediations.js';
import type { Transaction } from '../../ports/transaction.js';
import type { FreezeStory, RemediationDeps } from '../life/deps.js';
import { forFinalWords, forFreezing, groupsOf, personOf, type KnownPerson } from '../life/people.js';
import { freezeOn } from './calendar.js';
import { requireReason } from '../kit/reason.js';

/** What stops every request for a while, so that people hear of it before they fill in a form. */
export type Stop = { kind: 'frozen'; freeze: FreezeStory } | { kind: 'freeze_window'; message: string };

/** A request to lift it lapses after this without a second person. */
const liftWishMs = hourMs;

export const frozenMessage = (why: string | null): string =>
  `All guarded actions are frozen: ${why ?? 'no reason was given'}. Two people can lift the freeze with /remediate unfreeze.`;

export async function freezeAll(
  deps: RemediationDeps,
  personId: string,
  why: string,
): Promise<{ staleMs: number | null }> {
  const staleMs = await requireKnownFreezer(deps, personId);
  const reason = requireReason(why, 'Add a reason: `/remediate freeze <reason>`.');
  await deps.urgent.transactions.run(async (tx) => {
    const state = await deps.remediations.takeKillSwitch(tx);
    if (state.frozen) throw new OpsError('conflict', frozenMessage(state.why));
    await deps.remediations.putKillSwitch(tx, {
      frozen: true,
      by: personId,
      why: reason,
      at: tx.now,
      liftBy: null,
      liftAt: null,
    });
    await record(tx, deps, 'frozen', personId, reason, staleMs === null ? {} : { membershipAgeMs: staleMs });
    await deps.alarm(tx, {
      personId,
      text: `froze all guarded actions: ${reason}`,
      about: {
        kind: 'freeze',
        freeze: { at: tx.now, by: personId, why: reason, liftBy: null, liftedBy: null },
      },
    });
  });
  return { staleMs };
}

/**
 * By the last known membership: stopping does no harm, and must not depend on Slack. A person whom Slack never described
 * counts by the group alone. Returns the age of that membership where Slack gave no newer one.
 */
async function requireKnownFreezer(deps: RemediationDeps, personId: string): Promise<number | null> {
  const allowed = deps.policy.killSwitch.freeze;
  const { directory } = deps.urgent;
  const [membership, kind] = await Promise.all([
    directory.membership(forFreezing),
    directory.person(personId, forFreezing).then(({ kind }) => kind, kindUnknown),
  ]);
  const groups = groupsOf(deps.policy, membership, personId);
  if (kind !== 'member' || !allowed.some((group) => groups.has(group))) throw onlyFor(allowed);
  return membership.ageMs > forFreezing.maxAgeMs ? membership.ageMs : null;
}

const kindUnknown = (thrown: unknown): 'member' | 'external' =>
  toOpsError(thrown).code === 'not_found' ? 'external' : 'member';

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
      await deps.remediations.putKillSwitch(tx, {
        frozen: false,
        by: null,
        why: null,
        at: null,
        liftBy: null,
        liftAt: null,
      });
      await deps.remediations.hastenHeldUp(tx, frozenMessage(state.why));
      await record(tx, deps, 'unfrozen', personId, null);
      const freeze = { ...storyOf(state), liftedBy: personId };
      await deps.alarm(tx, {
        personId,
        text: 'lifted the freeze as the second person. Guarded actions resume.',
        about: { kind: 'freeze', freeze },
      });
      return 'lifted';
    }
    if (joins)
      throw new OpsError('conflict', 'You already asked to lift the freeze; another person must agree.');
    await deps.remediations.putKillSwitch(tx, { ...state, liftBy: personId, liftAt: tx.now });
    await record(tx, deps, 'unfreeze_asked', personId, null);
    const freeze = { ...storyOf(state), liftBy: personId };
    await deps.alarm(tx, {
      personId,
      text: 'asked to lift the freeze. A second person must agree within the hour.',
      about: { kind: 'freeze', freeze },
    });
    return 'one_more';
  });
}

/** Empty only for a freeze that was written into the database by hand. */
const storyOf = ({ at, by, why, liftBy }: KillSwitch): FreezeStory => ({
  at: at ?? new Date(0),
  by: by ?? '',
  why: why ?? '',
  liftBy,
  liftedBy: null,
});

/** The freeze that lasts now; null when there is none. */
export async function freezeNow({
  remediations,
}: Pick<RemediationDeps, 'remediations'>): Promise<FreezeStory | null> {
  const state = await remediations.readKillSwitch();
  return state.frozen ? storyOf(state) : null;
}

/** Why any request would be refused now; null where nothing stops it. `actionId`: null while none is chosen. */
export async function stopNow(
  deps: Pick<RemediationDeps, 'remediations' | 'policy' | 'clock'>,
  { actionId, breakGlass }: { actionId: string | null; breakGlass: boolean },
): Promise<Stop | null> {
  const freeze = await freezeNow(deps);
  if (freeze) return { kind: 'frozen', freeze };
  if (actionId === null || breakGlass) return null;
  const window = freezeOn(deps.policy, actionId, deps.clock.now());
  return window.frozen ? { kind: 'freeze_window', message: window.message } : null;
}

/** Throws `conflict` while everything is frozen: before anybody types what would be refused. */
export async function requireUnfrozen({
  remediations,
}: Pick<RemediationDeps, 'remediations'>): Promise<void> {
  const { frozen, why } = await remediations.readKillSwitch();
  if (frozen) throw new OpsError('conflict', frozenMessage(why));
}

/** The first person, if still entitled; one who has left the group since does not count. */
async function firstToLift(deps: RemediationDeps): Promise<KnownPerson | null> {
  const { liftBy } = await deps.remediations.readKillSwitch();
  const first = liftBy === null ? null : await personOf(deps, liftBy, forFinalWords);
  return first && isOf(first, deps.policy.killSwitch.lift) ? first : null;
}

const isOf = ({ kind, groups }: KnownPerson, allowed: readonly string[]): boolean =>
  kind === 'member' && allowed.some((group) => groups.has(group));

const record = (
  tx: Transaction,
  { audit }: RemediationDeps,
  verb: VerbOf<'kill_switch'>,
  actor: string,
  why: string | null,
  details: JsonObject = {},
): Promise<void> =>
  audit.append(tx, { kind: `kill_switch.${verb}`, actor, subjects: ['kill-switch'], why, details });

async function requireGroup(
  deps: RemediationDeps,
  personId: string,
  allowed: readonly string[],
): Promise<void> {
  const person = await personOf(deps, personId, forFinalWords);
  if (isOf(person, allowed)) return;
  throw onlyFor(allowed);
}

const onlyFor = (allowed: readonly string[]): OpsError =>
  new OpsError('forbidden', `Only ${allowed.join(' or ')} can do this.`);
