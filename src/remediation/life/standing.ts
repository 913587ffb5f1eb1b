/**
 * Standing approvals at work: when an alert opens that people approved a remedy for, Paydesk begins it, and ends it when
 * the alert is over.
 *
 * Invariants: a standing approval is a request whose action arms another one, for as long as it is done; everything is read
 * again and held against what was hashed; one alert begins one use, whichever replica looks; what begins is a request
 * like any other, with the same key, read-back and audit, and it owes a review.
 * Deliberately absent: votes of its own. Those on the standing approval are counted again before each use.
 */
import { minuteMs } from '../../kernel/clock.js';
import { OpsError, toOpsError } from '../../kernel/errors.js';
import { compare, formatMoney, money, type Money } from '../../kernel/money.js';
import type { NewRemediation, Remediation } from '../../ports/remediations.js';
import type { Transaction } from '../../ports/transaction.js';
import type { Plan, Standing } from '../kit/action.js';
import { freeze, linesOf, thaw } from '../kit/plan.js';
import { boundsVerdict, failingAt, type BoundsVerdict, type SeenAlert } from '../policy/bounds.js';
import { freezeOn } from '../policy/calendar.js';
import { frozenMessage } from '../policy/kill-switch.js';
import type { AllowedRuling } from '../policy/policy.js';
import { reportingOf } from '../policy/rates.js';
import { rulingText } from '../policy/ruling-text.js';
import { paydesk, type RemediationDeps, type Snapshot } from './deps.js';
import { requireNoContradiction } from './contradictions.js';
import { end } from './ending.js';
import { withoutVotes } from './requests.js';
import { capEntryOf, capRulingOf } from './reservations.js';
import { isArmed, isAsHashed, verdictOnStanding } from './revalidation.js';
import { actionOf, endedWithoutEffect, move, openStates, snapshotOf, takeIf } from './transitions.js';

/** What is not begun by then is not begun any more: the alert may be over. */
const startWithinMs = 5 * minuteMs;
const mostAtOnce = 200;

export interface StandingApproval {
  snapshot: Snapshot;
  standing: Standing;
  /** Oldest first, without those that had no effect. */
  uses: readonly Remediation[];
}

/** `alerts`: all that are not over. Never throws for one approval or one use: the others go on. */
export async function followAlerts(deps: RemediationDeps, alerts: readonly SeenAlert[]): Promise<void> {
  for (const use of await usesUnderWay(deps)) await guarded(deps, use.id, () => endIfOver(deps, use, alerts));
  for (const approval of await armedApprovals(deps)) {
    const { id } = approval.snapshot.remediation;
    for (const alert of alerts) await guarded(deps, id, () => consider(deps, approval, { alert, alerts }));
  }
}

async function guarded({ log }: RemediationDeps, id: string, work: () => Promise<unknown>): Promise<void> {
  await work().catch((thrown: unknown) => {
    const { code, errorId, publicMessage } = toOpsError(thrown);
    log.error(
      { remediation: id, code, errorId, err: publicMessage },
      'a standing approval could not be applied',
    );
  });
}

/** Those that may act now. One whose plan no longer is as it was hashed is left out, and logged. */
export async function armedApprovals(deps: RemediationDeps): Promise<StandingApproval[]> {
  const arming = deps.actions.filter(({ arms }) => arms !== null).map(({ id }) => id);
  const found = await deps.remediations.list({ states: ['done'], actions: arming, limit: mostAtOnce });
  const approvals = found.flatMap(({ remediation, votes }): Omit<StandingApproval, 'uses'>[] => {
    if (!isArmed(remediation, deps.clock.now())) return [];
    if (!isAsHashed(remediation)) {
      deps.log.error(
        { remediation: remediation.id },
        'the plan of a standing approval differs from the approved one',
      );
      return [];
    }
    const snapshot = snapshotOf(remediation, votes);
    const standing = actionOf(deps, remediation.action).arms?.(snapshot.plan);
    return standing ? [{ snapshot, standing }] : [];
  });
  return deps.transactions.run(async (tx) =>
    Promise.all(
      approvals.map(async (one) => ({ ...one, uses: await usesOf(tx, deps, one.snapshot.remediation.id) })),
    ),
  );
}

const usesOf = async (tx: Transaction, deps: RemediationDeps, id: string): Promise<Remediation[]> =>
  (await deps.remediations.usesOf(tx, id)).filter(({ state }) => !endedWithoutEffect.includes(state));

const usesUnderWay = async ({ remediations }: RemediationDeps): Promise<Remediation[]> =>
  (await remediations.list({ states: openStates, onlyUses: true, limit: mostAtOnce })).map(
    ({ remediation }) => remediation,
  );

interface Seen {
  alert: SeenAlert;
  alerts: readonly SeenAlert[];
}

/** Begins a use, or keeps the reason why not. */
async function consider(deps: RemediationDeps, approval: StandingApproval, seen: Seen): Promise<void> {
  const verdict = verdictOf(approval, seen, deps.clock.now());
  if (verdict.kind === 'passed_over') return;
  const why = verdict.kind === 'declined' ? verdict.why : await tryToBegin(deps, approval, seen);
  if (why !== null) await decline(deps, approval, `Not used for ${seen.alert.id}: ${why}`);
}

const verdictOf = (
  { standing, snapshot, uses }: StandingApproval,
  { alert, alerts }: Seen,
  now: Date,
): BoundsVerdict =>
  boundsVerdict(standing, alert, {
    alerts,
    uses: uses.map(({ alertId, createdAt }) => ({ alertId, at: createdAt })),
    armedAt: snapshot.remediation.createdAt,
    now,
  });

/** Reads people and the world again, then begins. A sentence says why it did not. */
async function tryToBegin(
  deps: RemediationDeps,
  approval: StandingApproval,
  seen: Seen,
): Promise<string | null> {
  try {
    const people = await verdictOnStanding(deps, approval.snapshot.remediation.id);
    if (people.kind === 'void') return people.changes.join(' · ');
    const plan = await planNow(deps, approval.standing);
    await deps.probe?.('before_use');
    await deps.transactions.run((tx) => begin(tx, deps, approval, { ...seen, plan }));
    return null;
  } catch (thrown) {
    const { code, publicMessage } = toOpsError(thrown);
    if (code === 'conflict') return publicMessage;
    throw thrown;
  }
}

/** Throws `conflict` where the world does not allow it, or is not the one that was approved. */
async function planNow(deps: RemediationDeps, standing: Standing): Promise<Plan> {
  const planned = await actionOf(deps, standing.action).plan(standing.typed(deps.clock.now()), deps.world);
  if (!planned.ok) throw hindered(planned.faults.map(({ message }) => message).join(' '));
  const changed = standing.differences(planned.plan);
  if (changed.length === 0) return planned.plan;
  throw hindered(`it no longer matches what was approved: ${changed.join(' · ')}`);
}

const hindered = (why: string): OpsError => new OpsError('conflict', why);

interface Beginning extends Seen {
  plan: Plan;
}

/** Under the lock through which freezes, caps and other uses pass. Throws `conflict`, and nothing is left of it then. */
async function begin(
  tx: Transaction,
  deps: RemediationDeps,
  { snapshot, standing }: StandingApproval,
  { alert, alerts, plan }: Beginning,
): Promise<void> {
  const approval = await deps.remediations.take(tx, snapshot.remediation.id);
  if (!isArmed(approval, tx.now)) throw hindered('it is no longer armed.');
  await requireNoFreeze(tx, deps, plan);
  const uses = await usesOf(tx, deps, approval.id);
  const verdict = verdictOf({ snapshot, standing, uses }, { alert, alerts }, tx.now);
  if (verdict.kind === 'passed_over') return;
  if (verdict.kind === 'declined') throw hindered(verdict.why);
  requireRoom(standing, uses, plan);
  const ruling = rulingOn(deps, { snapshot, plan, alert, now: tx.now });
  const { remediation: use } = await deps.remediations.create(
    tx,
    useOf(deps, { approval, alert, plan, ruling, now: tx.now }),
    withoutVotes(tx.now, new Date(tx.now.getTime() + startWithinMs)),
  );
  await requireNoContradiction(tx, deps, use);
  const made = snapshotOf(use, []);
  const entry = capEntryOf(deps, made, tx.now);
  const caps = entry && (await capRulingOf(tx, deps, entry));
  if (caps?.ok === false) throw hindered(caps.message);
  if (entry) await deps.remediations.reserve(tx, entry);
  await announce(tx, deps, { made, snapshot, alert });
}

async function requireNoFreeze(tx: Transaction, deps: RemediationDeps, { action }: Plan): Promise<void> {
  const { frozen, why } = await deps.remediations.takeKillSwitch(tx);
  if (frozen) throw hindered(frozenMessage(why));
  const freezing = freezeOn(deps.policy, action, tx.now);
  if (freezing.frozen) throw hindered(freezing.message);
}

/** What all uses put at stake together stays within what was approved. */
function requireRoom({ most }: Standing, uses: readonly Remediation[], { preview }: Plan): void {
  const used = uses.map(({ planText: text, planHash: hash }) => thaw({ text, hash }).preview.value);
  const minor = [...used, preview.value].reduce((sum, value) => sum + inCurrencyOf(most, value), 0n);
  const all = money(minor, most.currency);
  if (compare(all, most) > 0)
    throw hindered(
      `${formatMoney(all)} would be at stake in all, which is more than the ${formatMoney(most)} approved.`,
    );
}

/** An unknown amount, or one in another currency, was not approved. */
function inCurrencyOf({ currency }: Money, value: Money | null): bigint {
  if (value?.currency === currency) return value.minor;
  throw hindered('the amount at stake is not known in the currency that was approved.');
}

interface UseFacts {
  approval: Remediation;
  alert: SeenAlert;
  plan: Plan;
  ruling: AllowedRuling;
  now: Date;
}

function rulingOn(
  { policy }: RemediationDeps,
  { snapshot, plan, alert, now }: Pick<UseFacts, 'plan' | 'alert' | 'now'> & { snapshot: Snapshot },
): AllowedRuling {
  const { remediation, ruling } = snapshot;
  const value = plan.preview.value && reportingOf(policy, plan.preview.value, now);
  if (value?.ok === false) throw hindered(value.fault);
  return {
    ...ruling,
    approvals: 0,
    coolingOffMs: 0,
    typeAmount: false,
    confirmOutside: false,
    reporting: value?.value.reporting ?? null,
    trail: [
      `Standing approval ${remediation.id}, plan ${remediation.planHash}, allowed ${alert.id} to start this.`,
      ...(value ? [value.value.note] : []),
      'Paydesk read everything again, and it is within the bounds.',
    ],
  };
}

function useOf(deps: RemediationDeps, { approval, alert, plan, ruling, now }: UseFacts): NewRemediation {
  const { text, hash } = freeze(plan);
  const { subject, partner } = plan.preview;
  return {
    formKey: `standing:${approval.id}:${alert.id}`,
    action: plan.action,
    planText: text,
    planHash: hash,
    requesterId: approval.requesterId,
    channelId: approval.channelId,
    why: approval.why,
    rulingText: rulingText(ruling),
    breakGlass: false,
    standingId: approval.id,
    alertId: alert.id,
    idempotencyKey: deps.newKey(),
    contends: plan.contends,
    subjects: [subject.id, ...(partner === null ? [] : [partner]), approval.id, alert.id],
    createdAt: now,
  };
}

async function announce(
  tx: Transaction,
  deps: RemediationDeps,
  { made, snapshot, alert }: { made: Snapshot; snapshot: Snapshot; alert: SeenAlert },
): Promise<void> {
  const { remediation, plan } = made;
  const { id: approvalId, requesterId, planHash } = snapshot.remediation;
  const voters = snapshot.votes.filter(({ state }) => state === 'counted').map(({ personId }) => personId);
  await deps.audit.append(tx, {
    kind: 'remediation.standing_used',
    actor: paydesk,
    subjects: [remediation.id, ...remediation.subjects],
    why: `${alert.id} is within the bounds of ${approvalId}.`,
    details: {
      standing: approvalId,
      standingHash: planHash,
      alert: { id: alert.id, slice: alert.slice, ...alert.facts },
      plan: linesOf(plan.preview),
      planHash: remediation.planHash,
    },
  });
  const text = `Standing approval ${approvalId} acts on ${alert.id}: ${plan.preview.headline}.`;
  await deps.alarm(tx, { personId: null, text, about: { kind: 'request', snapshot: made } });
  await deps.tell(tx, made, { text, mention: [requesterId, ...voters] });
}

/** The same reason is kept and said once. */
const decline = (
  deps: RemediationDeps,
  { snapshot: { remediation } }: StandingApproval,
  why: string,
): Promise<void> =>
  deps.transactions.run(async (tx) => {
    const current = await takeIf(tx, deps, remediation);
    if (!current || current.stateWhy === why) return;
    await move(tx, deps, current, {
      progress: { stateWhy: why },
      happening: { verb: 'standing_declined', actor: paydesk, why },
      news: { text: why, mention: [] },
    });
  });

/** The alert is over, or what payments were sent to fails as well: it ends at once. */
async function endIfOver(
  deps: RemediationDeps,
  use: Remediation,
  alerts: readonly SeenAlert[],
): Promise<void> {
  const why = await whyOver(deps, use, alerts);
  if (why === null) return;
  await deps.transactions.run(async (tx) => {
    const current = await deps.remediations.take(tx, use.id);
    await end(tx, deps, current, { actor: paydesk, why });
  });
}

async function whyOver(
  deps: RemediationDeps,
  { alertId, standingId }: Remediation,
  alerts: readonly SeenAlert[],
): Promise<string | null> {
  if (!alerts.some(({ id }) => id === alertId)) return `${alertId ?? 'The alert'} is over.`;
  const { remediation, votes } = await deps.remediations.read(standingId ?? '');
  const { plan } = snapshotOf(remediation, votes);
  const standing = actionOf(deps, plan.action).arms?.(plan);
  const failing = standing && failingAt(standing.fallback, standing.alert.metric, alerts);
  return failing ? `The fallback fails as well (${failing.id}).` : null;
}
