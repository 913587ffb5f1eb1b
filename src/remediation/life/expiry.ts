/**
 * How a request ends, or falls back, without anything having been done: its time is over, its votes no longer count, or
 * the plan is not what was approved any more.
 *
 * Invariant: it is said what changed; a request that fell back to voting keeps the votes that still count.
 */
import type { RemediationDeps, Snapshot } from './deps.js';
import { paydesk } from './deps.js';
import type { Verdict } from './revalidation.js';
import { move, takeIf } from './transitions.js';

/** Does nothing while there is time left. */
export async function expire(deps: RemediationDeps, { remediation }: Snapshot): Promise<void> {
  await deps.transactions.run(async (tx) => {
    const current = await takeIf(tx, deps, remediation);
    if (!current || (current.state !== 'pending' && current.state !== 'approved')) return;
    if (tx.now < current.expiresAt) return;
    const why = current.state === 'pending' ? 'Not enough approvals in time.' : 'It could not start in time.';
    await move(tx, deps, current, {
      progress: { state: 'expired', stateWhy: why, dueAt: null },
      happening: { verb: 'expired', actor: paydesk, why },
      news: { text: `Expired. ${why}`, mention: [current.requesterId] },
    });
  });
}

type Lapse = Extract<Verdict, { kind: 'votes_void' | 'void' }>;

export async function lapse(deps: RemediationDeps, { remediation }: Snapshot, verdict: Lapse): Promise<void> {
  await deps.transactions.run(async (tx) => {
    const current = await takeIf(tx, deps, remediation);
    if (current?.state !== 'approved') return;
    const mention = [current.requesterId];
    if (verdict.kind === 'void') {
      const why = verdict.changes.join(' · ');
      await move(tx, deps, current, {
        progress: { state: 'voided', stateWhy: why, dueAt: null },
        happening: { verb: 'voided', actor: paydesk, why, details: { changes: verdict.changes } },
        news: { text: `Not executed: the approvals are void. What changed: ${why}`, mention },
      });
      return;
    }
    for (const vote of verdict.votes) await deps.remediations.putVote(tx, current.id, vote);
    await deps.remediations.release(tx, current.id);
    await move(tx, deps, current, {
      progress: { state: 'pending', stateWhy: verdict.why, dueAt: current.expiresAt },
      happening: { verb: 'votes_voided', actor: paydesk, why: verdict.why },
      news: { text: `Not executed: ${verdict.why} Another approval is needed.`, mention },
    });
  });
}
