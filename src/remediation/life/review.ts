/**
 * The review that every action without a vote owes, a broken glass and a use of a standing approval: another person looks at what was done and says so.
 */
import { dayMs } from '../../kernel/clock.js';
import { OpsError } from '../../kernel/errors.js';
import { paydesk, type RemediationDeps, type Snapshot } from './deps.js';
import { forFinalWords, personOf } from './people.js';
import { eligibleVote } from '../policy/votes.js';
import { requireReason } from '../kit/reason.js';
import { move, openStates, rulingOf, seenBy, snapshotOf, takeIf } from './transitions.js';

/** Throws `forbidden` for the person who broke the glass and for people outside the groups; `conflict` when it is closed. */
export async function closeReview(
  deps: RemediationDeps,
  { id, personId, findings }: { id: string; personId: string; findings: string },
): Promise<void> {
  const reviewer = await personOf(deps, personId, forFinalWords);
  const text = requireReason(findings, 'Say what you found.');
  await deps.transactions.run(async (tx) => {
    const remediation = await deps.remediations.take(tx, id);
    if (remediation.review !== 'open') throw new OpsError('conflict', `${id} has no review to close.`);
    const eligible = eligibleVote(rulingOf(remediation), reviewer, remediation.requesterId, []);
    if (!eligible.ok) throw new OpsError('forbidden', eligible.message);
    await move(tx, deps, remediation, {
      progress: {
        review: 'closed',
        reviewedBy: personId,
        reviewFindings: text,
        ...(openStates.includes(remediation.state) ? {} : { dueAt: null }),
      },
      happening: {
        verb: 'reviewed',
        actor: personId,
        why: text,
        details: seenBy(snapshotOf(remediation, [])),
      },
      news: { by: personId, text: `closed the review: ${text}`, mention: [remediation.requesterId] },
    });
  });
}

/** Says aloud, once a day, that a review is still owed. Does nothing where none is. */
export async function remindOfReview(deps: RemediationDeps, { remediation }: Snapshot): Promise<void> {
  if (remediation.review !== 'open') return;
  await deps.transactions.run(async (tx) => {
    const current = await takeIf(tx, deps, remediation);
    if (!current) return;
    await move(tx, deps, current, {
      progress: { dueAt: new Date(tx.now.getTime() + dayMs) },
      happening: { verb: 'review_overdue', actor: paydesk, why: 'The review is still open.' },
      news: {
        text: 'The review of this action is overdue: it ran without an approval. Another person must close it.',
        mention: [],
      },
    });
  });
}
