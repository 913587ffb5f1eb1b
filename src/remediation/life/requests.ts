/**
 * Asking for a guarded action: what was typed becomes a plan, policy rules on it, and a request is made.
 *
 * Invariants: one window makes one request, however often it is submitted; nothing is asked for that policy would
 * refuse today; the key of the effect exists before anybody can approve.
 */
import { OpsError } from '../../kernel/errors.js';
import type { NewRemediation, Remediation, RemediationProgress } from '../../ports/remediations.js';
import type { Transaction } from '../../ports/transaction.js';
import type { ActionFault, Plan, TypedParameters } from '../kit/action.js';
import { requireNoContradiction } from './contradictions.js';
import type { RemediationDeps, Snapshot } from './deps.js';
import { forClicks, personOf, type KnownPerson } from './people.js';
import { freeze, linesOf } from '../kit/plan.js';
import type { AllowedRuling, Ask } from '../policy/policy.js';
import { freezeOn } from '../policy/calendar.js';
import { breakGlassOn, ruleOn } from '../policy/ruling.js';
import { readReason } from '../kit/reason.js';
import { rulingText } from '../policy/ruling-text.js';
import { capEntryOf, capRulingOf } from './reservations.js';
import { frozenMessage } from '../policy/kill-switch.js';
import { actionOf, snapshotOf } from './transitions.js';

export interface RequestForm {
  /** Names the window, or the command, that it was asked in. */
  formKey: string;
  action: string;
  typed: TypedParameters;
  why: string;
  requesterId: string;
  channelId: string;
  /** Goes ahead without approvals, loudly, and is reviewed afterwards. */
  breakGlass: boolean;
}

export type Requested =
  | { kind: 'refused'; faults: readonly ActionFault[]; trail: readonly string[] }
  | { kind: 'requested'; snapshot: Snapshot; isNew: boolean };

/** More than anybody can explain to approvers at a time. */
const mostOpen = 20;

/** Only what can be told at once: fields that do not read. */
export function faultsOfForm(
  deps: RemediationDeps,
  { action, typed, why }: Pick<RequestForm, 'action' | 'typed' | 'why'>,
): ActionFault[] {
  const own = actionOf(deps, action).faultsOf(typed);
  const reason = readReason(why, 'Say why: approvers will see this.');
  return reason.ok ? [...own] : [...own, { field: 'why', message: reason.fault }];
}

/** Throws `unavailable` when the world cannot be read, `forbidden` and `conflict` with a sentence for the person. */
export async function request(deps: RemediationDeps, form: RequestForm): Promise<Requested> {
  const refused = (faults: readonly ActionFault[], trail: readonly string[] = []): Requested => ({
    kind: 'refused',
    faults,
    trail,
  });
  const unreadable = faultsOfForm(deps, form);
  if (unreadable.length > 0) return refused(unreadable);
  const requester = await personOf(deps, form.requesterId, forClicks);
  requireMember(requester);
  const action = actionOf(deps, form.action);
  if (form.breakGlass && action.arms !== null) return refused([{ field: null, message: noGlass }]);
  const planned = await action.plan(form.typed, deps.world);
  if (!planned.ok) return refused(planned.faults);
  const ask: Ask = {
    action: action.id,
    risk: action.risk,
    value: planned.plan.preview.value,
    requesterGroups: requester.groups,
    channelId: form.channelId,
    at: deps.clock.now(),
  };
  const ruling = form.breakGlass ? breakGlassOn(deps.policy, ask) : ruleOn(deps.policy, ask);
  if (ruling.kind === 'refused') return refused([{ field: null, message: ruling.message }], ruling.trail);
  return deps.transactions.run((tx) => enter(tx, deps, { form, plan: planned.plan, ruling }));
}

/** What acts later by itself is nothing that cannot wait. */
const noGlass = 'Break-glass is for acting now. A standing approval needs its approvals.';

function requireMember({ kind }: KnownPerson): void {
  if (kind === 'member') return;
  throw new OpsError('forbidden', 'Guarded actions are for members of this workspace only.', {
    hint: 'Ask a member of the payments team.',
  });
}

interface Entry {
  form: RequestForm;
  plan: Plan;
  ruling: AllowedRuling;
}

async function enter(tx: Transaction, deps: RemediationDeps, entry: Entry): Promise<Requested> {
  const { form, plan, ruling } = entry;
  const { remediation, isNew } = await deps.remediations.create(
    tx,
    newRemediation(deps, entry, tx.now),
    startOf(deps, form, tx.now),
  );
  if (!isNew) return { kind: 'requested', snapshot: snapshotOf(remediation, []), isNew };
  const stopped = await whyStopped(tx, deps, remediation, plan);
  // Thrown, so that the request that was just entered is gone again.
  if (stopped !== null) throw new OpsError('conflict', stopped);
  await requireFewOpen(tx, deps, remediation);
  await requireNoContradiction(tx, deps, remediation);
  const snapshot = snapshotOf(remediation, []);
  await deps.audit.append(tx, {
    kind: form.breakGlass ? 'remediation.glass_broken' : 'remediation.requested',
    actor: form.requesterId,
    subjects: [remediation.id, ...remediation.subjects],
    why: form.why,
    details: {
      action: plan.action,
      typed: plan.typed,
      plan: linesOf(plan.preview),
      planHash: remediation.planHash,
      rule: ruling.rule,
      trail: ruling.trail,
    },
  });
  if (form.breakGlass) {
    await deps.alarm(tx, {
      personId: form.requesterId,
      text: `used break-glass for ${remediation.id}: ${plan.preview.headline}`,
      about: { kind: 'request', snapshot },
    });
  }
  await deps.tell(tx, snapshot, null);
  return { kind: 'requested', snapshot, isNew };
}

/** To be asked under the lock of the kill switch, through which every request enters, so that requests at once count. */
async function requireFewOpen(
  tx: Transaction,
  { remediations }: RemediationDeps,
  { requesterId, state }: Remediation,
): Promise<void> {
  if (state !== 'pending') return;
  const open = await remediations.count(tx, { states: ['pending'], requesterId });
  if (open <= mostOpen) return;
  throw new OpsError('conflict', `You already have ${mostOpen} requests waiting for approval.`, {
    hint: 'Withdraw some with `/remediate cancel REM-…`, or wait until they are decided.',
  });
}

/** Freezes and caps. A broken glass passes freeze windows and caps, never the kill switch. */
async function whyStopped(
  tx: Transaction,
  deps: RemediationDeps,
  remediation: Remediation,
  plan: Plan,
): Promise<string | null> {
  const { frozen, why } = await deps.remediations.takeKillSwitch(tx);
  if (frozen) return frozenMessage(why);
  const entry = capEntryOf(deps, snapshotOf(remediation, []), tx.now);
  if (remediation.breakGlass) {
    if (entry) await deps.remediations.reserve(tx, entry);
    return null;
  }
  const freezing = freezeOn(deps.policy, plan.action, tx.now);
  if (freezing.frozen) return freezing.message;
  if (!entry) return null;
  const caps = await capRulingOf(tx, deps, entry);
  return caps.ok ? null : caps.message;
}

function newRemediation(deps: RemediationDeps, { form, plan, ruling }: Entry, now: Date): NewRemediation {
  const { text, hash } = freeze(plan);
  const { subject, partner, merchant } = plan.preview;
  return {
    formKey: form.formKey,
    action: plan.action,
    planText: text,
    planHash: hash,
    requesterId: form.requesterId,
    channelId: form.channelId,
    why: form.why.trim(),
    rulingText: rulingText(ruling),
    breakGlass: form.breakGlass,
    standingId: null,
    alertId: null,
    idempotencyKey: deps.newKey(),
    contends: plan.contends,
    subjects: [subject.id, ...[partner, merchant].filter((name) => name !== null)],
    createdAt: now,
  };
}

function startOf({ policy }: RemediationDeps, { breakGlass }: RequestForm, now: Date): RemediationProgress {
  const expiresAt = new Date(now.getTime() + policy.expiry);
  return breakGlass
    ? withoutVotes(now, expiresAt)
    : { ...untouched, state: 'pending', expiresAt, dueAt: expiresAt, review: 'none' };
}

/** An action without a vote begins at once and owes a review. */
export const withoutVotes = (now: Date, expiresAt: Date): RemediationProgress => ({
  ...untouched,
  state: 'approved',
  expiresAt,
  dueAt: now,
  review: 'open',
});

const untouched = {
  stateWhy: null,
  calls: 0,
  looks: 0,
  failedLooks: 0,
  unknownSince: null,
  askedAt: null,
  watchUntil: null,
  misses: 0,
  effectReference: null,
  effectSummary: null,
  evidence: [],
  verified: false,
  endWhy: null,
  decidedBy: null,
  reviewedBy: null,
  reviewFindings: null,
} as const;
