/**
 * Votes that are confirmed outside the chat: what a one-time link confirms, and how it ends.
 *
 * Invariant: a link confirms the vote of one person on one plan, once; its holder still has to prove who they are.
 */
import { OpsError, toOpsError } from '../../kernel/errors.js';
import type {
  VoteConfirmations,
  OpenConfirmation,
  RefusedConfirmation,
} from '../../ports/vote-confirmations.js';
import type { RemediationDeps } from './deps.js';
import { forClicks } from './people.js';
import { seenLines, snapshotOf } from './transitions.js';
import { confirm, tokenHashOf, withdraw } from './votes.js';

export function createVoteConfirmations(deps: RemediationDeps): VoteConfirmations {
  const look = (token: string): Promise<OpenConfirmation | RefusedConfirmation> => lookUp(deps, token);
  return {
    look,
    confirm: (token, { subject }) =>
      settle(deps, token, { kind: 'confirmed' as const }, (id) => confirm(deps, id, token, subject)),
    withdraw: (token) =>
      settle(deps, token, { kind: 'withdrawn' as const }, (id) => withdraw(deps, id, token)),
  };
}

async function lookUp(deps: RemediationDeps, token: string): Promise<OpenConfirmation | RefusedConfirmation> {
  const found = await deps.remediations.byToken(tokenHashOf(token));
  if (!found) return { kind: 'refused', why: 'unknown' };
  const { remediation, votes } = await deps.remediations.read(found.id);
  const vote = votes.find(({ personId }) => personId === found.personId);
  if (vote?.state !== 'unconfirmed') return { kind: 'refused', why: 'used' };
  if (remediation.state === 'expired') return { kind: 'refused', why: 'expired' };
  if (remediation.state !== 'pending') return { kind: 'refused', why: 'decided' };
  if (deps.clock.now() >= remediation.expiresAt) return { kind: 'refused', why: 'expired' };
  const snapshot = snapshotOf(remediation, votes);
  const voter = await deps.directory.person(found.personId, forClicks.person);
  if (voter.email === null)
    throw new OpsError('misconfigured', 'Slack does not share the voter’s e-mail address with Paydesk.', {
      hint: 'Give the app the scope users:read.email.',
    });
  return {
    kind: 'open',
    requestId: remediation.id,
    voterName: voter.name,
    voterEmail: voter.email,
    ...(voter.timeZone === undefined ? {} : { voterTimeZone: voter.timeZone }),
    title: snapshot.plan.preview.headline,
    lines: seenLines(snapshot),
    planHash: remediation.planHash,
    expiresAt: remediation.expiresAt,
  };
}

async function settle<Kind extends string>(
  deps: RemediationDeps,
  token: string,
  done: { kind: Kind },
  act: (id: string) => Promise<unknown>,
): Promise<{ kind: Kind; title: string } | RefusedConfirmation> {
  const open = await lookUp(deps, token);
  if (open.kind === 'refused') return open;
  try {
    await act(open.requestId);
    return { ...done, title: open.title };
  } catch (thrown) {
    const error = toOpsError(thrown);
    if (error.code !== 'conflict') throw error;
    // Something changed since the check, or blocks the vote.
    const now = await lookUp(deps, token);
    return now.kind === 'refused' ? now : { kind: 'refused', why: 'stopped' };
  }
}
