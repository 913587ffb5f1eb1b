/**
 * The private list of standing approvals: what may act by itself now, how often it did, and why it did not lately.
 */
import type { Card } from '../../ports/card.js';
import type { StandingApproval } from '../../remediation/life/standing.js';
import { cardOf, code, context, escape, instant, mention, section } from '../kit/blocks.js';
import { joined } from '../kit/links.js';
import { revokeButton } from './buttons.js';

const mostListed = 15;
const reasonLimit = 300;

export function standingListCard(approvals: readonly StandingApproval[]): Card {
  const count = ['No standing approval is', 'One standing approval is'][approvals.length];
  const title = `${count ?? `${approvals.length} standing approvals are`} armed`;
  const left = approvals.length - mostListed;
  return cardOf(title, [
    section(`:zap: *${title}*`),
    ...approvals
      .slice(0, mostListed)
      .map((approval) => section(linesOf(approval).join('\n'), revokeButton(approval.snapshot))),
    context(
      joined(left > 0 ? `${left} more not shown` : null, `${code('/remediate standing show REM-…')} for one`),
    ),
  ]);
}

function linesOf({ snapshot, standing, uses }: StandingApproval): string[] {
  const { id, requesterId, stateWhy, effectSummary } = snapshot.remediation;
  const approvers = snapshot.votes.filter(({ state }) => state === 'counted');
  const last = uses.at(-1);
  return [
    `*${code(id)} ${escape(snapshot.plan.preview.headline, reasonLimit)}*`,
    joined(
      `armed until ${instant(standing.until)}`,
      `used ${uses.length} of ${standing.uses} ${standing.uses === 1 ? 'time' : 'times'}`,
      last === undefined ? null : `last ${instant(last.createdAt)} (${code(last.id)})`,
    ),
    `By ${mention(requesterId)}, approved by ${approvers.map(({ personId }) => mention(personId)).join(', ')}`,
    ...(stateWhy === null || stateWhy === effectSummary ? [] : [escape(stateWhy, reasonLimit)]),
  ];
}
