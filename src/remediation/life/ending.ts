/**
 * Ending before its time what a request began: a person undoes it, or the reason for it is over.
 *
 * Invariants: one person is enough, because ending only returns to what is usual; the end is ordered by the same steps as
 * the one that comes by itself, so it happens once; a freeze does not hold it up.
 */
import { OpsError } from '../../kernel/errors.js';
import type { Remediation } from '../../ports/remediations.js';
import type { Transaction } from '../../ports/transaction.js';
import { paydesk, type RemediationDeps } from './deps.js';
import { forFinalWords, personOf } from './people.js';
import { actionOf, move, rulingOf, snapshotOf } from './transitions.js';

/** Throws `forbidden` for people who could neither ask, approve nor freeze; `conflict` where there is nothing to end. */
export async function undo(deps: RemediationDeps, id: string, personId: string): Promise<void> {
  await endBy(deps, id, personId, (remediation) => {
    if (remediation.standingId === null)
      throw new OpsError('conflict', `${id} was requested by a person.`, {
        hint: 'Use Undo… on its card, which asks for approval.',
      });
  });
}

/** A standing approval never acts again. What it began before goes on to its end. */
export async function revoke(deps: RemediationDeps, id: string, personId: string): Promise<void> {
  await endBy(deps, id, personId, (remediation) => {
    if (actionOf(deps, remediation.action).arms === null)
      throw new OpsError('conflict', `${id} is not a standing approval.`, {
        hint: '`/remediate standing` lists them.',
      });
  });
}

async function endBy(
  deps: RemediationDeps,
  id: string,
  personId: string,
  require: (remediation: Remediation) => void,
): Promise<void> {
  const person = await personOf(deps, personId, forFinalWords);
  await deps.transactions.run(async (tx) => {
    const remediation = await deps.remediations.take(tx, id);
    require(remediation);
    const groups = [...deps.policy.killSwitch.freeze, ...rulingOf(remediation).approverGroups];
    const mayEnd =
      person.kind === 'member' &&
      (personId === remediation.requesterId || groups.some((name) => person.groups.has(name)));
    if (!mayEnd) throw new OpsError('forbidden', `Only ${[...new Set(groups)].join(' or ')} can end ${id}.`);
    const isEnded = await end(tx, deps, remediation, { actor: personId, why: 'A person ended it.' });
    if (!isEnded) throw new OpsError('conflict', `${id} is ${remediation.state}: there is nothing to end.`);
  });
}

/** False where nothing is left to end. */
export async function end(
  tx: Transaction,
  deps: RemediationDeps,
  remediation: Remediation,
  { actor, why }: { actor: string; why: string },
): Promise<boolean> {
  const { state, endWhy, requesterId } = remediation;
  const isBegun = state === 'executing' || state === 'unknown' || state === 'done';
  if (endWhy !== null || (state !== 'approved' && !isBegun)) return false;
  const isPerson = actor !== paydesk;
  const isArming = actionOf(deps, snapshotOf(remediation, []).plan.action).arms !== null;
  await move(tx, deps, remediation, {
    progress: {
      ...(isPerson && { decidedBy: actor }),
      ...(isBegun ? { endWhy: why } : { state: 'cancelled', stateWhy: why, dueAt: null }),
      // While an order is under way its outcome comes first.
      ...(state === 'done' && { dueAt: tx.now }),
    },
    happening: { verb: isArming ? 'revoked' : 'ended_early', actor, why },
    news: {
      ...(isPerson && { by: actor }),
      text: isPerson
        ? isArming
          ? 'revoked it.'
          : 'undid it: traffic returns now.'
        : `Ending it now. ${why}`,
      mention: [requesterId],
    },
  });
  return true;
}
